import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { HostFrame, ImageDisplay } from "../../host/contract.js";
import {
  autoContrast,
  fullRange,
  imagejSaturation,
  type ContrastLimits,
  type SaturatedPercent,
} from "../../host/contrast.js";
import type { HostLayer } from "../../host/model.js";
import { plotStrings } from "../../strings/plots.js";
import { colormapField, colormapFieldStyles } from "../colormap-field.js";
import type { LimitsChangeEvent } from "../histogram/histogram.js";
import { themeStyles } from "../theme.styles.js";
import { layerControlsStyles } from "./layer-controls.styles.js";
import { valueUnitOf } from "./value-unit.js";

/** More than this of the pixels black, or white, leaves nothing to see. */
const maximumSaturatedPercent = 49;

/**
 * How a layer is drawn: contrast with its histogram, opacity and colours.
 *
 * @fires layer-display - `LayerDisplayEvent`, for this layer or, with linked limits, for each of them.
 */
export class SlnetLayerControls extends LitElement {
  static override styles = [themeStyles, layerControlsStyles, colormapFieldStyles];

  /** The one that is controlled. */
  @property({ attribute: false }) layer: HostLayer | null = null;
  /** All layers, which may be linked to it. */
  @property({ attribute: false }) layers: readonly HostLayer[] = [];
  /** Smallest and largest value of the layer seen so far, in its unit; where {@link frame} is not there. */
  @property({ attribute: false }) valueRange: ContrastLimits = [0, 1];
  /** What is shown of the layer, `null` before it is there. */
  @property({ attribute: false }) frame: HostFrame | null = null;

  /** How automatic limits are chosen. */
  @state() private saturated: SaturatedPercent = imagejSaturation;
  /** Units of values whose layers all have the same limits, with those limits once there are any. */
  @state() private linked: ReadonlyMap<string, ContrastLimits | null> = new Map();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("layers")) this.#keepLinked(changed.get("layers") ?? []);
  }

  override render(): TemplateResult | typeof nothing {
    return this.layer ? this.#controls(this.layer) : nothing;
  }

  #controls(layer: HostLayer): TemplateResult {
    const text = plotStrings();
    const limits = layer.contrastLimits ?? this.valueRange;
    const unit = valueUnitOf(layer);
    const step = limits[1] - limits[0] > 200 ? 1 : Math.max((limits[1] - limits[0]) / 200, 1e-6);
    const { dark, bright } = this.saturated;
    const level = (end: 0 | 1, name: string): TemplateResult =>
      html`<input
        type="number"
        aria-label=${name}
        step=${step}
        .value=${live(shortNumber(limits[end]))}
        @change=${(event: Event) => this.#typeLimit(layer, limits, end, event)}
      />`;
    return html`
      <div class="controls" role="group" aria-label=${text.displayOf(layer.name)}>
        <div class="wide contrast-head">
          <span>${text.contrast(unit)}</span>
          <button class="plain" title=${text.autoHelp(dark, bright)} @click=${() => this.#auto(layer)}>
            ${text.auto}
          </button>
          <button class="plain" title=${text.fullRangeHelp} @click=${() => this.#full(layer)}>${text.fullRange}</button>
          <button class="plain" title=${text.resetHelp} @click=${() => this.#reset(layer)}>${text.reset}</button>
        </div>
        <slnet-histogram
          class="wide"
          .frame=${this.frame}
          .limits=${limits}
          .colormap=${layer.colormap}
          .unit=${unit}
          @limits-change=${({ detail }: LimitsChangeEvent) => this.#setLimits(layer, detail.limits)}
        ></slnet-histogram>
        <div class="wide pair">${level(0, text.blackLevelIn(unit))} ${level(1, text.whiteLevelIn(unit))}</div>
        ${this.#linkField(layer, unit)}
        <details class="wide">
          <summary>${text.autoSettings}</summary>
          <div class="pair">
            ${this.#saturationField("dark", text.saturatedDark, layer)}
            ${this.#saturationField("bright", text.saturatedBright, layer)}
          </div>
        </details>
        <label for="opacity">${text.opacity}</label>
        <input
          id="opacity"
          type="range"
          min="0"
          max="1"
          step="0.01"
          .value=${live(String(layer.opacity))}
          @input=${(event: Event) => this.#change(layer, { opacity: numberOf(event) })}
        />
        <label for="colormap">${text.colours}</label>
        ${colormapField("colormap", layer.colormap, (colormap) => this.#change(layer, { colormap }))}
      </div>
    `;
  }

  #linkField(layer: HostLayer, unit: string): TemplateResult {
    return html`<label class="wide check">
      <input
        type="checkbox"
        .checked=${live(this.linked.has(unit))}
        @change=${(event: Event) => this.#link(layer, unit, (event.target as HTMLInputElement).checked)}
      />
      ${plotStrings().linkContrast(unit)}
    </label>`;
  }

  #saturationField(end: keyof SaturatedPercent, title: string, layer: HostLayer): TemplateResult {
    return html`<label>
      ${title}
      <input
        type="number"
        min="0"
        max=${maximumSaturatedPercent}
        step="any"
        .value=${live(String(this.saturated[end]))}
        @change=${(event: Event) => {
          const percent = numberOf(event);
          if (percent >= 0 && percent <= maximumSaturatedPercent) {
            this.saturated = { ...this.saturated, [end]: percent };
            this.#auto(layer);
          }
          this.requestUpdate();
        }}
      />
    </label>`;
  }

  #typeLimit(layer: HostLayer, limits: ContrastLimits, end: 0 | 1, event: Event): void {
    const value = numberOf(event);
    // What cannot be taken is replaced by what is.
    this.requestUpdate();
    if (!Number.isFinite(value)) return;
    // The other limit gives way, so that black never lies above white.
    this.#setLimits(layer, end === 0 ? [value, Math.max(value, limits[1])] : [Math.min(value, limits[0]), value]);
  }

  #auto(layer: HostLayer): void {
    // The viewer chooses by itself as soon as it has the frame; other percentiles only these controls know.
    const asViewer = this.saturated === imagejSaturation && !this.linked.has(valueUnitOf(layer));
    const frame = this.frame;
    this.#setLimits(layer, asViewer || !frame ? null : autoContrast(frame.samples, this.saturated).limits);
  }

  #full(layer: HostLayer): void {
    this.#setLimits(layer, this.frame ? fullRange(this.frame.samples) : this.valueRange);
  }

  #reset(layer: HostLayer): void {
    this.saturated = imagejSaturation;
    this.#auto(layer);
  }

  #setLimits(layer: HostLayer, contrastLimits: ContrastLimits | null): void {
    const unit = valueUnitOf(layer);
    if (!this.linked.has(unit)) {
      this.#change(layer, { contrastLimits });
      return;
    }
    this.linked = new Map(this.linked).set(unit, contrastLimits);
    for (const other of this.layers) if (valueUnitOf(other) === unit) this.#change(other, { contrastLimits });
  }

  #link(layer: HostLayer, unit: string, link: boolean): void {
    const linked = new Map(this.linked);
    linked.delete(unit);
    if (link) linked.set(unit, null);
    this.linked = linked;
    if (link && layer.contrastLimits) this.#setLimits(layer, layer.contrastLimits);
  }

  /** Gives linked layers that came, or whose limits were changed by others, the same limits again. */
  #keepLinked(before: readonly HostLayer[]): void {
    for (const [unit, limits] of this.linked) {
      const layers = this.layers.filter((layer) => valueUnitOf(layer) === unit);
      const changed = layers.find(({ id, contrastLimits }) => {
        const old = before.find((layer) => layer.id === id);
        return old && contrastLimits && !sameLimits(contrastLimits, old.contrastLimits);
      });
      const kept = changed?.contrastLimits ?? limits;
      const first = layers[0];
      if (kept && first && layers.some(({ contrastLimits }) => !sameLimits(contrastLimits, kept))) {
        this.#setLimits(first, kept);
      }
    }
  }

  #change({ id }: HostLayer, patch: Partial<ImageDisplay>): void {
    this.dispatchEvent(new CustomEvent("layer-display", { detail: { id, patch } }));
  }
}

function sameLimits(one: ContrastLimits | null, other: ContrastLimits | null): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}

function numberOf(event: Event): number {
  return (event.target as HTMLInputElement).valueAsNumber;
}

function shortNumber(value: number): string {
  // Tenths of a count are finer than a grey level; small values, of normalised stacks, keep three digits.
  return String(Number(Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(3)));
}
