import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { SlnetSession } from "../../session.js";
import type { SessionState } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";
import { actionButton } from "./action-button.js";
import { estimateNote } from "./estimate-note.js";
import { chosenValue, isChecked } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import {
  choiceMistake,
  choiceRequest,
  choiceUsesModel,
  decompositionFields,
  defaultMethodChoice,
  methodOptions,
  tailField,
  windowField,
  type MethodChoice,
  type PanelMethod,
} from "./method-fields.js";
import { panelStyles } from "./panel.styles.js";

/** How the stack is cleaned. */
export class SlnetCleanForm extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ attribute: false }) state: SessionState | null = null;

  @state() private choice: MethodChoice = defaultMethodChoice;
  @state() private lowRank = false;

  /** Of the panel, where a method is chosen by its figures. */
  #panel: Node | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#panel = this.getRootNode();
    this.#panel.addEventListener("method-chosen", this.#onMethodChosen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#panel?.removeEventListener("method-chosen", this.#onMethodChosen);
    this.#panel = null;
  }

  override render(): TemplateResult {
    const { session, state } = this;
    if (!session || !state) return html``;
    const { result, activity, model } = state;
    const busy = activity !== "idle";
    const texts = formStrings();
    const { choice } = this;
    const change = (patch: Partial<MethodChoice>): void => this.#change(patch);
    // The other methods take other times, which nobody has measured.
    const estimate = estimateNote(choice.method === "slnet" ? state.estimate : null, "cleaning");
    return html`
      <div class="pair">
        <label>
          ${texts.method}
          <select ?disabled=${busy} @change=${(event: Event) => change({ method: chosenValue(event) as PanelMethod })}>
            ${methodOptions(choice.method)}
          </select>
        </label>
        ${windowField(choice, busy, "clean-reason", change)}
        ${choice.method === "median" ? nothing : tailField(choice, busy, change)}
      </div>
      ${this.#purpose(busy)} ${decompositionFields(choice, busy, "clean-reason", change)}
      <label class="check">
        <input
          type="checkbox"
          ?disabled=${busy}
          .checked=${this.lowRank}
          @change=${(event: Event) => (this.lowRank = isChecked(event))}
        />
        ${texts.alsoBackground}
      </label>
      ${actionButton(
        texts.clean,
        this.#reason(state),
        "clean-reason",
        model !== null && result === null,
        estimate.text,
        () => session.clean({ ...choiceRequest(choice), lowRank: this.lowRank }),
      )}
      ${estimate.warning ? html`<div class="message"><p>${estimate.warning}</p></div>` : nothing}
      ${
        result
          ? html`<p class="muted">${texts.cleanedSoFar(result.done - result.from, result.to - result.from)}</p>`
          : nothing
      }
    `;
  }

  readonly #onMethodChosen = (event: Event): void => {
    this.#change((event as CustomEvent<{ readonly choice: Partial<MethodChoice> }>).detail.choice);
    // It comes into sight, with what is left to choose behind it.
    void this.updateComplete.then(() => this.renderRoot.querySelector("select")?.focus());
  };

  #change(patch: Partial<MethodChoice>): void {
    this.choice = { ...this.choice, ...patch };
  }

  /** SLNet and the masked mean share a model: what each is for, and a click from one to the other. */
  #purpose(busy: boolean): TemplateResult | typeof nothing {
    const { method } = this.choice;
    if (method !== "slnet" && method !== "masked-mean") return nothing;
    const texts = formStrings();
    const other = method === "slnet" ? "masked-mean" : "slnet";
    return html`<p class="muted purpose">
      ${texts.purposes[method]}
      <button type="button" class="plain" ?disabled=${busy} @click=${() => this.#change({ method: other })}>
        ${texts.switchPurpose[method]}
      </button>
    </p>`;
  }

  #reason({ activity, stack, model }: SessionState): string {
    const texts = formStrings();
    if (activity !== "idle") return texts.busy;
    if (!stack) return texts.noStack;
    return choiceMistake(this.choice) || (choiceUsesModel(this.choice) && !model ? texts.needsModel : "");
  }
}
