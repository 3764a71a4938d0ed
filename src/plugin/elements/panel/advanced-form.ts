import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { configurationFields, type SlnetConfiguration } from "../../../core/configuration.js";
import type { ConfigurationOptions } from "../../configuration-errors.js";
import { formStrings } from "../../strings/panel-forms.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { typedText } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import type { OptionChangeEvent } from "./options-form.js";
import { panelStyles } from "./panel.styles.js";
import type { OptionsChangeEvent } from "./preset-form.js";
import { undoNote, type Undoable } from "./undo-note.js";

type OptionKey = keyof SlnetConfiguration;

/** All options, with a search over them and a way back to the defaults. */
export class SlnetAdvancedForm extends LitElement {
  static override styles = [
    themeStyles,
    panelStyles,
    formStyles,
    css`
      .search {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 2px var(--_space-2);
      }

      .search > label,
      .search > p {
        grid-column: 1 / -1;
      }

      .search > p {
        min-height: 1.45em;
        color: var(--_muted);
        font-size: 12px;
      }
    `,
  ];

  /** Names of the options to show, in this order. */
  @property({ attribute: false }) keys: readonly OptionKey[] = [];
  @property({ attribute: false }) options: ConfigurationOptions = {};
  @property({ attribute: false }) defaults: ConfigurationOptions = {};
  @property({ attribute: false }) errors: Readonly<Record<string, string>> = {};
  @property({ type: Boolean }) disabled = false;

  @state() private sought = "";
  @state() private done: Undoable | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    // What was reset and then changed by hand is not brought back over the change.
    if (changed.has("options") && Object.keys(this.options).length > 0) this.done = null;
  }

  override render(): TemplateResult {
    const texts = steeringStrings();
    const { options, disabled } = this;
    const found = this.keys.filter((key) => key in this.errors || matches(key, this.sought));
    const isDefault = Object.keys(options).length === 0;
    return html`
      <div class="search">
        <label for="search">${texts.search}</label>
        <input
          id="search"
          type="text"
          role="searchbox"
          autocomplete="off"
          spellcheck="false"
          placeholder=${texts.searchPlaceholder}
          .value=${this.sought}
          @input=${(event: Event) => (this.sought = typedText(event))}
          @keydown=${(event: KeyboardEvent) => this.#onKey(event)}
        />
        <button ?disabled=${disabled || isDefault} title=${texts.resetHint} @click=${() => this.#reset()}>
          ${texts.reset}
        </button>
        <p role="status">${this.sought === "" ? nothing : texts.found(found.length, this.keys.length)}</p>
      </div>
      ${undoNote(this.done)}
      <slnet-options-form
        .keys=${found}
        .options=${options}
        .defaults=${this.defaults}
        .errors=${this.errors}
        ?disabled=${disabled}
        @option-change=${({ detail }: OptionChangeEvent) => this.#send({ [detail.key]: detail.value })}
      ></slnet-options-form>
    `;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || this.sought === "") return;
    event.stopPropagation();
    this.sought = "";
  }

  #reset(): void {
    const before = this.options;
    this.#send(Object.fromEntries(Object.keys(before).map((key) => [key, undefined])));
    this.done = {
      text: steeringStrings().wereReset(Object.keys(before).length),
      undo: () => {
        this.#send(before);
        this.done = null;
        this.#focusSearch();
      },
    };
    this.#focusSearch();
  }

  /** The button that was pressed cannot be any more. */
  #focusSearch(): void {
    this.renderRoot.querySelector<HTMLElement>("#search")?.focus();
  }

  #send(options: ConfigurationOptions): void {
    this.dispatchEvent(new CustomEvent("options-change", { detail: { options } }) satisfies OptionsChangeEvent);
  }
}

/** Whether every word that is sought is in the option's title, names, unit, help or group. */
function matches(key: OptionKey, sought: string): boolean {
  const field = configurationFields.find((candidate) => candidate.key === key);
  if (!field) return false;
  const { options, optionGroups } = formStrings();
  const own = options[key];
  const text = [
    key,
    own?.title ?? field.title,
    own?.help ?? field.help,
    field.publishedName ?? "",
    field.unit,
    optionGroups[field.group],
  ]
    .join(" ")
    .toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
