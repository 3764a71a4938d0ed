import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { Choice } from "../../../core/errors.js";
import type { PendingChoice } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person chose: a position in the labels. */
export type ChoiceEvent = CustomEvent<{ readonly index: number }>;

/** More than this are easier to go through in a list that opens. */
const radioLimit = 6;

/** Asks which part of a file is the recording. Takes the focus when it appears; fires `choose` or `dismiss`. */
export class SlnetChoiceForm extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: block;
      }

      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-2);
        padding: var(--_space-3);
        border: 1px solid var(--_accent);
        border-radius: var(--_radius);
        background: var(--_raised);
      }

      fieldset {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-1);
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        margin-bottom: var(--_space-2);
        padding: 0;
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      label {
        display: flex;
        align-items: center;
        gap: var(--_space-2);
        min-height: 26px;
      }

      label span {
        min-width: 0;
        overflow-wrap: anywhere;
      }

      input {
        flex: none;
        width: 16px;
        height: 16px;
        margin: 0;
        accent-color: var(--_accent-fill);
      }

      .file {
        margin: 0;
        color: var(--_muted);
        font-size: 12px;
        overflow-wrap: anywhere;
      }

      .row {
        display: flex;
        gap: var(--_space-2);
        margin-top: var(--_space-1);
      }

      .row button {
        min-width: 84px;
      }

      .row button:not(.primary) {
        background: var(--_surface);
      }
    `,
  ];

  @property({ attribute: false }) choice: PendingChoice | null = null;
  /** While something else is under way, which opening would end. */
  @property({ type: Boolean }) disabled = false;

  @state() private index = 0;
  @query("input:checked, select") private field!: HTMLElement | null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("choice")) this.index = 0;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("choice") && this.choice) this.focus();
  }

  override focus(): void {
    this.field?.focus();
  }

  override render(): TemplateResult {
    if (!this.choice) return html``;
    const { of, labels, name } = this.choice;
    const texts = formStrings();
    return html`
      <form @submit=${(event: Event) => this.#submit(event)} @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
        <fieldset aria-describedby="file">
          <legend>${texts.whichPart(of, labels.length)}</legend>
          ${labels.length > radioLimit ? this.#select(labels, of) : this.#radios(labels)}
        </fieldset>
        <p class="file" id="file">${name}</p>
        <div class="row">
          <button class="primary" ?disabled=${this.disabled}>${texts.open}</button>
          <button type="button" @click=${() => this.#dismiss()}>${texts.cancel}</button>
        </div>
      </form>
    `;
  }

  #radios(labels: readonly string[]): TemplateResult[] {
    return labels.map(
      (label, index) => html`
        <label>
          <input type="radio" name="part" .checked=${index === this.index} @change=${() => (this.index = index)} /><span
            >${label || `${index + 1}`}</span
          >
        </label>
      `,
    );
  }

  #select(labels: readonly string[], of: Choice["of"]): TemplateResult {
    return html`
      <select
        aria-label=${formStrings().part[of]}
        @change=${(event: Event) => (this.index = (event.target as HTMLSelectElement).selectedIndex)}
      >
        ${labels.map((label, index) => html`<option .selected=${index === this.index}>${label || index + 1}</option>`)}
      </select>
    `;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.disabled) return;
    this.dispatchEvent(new CustomEvent("choose", { detail: { index: this.index } }) satisfies ChoiceEvent);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#dismiss();
  }

  #dismiss(): void {
    this.dispatchEvent(new CustomEvent("dismiss"));
  }
}
