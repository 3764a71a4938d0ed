import { html, type TemplateResult } from "lit";

/** The number of a step in front of its title, ticked once it is done. */
export function stepNumber(number: number, done: boolean): TemplateResult {
  return html`<span class="number ${done ? "done" : ""}" aria-hidden="true">${done ? "✓" : number}</span>`;
}
