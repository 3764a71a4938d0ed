import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { PickedShape, Unsubscribe, ViewerHost } from "../../host/contract.js";
import { provideHost } from "../../host/discovery.js";
import { HostModel, type HostLayer } from "../../host/model.js";
import { strings } from "../../strings/index.js";
import { pixelSizeNm } from "../scale-bar/pixel-size.js";
import { themeStyles } from "../theme.styles.js";
import { paneCaptions } from "./captions.js";
import type { FrameRenderer, PanePicture } from "./frame-renderer.js";
import { framesBar } from "./frames-bar.js";
import { Gestures, type GestureTarget } from "./gestures.js";
import type { LayerActiveEvent, LayerDisplayEvent } from "./layer-list.js";
import { LayerViews } from "./layer-views.js";
import { Look, type PaneLayout } from "./look.js";
import { Playback } from "./playback.js";
import { scaledShape } from "./scaled-shape.js";
import { shapeOverlay } from "./shape-overlay.js";
import { ShapePicking } from "./shape-picking.js";
import { Stage, valueAt, type RendererChoice } from "./stage.js";
import { stackViewerStyles } from "./stack-viewer.styles.js";
import type { SlnetToastList, ToastLevel } from "./toast-list.js";
import { valueUnitOf } from "./value-unit.js";
import { viewBar } from "./view-bar.js";
import type { Point } from "./view-transform.js";
import { pressKey, type KeyFocus, type KeyTarget } from "./viewer-keys.js";

/** CSS pixels for one press of a key that moves the image. */
const keyPan = 48;

/**
 * A viewer of camera stacks: layers, contrast, zoom, comparison, a frame slider, and docks for panels. It is the reference
 * of the host contract, {@link SlnetStackViewer.host}.
 *
 * The topmost visible layer covers the ones below it, unless it is not fully opaque or has no pixels for this frame yet.
 *
 * @tagname slnet-stack-viewer
 * @slot empty - What is said while nothing is open.
 * @fires picture-drawn - After each drawing, in the same task, so that the canvas can be read. Does not bubble.
 */
export class SlnetStackViewer extends LitElement {
  static override styles = [themeStyles, stackViewerStyles];

  /** `auto` follows the system. */
  @property({ reflect: true }) theme: "dark" | "light" | "auto" = "dark";

  /**
   * With what the picture is drawn. `auto`: WebGL2 where there is a graphics card for it, else the 2D canvas; `webgl2`: also
   * without a graphics card; `2d`: always the 2D canvas. The picture is the same.
   */
  @property() renderer: RendererChoice = "auto";

  /** The viewer as plugins see it. */
  readonly host: ViewerHost;

  @state() private playing = false;
  @state() private framesPerSecond = 15;
  @state() private pointer: Point | null = null;
  @state() private docked: ReadonlySet<string> = new Set();
  @state() private announcement = "";
  @query(".picture") private picture!: HTMLElement | null;
  @query(".stage") private stageArea!: HTMLElement | null;
  @query("slnet-toast-list") private toasts!: SlnetToastList | null;

  readonly #host: HostModel;
  readonly #views = new LayerViews(() => this.requestUpdate());
  readonly #look = new Look(
    () => this.#host.layers.list(),
    () => this.#onLook(),
  );
  readonly #picking = new ShapePicking({
    look: this.#look,
    onChange: () => this.requestUpdate(),
    onPick: (shape) => this.#tellShape(shape),
    announce: (text) => (this.announcement = text),
  });
  /** Shapes of plugins, by their ids. */
  readonly #shapes = new Map<string, PickedShape>();
  readonly #playback = new Playback(
    () => this.#playNext(),
    () => this.#views.settled(this.#look.shown),
  );
  readonly #resizes = new ResizeObserver(() => this.#resize());
  readonly #leaveBelow = (): void => void (this.#look.below = false);
  #stage: Stage | null = null;
  /** Device pixels of a CSS pixel as it is seen, and as it is counted inside this element: a page may be enlarged by CSS. */
  #density = 1;
  #ownDensity = 1;
  #drawRequest = 0;
  #panelCount = 0;
  /** What had the focus before a tool took it. */
  #focusBefore: HTMLElement | null = null;

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
        "shapes",
      ],
      notify: (level, message) => this.notify(level, message),
      mountPanel: (element, options) => this.#mountPanel(element, options.title),
      shapes: {
        pick: (kind) => this.#arm(kind),
        show: (id, shape) => this.#showShape(id, shape),
      },
    });
    this.host = this.#host;
    this.#host.on("layers-changed", () => this.#onLayers());
    this.#host.on("active-changed", () => this.requestUpdate());
    this.#host.on("display-changed", ({ patch }) => {
      if (patch.visible) this.#wantFrames();
      this.requestUpdate();
    });
    this.#host.on("step-changed", () => this.#onLook());
    this.addEventListener("keydown", (event) => this.#onKey(event));
    provideHost(this, this.#host);
  }

  /** What drew the last picture. */
  get drawnBy(): FrameRenderer["kind"] {
    return this.#stage?.kind ?? "2d";
  }

  /** Ends the viewer: its layers go, and the plugins in it with all that is theirs. */
  dispose(): void {
    this.#host.dispose();
    this.#stage?.release();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keyup", this.#onKeyUp);
    window.addEventListener("blur", this.#leaveBelow);
    if (this.#stage) this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("keyup", this.#onKeyUp);
    window.removeEventListener("blur", this.#leaveBelow);
    this.#look.below = false;
    this.#picking.withdraw();
    this.#resizes.disconnect();
    this.#setPlaying(false);
    cancelAnimationFrame(this.#drawRequest);
    this.#drawRequest = 0;
    this.#stage?.release();
  }

  /** Shows a message for a while; an error until it is dismissed. */
  notify(level: ToastLevel, message: string): void {
    void this.updateComplete.then(() => this.toasts?.show(level, message));
  }

  override render(): TemplateResult {
    const texts = strings().viewer;
    const { layers, dims } = this.#host;
    const active = layers.activeId;
    const panes = this.#look.panes;
    const { clicked } = this.#picking;
    const shapes = clicked ? [...this.#shownShapes(), clicked] : this.#shownShapes();
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
        <div class="tools" role="group" aria-label=${texts.tools}>
          ${viewBar(this.#look, this.#picking.tool?.kind ?? null, (kind) => this.#arm(kind))}
        </div>
        <div class="stage" tabindex="0" role="group" aria-label=${texts.stage}>
          <div
            class="picture ${this.#look.fitted && !this.#picking.tool ? "" : "held"}"
            role="img"
            aria-label=${this.#description()}
          ></div>
          ${shapeOverlay(panes, shapes, this.#picking.tool, this.#look.stage, this.#density)}
          ${paneCaptions(this.#look, this.#views)}
          ${layers.list().length === 0 ? html`<div class="hint"><slot name="empty">${texts.empty}</slot></div>` : nothing}
          ${this.#scaleBar()}
          <slnet-toast-list></slnet-toast-list>
          <div class="visually-hidden" role="status">${this.announcement}</div>
        </div>
        <div class="dims" role="group" aria-label=${texts.frames}>
          ${framesBar({
            step: dims.step,
            frames: dims.frames,
            playing: this.playing,
            loop: this.#playback.loop,
            framesPerSecond: this.framesPerSecond,
            setStep: (step) => this.#setStep(step),
            setPlaying: (playing) => this.#setPlaying(playing),
            setLoop: (loop) => this.#setLoop(loop),
            setRate: (rate) => (this.#playback.framesPerSecond = this.framesPerSecond = rate),
          })}
          <div class="readout">${this.#readout()}</div>
        </div>
        <div class="panels">
          ${[...this.docked].map((name) => html`<div class="dock"><slot name=${name}></slot></div>`)}
        </div>
      </div>
    `;
  }

  override firstUpdated(): void {
    if (!this.picture) return;
    this.#stage = new Stage(this.picture, () => this.#requestDraw());
    new Gestures(this.picture, this.#gestures());
    this.#start();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("renderer")) this.#stage?.choose(this.renderer);
    this.#requestDraw();
  }

  #start(): void {
    this.#stage?.choose(this.renderer);
    if (this.stageArea) this.#resizes.observe(this.stageArea);
  }

  #description(): string {
    const texts = strings().viewer;
    const { layers, dims } = this.#host;
    const names = this.#look.panes.map((pane) => pane.layers.at(-1)!.name);
    if (names.length === 0) return texts.noImage;
    const zoom = this.#look.fitted ? texts.fitted : texts.zoomedTo(Math.round(100 * (this.#look.scale ?? 1)));
    return texts.description(names, dims.step, dims.frames - 1, layers.list().length, zoom);
  }

  #scaleBar(): TemplateResult | typeof nothing {
    // The others are stretched to its size.
    const lowest = this.#look.shown[0];
    return lowest
      ? html`<slnet-scale-bar
          .pixelSizeNm=${pixelSizeNm(lowest)}
          .screenPixelsPerPixel=${(this.#look.scale ?? 0) / this.#ownDensity}
        ></slnet-scale-bar>`
      : nothing;
  }

  #readout(): string {
    const texts = strings().viewer;
    const pixel = this.#picking.tool?.cursor ?? this.pointer;
    if (!pixel) return "";
    const values = this.#look.shown.flatMap((layer) => {
      const frame = this.#views.get(layer.id)?.frames.shown;
      const { image } = this.#look;
      const value = frame && image && valueAt(frame, pixel, image);
      return typeof value === "number" ? [{ text: texts.value(layer.name, value), unit: valueUnitOf(layer) }] : [];
    });
    values.reverse();
    // A unit is said once for all values that it follows.
    const parts = values.map(({ text, unit }, i) => (values[i + 1]?.unit === unit ? text : `${text} ${unit}`));
    return [texts.position(pixel.x, pixel.y), ...parts].join("  ·  ");
  }

  #onLayers(): void {
    this.#views.sync(this.#host.layers.list());
    this.#stage?.retain(this.#views.ids);
    this.#look.layersChanged();
    if (this.#look.image === null) this.#picking.arm(null);
    this.#onLook();
  }

  #onLook(): void {
    this.#wantFrames();
    this.requestUpdate();
  }

  #wantFrames(): void {
    const { step, frames } = this.#host.dims;
    const { playing } = this;
    this.#views.want(this.#look.shown, step, (ahead) =>
      playing ? this.#playback.following(step, ahead, frames) : null,
    );
  }

  #requestDraw(): void {
    if (this.#drawRequest === 0 && this.isConnected) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawRequest = 0;
    const { image, panes } = this.#look;
    this.#stage?.draw(image ? panes.map((pane) => this.#pictureOf(pane, image.width, image.height)) : []);
    this.dispatchEvent(new CustomEvent("picture-drawn"));
  }

  #pictureOf({ clip, layers, placement }: PaneLayout, width: number, height: number): PanePicture {
    const { left, top, scale } = placement;
    const pictures: PanePicture["layers"][number][] = [];
    let covered = false;
    for (const layer of [...layers].reverse()) {
      const frame = this.#views.get(layer.id)?.frames.shown;
      if (!frame) continue;
      const { id, opacity, colormap } = layer;
      const limits = this.#limitsOf(layer);
      if (!covered) pictures.unshift({ id, frame, limits, colormap, opacity });
      covered ||= opacity >= 1;
    }
    return { clip, image: { left, top, width: width * scale, height: height * scale }, layers: pictures };
  }

  #limitsOf(layer: HostLayer): readonly [number, number] {
    return this.#views.limitsOf(layer, (contrastLimits) => this.#host.layers.update(layer.id, { contrastLimits }));
  }

  #resize(): void {
    const area = this.stageArea;
    if (!area || !this.#stage) return;
    this.#density = window.devicePixelRatio;
    const box = area.getBoundingClientRect();
    const width = Math.max(1, Math.round(box.width * this.#density));
    const height = Math.max(1, Math.round(box.height * this.#density));
    this.#ownDensity = width / Math.max(1, area.clientWidth);
    this.#stage.resize(width, height);
    this.#look.stage = { width, height };
    this.requestUpdate();
    // At once: a resized canvas is empty.
    this.#draw();
  }

  #gestures(): GestureTarget {
    const onStage = ({ x, y }: Point): Point => ({ x: x * this.#density, y: y * this.#density });
    return {
      onHover: (at) => {
        const pixel = at && this.#look.pixelAt(onStage(at));
        if (pixel?.x !== this.pointer?.x || pixel?.y !== this.pointer?.y) this.pointer = pixel;
        this.#picking.hover(at && onStage(at));
      },
      onClick: (at) => this.#picking.click(onStage(at)),
      onFurtherClick: () => this.#picking.withdraw(),
      onPan: (right, down) => this.#look.panBy(right * this.#density, down * this.#density),
      onZoom: (factor, at) => this.#look.zoomBy(factor, onStage(at)),
      onDoubleClick: () => {
        this.#picking.withdraw();
        this.#look.fit();
      },
      draws: () => this.#picking.tool !== null,
      onDrawStart: (at) => this.#picking.press(onStage(at)),
      onDraw: (at) => this.#picking.drag(onStage(at)),
      onDrawEnd: (at) => this.#picking.release(onStage(at)),
      onDrawCancel: () => this.#picking.cancel(),
    };
  }

  #onKey(event: KeyboardEvent): void {
    const origin = event.composedPath()[0];
    if (event.defaultPrevented || !(origin instanceof HTMLElement)) return;
    // Of the viewer itself: panels and the list of layers have keys of their own.
    if (origin !== this && origin.getRootNode() !== this.renderRoot) return;
    if (origin.matches("select, input[type=number]")) return;
    const onSlider = origin.matches(".dims input[type=range]");
    const focus: KeyFocus = origin === this || origin === this.stageArea ? "stage" : onSlider ? "slider" : "other";
    if (event.key.toLowerCase() === "b" && !event.ctrlKey && !event.metaKey && !event.altKey) this.#look.below = true;
    else if (!pressKey(event, this.#keys(), focus)) return;
    event.preventDefault();
  }

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() === "b") this.#look.below = false;
  };

  #keys(): KeyTarget {
    const picking = this.#picking;
    const withFocusBack = (act: () => void): void => {
      act();
      if (!picking.tool) this.#giveFocusBack();
    };
    return {
      picks: picking.tool !== null,
      moveCrosshair: (right, down) => picking.moveCrosshair(right, down),
      setPoint: () => withFocusBack(() => picking.setPoint()),
      leaveTool: () => withFocusBack(() => picking.leave()),
      stepBy: (frames) => this.#stepBy(frames),
      togglePlaying: () => this.#setPlaying(!this.playing),
      zoomBy: (factor) => this.#look.zoomBy(factor),
      fit: () => this.#look.fit(),
      oneToOne: () => this.#look.oneToOne(),
      panBy: (right, down) => this.#look.panBy(-right * keyPan * this.#density, -down * keyPan * this.#density),
      toggleAlone: (index) => this.#look.toggleAlone(index),
    };
  }

  /** With the crosshair of a tool, the keys belong to the stage. */
  #arm(kind: PickedShape["kind"] | null): void {
    this.#picking.arm(kind);
    if (!this.#picking.tool) return;
    this.#focusBefore = deepestFocus();
    this.stageArea?.focus();
  }

  #giveFocusBack(): void {
    this.#focusBefore?.focus();
    this.#focusBefore = null;
  }

  #showShape(id: string, shape: PickedShape | null): void {
    if (shape) this.#shapes.set(id, shape);
    else this.#shapes.delete(id);
    this.requestUpdate();
  }

  /** Shapes of plugins, in pixels of the image that is seen. */
  #shownShapes(): readonly PickedShape[] {
    const { image, reference } = this.#look;
    if (!image || !reference) return [];
    return [...this.#shapes.values()].map((shape) => scaledShape(shape, reference, image));
  }

  #tellShape(shape: PickedShape): void {
    const { image, reference } = this.#look;
    if (image && reference) this.#host.tellShape(scaledShape(shape, image, reference));
  }

  #setStep(step: number): void {
    if (Number.isFinite(step)) this.#host.dims.setStep(step);
    this.requestUpdate();
  }

  #stepBy(by: number): void {
    const { step, frames } = this.#host.dims;
    this.#host.dims.setStep(Math.min(Math.max(step + by, 0), frames - 1));
  }

  #playNext(): void {
    const { step, frames } = this.#host.dims;
    const next = this.#playback.following(step, 1, frames);
    if (next === null) this.#setPlaying(false);
    else this.#host.dims.setStep(next);
  }

  #setPlaying(playing: boolean): void {
    const { step, frames } = this.#host.dims;
    this.playing = playing && frames > 1;
    if (!this.playing) this.#playback.stop();
    else {
      if (this.#playback.following(step, 1, frames) === null) this.#host.dims.setStep(0);
      this.#playback.start();
    }
  }

  #setLoop(loop: boolean): void {
    this.#playback.loop = loop;
    this.requestUpdate();
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

/** What has the focus, inside however many elements. */
function deepestFocus(): HTMLElement | null {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused instanceof HTMLElement ? focused : null;
}
