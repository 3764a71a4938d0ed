import { html, type TemplateResult } from "lit";

import { strings } from "../../strings/index.js";

/** That nothing leaves this computer, and how anybody can see that for themselves. */
export function privacyDetails(): TemplateResult {
  const texts = strings().steering;
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
