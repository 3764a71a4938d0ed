import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { configurationFields, type ConfigurationField, type SlnetConfiguration } from "../../../core/configuration.js";
import type { ConfigurationOptions } from "../../configuration-errors.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";

/** Fired when a person changes an option. `undefined` is the default again. */
export type OptionChangeEvent = CustomEvent<{ readonly key: keyof SlnetConfiguration; readonly value: unknown }>;

/** A form of options, made from the table that describes them: label, unit, help, default, and the published name. */
export class SlnetOptionsForm extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        align-items: start;
        gap: var(--_space-3);
      }

      :host([brief]) {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }

      :host([brief]) :is(.field.integers, .field:only-child) {
        grid-column: 1 / -1;
      }

      h4 {
        margin: var(--_space-2) 0 0;
        padding-bottom: 2px;
        border-bottom: 1px solid var(--_border);
        font-size: 12px;
        font-weight: 600;
        color: var(--_muted);
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
        gap: var(--_space-2);
      }

      .unit,
      .published {
        color: var(--_muted);
        font-size: 12px;
      }

      .switch {
        display: flex;
        align-items: center;
        gap: var(--_space-2);
      }

      .help {
        margin: 0;
        color: var(--_muted);
        font-size: 12px;
      }

      .published code {
        font-size: 11px;
        overflow-wrap: anywhere;
      }

      .error {
        margin: 0;
        color: var(--_danger);
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Names of the options to show, in this order. */
  @property({ attribute: false }) keys: readonly (keyof SlnetConfiguration)[] = [];
  /** What differs from the defaults, perhaps wrong. */
  @property({ attribute: false }) options: ConfigurationOptions = {};
  /** Defaults that the open stack sets in place of the usual ones. */
  @property({ attribute: false }) defaults: ConfigurationOptions = {};
  /** One sentence for each wrong option. */
  @property({ attribute: false }) errors: Readonly<Record<string, string>> = {};
  /** Only titles, inputs and short hints. */
  @property({ type: Boolean }) brief = false;
  /** Short texts shown under an option in place of its help. */
  @property({ attribute: false }) hints: Readonly<Record<string, string>> = {};
  @property({ type: Boolean }) disabled = false;

  override render(): TemplateResult {
    let group: ConfigurationField["group"] | null = null;
    return html`${this.keys.map((key) => {
      const field = configurationFields.find((candidate) => candidate.key === key);
      if (!field) return nothing;
      const heading =
        !this.brief && field.group !== group ? html`<h4>${formStrings().optionGroups[field.group]}</h4>` : nothing;
      group = field.group;
      return html`${heading}${this.#field(field)}`;
    })}`;
  }

  #field(field: ConfigurationField): TemplateResult {
    const { key, unit } = field;
    const { title = field.title, help = field.help } = formStrings().options[key] ?? {};
    const error = this.errors[key];
    const label =
      field.kind === "boolean"
        ? html`<label class="switch">${this.#input(field)}<span>${title}</span></label>`
        : html`<div class="head"><label for=${key}>${title}</label><span class="unit">${unit}</span></div>
            ${this.#input(field)}`;
    return html`
      <div class="field ${field.kind}">
        ${label} ${error ? html`<p class="error" id="${key}-error">${error}</p>` : nothing}
        <p class="help" id="${key}-help">${this.hints[key] ?? help}${this.#provenance(field)}</p>
      </div>
    `;
  }

  #provenance(field: ConfigurationField): TemplateResult | typeof nothing {
    if (this.brief) return nothing;
    const texts = formStrings();
    const published = field.publishedName && html` ${texts.publishedName} <code>${field.publishedName}</code>.`;
    return html`<span class="published"> ${texts.defaultIs(valueText(field, this.#default(field)))}${published}</span>`;
  }

  #input(field: ConfigurationField): TemplateResult {
    const { key } = field;
    const value = this.options[key] ?? this.#default(field);
    const invalid = key in this.errors;
    const describedBy = `${invalid ? `${key}-error ` : ""}${key}-help`;
    const onText = (event: Event): void => this.#change(field, (event.target as HTMLInputElement).value);
    switch (field.kind) {
      case "boolean":
        return html`<input
          type="checkbox"
          id=${key}
          ?disabled=${this.disabled}
          aria-describedby=${describedBy}
          .checked=${live(value === true)}
          @change=${(event: Event) => this.#send(key, (event.target as HTMLInputElement).checked)}
        />`;
      case "choice":
        return html`<select
          id=${key}
          ?disabled=${this.disabled}
          aria-describedby=${describedBy}
          @change=${(event: Event) => this.#send(key, field.choices[(event.target as HTMLSelectElement).selectedIndex]?.value)}
        >
          ${field.choices.map((choice) => html`<option .selected=${choice.value === value}>${choice.title}</option>`)}
        </select>`;
      default:
        return html`<input
          type="text"
          id=${key}
          inputmode=${field.kind === "text" || field.kind === "texts" ? "text" : "decimal"}
          autocomplete="off"
          spellcheck="false"
          ?disabled=${this.disabled}
          placeholder=${valueText(field, this.#default(field))}
          aria-describedby=${describedBy}
          aria-invalid=${invalid ? "true" : "false"}
          .value=${live(valueText(field, value))}
          @change=${onText}
        />`;
    }
  }

  #default({ key, default: usual }: ConfigurationField): unknown {
    return this.defaults[key] ?? usual;
  }

  #change(field: ConfigurationField, text: string): void {
    this.#send(field.key, text.trim() === "" ? undefined : parsedValue(field, text.trim()));
  }

  #send(key: keyof SlnetConfiguration, value: unknown): void {
    this.dispatchEvent(new CustomEvent("option-change", { detail: { key, value } }));
  }
}

/** What was typed as a value of the field's kind; what is not one stays a text, which the configuration refuses. */
function parsedValue(field: ConfigurationField, text: string): unknown {
  switch (field.kind) {
    case "number":
    case "integer": {
      const value = Number(text);
      return Number.isNaN(value) ? text : value;
    }
    case "integers": {
      const values = text.split(/[\s,;]+/).map(Number);
      return values.some(Number.isNaN) ? text : values;
    }
    case "texts":
      return text.split(",").map((part) => part.trim());
    default:
      return text;
  }
}

function valueText(field: ConfigurationField, value: unknown): string {
  if (field.kind === "boolean") return value === true ? formStrings().on : formStrings().off;
  if (field.kind === "choice") return field.choices.find((choice) => choice.value === value)?.title ?? String(value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}
