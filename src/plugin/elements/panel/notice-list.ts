import { html, nothing, type TemplateResult } from "lit";

/** Things worth knowing, as a list, or nothing. */
export function noticeList(texts: readonly string[]): TemplateResult | typeof nothing {
  return texts.length === 0
    ? nothing
    : html`<ul class="notices">
        ${texts.map((text) => html`<li>${text}</li>`)}
      </ul>`;
}
