import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import { errorMessage } from "../../../core/errors.js";
import { deleteOwnPreset, keepOwnPreset, readOwnPresets, type OwnPreset } from "../../own-presets.js";
import {
  builtInPresetNames,
  builtInPresets,
  differingKeys,
  presetChanges,
  type BuiltInPresetName,
} from "../../presets.js";
import type { ConfigurationOptions } from "../../configuration-errors.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { chosenValue } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";
import { undoNote, type Undoable } from "./undo-note.js";

/** Fired when options are to change. `undefined` is the default again. */
export type OptionsChangeEvent = CustomEvent<{ readonly options: ConfigurationOptions }>;

/** Own presets are told from the built-in ones by this before their name. */
const ownMark = "own:";

/** Sets of options that have a name: those that come with the program, and those that a person keeps in this browser. */
export class SlnetPresetForm extends LitElement {
  static override styles = [
    themeStyles,
    panelStyles,
    formStyles,
    css`
      .choice,
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px var(--_space-2);
      }

      .choice > label,
      form > label,
      form > p {
        flex: 1 0 100%;
      }

      .choice > select,
      form > input[type="text"] {
        flex: 1;
        width: 0;
      }

      .plain {
        color: var(--_accent);
      }

      .row {
        gap: 0;
      }

      .help {
        color: var(--_muted);
        font-size: 12px;
      }
    `,
  ];

  /** The options as they are, perhaps wrong. */
  @property({ attribute: false }) options: ConfigurationOptions = {};
  /** Whether they are right, so that they can be kept. */
  @property({ type: Boolean }) valid = false;
  @property({ type: Boolean }) disabled = false;

  @state() private chosen = "published";
  @state() private own: readonly OwnPreset[] = [];
  @state() private asksName = false;
  @state() private mistake = "";
  @state() private done: Undoable | null = null;
  @query("#name") private nameInput!: HTMLInputElement | null;
  @query("#preset") private select!: HTMLSelectElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.own = readOwnPresets();
  }

  protected override willUpdate(): void {
    if (this.hasUpdated) return;
    // Where the options are those of a preset already, that is the one.
    const all = [...builtInPresetNames, ...this.own.map(({ name }) => ownMark + name)];
    this.chosen = all.find((id) => differingKeys(this.options, this.#preset(id)).length === 0) ?? "published";
  }

  override render(): TemplateResult {
    const texts = steeringStrings();
    const { chosen, disabled } = this;
    const changed = differingKeys(this.options, this.#preset(chosen)).length;
    const ownName = ownNameOf(chosen);
    return html`
      <div class="choice">
        <label for="preset">${texts.preset}</label>
        <select
          id="preset"
          ?disabled=${disabled}
          aria-describedby="preset-help"
          @focus=${() => (this.own = readOwnPresets())}
          @change=${(event: Event) => this.#take(chosenValue(event))}
        >
          ${builtInPresetNames.map((name) => this.#option(name, texts.presets[name].title))}
          ${
            this.own.length === 0
              ? nothing
              : html`<optgroup label=${texts.ownPresets}>
                  ${this.own.map(({ name }) => this.#option(ownMark + name, name))}
                </optgroup>`
          }
        </select>
        <span class="badge" ?hidden=${changed === 0}>${texts.changed(changed)}</span>
      </div>
      <p class="help" id="preset-help">
        ${ownName === null ? texts.presets[chosen as BuiltInPresetName].help : texts.ownPresetHelp}
      </p>
      <div class="row">
        <button class="plain" ?hidden=${changed === 0} ?disabled=${disabled} @click=${() => this.#take(chosen)}>
          ${texts.backToPreset}
        </button>
        <button
          class="plain"
          aria-expanded=${this.asksName ? "true" : "false"}
          ?disabled=${disabled}
          @click=${() => this.#toggleName()}
        >
          ${texts.keepPreset}
        </button>
        ${
          ownName === null
            ? nothing
            : html`<button class="plain" ?disabled=${disabled} @click=${() => this.#delete(ownName)}>
                ${texts.deletePreset(ownName)}
              </button>`
        }
      </div>
      ${this.asksName ? this.#nameForm() : nothing}
      ${this.mistake ? html`<div class="message error"><p role="alert">${this.mistake}</p></div>` : nothing}
      ${undoNote(this.done)}
    `;
  }

  #option(id: string, title: string): TemplateResult {
    return html`<option value=${id} .selected=${id === this.chosen}>${title}</option>`;
  }

  #nameForm(): TemplateResult {
    const texts = steeringStrings();
    return html`
      <form @submit=${(event: Event) => this.#keep(event)} @keydown=${(event: KeyboardEvent) => this.#onKey(event)}>
        <label for="name">${texts.presetName}</label>
        <input id="name" type="text" maxlength="60" autocomplete="off" aria-describedby="name-help" />
        <button ?disabled=${this.disabled || !this.valid}>${texts.keep}</button>
        <p class="help" id="name-help">${this.valid ? texts.presetNameHelp : texts.wrongOptions}</p>
      </form>
    `;
  }

  #preset(id: string): ConfigurationOptions {
    const ownName = ownNameOf(id);
    if (ownName === null) return builtInPresets[id as BuiltInPresetName];
    return this.own.find(({ name }) => name === ownName)?.options ?? {};
  }

  #take(id: string): void {
    const before = { options: this.options, chosen: this.chosen };
    const overwritten = differingKeys(before.options, this.#preset(before.chosen)).length;
    this.chosen = id;
    this.#send(presetChanges(this.#preset(id)));
    // From one preset to the next nothing is lost that the list does not give back.
    this.done =
      overwritten === 0
        ? null
        : {
            text: steeringStrings().presetTaken(this.#title(id)),
            undo: () => {
              this.chosen = before.chosen;
              this.#send(presetChanges(before.options));
              this.#endUndo();
            },
          };
  }

  #toggleName(): void {
    this.asksName = !this.asksName;
    if (this.asksName) void this.updateComplete.then(() => this.nameInput?.focus());
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#leaveName();
  }

  #leaveName(): void {
    this.asksName = false;
    this.renderRoot.querySelector<HTMLElement>("button[aria-expanded]")?.focus();
  }

  #keep(event: Event): void {
    event.preventDefault();
    if (!this.valid) return;
    const typed = this.nameInput?.value ?? "";
    const before = this.own.find(({ name }) => name === typed.trim());
    this.#attempt(() => {
      const { name } = keepOwnPreset(typed, this.options);
      const chosen = this.chosen;
      this.chosen = ownMark + name;
      const texts = steeringStrings();
      this.done = {
        text: before ? texts.presetReplaced(name) : texts.presetKept(name),
        undo: () =>
          this.#attempt(() => {
            if (before) keepOwnPreset(before.name, before.options);
            else deleteOwnPreset(name);
            this.chosen = before ? this.chosen : chosen;
            this.#endUndo();
          }),
      };
      this.#leaveName();
    });
  }

  #delete(name: string): void {
    const preset = this.own.find((candidate) => candidate.name === name);
    if (!preset) return;
    this.#attempt(() => {
      deleteOwnPreset(name);
      this.chosen = "published";
      this.done = {
        text: steeringStrings().presetDeleted(name),
        undo: () =>
          this.#attempt(() => {
            keepOwnPreset(name, preset.options);
            this.chosen = ownMark + name;
            this.#endUndo();
          }),
      };
      this.select.focus();
    });
  }

  /** Does something to the presets that are stored, and says why where it cannot be done. */
  #attempt(act: () => void): void {
    this.mistake = "";
    try {
      act();
    } catch (error) {
      this.mistake = errorMessage(error);
    }
    this.own = readOwnPresets();
  }

  /** The button goes away with what it took back. */
  #endUndo(): void {
    this.done = null;
    this.select.focus();
  }

  #title(id: string): string {
    return ownNameOf(id) ?? steeringStrings().presets[id as BuiltInPresetName].title;
  }

  #send(options: ConfigurationOptions): void {
    this.dispatchEvent(new CustomEvent("options-change", { detail: { options } }) satisfies OptionsChangeEvent);
  }
}

/** Name of an own preset, `null` for a built-in one. */
function ownNameOf(id: string): string | null {
  return id.startsWith(ownMark) ? id.slice(ownMark.length) : null;
}
