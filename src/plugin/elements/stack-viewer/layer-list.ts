import { html, LitElement, nothing, svg, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
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
import { strings } from "../../strings/index.js";
import { colormapField, colormapFieldStyles } from "../colormap-field.js";
import type { LimitsChangeEvent } from "../histogram/histogram.js";
import { themeStyles } from "../theme.styles.js";
import { layerListStyles } from "./layer-list.styles.js";

/** Fired when a person changes how a layer is drawn. */
export type LayerDisplayEvent = CustomEvent<{ readonly id: string; readonly patch: Partial<ImageDisplay> }>;
/** Fired when a person chooses a layer. */
export type LayerActiveEvent = CustomEvent<{ readonly id: string }>;

/** More than this of the pixels black, or white, leaves nothing to see. */
const maximumSaturatedPercent = 49;

/**
 * The layers, newest on top, and the controls of the active one.
 *
 * @fires layer-display - {@link LayerDisplayEvent}
 * @fires layer-active - {@link LayerActiveEvent}
 */
export class SlnetLayerList extends LitElement {
  static override styles = [themeStyles, layerListStyles, colormapFieldStyles];

  /** Bottom first. */
  @property({ attribute: false }) layers: readonly HostLayer[] = [];
  @property({ attribute: false }) activeId: string | null = null;
  /** Smallest and largest value of the active layer seen so far, in ADU; where {@link activeFrame} is not there. */
  @property({ attribute: false }) valueRange: ContrastLimits = [0, 1];
  /** What is shown of the active layer, `null` before it is there. */
  @property({ attribute: false }) activeFrame: HostFrame | null = null;

  /** How automatic limits are chosen. */
  @state() private saturated: SaturatedPercent = imagejSaturation;
  /** Units of values whose layers all have the same limits, with those limits once there are any. */
  @state() private linked: ReadonlyMap<string, ContrastLimits | null> = new Map();

  #histogramAsked = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("layers")) this.#keepLinked(changed.get("layers") ?? []);
    if (this.activeId === null || this.#histogramAsked) return;
    this.#histogramAsked = true;
    void import("../../define-plots.js").then(({ definePlots }) => definePlots());
  }

  override render(): TemplateResult {
    const text = strings().plots;
    const active = this.layers.find((layer) => layer.id === this.activeId);
    return html`
      ${active ? this.#controls(active) : nothing}
      <h2 id="layers">${text.layers}</h2>
      ${this.layers.length === 0 ? html`<p class="empty">${text.noLayers}</p>` : nothing}
      <ul aria-labelledby="layers">
        ${repeat(
          [...this.layers].reverse(),
          (layer) => layer.id,
          (layer) => this.#row(layer),
        )}
      </ul>
    `;
  }

  #row(layer: HostLayer): TemplateResult {
    const text = strings().plots;
    const active = layer.id === this.activeId;
    return html`
      <li class=${classMap({ active, off: !layer.visible })}>
        <button
          class="plain eye"
          aria-pressed=${layer.visible}
          aria-label=${text.showLayer(layer.name)}
          title=${layer.visible ? text.hide : text.show}
          @click=${() => this.#change(layer, { visible: !layer.visible })}
        >
          ${eye(layer.visible)}
        </button>
        <button
          class="plain name"
          aria-current=${active ? "true" : nothing}
          title=${layer.name}
          @click=${() => this.#activate(layer)}
        >
          ${layer.name}
        </button>
      </li>
    `;
  }

  #controls(layer: HostLayer): TemplateResult {
    const text = strings().plots;
    const limits = layer.contrastLimits ?? this.valueRange;
    const unit = valueUnit(layer);
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
          .frame=${this.activeFrame}
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
      ${strings().plots.linkContrast(unit)}
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
    const asViewer = this.saturated === imagejSaturation && !this.linked.has(valueUnit(layer));
    const frame = this.activeFrame;
    this.#setLimits(layer, asViewer || !frame ? null : autoContrast(frame.samples, this.saturated).limits);
  }

  #full(layer: HostLayer): void {
    this.#setLimits(layer, this.activeFrame ? fullRange(this.activeFrame.samples) : this.valueRange);
  }

  #reset(layer: HostLayer): void {
    this.saturated = imagejSaturation;
    this.#auto(layer);
  }

  #setLimits(layer: HostLayer, contrastLimits: ContrastLimits | null): void {
    const unit = valueUnit(layer);
    if (!this.linked.has(unit)) {
      this.#change(layer, { contrastLimits });
      return;
    }
    this.linked = new Map(this.linked).set(unit, contrastLimits);
    for (const other of this.layers) if (valueUnit(other) === unit) this.#change(other, { contrastLimits });
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
      const layers = this.layers.filter((layer) => valueUnit(layer) === unit);
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

  #activate({ id }: HostLayer): void {
    this.dispatchEvent(new CustomEvent("layer-active", { detail: { id } }));
  }
}

/** In what the values of a layer are, for people; layers say so in their metadata where it is not camera counts. */
function valueUnit({ metadata }: HostLayer): string {
  const unit = metadata["valueUnit"];
  return typeof unit === "string" ? unit : "ADU";
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

function eye(open: boolean): TemplateResult {
  return html`<svg
    width="18"
    height="18"
    viewBox="0 0 18 18"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    aria-hidden="true"
  >
    <path d="M1.5 9C3 5.8 5.8 4 9 4s6 1.8 7.5 5c-1.5 3.2-4.3 5-7.5 5S3 12.2 1.5 9Z" />
    ${open ? svg`<circle cx="9" cy="9" r="2.3" fill="currentColor" />` : svg`<path d="M3 15 15 3" />`}
  </svg>`;
}
