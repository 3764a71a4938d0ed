import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { ImageLayer, Unsubscribe, ViewerHost } from "../../host/contract.js";
import { formStrings } from "../../strings/panel-forms.js";
import { themeStyles } from "../theme.styles.js";

/** Events of a host after which the form is drawn anew. */
const hostEvents = ["layers-changed", "active-changed", "step-changed", "display-changed"] as const;

/**
 * Frame, layer and contrast of a viewer that has no controls for them. Follows the viewer's own, and changes them through
 * the host.
 */
export class SlnetViewForm extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-2);
      }

      .frame {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 84px auto;
        align-items: center;
        gap: var(--_space-2);
      }

      .contrast {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--_space-2);
      }

      .error {
        margin: 0;
        color: var(--_danger);
      }
    `,
  ];

  @property({ attribute: false }) host: ViewerHost | null = null;

  /** Why the limits that were typed are not taken. */
  @state() private mistake = "";

  #unsubscribe: readonly Unsubscribe[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const off of this.#unsubscribe) off();
    this.#unsubscribe = [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("host") && this.isConnected) this.#subscribe();
  }

  override render(): TemplateResult | typeof nothing {
    const { host } = this;
    const layers = host?.layers.list() ?? [];
    if (!host || layers.length === 0) return nothing;
    const active = layers.find(({ id }) => id === host.layers.activeId) ?? layers.at(-1)!;
    return html`${this.#frameFields(host)} ${layers.length > 1 ? this.#layerField(host, layers, active) : nothing}
    ${this.#contrastFields(host, active)}`;
  }

  #subscribe(): void {
    for (const off of this.#unsubscribe) off();
    const { host } = this;
    this.#unsubscribe = host ? hostEvents.map((type) => host.on(type, () => this.requestUpdate())) : [];
  }

  #frameFields(host: ViewerHost): TemplateResult {
    const { step, frames } = host.dims;
    const last = Math.max(0, frames - 1);
    const texts = formStrings();
    return html`
      <div class="frame">
        <input
          type="range"
          aria-label=${texts.frame}
          min="0"
          max=${last}
          step="1"
          ?disabled=${frames < 2}
          .value=${live(String(step))}
          @input=${(event: Event) => host.dims.setStep((event.target as HTMLInputElement).valueAsNumber)}
        />
        <input
          type="number"
          aria-label=${texts.frameNumber}
          min="0"
          max=${last}
          ?disabled=${frames < 2}
          .value=${live(String(step))}
          @change=${(event: Event) => this.#onNumber(event, host)}
        />
        <span>${texts.ofFrames(last)}</span>
      </div>
    `;
  }

  #onNumber(event: Event, host: ViewerHost): void {
    const number = (event.target as HTMLInputElement).valueAsNumber;
    if (Number.isFinite(number)) host.dims.setStep(number);
    this.requestUpdate();
  }

  #layerField(host: ViewerHost, layers: readonly ImageLayer[], active: ImageLayer): TemplateResult {
    return html`
      <label>
        ${formStrings().layerInFront}
        <select @change=${(event: Event) => bringToFront(host, (event.target as HTMLSelectElement).value)}>
          ${[...layers]
            .reverse()
            .map(({ id, name }) => html`<option value=${id} ?selected=${id === active.id}>${name}</option>`)}
        </select>
      </label>
    `;
  }

  #contrastFields(host: ViewerHost, layer: ImageLayer): TemplateResult {
    const limits = layer.contrastLimits;
    const texts = formStrings();
    const field = (end: 0 | 1, title: string): TemplateResult => html`
      <label>
        ${title}
        <input
          type="number"
          step="any"
          placeholder=${texts.automatic}
          aria-invalid=${this.mistake ? "true" : "false"}
          aria-describedby=${this.mistake ? "mistake" : nothing}
          .value=${live(limits ? String(Number(limits[end].toPrecision(6))) : "")}
          @change=${(event: Event) => this.#setLimit(event, host, layer, end)}
        />
      </label>
    `;
    return html`
      <div class="contrast" role="group" aria-label=${texts.contrastOf(layer.name)}>
        ${field(0, texts.black)} ${field(1, texts.white)}
        <button title=${texts.autoHint} @click=${() => host.layers.update(layer.id, { contrastLimits: null })}>
          ${texts.auto}
        </button>
      </div>
      ${this.mistake ? html`<p class="error" id="mistake" role="alert">${this.mistake}</p>` : nothing}
    `;
  }

  #setLimit(event: Event, host: ViewerHost, layer: ImageLayer, end: 0 | 1): void {
    const value = (event.target as HTMLInputElement).valueAsNumber;
    const other = layer.contrastLimits?.[1 - end] ?? (end === 0 ? value + 1 : Math.min(0, value - 1));
    const [low, high] = end === 0 ? [value, other] : [other, value];
    this.mistake = low < high ? "" : formStrings().wrongLimits(low, high);
    if (this.mistake === "") host.layers.update(layer.id, { contrastLimits: [low, high] });
    this.requestUpdate();
  }
}

/** A layer is in front when it is seen and the ones above it are not. */
function bringToFront(host: ViewerHost, id: string): void {
  let above = false;
  for (const layer of host.layers.list()) {
    host.layers.update(layer.id, { visible: !above });
    if (layer.id === id) above = true;
  }
  host.layers.setActive?.(id);
}
