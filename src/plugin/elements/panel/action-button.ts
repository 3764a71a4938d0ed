import { html, type TemplateResult } from "lit";

/**
 * A button that says beside it why it cannot be pressed, or else what pressing it takes.
 *
 * @param reason - empty where it can
 * @param note - shown where it can
 * @param primary - whether it is the next thing to do
 */
export function actionButton(
  title: string,
  reason: string,
  id: string,
  primary: boolean,
  note: string,
  act: () => Promise<void>,
): TemplateResult {
  return html`
    <div class="action">
      <button
        class=${primary ? "primary" : ""}
        ?disabled=${reason !== ""}
        title=${reason}
        aria-describedby=${id}
        @click=${() => void act()}
      >
        ${title}
      </button>
      <span class="reason" id=${id}>${reason || note}</span>
    </div>
  `;
}
