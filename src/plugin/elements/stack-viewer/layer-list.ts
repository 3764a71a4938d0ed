import { html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";

import type { HostFrame, ImageDisplay } from "../../host/contract.js";
import type { ContrastLimits } from "../../host/contrast.js";
import type { HostLayer } from "../../host/model.js";
import { strings } from "../../strings/index.js";
import { themeStyles } from "../theme.styles.js";
import { layerListStyles } from "./layer-list.styles.js";

/** Fired when a person changes how a layer is drawn. */
export type LayerDisplayEvent = CustomEvent<{ readonly id: string; readonly patch: Partial<ImageDisplay> }>;
/** Fired when a person chooses a layer. */
export type LayerActiveEvent = CustomEvent<{ readonly id: string }>;

/**
 * The layers, newest on top, and the controls of the active one, which are loaded once there is a list.
 *
 * @fires layer-display - {@link LayerDisplayEvent}
 * @fires layer-active - {@link LayerActiveEvent}
 */
export class SlnetLayerList extends LitElement {
  static override styles = [themeStyles, layerListStyles];

  /** Bottom first. */
  @property({ attribute: false }) layers: readonly HostLayer[] = [];
  @property({ attribute: false }) activeId: string | null = null;
  /** Smallest and largest value of the active layer seen so far, in its unit; where {@link activeFrame} is not there. */
  @property({ attribute: false }) valueRange: ContrastLimits = [0, 1];
  /** What is shown of the active layer, `null` before it is there. */
  @property({ attribute: false }) activeFrame: HostFrame | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void import("../../define-plots.js").then(({ definePlots }) => definePlots());
  }

  override render(): TemplateResult {
    const text = strings().basics;
    const active = this.layers.find((layer) => layer.id === this.activeId);
    return html`
      ${
        active
          ? html`<slnet-layer-controls
              .layer=${active}
              .layers=${this.layers}
              .valueRange=${this.valueRange}
              .frame=${this.activeFrame}
              @layer-display=${({ detail }: LayerDisplayEvent) => this.#tellDisplay(detail)}
            ></slnet-layer-controls>`
          : nothing
      }
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
    const text = strings().basics;
    const active = layer.id === this.activeId;
    return html`
      <li class=${classMap({ active, off: !layer.visible })}>
        <button
          class="plain eye"
          aria-pressed=${layer.visible}
          aria-label=${text.showLayer(layer.name)}
          title=${layer.visible ? text.hide : text.show}
          @click=${() => this.#tellDisplay({ id: layer.id, patch: { visible: !layer.visible } })}
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

  #tellDisplay(detail: LayerDisplayEvent["detail"]): void {
    this.dispatchEvent(new CustomEvent("layer-display", { detail }));
  }

  #activate({ id }: HostLayer): void {
    this.dispatchEvent(new CustomEvent("layer-active", { detail: { id } }));
  }
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
