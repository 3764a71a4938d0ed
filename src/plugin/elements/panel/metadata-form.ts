import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { errorMessage } from "../../../core/errors.js";
import type { StackMetadata } from "../../../core/frames.js";
import {
  metadataFields,
  metadataText,
  parseMetadata,
  type MetadataField,
  type MetadataOverrides,
} from "../../metadata-fields.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person changes a field. `null` is not known, `undefined` what the file says. */
export type MetadataChangeEvent = CustomEvent<{
  readonly key: keyof StackMetadata;
  readonly value: number | null | undefined;
}>;

/** What is typed and wrong, and why. */
interface Mistake {
  readonly text: string;
  readonly message: string;
}

/** How the stack was recorded: what the file says, with what a person says in its place. */
export class SlnetMetadataForm extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        align-items: start;
        gap: var(--_space-2) var(--_space-3);
      }

      .field {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2px;
      }

      .head {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--_space-1);
      }

      .unit,
      .origin {
        color: var(--_muted);
        font-size: 12px;
      }

      .origin {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--_space-1);
        min-height: 24px;
        margin: 0;
      }

      .origin button {
        flex: none;
        min-height: 24px;
        padding: 0 var(--_space-1);
        color: var(--_accent);
      }

      .error {
        grid-column: 1 / -1;
        margin: 0;
        color: var(--_danger);
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** What the file says. */
  @property({ attribute: false }) stack: StackMetadata | null = null;
  /** What a person says in its place. */
  @property({ attribute: false }) overrides: MetadataOverrides = {};
  @property({ type: Boolean }) disabled = false;
  /** There is no single file whose word a value replaces. */
  @property({ type: Boolean }) plain = false;

  @state() private mistakes: Readonly<Partial<Record<keyof StackMetadata, Mistake>>> = {};

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("stack")) this.mistakes = {};
  }

  override render(): TemplateResult {
    const { stack } = this;
    return html`${stack ? metadataFields.map((field) => this.#field(field, stack)) : nothing}`;
  }

  #field(field: MetadataField, stack: StackMetadata): TemplateResult {
    const { key, unit } = field;
    const texts = formStrings();
    const { title = field.title, help = field.help } = texts.metadata[key] ?? {};
    const stated = stack[key];
    const override = this.overrides[key];
    const mistake = this.mistakes[key];
    const isChanged = override !== undefined || mistake !== undefined;
    return html`
      <div class="field" title=${help}>
        <div class="head"><label for=${key}>${title}</label><span class="unit" id="${key}-unit">${unit}</span></div>
        <input
          type="text"
          inputmode="decimal"
          id=${key}
          autocomplete="off"
          spellcheck="false"
          placeholder=${texts.notStated}
          ?disabled=${this.disabled}
          aria-invalid=${mistake ? "true" : "false"}
          aria-describedby="${key}-unit${mistake ? ` ${key}-error` : ""}${this.plain ? "" : ` ${key}-origin`}"
          .value=${live(mistake?.text ?? metadataText(field, override === undefined ? stated : override))}
          @change=${(event: Event) => this.#change(field, (event.target as HTMLInputElement).value)}
        />
        ${mistake ? html`<p class="error" id="${key}-error">${mistake.message}</p>` : nothing}
        ${this.plain ? nothing : this.#origin(field, title, stated, isChanged)}
      </div>
    `;
  }

  /** What the file says, and the way back to it. */
  #origin(field: MetadataField, title: string, stated: number | null, isChanged: boolean): TemplateResult {
    const { key } = field;
    const texts = formStrings();
    return html`<p class="origin" ?hidden=${!isChanged}>
      <span id="${key}-origin">${texts.fileSays(metadataText(field, stated) || texts.notStated)}</span>
      <button
        class="plain"
        aria-label=${texts.undoMetadata(title)}
        ?disabled=${this.disabled}
        @click=${() => this.#undo(key)}
      >
        ${texts.undo}
      </button>
    </p>`;
  }

  #change(field: MetadataField, text: string): void {
    const { key } = field;
    try {
      const value = parseMetadata(field, text);
      this.#forget(key);
      const stated = this.stack?.[key] ?? null;
      this.#send(key, metadataText(field, value) === metadataText(field, stated) ? undefined : value);
    } catch (error) {
      this.mistakes = { ...this.mistakes, [key]: { text, message: errorMessage(error) } };
    }
  }

  #undo(key: keyof StackMetadata): void {
    this.#forget(key);
    this.#send(key, undefined);
    // The button goes away with the change; the field is where the person was.
    this.renderRoot.querySelector<HTMLElement>(`#${key}`)?.focus();
  }

  #forget(key: keyof StackMetadata): void {
    this.mistakes = Object.fromEntries(Object.entries(this.mistakes).filter(([name]) => name !== key));
  }

  #send(key: keyof StackMetadata, value: number | null | undefined): void {
    this.dispatchEvent(new CustomEvent("metadata-change", { detail: { key, value } }) satisfies MetadataChangeEvent);
  }
}
