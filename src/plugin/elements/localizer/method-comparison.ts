import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import {
  mostComparedFrames,
  ownFigureColumns,
  type OwnMethod,
  type OwnReport,
} from "../../../core/evaluation/own-report.js";
import type { Unsubscribe } from "../../host/contract.js";
import { defaultLocalizerSettings, type LocalizerSettings } from "../../localizer-settings.js";
import { targetSeconds, type ComparedName, type MethodComparison } from "../../method-comparison.js";
import { comparisonStrings } from "../../strings/comparison.js";
import { strings } from "../../strings/index.js";
import type { MethodChoice } from "../panel/method-fields.js";
import { countText, durationText } from "../panel/quantities.js";
import { taskStyles } from "../task/task.styles.js";
import { taskProgress } from "../task/task-progress.js";
import { themeStyles } from "../theme.styles.js";
import { methodComparisonStyles } from "./method-comparison.styles.js";

/** Fewer frames are refused: windows and precision need some. */
const leastFrames = 20;

/** What a row sets in the form of the panel that cleans; raw frames are no way to clean. */
const choices: Readonly<Record<Exclude<ComparedName, "raw">, Partial<MethodChoice>>> = {
  "median-50": { method: "median", medianWindowFrames: 50 },
  "median-100": { method: "median", medianWindowFrames: 100 },
  slnet: { method: "slnet" },
  "masked-mean": { method: "masked-mean" },
};

/**
 * Ways to find the background of the open stack, side by side in a table of figures. It shows the state of a comparison and
 * calls its methods.
 *
 * @tagname slnet-method-comparison
 * @fires method-chosen - A person wants to clean by a method; `detail.choice` is what to set in a form for it.
 */
export class SlnetMethodComparison extends LitElement {
  static override styles = [themeStyles, taskStyles, methodComparisonStyles];

  @property({ attribute: false }) comparison: MethodComparison | null = null;
  /** How emitters are found, the same for every method. */
  @property({ attribute: false }) settings: LocalizerSettings = defaultLocalizerSettings;
  /** Whether the settings can be worked with. */
  @property({ attribute: false }) isValid = true;

  /** As typed, `null`: as suggested. */
  @state() private frames: number | null = null;
  /** Read out once the table is there. */
  @state() private announcement = "";

  #unsubscribe: Unsubscribe | null = null;
  #observer: IntersectionObserver | null = null;
  #isSeen = false;
  #wasBusy = false;
  #stack: unknown = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#subscribe();
    // How long it takes is tried where somebody looks.
    this.#observer = new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1)?.isIntersecting ?? false;
      this.#prepare();
    });
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#observer?.disconnect();
    this.#observer = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("comparison")) this.#subscribe();
    const stack = this.comparison?.state.stack?.shape;
    if (stack !== this.#stack) this.frames = null;
    this.#stack = stack;
  }

  protected override updated(): void {
    this.#prepare();
  }

  override render(): TemplateResult {
    const { comparison } = this;
    const text = comparisonStrings();
    if (!comparison?.state.stack) return html`<p class="muted">${text.noStack}</p>`;
    const { hasModel, task, report, notices, isOutdated } = comparison.state;
    return html`
      <h4 id="title">${text.title}</h4>
      <p class="muted">${text.intro}</p>
      ${hasModel ? nothing : html`<p class="muted">${text.withoutModel}</p>`}
      <form novalidate aria-labelledby="title" @submit=${(event: Event) => this.#start(event, comparison)}>
        ${this.#framesField(comparison)}
        <div class="row">
          <button class="primary" ?disabled=${task.busy || !this.#isReady} aria-describedby="plan">
            ${text.compare}
          </button>
          <span class="muted" id="plan">${this.#plan(comparison)}</span>
        </div>
      </form>
      ${this.#progress(comparison)} ${notices.map((notice) => html`<p class="muted sentence">${notice}</p>`)}
      ${report ? this.#table(comparison, report) : nothing}
      ${isOutdated ? html`<p class="muted">${text.outdated}</p>` : nothing}
      <div class="visually-hidden" aria-live="polite">${this.announcement}</div>
    `;
  }

  #subscribe(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    const { comparison } = this;
    if (!comparison || !this.isConnected) return;
    this.#wasBusy = comparison.state.task.busy;
    this.#unsubscribe = comparison.subscribe(({ task, report }) => {
      if (this.#wasBusy && !task.busy && report && task.error === null) this.announcement = doneText(report);
      this.#wasBusy = task.busy;
      this.requestUpdate();
    });
  }

  #prepare(): void {
    if (this.#isSeen && this.isValid) void this.comparison?.prepare(this.settings);
  }

  get #limits(): { readonly least: number; readonly most: number; readonly all: number } {
    const all = this.comparison?.state.stack?.shape.frames ?? 0;
    const most = Math.min(mostComparedFrames, all);
    return { least: Math.min(leastFrames, most), most, all };
  }

  get #isReady(): boolean {
    return this.isValid && !this.#isWrong;
  }

  get #isWrong(): boolean {
    const { frames } = this;
    if (frames === null) return false;
    const { least, most } = this.#limits;
    return !Number.isInteger(frames) || frames < least || frames > most;
  }

  #start(event: Event, comparison: MethodComparison): void {
    event.preventDefault();
    this.announcement = "";
    if (this.#isReady) void comparison.compare(this.settings, this.frames);
  }

  #framesField(comparison: MethodComparison): TemplateResult {
    const text = comparisonStrings();
    const { least, most, all } = this.#limits;
    const isWrong = this.#isWrong;
    const value = this.frames ?? comparison.suggestedFrames;
    return html`<div class="fields">
      <label>
        ${text.frames}
        <input
          type="number"
          min=${least}
          max=${most}
          step="1"
          ?disabled=${comparison.state.task.busy}
          aria-invalid=${isWrong}
          aria-describedby="frames-help"
          .value=${live(value === null || Number.isNaN(value) ? "" : String(value))}
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            this.frames = input.value === "" && !input.validity.badInput ? null : input.valueAsNumber;
          }}
        />
        <span class=${isWrong ? "error" : "muted"} id="frames-help" role=${isWrong ? "alert" : nothing}>
          ${isWrong ? text.expected(least, most) : text.framesHelp(countText(all))}
        </span>
      </label>
    </div>`;
  }

  /** What a click would do, and how long it would take. */
  #plan(comparison: MethodComparison): string {
    const text = comparisonStrings();
    const { estimate } = comparison.state;
    const frames = this.#isWrong ? null : (this.frames ?? comparison.suggestedFrames);
    const { methodCount } = comparison;
    if (frames === null) return this.frames === null ? text.unplanned(methodCount) : "";
    const seconds = estimate && Math.max(1, estimate.fixedSeconds + frames * estimate.secondsPerFrame);
    const planned = text.planned(methodCount, countText(frames), seconds === null ? null : durationText(seconds));
    return this.frames === null && seconds !== null && seconds > targetSeconds + 1
      ? `${planned} ${text.tooLarge(targetSeconds)}`
      : planned;
  }

  #progress(comparison: MethodComparison): TemplateResult | typeof nothing {
    const text = comparisonStrings();
    const { task, current } = comparison.state;
    const title = text.working(current && text.methods[current]);
    const figures = task.progress ? `, ${strings().panel.progressText(task.progress, "frames")}` : "";
    return taskProgress(task, title, title + figures, () => comparison.cancel());
  }

  #table(comparison: MethodComparison, report: OwnReport): TemplateResult {
    const text = comparisonStrings();
    const { busy } = comparison.state.task;
    return html`
      <div class="scroll" role="region" aria-labelledby="caption" tabindex="0">
        <table>
          <caption id="caption">
            ${text.caption(countText(report.frames))}
          </caption>
          <thead>
            <tr>
              <th scope="col">${text.method}</th>
              ${ownFigureColumns.map(
                ({ key }) =>
                  html`<th scope="col" aria-describedby="help-${key}" title=${text.columns[key].help}>
                    ${text.columns[key].title}
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${report.methods.map((method) => this.#row(method))}
          </tbody>
        </table>
      </div>
      <p>${text.verdict}</p>
      <details>
        <summary>${text.columnsTitle}</summary>
        <dl>
          ${ownFigureColumns.map(
            ({ key }) =>
              html`<dt>${text.columns[key].title}</dt>
                <dd id="help-${key}">${text.columns[key].help}</dd>`,
          )}
        </dl>
      </details>
      <div class="row">
        ${(["csv", "json"] as const).map(
          (format) =>
            html`<button ?disabled=${busy} @click=${() => comparison.save(format)}>${text.save[format]}</button>`,
        )}
      </div>
    `;
  }

  #row({ name, title, figures, error }: OwnMethod): TemplateResult {
    const text = comparisonStrings();
    const choice = name in choices ? choices[name as keyof typeof choices] : null;
    return html`<tr>
      <th scope="row" abbr=${title}>
        <span>${title}</span>
        ${
          choice && error === null
            ? html`<button
                title=${text.chooseHint(title)}
                aria-label="${text.choose}: ${title}"
                @click=${() => this.#choose(choice)}
              >
                ${text.choose}
              </button>`
            : nothing
        }
      </th>
      ${
        figures
          ? ownFigureColumns.map(({ key, digits }) => html`<td>${figureText(figures[key], digits)}</td>`)
          : html`<td class="failed" colspan=${ownFigureColumns.length}>${text.failed(error ?? "")}</td>`
      }
    </tr>`;
  }

  #choose(choice: Partial<MethodChoice>): void {
    this.dispatchEvent(new CustomEvent("method-chosen", { detail: { choice }, bubbles: true, composed: true }));
  }
}

function doneText({ methods, frames }: OwnReport): string {
  const failed = methods.filter(({ error }) => error !== null).length;
  return comparisonStrings().done(methods.length - failed, failed, countText(frames));
}

function figureText(value: number | null, digits: number): string {
  if (value === null) return comparisonStrings().notKnown;
  const text = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
  return text.replace("-", "−");
}
