import { html, nothing, type TemplateResult } from "lit";

import type { TaskState } from "../../inspection-task.js";
import { strings } from "../../strings/index.js";

/**
 * How a piece of work goes, with a button to call it off; why it could not be done; or nothing where it rests. Its looks are
 * in `task.styles.ts`.
 *
 * @param label - what is done
 * @param text - how far it is
 */
export function taskProgress(
  { busy, progress, error }: TaskState,
  label: string,
  text: string,
  cancel: () => void,
): TemplateResult | typeof nothing {
  if (error !== null) return html`<p class="error" role="alert">${error}</p>`;
  if (!busy) return nothing;
  return html`<div class="task">
    <progress
      aria-label=${label}
      max="1"
      value=${progress ? progress.done / Math.max(1, progress.total) : nothing}
    ></progress>
    <div class="row">
      <span class="muted">${text}</span>
      <button @click=${cancel}>${strings().panel.cancel}</button>
    </div>
  </div>`;
}
