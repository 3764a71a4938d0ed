import { html, nothing, type TemplateResult } from "lit";

import { mostFramesOf, stackBytes, unaskedBytes } from "../../frames-to-read.js";
import type { Inspection, ProfileName } from "../../inspection.js";
import { plotStrings } from "../../strings/plots.js";

/** Which frames were read, where these are not all, with a button that reads all where their values fit the memory. */
export function partNote(name: ProfileName, inspection: Inspection): TemplateResult | typeof nothing {
  const { shape, tasks, [name]: profile } = inspection.state;
  if (!profile || !shape) return nothing;
  const text = plotStrings();
  const { busy } = tasks[name];
  const end = busy ? profile.to : profile.done;
  if (end - profile.from >= shape.frames) return nothing;
  const fits = shape.frames <= mostFramesOf(profile.path);
  const bytes = stackBytes(shape);
  const why = !fits ? "memory" : bytes > unaskedBytes ? bytes : null;
  return html`
    <p class="note">${text.partRead(profile.from, end - 1, shape.frames, why)}</p>
    ${
      fits
        ? html`<div class="row">
            <button ?disabled=${busy} @click=${() => void inspection.readAll(name)}>
              ${text.readAll(shape.frames)}
            </button>
          </div>`
        : nothing
    }
  `;
}
