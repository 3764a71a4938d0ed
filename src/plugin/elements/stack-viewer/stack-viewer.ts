import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { ImageDisplay, Unsubscribe, ViewerHost } from "../../host/contract.js";
import { provideHost } from "../../host/discovery.js";
import { LayerFrames } from "../../host/layer-frames.js";
import { HostModel, type HostLayer } from "../../host/model.js";
import { themeStyles } from "../theme.styles.js";
import { autoContrast, type ContrastLimits } from "../../host/contrast.js";
import { pixelSizeNm } from "../scale-bar/pixel-size.js";
import type { LayerActiveEvent, LayerDisplayEvent } from "./layer-list.js";
import { FramePainter } from "../../host/frame-painter.js";
import { Playback } from "./playback.js";
import { Stage, valueAt, type PixelPosition, type StagePicture } from "./stage.js";
import { stackViewerStyles } from "./stack-viewer.styles.js";
import type { SlnetToastList, ToastLevel } from "./toast-list.js";

/** What the viewer holds for each layer of its host. */
interface LayerView {
  readonly frames: LayerFrames;
  readonly painter: FramePainter;
  /** Smallest and largest value seen, in ADU. */
  range: ContrastLimits;
}

const frameRates = [5, 10, 15, 30, 60];
/** Frames read before they are shown while playing. */
const readAheadFrames = 3;

/**
 * A viewer of camera stacks: layers, contrast, a frame slider, and docks for panels. It is the reference of the host
 * contract, {@link SlnetStackViewer.host}.
 *
 * The topmost visible layer covers the ones below it, unless it is not fully opaque or has no pixels for this frame yet.
 *
 * @tagname slnet-stack-viewer
 * @slot empty - What is said while nothing is open.
 */
export class SlnetStackViewer extends LitElement {
  static override styles = [themeStyles, stackViewerStyles];

  /** `auto` follows the system. */
  @property({ reflect: true }) theme: "dark" | "light" | "auto" = "dark";

  /** The viewer as plugins see it. */
  readonly host: ViewerHost;

  @state() private playing = false;
  @state() private framesPerSecond = 15;
  @state() private screenPixelsPerPixel = 0;
  @state() private pointer: PixelPosition | null = null;
  @state() private docked: ReadonlySet<string> = new Set();
  @query("canvas") private canvas!: HTMLCanvasElement | null;
  @query(".stage") private stageArea!: HTMLElement | null;
  @query("slnet-toast-list") private toasts!: SlnetToastList | null;

  readonly #host: HostModel;
  readonly #views = new Map<string, LayerView>();
  readonly #playback = new Playback(
    () => this.#playNext(),
    () => this.#settled(),
  );
  readonly #resizes = new ResizeObserver(() => this.#resize());
  #stage: Stage | null = null;
  #drawRequest = 0;
  #panelCount = 0;

  constructor() {
    super();
    this.#host = new HostModel({
      hostName: "slnet-stack-viewer",
      capabilities: [
        "read-pixels",
        "float32",
        "layer-update",
        "multi-layer",
        "dims-events",
        "contrast-events",
        "controls",
        "panels",
        "notifications",
      ],
      notify: (level, message) => this.notify(level, message),
      mountPanel: (element, options) => this.#mountPanel(element, options.title),
    });
    this.host = this.#host;
    this.#host.on("layers-changed", () => this.#syncViews());
    this.#host.on("active-changed", () => this.requestUpdate());
    this.#host.on("display-changed", ({ id, patch }) => this.#onDisplay(id, patch));
    this.#host.on("step-changed", () => this.#onStep());
    this.addEventListener("keydown", (event) => this.#onKey(event));
    provideHost(this, this.#host);
  }

  /** Ends the viewer: its layers go, and the plugins in it with all that is theirs. */
  dispose(): void {
    this.#host.dispose();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.stageArea) this.#resizes.observe(this.stageArea);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    this.#setPlaying(false);
    cancelAnimationFrame(this.#drawRequest);
    this.#drawRequest = 0;
  }

  /** Shows a message for a while; an error until it is dismissed. */
  notify(level: ToastLevel, message: string): void {
    void this.updateComplete.then(() => this.toasts?.show(level, message));
  }

  override render(): TemplateResult {
    const { layers, dims } = this.#host;
    const active = layers.activeId;
    return html`
      <div class="layout">
        <slnet-layer-list
          class="layers"
          .layers=${layers.list()}
          .activeId=${active}
          .valueRange=${(active && this.#views.get(active)?.range) ?? [0, 1]}
          .activeFrame=${(active && this.#views.get(active)?.frames.shown) ?? null}
          @layer-display=${({ detail }: LayerDisplayEvent) => layers.update(detail.id, detail.patch)}
          @layer-active=${({ detail }: LayerActiveEvent) => layers.setActive(detail.id)}
        ></slnet-layer-list>
        <div class="stage" tabindex="0" role="group" aria-label="Image. Arrow keys change the frame, space plays.">
          <canvas
            role="img"
            aria-label=${this.#description()}
            @pointermove=${(event: PointerEvent) => this.#onPointer(event)}
            @pointerleave=${() => (this.pointer = null)}
          ></canvas>
          ${layers.list().length === 0 ? html`<div class="hint"><slot name="empty">Nothing is open.</slot></div>` : nothing}
          ${this.#note()} ${this.#scaleBar()}
          <slnet-toast-list></slnet-toast-list>
        </div>
        <div class="dims" role="group" aria-label="Frames">
          ${this.#dimsControls(dims.step, dims.frames)}
          <div class="readout">${this.#readout()}</div>
        </div>
        <div class="panels">
          ${[...this.docked].map((name) => html`<div class="dock"><slot name=${name}></slot></div>`)}
        </div>
      </div>
    `;
  }

  override firstUpdated(): void {
    if (this.canvas) this.#stage = new Stage(this.canvas);
    if (this.stageArea) this.#resizes.observe(this.stageArea);
  }

  protected override updated(_changed: PropertyValues<this>): void {
    this.#requestDraw();
  }

  #dimsControls(step: number, frames: number): TemplateResult {
    const none = frames === 0;
    return html`
      <button
        class="play"
        ?disabled=${frames < 2}
        aria-label=${this.playing ? "Pause" : "Play"}
        title=${this.playing ? "Pause (space)" : "Play (space)"}
        @click=${() => this.#setPlaying(!this.playing)}
      >
        ${playIcon(this.playing)}
      </button>
      <input
        type="range"
        aria-label="Frame"
        min="0"
        max=${Math.max(0, frames - 1)}
        step="1"
        ?disabled=${frames < 2}
        .value=${live(String(step))}
        @input=${(event: Event) => this.#host.dims.setStep((event.target as HTMLInputElement).valueAsNumber)}
      />
      <span class="frame">
        <input
          type="number"
          aria-label="Frame number"
          min="0"
          max=${Math.max(0, frames - 1)}
          ?disabled=${none}
          .value=${live(String(step))}
          @change=${(event: Event) => this.#onFrameNumber(event)}
        />
        of ${Math.max(0, frames - 1)}
      </span>
      <select
        class="rate"
        aria-label="Frames per second"
        @change=${(event: Event) => this.#setRate(Number((event.target as HTMLSelectElement).value))}
      >
        ${frameRates.map((rate) => html`<option value=${rate} ?selected=${rate === this.framesPerSecond}>${rate} fps</option>`)}
      </select>
    `;
  }

  #description(): string {
    const { layers, dims } = this.#host;
    const top = this.#visible().at(-1);
    return top ? `${top.name}, frame ${dims.step} of ${dims.frames - 1}, ${layers.list().length} layers` : "No image";
  }

  /** Says why the topmost layer does not show this frame. */
  #note(): TemplateResult | typeof nothing {
    const top = this.#visible().at(-1);
    const frames = top && this.#views.get(top.id)?.frames;
    if (!top || !frames) return nothing;
    if (frames.error !== null) return html`<div class="note">${top.name}: ${frames.error}</div>`;
    return frames.missing ? html`<div class="note">${top.name}: this frame is not there yet</div>` : nothing;
  }

  #scaleBar(): TemplateResult | typeof nothing {
    const top = this.#visible().at(-1);
    return top
      ? html`<slnet-scale-bar
          .pixelSizeNm=${pixelSizeNm(top)}
          .screenPixelsPerPixel=${this.screenPixelsPerPixel}
        ></slnet-scale-bar>`
      : nothing;
  }

  #readout(): string {
    const pointer = this.pointer;
    if (!pointer) return "";
    const values = this.#visible().flatMap((layer) => {
      const frame = this.#views.get(layer.id)?.frames.shown;
      const value = frame && valueAt(frame, pointer);
      return typeof value === "number" ? [`${layer.name} ${Number(value.toFixed(1))}`] : [];
    });
    return [`x ${pointer.x}, y ${pointer.y}`, ...values.reverse()].join("  ·  ") + (values.length > 0 ? " ADU" : "");
  }

  /** Bottom first. */
  #visible(): readonly HostLayer[] {
    return this.#host.layers.list().filter((layer) => layer.visible);
  }

  /** Makes what is held for each layer match the layers there are. */
  #syncViews(): void {
    const layers = this.#host.layers.list();
    for (const [id, view] of this.#views) {
      if (layers.some((layer) => layer.id === id)) continue;
      view.frames.dispose();
      this.#views.delete(id);
    }
    for (const { id, source } of layers) {
      if (this.#views.has(id)) continue;
      const frames = new LayerFrames(source, () => this.requestUpdate());
      this.#views.set(id, { frames, painter: new FramePainter(), range: [0, 1] });
    }
    this.#wantFrames();
    this.requestUpdate();
  }

  #wantFrames(): void {
    const { step } = this.#host.dims;
    for (const layer of this.#visible()) {
      const view = this.#views.get(layer.id);
      view?.frames.want(Math.min(step, layer.source.frames - 1));
      if (!this.playing) continue;
      for (let ahead = 1; ahead <= readAheadFrames; ahead++) view?.frames.readAhead(step + ahead);
    }
  }

  #settled(): boolean {
    return this.#visible().every((layer) => this.#views.get(layer.id)?.frames.settled ?? true);
  }

  #onDisplay(id: string, patch: Partial<ImageDisplay>): void {
    if (patch.visible) this.#wantFrames();
    if (this.#views.has(id)) this.requestUpdate();
  }

  #onStep(): void {
    this.#wantFrames();
    this.requestUpdate();
  }

  #requestDraw(): void {
    if (this.#drawRequest === 0) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawRequest = 0;
    const pictures: StagePicture[] = [];
    let covered = false;
    for (const layer of [...this.#visible()].reverse()) {
      const view = this.#views.get(layer.id);
      const frame = view?.frames.shown;
      if (!view || !frame) continue;
      const limits = layer.contrastLimits ?? this.#chooseContrast(layer, view);
      if (!covered)
        pictures.unshift({ picture: view.painter.paint(frame, limits, layer.colormap), opacity: layer.opacity });
      covered ||= layer.opacity >= 1;
    }
    this.#stage?.draw(pictures);
    this.screenPixelsPerPixel = (this.#stage?.scale ?? 0) / window.devicePixelRatio;
  }

  #chooseContrast({ id }: HostLayer, view: LayerView): ContrastLimits {
    const frame = view.frames.shown;
    if (!frame) return [0, 1];
    const { limits, range } = autoContrast(frame.samples);
    view.range = range;
    // What is not of the frame that is asked for is only held over: its contrast must not last.
    if (view.frames.settled) this.#host.layers.update(id, { contrastLimits: limits });
    return limits;
  }

  #resize(): void {
    const area = this.stageArea;
    if (!area || !this.#stage) return;
    const density = window.devicePixelRatio;
    this.#stage.resize(Math.round(area.clientWidth * density), Math.round(area.clientHeight * density));
    // At once: a resized canvas is empty.
    this.#draw();
  }

  #onPointer(event: PointerEvent): void {
    const pixel = this.#stage?.pixelAt(event.offsetX, event.offsetY) ?? null;
    if (pixel?.x !== this.pointer?.x || pixel?.y !== this.pointer?.y) this.pointer = pixel;
  }

  #onFrameNumber(event: Event): void {
    const value = (event.target as HTMLInputElement).valueAsNumber;
    if (Number.isFinite(value)) this.#host.dims.setStep(value);
    this.requestUpdate();
  }

  #onKey(event: KeyboardEvent): void {
    const origin = event.composedPath()[0];
    const onSlider = origin instanceof HTMLInputElement && origin.matches(".dims input[type=range]");
    const onStage = origin === this || origin === this.stageArea;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !(onStage || onSlider)) return;
    const { step, frames } = this.#host.dims;
    const stride = event.shiftKey ? 10 : 1;
    const target = new Map([
      ["ArrowRight", step + stride],
      ["ArrowUp", step + stride],
      ["ArrowLeft", step - stride],
      ["ArrowDown", step - stride],
      ["Home", 0],
      ["End", frames - 1],
    ]).get(event.key);
    if (target !== undefined) this.#host.dims.setStep(target);
    else if (event.key === " ") this.#setPlaying(!this.playing);
    else return;
    event.preventDefault();
  }

  #playNext(): void {
    const { step, frames } = this.#host.dims;
    this.#host.dims.setStep(step + 1 < frames ? step + 1 : 0);
  }

  #setPlaying(playing: boolean): void {
    this.playing = playing && this.#host.dims.frames > 1;
    if (this.playing) this.#playback.start();
    else this.#playback.stop();
  }

  #setRate(framesPerSecond: number): void {
    this.framesPerSecond = framesPerSecond;
    this.#playback.framesPerSecond = framesPerSecond;
  }

  /** Panels stay in the light DOM of the viewer, so that their own page can style and find them. */
  #mountPanel(element: HTMLElement, title: string): Unsubscribe {
    const name = `panel-${++this.#panelCount}`;
    element.slot = name;
    if (!element.hasAttribute("role")) element.setAttribute("role", "region");
    if (!element.hasAttribute("aria-label")) element.setAttribute("aria-label", title);
    this.docked = new Set([...this.docked, name]);
    this.append(element);
    return () => {
      element.remove();
      this.docked = new Set([...this.docked].filter((other) => other !== name));
    };
  }
}

function playIcon(playing: boolean): TemplateResult {
  return html`<svg width="14" height="14" viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">
    <path d=${playing ? "M3 2h3v10H3zM8 2h3v10H8z" : "M3 1.5v11l9-5.5z"} />
  </svg>`;
}
