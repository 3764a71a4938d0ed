import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import { localizerRanges } from "../../../core/localization/localizer-options.js";
import { magnificationLimits } from "../../../core/localization/rendering.js";
import type { Unsubscribe } from "../../host/contract.js";
import type { LocalizedPart, LocalizedPartName } from "../../localized-part.js";
import type { Localizer } from "../../localizer.js";
import { defaultLocalizerSettings, type LocalizerSettings } from "../../localizer-settings.js";
import { strings } from "../../strings/index.js";
import { localizerStrings } from "../../strings/localizer.js";
import { countText } from "../panel/quantities.js";
import { taskStyles } from "../task/task.styles.js";
import { taskProgress } from "../task/task-progress.js";
import { themeStyles } from "../theme.styles.js";
import { localizerStyles } from "./localizer.styles.js";

const parts: readonly LocalizedPartName[] = ["raw", "cleaned"];

/** Limits of the number fields, and how fine they are. */
const ranges = {
  psfSigmaPixels: { ...localizerRanges.psfSigmaPixels, step: "any" },
  pixelSizeNm: { minimum: 1, maximum: 100_000, step: "any" },
  magnification: { ...magnificationLimits, step: "1" },
} as const;

type NumberKey = keyof typeof ranges;

/**
 * Super-resolution images of the open stack before and after cleaning, with the figures of their localizations and their
 * tables. It shows the state of a localizer and calls its methods.
 *
 * @tagname slnet-localizer
 */
export class SlnetLocalizer extends LitElement {
  static override styles = [themeStyles, taskStyles, localizerStyles];

  @property({ attribute: false }) localizer: Localizer | null = null;

  @state() private settings: LocalizerSettings = defaultLocalizerSettings;
  /** Read out once both images are there. */
  @state() private announcement = "";

  #unsubscribe: Unsubscribe | null = null;
  #wasBusy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("localizer")) this.#subscribe();
  }

  override render(): TemplateResult {
    const text = localizerStrings();
    const { localizer, settings } = this;
    if (!localizer?.state.stack) return html`<p class="muted">${text.noStack}</p>`;
    const { state } = localizer;
    const { busy } = state.task;
    return html`
      <p class="muted">${text.intro}</p>
      <form novalidate @submit=${(event: Event) => this.#start(event, localizer)}>
        <div class="fields">
          <label>
            ${text.fit}
            <select ?disabled=${busy} aria-describedby="fit-help" @change=${(event: Event) => this.#chooseFit(event)}>
              ${(["mle", "phasor"] as const).map(
                (fit) => html`<option value=${fit} ?selected=${fit === settings.fit}>${text.fits[fit]}</option>`,
              )}
            </select>
            <span class="muted" id="fit-help">${text.fitHelp[settings.fit]}</span>
          </label>
          ${this.#numberField("psfSigmaPixels", text.psfSigma, text.psfSigmaHelp)}
          ${localizer.knownPixelSizeNm === null ? this.#numberField("pixelSizeNm", text.pixelSize, text.pixelSizeHelp) : nothing}
          ${this.#numberField("magnification", text.magnification, text.magnificationHelp)}
        </div>
        ${state.method === null ? html`<p class="muted">${text.withoutMethod}</p>` : nothing}
        <div class="row"><button class="primary" ?disabled=${busy || !this.#isValid}>${text.localize}</button></div>
      </form>
      ${this.#task(localizer)} ${state.notices.map((notice) => html`<p class="muted sentence">${notice}</p>`)}
      ${state.raw ? this.#figures(localizer) : nothing}
      <slnet-method-comparison
        .comparison=${localizer.comparison}
        .settings=${settings}
        .isValid=${this.#isValid}
      ></slnet-method-comparison>
      <div class="visually-hidden" aria-live="polite">${this.announcement}</div>
    `;
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    const { localizer } = this;
    if (!localizer || !this.isConnected) return;
    this.#wasBusy = localizer.state.task.busy;
    this.#unsubscribe = localizer.subscribe(({ task, raw, cleaned }) => {
      if (this.#wasBusy && !task.busy && raw && task.error === null) {
        const found = cleaned && countText(cleaned.count);
        this.announcement = localizerStrings().done(countText(raw.count), found);
      }
      this.#wasBusy = task.busy;
      this.requestUpdate();
    });
  }

  get #isValid(): boolean {
    return Object.keys(ranges).every((key) => isWithin(key as NumberKey, this.settings[key as NumberKey]));
  }

  #start(event: Event, localizer: Localizer): void {
    event.preventDefault();
    if (this.#isValid) void localizer.localize(this.settings);
  }

  #chooseFit(event: Event): void {
    this.settings = { ...this.settings, fit: (event.target as HTMLSelectElement).value as LocalizerSettings["fit"] };
  }

  #numberField(key: NumberKey, title: string, help: string): TemplateResult {
    const { minimum, maximum, step } = ranges[key];
    const value = this.settings[key];
    const isWrong = !isWithin(key, value);
    return html`<label>
      ${title}
      <input
        type="number"
        min=${minimum}
        max=${maximum}
        step=${step}
        ?disabled=${this.localizer?.state.task.busy}
        aria-invalid=${isWrong}
        aria-describedby="${key}-help"
        .value=${live(Number.isNaN(value) ? "" : String(value))}
        @change=${(event: Event) => {
          this.settings = { ...this.settings, [key]: (event.target as HTMLInputElement).valueAsNumber };
        }}
      />
      <span class=${isWrong ? "error" : "muted"} id="${key}-help" role=${isWrong ? "alert" : nothing}>
        ${isWrong ? localizerStrings().expected(minimum, maximum, step === "1") : help}
      </span>
    </label>`;
  }

  #task(localizer: Localizer): TemplateResult | typeof nothing {
    const text = localizerStrings();
    const { task, part } = localizer.state;
    const title = text.working(text[part]);
    const figures = task.progress ? `, ${strings().panel.progressText(task.progress, "frames")}` : "";
    return taskProgress(task, title, title + figures, () => localizer.cancel());
  }

  #figures(localizer: Localizer): TemplateResult {
    const text = localizerStrings();
    const { state } = localizer;
    const { busy, error } = state.task;
    const found = parts.filter((part) => state[part]);
    const row = (title: string, help: string | null, of: (part: LocalizedPart) => string): TemplateResult =>
      html`<tr>
        <th scope="row">${title}${help === null ? nothing : html`<span class="muted">${help}</span>`}</th>
        ${found.map((part) => html`<td>${of(state[part]!)}</td>`)}
      </tr>`;
    return html`
      <table>
        <caption>
          ${text.figures}
        </caption>
        <thead>
          <tr>
            <td></td>
            ${found.map((part) => html`<th scope="col">${text.parts[part]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${row(text.found, null, ({ count }) => countText(count))}
          ${row(text.photons, null, ({ figures }) => figureText(figures.medianPhotons, 0))}
          ${row(text.claimed, text.claimedHelp, ({ figures }) => figureText(figures.medianUncertaintyNm, 1))}
          ${row(text.measured, text.measuredHelp, ({ figures }) => figureText(figures.precisionNm, 1))}
        </tbody>
      </table>
      ${busy || error !== null || !localizer.host ? nothing : html`<p>${text.images}</p>`}
      <p class="muted">${text.trap}</p>
      <div class="row">
        ${found.map(
          (part) =>
            html`<button ?disabled=${busy} @click=${() => void localizer.save(part)}>
              ${text.saveTable(text[part])}
            </button>`,
        )}
      </div>
    `;
  }
}

function isWithin(key: NumberKey, value: number): boolean {
  const { minimum, maximum, step } = ranges[key];
  return value >= minimum && value <= maximum && (step === "any" || Number.isInteger(value));
}

function figureText(value: number | null, digits: number): string {
  if (value === null) return localizerStrings().notKnown;
  return new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
