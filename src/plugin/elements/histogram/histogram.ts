import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { HostFrame } from "../../host/contract.js";
import { colormapGradient } from "../../host/colormaps.js";
import { fullRange, type ContrastLimits } from "../../host/contrast.js";
import { strings } from "../../strings/index.js";
import { plotStrings } from "../../strings/plots.js";
import { themeStyles } from "../theme.styles.js";
import { countPixels, type PixelCounts } from "./count-pixels.js";
import { histogramStyles } from "./histogram.styles.js";

/** Fired while a person moves a limit. */
export type LimitsChangeEvent = CustomEvent<{ readonly limits: ContrastLimits; readonly end: 0 | 1 }>;

/** Counting all pixels of a large frame takes some milliseconds; while frames fly by, this often is enough. */
const countIntervalMs = 100;
/** Rows of the table that stands in for the picture. */
const tableRows = 16;

/**
 * The values of the pixels of a frame, with the limits between which they are drawn.
 *
 * @tagname slnet-histogram
 * @fires limits-change - {@link LimitsChangeEvent}
 */
export class SlnetHistogram extends LitElement {
  static override styles = [themeStyles, histogramStyles];

  @property({ attribute: false }) frame: HostFrame | null = null;
  /** Values drawn black and white. */
  @property({ attribute: false }) limits: ContrastLimits = [0, 1];
  @property() colormap = "gray";
  /** In what the values are. */
  @property() unit = "ADU";

  @state() private logarithmic = true;
  @state() private counted: PixelCounts | null = null;
  @query(".area") private area!: HTMLElement;

  /** Of the frame that was counted last. */
  #frameRange: ContrastLimits = [0, 1];
  #countedFrame: HostFrame | null = null;
  #countedAt = -Infinity;
  #timer = 0;
  /** The limit that is held by the pointer, and the range in view, which must not slide away under it. */
  #drag: { readonly end: 0 | 1; readonly range: ContrastLimits } | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#schedule();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("frame")) this.#schedule();
  }

  override render(): TemplateResult {
    const text = plotStrings();
    const { counted, frame } = this;
    const [from, to] = this.#range;
    const [low, high] = this.limits;
    return html`
      <div
        class="area"
        role="group"
        aria-label=${frame ? text.histogramOf(frame.index) : text.histogram}
        @pointerdown=${(event: PointerEvent) => this.#grab(event)}
        @pointermove=${(event: PointerEvent) => this.#move(event)}
        @pointerup=${() => this.#release()}
        @pointercancel=${() => this.#release()}
      >
        ${counted ? this.#bars(counted) : html`<span class="empty">${text.noHistogram}</span>`}
        ${this.#handle(0, text.blackLevel)} ${this.#handle(1, text.whiteLevel)}
      </div>
      ${this.#colourBar(this.#place(low), this.#place(high))}
      <div class="foot">
        <span>${text.value(from, "")}</span>
        <label>
          <input
            type="checkbox"
            .checked=${this.logarithmic}
            @change=${(event: Event) => (this.logarithmic = (event.target as HTMLInputElement).checked)}
          />
          ${strings().basics.logScale}
        </label>
        <span>${text.value(to, "")}</span>
      </div>
      ${counted && frame ? this.#table(counted, frame.index) : nothing}
    `;
  }

  /** Values from the left to the right end. */
  get #range(): ContrastLimits {
    if (this.#drag) return this.#drag.range;
    const [low, high] = this.limits;
    return [Math.min(this.#frameRange[0], low), Math.max(this.#frameRange[1], high)];
  }

  /** Where a value lies between the left end, 0, and the right, 1. */
  #place(value: number): number {
    const [from, to] = this.#range;
    return Math.min(Math.max(0, (value - from) / Math.max(to - from, Number.MIN_VALUE)), 1);
  }

  /** One key press; a count, or less where there are few. */
  get #step(): number {
    const [from, to] = this.#range;
    return to - from >= 200 ? Math.max(1, Math.round((to - from) / 500)) : (to - from) / 200;
  }

  #bars({ from, binWidth, counts }: PixelCounts): TemplateResult {
    const heightOf = (count: number): number => (this.logarithmic ? Math.log1p(count) : count);
    const most = Math.max(heightOf(counts.reduce((highest, count) => Math.max(highest, count), 0)), 1e-9);
    const parts = ["M0 100"];
    counts.forEach((count, bin) => {
      const [left, right] = [this.#place(from + bin * binWidth), this.#place(from + (bin + 1) * binWidth)];
      // A single pixel among millions stays visible.
      const height = count === 0 ? 0 : Math.max(2, (100 * heightOf(count)) / most);
      const y = (100 - height).toFixed(1);
      parts.push(`L${(1000 * left).toFixed(1)} ${y}L${(1000 * right).toFixed(1)} ${y}`);
    });
    parts.push("L1000 100Z");
    return html`<svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<path d=${parts.join("")} />`}
    </svg>`;
  }

  #handle(end: 0 | 1, name: string): TemplateResult {
    const [from, to] = this.#range;
    const value = this.limits[end];
    return html`<div
      class="handle ${end === 0 ? "low" : "high"}"
      role="slider"
      tabindex="0"
      aria-label=${name}
      aria-orientation="horizontal"
      aria-valuemin=${from}
      aria-valuemax=${to}
      aria-valuenow=${value}
      aria-valuetext=${plotStrings().levelText(value, this.unit)}
      .style=${`left: ${100 * this.#place(value)}%`}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event, end)}
    ></div>`;
  }

  /** The colours as they are given to the values above them. */
  #colourBar(low: number, high: number): TemplateResult {
    const part = (width: number, background: string): TemplateResult =>
      html`<i .style=${`flex: 0 0 ${100 * width}%; background: ${background}`}></i>`;
    const gradient = colormapGradient(this.colormap);
    const colours = gradient.slice(gradient.indexOf("rgb")).match(/rgb\([^)]*\)/g) ?? [];
    return html`<div class="colours" aria-hidden="true">
      ${part(low, colours[0] ?? "")}${part(Math.max(0, high - low), gradient)}${part(1 - high, colours.at(-1) ?? "")}
    </div>`;
  }

  #table({ from, binWidth, counts }: PixelCounts, index: number): TemplateResult {
    const text = plotStrings();
    const together = Math.ceil(counts.length / tableRows);
    const rows = Array.from({ length: Math.ceil(counts.length / together) }, (_, row) => {
      const bins = counts.subarray(row * together, (row + 1) * together);
      const left = from + row * together * binWidth;
      return [left, left + bins.length * binWidth, bins.reduce((sum, count) => sum + count, 0)] as const;
    });
    return html`<div class="visually-hidden">
      <table>
        <caption>
          ${text.histogramOf(index)}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text.valuesFrom(this.unit)}</th>
            <th scope="col">${text.valuesTo(this.unit)}</th>
            <th scope="col">${text.pixels}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([left, right, count]) =>
              html`<tr>
                <td>${text.value(left, "")}</td>
                <td>${text.value(right, "")}</td>
                <td>${count}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #schedule(): void {
    if (this.#timer !== 0 || this.frame === this.#countedFrame) return;
    const wait = Math.max(0, this.#countedAt + countIntervalMs - performance.now());
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#countedAt = performance.now();
      this.#countedFrame = this.frame;
      if (this.frame) this.#frameRange = fullRange(this.frame.samples);
      this.counted = this.frame && countPixels(this.frame.samples, this.#frameRange);
    }, wait);
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    const value = this.#valueAt(event);
    const [low, high] = this.limits;
    // Of two limits in one place the one that can move there.
    const end = Math.abs(value - low) < Math.abs(value - high) || (low === high && value < low) ? 0 : 1;
    this.#drag = { end, range: this.#range };
    this.area.setPointerCapture(event.pointerId);
    this.renderRoot.querySelectorAll<HTMLElement>(".handle")[end]?.focus();
    this.#set(end, value);
    event.preventDefault();
  }

  #move(event: PointerEvent): void {
    if (this.#drag) this.#set(this.#drag.end, this.#valueAt(event));
  }

  #release(): void {
    this.#drag = null;
    this.requestUpdate();
  }

  #valueAt({ clientX }: PointerEvent): number {
    const { left, width } = this.area.getBoundingClientRect();
    const [from, to] = this.#range;
    const value = from + (Math.min(Math.max(0, clientX - left), width) / Math.max(1, width)) * (to - from);
    return to - from >= 200 ? Math.round(value) : value;
  }

  #onKey(event: KeyboardEvent, end: 0 | 1): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [from, to] = this.#range;
    const stride = this.#step * (event.shiftKey ? 10 : 1);
    const value = this.limits[end];
    const target = new Map([
      ["ArrowRight", value + stride],
      ["ArrowUp", value + stride],
      ["ArrowLeft", value - stride],
      ["ArrowDown", value - stride],
      ["PageUp", value + 10 * this.#step],
      ["PageDown", value - 10 * this.#step],
      ["Home", from],
      ["End", to],
    ]).get(event.key);
    if (target === undefined) return;
    this.#set(end, Math.min(Math.max(from, target), to));
    event.preventDefault();
    event.stopPropagation();
  }

  /** The other limit gives way, so that black never lies above white. */
  #set(end: 0 | 1, value: number): void {
    const [low, high] = this.limits;
    const limits: ContrastLimits = end === 0 ? [value, Math.max(value, high)] : [Math.min(value, low), value];
    if (limits[0] === low && limits[1] === high) return;
    this.dispatchEvent(new CustomEvent("limits-change", { detail: { limits, end } }));
  }
}
