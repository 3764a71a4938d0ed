import { html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import { live } from "lit/directives/live.js";

import type { ImageDisplay } from "../../host/contract.js";
import { themeStyles } from "../theme.styles.js";
import { colormapNames } from "../../host/colormaps.js";
import type { ContrastLimits } from "../../host/contrast.js";
import { layerListStyles } from "./layer-list.styles.js";
import type { HostLayer } from "../../host/model.js";

/** Fired when a person changes how a layer is drawn. */
export type LayerDisplayEvent = CustomEvent<{ readonly id: string; readonly patch: Partial<ImageDisplay> }>;
/** Fired when a person chooses a layer. */
export type LayerActiveEvent = CustomEvent<{ readonly id: string }>;

/**
 * The layers, newest on top, and the controls of the active one.
 *
 * @fires layer-display - {@link LayerDisplayEvent}
 * @fires layer-active - {@link LayerActiveEvent}
 */
export class SlnetLayerList extends LitElement {
  static override styles = [themeStyles, layerListStyles];

  /** Bottom first. */
  @property({ attribute: false }) layers: readonly HostLayer[] = [];
  @property({ attribute: false }) activeId: string | null = null;
  /** Smallest and largest value of the active layer seen so far, in ADU. */
  @property({ attribute: false }) valueRange: ContrastLimits = [0, 1];

  override render(): TemplateResult {
    const active = this.layers.find((layer) => layer.id === this.activeId);
    return html`
      ${active ? this.#controls(active) : nothing}
      <h2 id="layers">Layers</h2>
      ${this.layers.length === 0 ? html`<p class="empty">No layers yet.</p>` : nothing}
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
    const active = layer.id === this.activeId;
    return html`
      <li class=${classMap({ active, off: !layer.visible })}>
        <button
          class="plain eye"
          aria-pressed=${layer.visible}
          aria-label=${`Show ${layer.name}`}
          title=${layer.visible ? "Hide" : "Show"}
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
    const limits = layer.contrastLimits ?? this.valueRange;
    const [low, high] = limits;
    const least = Math.min(this.valueRange[0], low);
    const most = Math.max(this.valueRange[1], high);
    const step = most - least > 200 ? 1 : Math.max((most - least) / 200, 1e-6);
    const setLow = (event: Event): void => this.#setLimits(layer, limits, 0, event);
    const setHigh = (event: Event): void => this.#setLimits(layer, limits, 1, event);
    return html`
      <div class="controls" role="group" aria-label=${`Display of ${layer.name}`}>
        <div class="wide contrast-head">
          <span>Contrast (ADU)</span>
          <button
            class="plain"
            title="Choose the limits from this frame: 0.35 % of the pixels saturate"
            @click=${() => this.#change(layer, { contrastLimits: null })}
          >
            Auto
          </button>
        </div>
        <div class="wide ranges">
          <input
            type="range"
            aria-label="Black level"
            min=${least}
            max=${most}
            step="any"
            .value=${live(String(low))}
            @input=${setLow}
          />
          <input
            type="range"
            aria-label="White level"
            min=${least}
            max=${most}
            step="any"
            .value=${live(String(high))}
            @input=${setHigh}
          />
        </div>
        <div class="wide pair">
          <input
            type="number"
            aria-label="Black level in ADU"
            step=${step}
            .value=${live(shortNumber(low))}
            @change=${setLow}
          />
          <input
            type="number"
            aria-label="White level in ADU"
            step=${step}
            .value=${live(shortNumber(high))}
            @change=${setHigh}
          />
        </div>
        <label for="opacity">Opacity</label>
        <input
          id="opacity"
          type="range"
          min="0"
          max="1"
          step="0.01"
          .value=${live(String(layer.opacity))}
          @input=${(event: Event) => this.#change(layer, { opacity: numberOf(event) })}
        />
        <label for="colormap">Colours</label>
        <select
          id="colormap"
          @change=${(event: Event) => this.#change(layer, { colormap: (event.target as HTMLSelectElement).value })}
        >
          ${colormapNames.map((name) => html`<option value=${name} ?selected=${name === layer.colormap}>${name}</option>`)}
        </select>
      </div>
    `;
  }

  #setLimits(layer: HostLayer, limits: ContrastLimits, side: 0 | 1, event: Event): void {
    const value = numberOf(event);
    if (!Number.isFinite(value)) {
      this.requestUpdate();
      return;
    }
    // The other limit gives way, so that black never lies above white.
    const moved: ContrastLimits =
      side === 0 ? [value, Math.max(value, limits[1])] : [Math.min(value, limits[0]), value];
    this.#change(layer, { contrastLimits: moved });
  }

  #change({ id }: HostLayer, patch: Partial<ImageDisplay>): void {
    this.dispatchEvent(new CustomEvent("layer-display", { detail: { id, patch } }));
  }

  #activate({ id }: HostLayer): void {
    this.dispatchEvent(new CustomEvent("layer-active", { detail: { id } }));
  }
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
