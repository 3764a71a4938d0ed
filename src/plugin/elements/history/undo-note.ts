import { html, nothing, type TemplateResult } from "lit";

import { historyStrings } from "../../strings/history.js";
import type { Undo } from "../../undo.js";

/** What was done last and a button that takes it back. The region is there before the note, so that it is read out. */
export function undoNote(undo: Undo): TemplateResult {
  const { last } = undo;
  return html`<div role="status">
    ${
      last
        ? html`<div class="note">
            <span>${last.text}</span>
            <button @click=${() => void undo.undo()}>${historyStrings().undo}</button>
          </div>`
        : nothing
    }
  </div>`;
}
