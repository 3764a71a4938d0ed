import { html, nothing, type TemplateResult } from "lit";

import type { StackDescription } from "../../../core/frames.js";
import type { ChosenPart } from "../../session-state.js";
import { strings } from "../../strings/index.js";

/** What the open stack is: name, size, format, how its pixels are stored. */
export function stackDetails({ name, shape, format, compression, storedType }: StackDescription): TemplateResult {
  const texts = strings().panel;
  return html`
    <dl>
      <dt>${texts.name}</dt>
      <dd>${name}</dd>
      <dt>${texts.size}</dt>
      <dd>${texts.stackSize(shape.frames, shape.width, shape.height)}</dd>
      <dt>${texts.format}</dt>
      <dd>${texts.formats[format]}, ${compression === "none" ? texts.uncompressed : compression}</dd>
      <dt>${texts.pixels}</dt>
      <dd>${texts.storedPixels(storedType, shape.type)}</dd>
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
            ${strings().panel.part[of]}
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
