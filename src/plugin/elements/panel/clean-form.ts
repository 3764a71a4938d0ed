import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { defaultMaskedWindowFrames, maskedWindowLimits } from "../../../core/masked-mean.js";
import { defaultMedianWindowFrames, medianWindowLimits } from "../../../core/running-median.js";
import type { CleaningMethod, CleaningOptions } from "../../../protocol/api.js";
import { usesModel } from "../../../protocol/cleaning-methods.js";
import type { SlnetSession } from "../../session.js";
import type { CleanRequest } from "../../session-requests.js";
import type { SessionState } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";
import { actionButton } from "./action-button.js";
import { estimateNote } from "./estimate-note.js";
import { chosenValue, isChecked } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";
import { defaultRpcaTexts, parseRpca, rpcaFields, type RpcaTexts } from "./rpca-fields.js";

/** The median of a window and that of the stack are two choices. */
type PanelMethod = Exclude<CleaningMethod["type"], "minimum" | "rolling-ball"> | "whole-median";

/** How the stack is cleaned. */
export class SlnetCleanForm extends LitElement {
  static override styles = [themeStyles, panelStyles, formStyles];

  @property({ attribute: false }) session: SlnetSession | null = null;
  @property({ attribute: false }) state: SessionState | null = null;

  @state() private method: PanelMethod = "slnet";
  @state() private medianWindowFrames: number = defaultMedianWindowFrames;
  @state() private maskWindowFrames: number = defaultMaskedWindowFrames;
  @state() private tail: CleaningOptions["tail"] = "shift";
  @state() private lowRank = false;
  @state() private rpcaTexts: RpcaTexts = defaultRpcaTexts;

  override render(): TemplateResult {
    const { session, state } = this;
    if (!session || !state) return html``;
    const { result, activity, model } = state;
    const busy = activity !== "idle";
    const texts = formStrings();
    // The other methods take other times, which nobody has measured.
    const estimate = estimateNote(this.method === "slnet" ? state.estimate : null, "cleaning");
    return html`
      <div class="pair">
        <label>
          ${texts.method}
          <select ?disabled=${busy} @change=${(event: Event) => (this.method = chosenValue(event) as PanelMethod)}>
            ${Object.entries(texts.methods).map(
              ([value, title]) => html`<option value=${value} ?selected=${this.method === value}>${title}</option>`,
            )}
          </select>
        </label>
        ${this.method === "median" || this.method === "masked-mean" ? this.#windowField(busy) : nothing}
        ${this.method === "median" ? nothing : this.#tailField(busy)}
      </div>
      ${this.#purpose(busy)} ${this.method === "rpca" ? this.#rpcaFields(busy) : nothing}
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
        () => session.clean(this.#request()),
      )}
      ${estimate.warning ? html`<div class="message"><p>${estimate.warning}</p></div>` : nothing}
      ${
        result
          ? html`<p class="muted">${texts.cleanedSoFar(result.done - result.from, result.to - result.from)}</p>`
          : nothing
      }
    `;
  }

  #request(): CleanRequest {
    const { lowRank, tail } = this;
    switch (this.method) {
      case "slnet":
        return { method: "slnet", lowRank, tail };
      case "median":
        return { method: "median", medianWindowFrames: this.medianWindowFrames, lowRank, tail };
      case "masked-mean":
        return { method: "masked-mean", maskWindowFrames: this.maskWindowFrames, lowRank, tail };
      case "whole-median":
        return { method: "median", medianWindowFrames: 0, lowRank, tail };
      case "rpca":
        return { method: "rpca", rpca: parseRpca(this.rpcaTexts).options, lowRank, tail };
      default:
        return this.method satisfies never;
    }
  }

  /** SLNet and the masked mean share a model: what each is for, and a click from one to the other. */
  #purpose(busy: boolean): TemplateResult | typeof nothing {
    const { method } = this;
    if (method !== "slnet" && method !== "masked-mean") return nothing;
    const texts = formStrings();
    const other = method === "slnet" ? "masked-mean" : "slnet";
    return html`<p class="muted purpose">
      ${texts.purposes[method]}
      <button type="button" class="plain" ?disabled=${busy} @click=${() => (this.method = other)}>
        ${texts.switchPurpose[method]}
      </button>
    </p>`;
  }

  #windowField(busy: boolean): TemplateResult {
    const texts = formStrings();
    const isMask = this.method === "masked-mean";
    const { minimum, maximum } = isMask ? maskedWindowLimits : medianWindowLimits;
    const isWrong = this.#isWindowWrong;
    const hint = isMask ? texts.maskWindowHint : texts.medianWindowHint;
    const change = (event: Event): void => {
      const frames = (event.target as HTMLInputElement).valueAsNumber;
      if (isMask) this.maskWindowFrames = frames;
      else this.medianWindowFrames = frames;
    };
    return html`<label title=${hint(minimum, maximum)}>
      ${texts.medianWindow}
      <input
        type="number"
        min=${minimum}
        max=${maximum}
        step="1"
        ?disabled=${busy}
        aria-invalid=${isWrong ? "true" : "false"}
        aria-describedby=${isWrong ? "clean-reason" : nothing}
        .value=${String(isMask ? this.maskWindowFrames : this.medianWindowFrames)}
        @change=${change}
      />
    </label>`;
  }

  get #usesModel(): boolean {
    return this.method !== "whole-median" && usesModel(this.method);
  }

  get #isWindowWrong(): boolean {
    if (this.method === "median") return !isWithin(this.medianWindowFrames, medianWindowLimits);
    return this.method === "masked-mean" && !isWithin(this.maskWindowFrames, maskedWindowLimits);
  }

  #rpcaFields(busy: boolean): TemplateResult {
    return rpcaFields(this.rpcaTexts, busy, "clean-reason", (key, text) => {
      this.rpcaTexts = { ...this.rpcaTexts, [key]: text };
    });
  }

  #tailField(busy: boolean): TemplateResult {
    const texts = formStrings();
    return html`<label title=${texts.lastFramesHint}>
      ${texts.lastFrames}
      <select
        ?disabled=${busy || !this.#usesModel}
        @change=${(event: Event) => (this.tail = chosenValue(event) as CleaningOptions["tail"])}
      >
        <option value="shift" ?selected=${this.tail === "shift"}>${texts.tails.shift}</option>
        <option value="drop" ?selected=${this.tail === "drop"}>${texts.tails.drop}</option>
      </select>
    </label>`;
  }

  #reason({ activity, stack, model }: SessionState): string {
    const texts = formStrings();
    if (activity !== "idle") return texts.busy;
    if (!stack) return texts.noStack;
    if (this.#isWindowWrong) {
      const { minimum, maximum } = this.method === "masked-mean" ? maskedWindowLimits : medianWindowLimits;
      return texts.wrongMedianWindow(minimum, maximum);
    }
    if (this.method === "rpca") return Object.values(parseRpca(this.rpcaTexts).mistakes)[0] ?? "";
    return this.#usesModel && !model ? texts.needsModel : "";
  }
}

function isWithin(frames: number, limits: { readonly minimum: number; readonly maximum: number }): boolean {
  return Number.isInteger(frames) && frames >= limits.minimum && frames <= limits.maximum;
}
