import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { keptShare, sparsityWeightOf } from "../../../core/kept-share.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { typedText } from "./field-events.js";

/** Fired when a person chose a share: the sparsity weight that keeps it. */
export type SparsityChangeEvent = CustomEvent<{ readonly sparsityWeight: number }>;

/** In percent. The ends are those of α: 1000 keeps 0.2 %, 0 keeps two thirds. */
const limits = { minimum: 0.2, maximum: 66.6 } as const;

/** The sparsity weight α as the share of the pixels that it keeps. */
export class SlnetShareField extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 84px;
        align-items: center;
        gap: 2px var(--_space-2);
      }

      label {
        grid-column: 1 / -1;
      }

      p {
        grid-column: 1 / -1;
        margin: 0;
        color: var(--_muted);
        font-size: 12px;
      }

      .error {
        color: var(--_danger);
      }
    `,
  ];

  /** `null` while it is wrong. */
  @property({ attribute: false }) sparsityWeight: number | null = null;
  @property({ type: Boolean }) disabled = false;

  /** What is typed and no share. */
  @state() private wrongText: string | null = null;

  override render(): TemplateResult {
    const { sparsityWeight, wrongText, disabled } = this;
    const texts = steeringStrings();
    const percent = sparsityWeight === null ? "" : String(Number((keptShare(sparsityWeight) * 100).toPrecision(3)));
    return html`
      <label for="share">${texts.share}</label>
      <input
        type="range"
        aria-label=${texts.shareSlider}
        min=${limits.minimum}
        max=${limits.maximum}
        step="0.1"
        ?disabled=${disabled}
        .value=${live(percent)}
        @change=${(event: Event) => this.#take(typedText(event))}
      />
      <input
        id="share"
        type="text"
        inputmode="decimal"
        autocomplete="off"
        ?disabled=${disabled}
        aria-invalid=${wrongText === null ? "false" : "true"}
        aria-describedby=${wrongText === null ? "help" : "error help"}
        .value=${live(wrongText ?? percent)}
        @change=${(event: Event) => this.#take(typedText(event))}
      />
      ${
        wrongText === null
          ? nothing
          : html`<p class="error" id="error">${texts.wrongShare(wrongText, limits.minimum, limits.maximum)}</p>`
      }
      <p id="help">${texts.shareHelp}</p>
    `;
  }

  #take(text: string): void {
    const percent = Number(text);
    const fits = text.trim() !== "" && percent >= limits.minimum && percent <= limits.maximum;
    this.wrongText = fits ? null : text;
    if (!fits) return;
    const detail = { sparsityWeight: sparsityWeightOf(percent / 100) };
    this.dispatchEvent(new CustomEvent("sparsity-change", { detail }) satisfies SparsityChangeEvent);
  }
}
