import { html, nothing, type TemplateResult } from "lit";

import type { StackDescription, StackFormat } from "../../../core/frames.js";
import type { ChosenPart } from "../../session-state.js";
import { partTitle } from "./choice-form.js";
import { countText } from "./quantities.js";

const formatTitles: Readonly<Record<StackFormat, string>> = {
  tiff: "TIFF",
  mha: "MetaImage",
  nrrd: "NRRD",
  mrc: "MRC",
  nifti: "NIfTI",
  pic: "Bio-Rad PIC",
  zarr: "OME-Zarr",
  dax: "dax",
  nd2: "Nikon nd2",
  raw: "raw",
  npy: "NumPy npy",
  simulated: "simulated",
  frames: "layer of the viewer",
};

/** What the open stack is: name, size, format, how its pixels are stored. */
export function stackDetails({ name, shape, format, compression, storedType }: StackDescription): TemplateResult {
  const readAs = storedType === shape.type ? "" : `, read as ${shape.type}`;
  return html`
    <dl>
      <dt>Name</dt>
      <dd>${name}</dd>
      <dt>Size</dt>
      <dd>${countText(shape.frames)} frames of ${shape.width} × ${shape.height} pixels</dd>
      <dt>Format</dt>
      <dd>${formatTitles[format]}, ${compression === "none" ? "uncompressed" : compression}</dd>
      <dt>Pixels</dt>
      <dd>${storedType}${readAs}</dd>
    </dl>
  `;
}

/** Fields for the parts of the file that were chosen, to take others in their place. */
export function chosenParts(
  parts: readonly ChosenPart[],
  disabled: boolean,
  change: (of: ChosenPart["of"], index: number) => void,
): TemplateResult | typeof nothing {
  if (parts.length === 0) return nothing;
  return html`
    <div class="pair">
      ${parts.map(
        ({ of, labels, index }) => html`
          <label>
            ${partTitle(of)}
            <select
              ?disabled=${disabled}
              @change=${(event: Event) => change(of, (event.target as HTMLSelectElement).selectedIndex)}
            >
              ${labels.map(
                (label, position) => html`<option .selected=${position === index}>${label || position + 1}</option>`,
              )}
            </select>
          </label>
        `,
      )}
    </div>
  `;
}
