import { html, nothing, type TemplateResult } from "lit";

import { formStrings } from "../../strings/panel-forms.js";

/** Something that was done and can be taken back. */
export interface Undoable {
  /** What was done, one sentence. */
  readonly text: string;
  undo(): void;
}

/** Says what was done, with a button to take it back. Stays in the page while empty, so that it is read out when filled. */
export function undoNote(done: Undoable | null): TemplateResult {
  return html`<div class="undo" role="status">
    ${
      done
        ? html`<span>${done.text}</span>
            <button class="plain" @click=${() => done.undo()}>${formStrings().undo}</button>`
        : nothing
    }
  </div>`;
}
