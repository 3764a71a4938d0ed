import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { StackRegion, StackShape } from "../../../core/frames.js";
import type { PickedShape, Unsubscribe, ViewerHost } from "../../host/contract.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { typedText } from "./field-events.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";
import { parseRegion, regionKeys, regionTexts, type RegionKey, type RegionTexts } from "./region-text.js";

/** Fired when a person chose a part of the stack, or `null`, all of it. */
export type RegionChangeEvent = CustomEvent<{ readonly region: StackRegion | null }>;

/** Of the shape that the viewer draws over the picture. */
const shapeId = "slnet-training-region";

/** Chooses a rectangle of pixels and a range of frames to train on: in numbers, or by drawing on the image. */
export class SlnetRegionForm extends LitElement {
  static override styles = [
    themeStyles,
    panelStyles,
    formStyles,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        align-items: start;
        gap: var(--_space-2) var(--_space-3);
      }

      .fields label {
        display: grid;
        gap: 2px;
      }

      .help {
        color: var(--_muted);
        font-size: 12px;
      }

      .error {
        color: var(--_danger);
      }
    `,
  ];

  @property({ attribute: false }) host: ViewerHost | null = null;
  /** Of the open stack. */
  @property({ attribute: false }) shape: StackShape | null = null;
  @property({ attribute: false }) region: StackRegion | null = null;
  /** Frames that a training needs at least. */
  @property({ type: Number }) neededFrames = 1;
  @property({ type: Boolean }) disabled = false;

  /** What is typed while a field is wrong. */
  @state() private typed: RegionTexts | null = null;
  @state() private drawing = false;

  #unsubscribe: Unsubscribe | null = null;
  #shownOn: ViewerHost | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#show(null);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("host") && this.isConnected) this.#listen();
    if (changed.has("shape") || changed.has("region")) this.typed = null;
    if (!this.shape || this.disabled) this.drawing = false;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.isConnected && (changed.has("region") || changed.has("host") || this.#shownOn !== this.host)) {
      this.#show(this.region);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { shape, region, disabled, drawing } = this;
    if (!shape) return nothing;
    const texts = steeringStrings();
    const shown = this.typed ?? regionTexts(region, shape);
    const { mistakes } = parseRegion(shown, shape, this.neededFrames);
    const isWhole = region === null && this.typed === null;
    return html`
      <p class="help" id="help">${texts.partHelp}</p>
      <div class="fields">${regionKeys.map((key) => this.#field(key, shown[key], mistakes[key]))}</div>
      <div class="row">
        ${
          this.host?.shapes
            ? html`<button
                aria-pressed=${drawing ? "true" : "false"}
                ?disabled=${disabled}
                @click=${() => this.#draw()}
              >
                ${texts.drawRegion}
              </button>`
            : nothing
        }
        <button ?disabled=${disabled || isWhole} @click=${() => this.#clear()}>${texts.wholeAgain}</button>
      </div>
      <div class="undo" role="status">${drawing ? html`<p class="help">${texts.drawingRegion}</p>` : nothing}</div>
    `;
  }

  #field(key: RegionKey, text: string, mistake: string | undefined): TemplateResult {
    return html`
      <div>
        <label>
          ${steeringStrings().regionFields[key]}
          <input
            type="text"
            inputmode="numeric"
            autocomplete="off"
            id=${key}
            ?disabled=${this.disabled}
            aria-invalid=${mistake === undefined ? "false" : "true"}
            aria-describedby=${mistake === undefined ? "help" : `${key}-error`}
            .value=${live(text)}
            @change=${(event: Event) => this.#type(key, typedText(event))}
          />
        </label>
        ${mistake === undefined ? nothing : html`<p class="error" id="${key}-error">${mistake}</p>`}
      </div>
    `;
  }

  #type(key: RegionKey, text: string): void {
    const { shape } = this;
    if (!shape) return;
    const typed = { ...(this.typed ?? regionTexts(this.region, shape)), [key]: text };
    const { region } = parseRegion(typed, shape, this.neededFrames);
    this.typed = region ? null : typed;
    if (region) this.#send(region);
  }

  #clear(): void {
    this.typed = null;
    this.drawing = false;
    this.#send(null);
    // The button that was pressed cannot be any more.
    this.renderRoot.querySelector<HTMLElement>("#x")?.focus();
  }

  #draw(): void {
    this.drawing = true;
    this.host?.shapes?.pick("rectangle");
  }

  #listen(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = this.host?.on("shape-picked", ({ shape }) => this.#onShape(shape)) ?? null;
  }

  #onShape(picked: PickedShape): void {
    const { shape } = this;
    if (!this.drawing || !shape) return;
    this.drawing = false;
    if (picked.kind !== "rectangle") return;
    const { x, y, width, height } = picked;
    const frames = regionTexts(this.region, shape);
    const texts = { x: String(x), y: String(y), width: String(width), height: String(height) };
    const typed = { ...frames, ...texts };
    const { region } = parseRegion(typed, shape, this.neededFrames);
    this.typed = region ? null : typed;
    if (region) this.#send(region);
  }

  /** Draws the region over the picture; none is drawn around all of it. */
  #show(region: StackRegion | null): void {
    if (this.#shownOn !== this.host) this.#shownOn?.shapes?.show(shapeId, null);
    this.#shownOn = this.host;
    const { shape } = this;
    const isFrame = region && shape && region.width === shape.width && region.height === shape.height;
    const drawn =
      region && !isFrame
        ? ({ kind: "rectangle", x: region.x, y: region.y, width: region.width, height: region.height } as const)
        : null;
    this.#shownOn?.shapes?.show(shapeId, drawn);
  }

  #send(region: StackRegion | null): void {
    this.dispatchEvent(new CustomEvent("region-change", { detail: { region } }) satisfies RegionChangeEvent);
  }
}
