import { html, LitElement, type TemplateResult } from "lit";

import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";

/** That nothing leaves this computer, and how anybody can see that for themselves. */
export class SlnetPrivacyNotes extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

  override render(): TemplateResult {
    const texts = steeringStrings();
    return html`
      <p>${texts.privacyText}</p>
      <details>
        <summary>${texts.howKnown}</summary>
        <ul class="notices">
          ${texts.proofs.map((proof) => html`<li>${proof}</li>`)}
        </ul>
      </details>
    `;
  }
}
