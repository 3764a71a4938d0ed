import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { PickedShape, ViewerHost } from "../../host/contract.js";
import type { ContrastLimits } from "../../host/contrast.js";
import { provideHost } from "../../host/discovery.js";
import { HostModel, type HostLayer } from "../../host/model.js";
import { strings } from "../../strings/index.js";
import { pixelSizeNm } from "../scale-bar/pixel-size.js";
import { themeStyles } from "../theme.styles.js";
import { barsStyles } from "./bars.styles.js";
import { paneCaptions } from "./captions.js";
import { describePicture } from "./describe-picture.js";
import { Docks } from "./docks.js";
import type { FrameRenderer } from "./frame-renderer.js";
import { FrameSteps } from "./frame-steps.js";
import { framesBar } from "./frames-bar.js";
import { Gestures } from "./gestures.js";
import type { LayerActiveEvent, LayerDisplayEvent } from "./layer-list.js";
import { LayerViews } from "./layer-views.js";
import { Look } from "./look.js";
import { lookGestures } from "./look-gestures.js";
import { panePicture } from "./pane-picture.js";
import { PluginShapes } from "./plugin-shapes.js";
import { readout } from "./readout.js";
import { shapeOverlay } from "./shape-overlay.js";
import { ShapePicking } from "./shape-picking.js";
import { Stage, type RendererChoice } from "./stage.js";
import { stageStyles } from "./stage.styles.js";
import { stackViewerStyles } from "./stack-viewer.styles.js";
import type { SlnetToastList, ToastLevel } from "./toast-list.js";
import { ToolFocus } from "./tool-focus.js";
import { viewBar } from "./view-bar.js";
import type { Point } from "./view-transform.js";
import { viewerKeyTarget } from "./viewer-key-target.js";
import { pressKey, type KeyFocus } from "./viewer-keys.js";

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
  /** @internal */
  static override styles = [themeStyles, stageStyles, barsStyles, stackViewerStyles];

  /** `auto` follows the system. */
  @property({ reflect: true }) theme: "dark" | "light" | "auto" = "dark";

  /**
   * With what the picture is drawn. `auto`: WebGL2 where there is a graphics card for it, else the 2D canvas; `webgl2`: also
   * without a graphics card; `2d`: always the 2D canvas. The picture is the same.
   */
  @property() renderer: RendererChoice = "auto";

  /** The viewer as plugins see it. */
  readonly host: ViewerHost;

  @state() private pointer: Point | null = null;
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
  readonly #shapes = new PluginShapes(this.#look);
  readonly #docks = new Docks(this, () => this.requestUpdate());
  readonly #focus = new ToolFocus();
  readonly #steps: FrameSteps;
  readonly #resizes = new ResizeObserver(() => this.#resize());
  readonly #leaveBelow = (): void => void (this.#look.below = false);
  #stage: Stage | null = null;
  /** Device pixels of a CSS pixel as it is seen, and as it is counted inside this element: a page may be enlarged by CSS. */
  #density = 1;
  #ownDensity = 1;
  #drawRequest = 0;

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
      mountPanel: (element, options) => this.#docks.mount(element, options.title),
      shapes: {
        pick: (kind) => this.#arm(kind),
        show: (id, shape) => this.#showShape(id, shape),
      },
    });
    this.host = this.#host;
    this.#steps = new FrameSteps(
      this.#host.dims,
      () => this.#views.settled(this.#look.shown),
      () => this.requestUpdate(),
    );
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
    this.#steps.playing = false;
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
    const { clicked, tool } = this.#picking;
    const shapes = clicked ? [...this.#shapes.shown, clicked] : this.#shapes.shown;
    const pixel = tool?.cursor ?? this.pointer;
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
          ${viewBar(this.#look, tool?.kind ?? null, (kind) => this.#arm(kind))}
        </div>
        <div class="stage" tabindex="0" role="group" aria-label=${texts.stage}>
          <div
            class="picture ${this.#look.fitted && !tool ? "" : "held"}"
            role="img"
            aria-label=${describePicture(this.#look, dims)}
          ></div>
          ${shapeOverlay(panes, shapes, tool, this.#look.stage, this.#density)} ${paneCaptions(this.#look, this.#views)}
          ${layers.list().length === 0 ? html`<div class="hint"><slot name="empty">${texts.empty}</slot></div>` : nothing}
          ${this.#scaleBar()}
          <slnet-toast-list></slnet-toast-list>
          <div class="visually-hidden" role="status">${this.announcement}</div>
        </div>
        <div class="dims" role="group" aria-label=${texts.frames}>
          ${framesBar(dims, this.#steps)}
          <div class="readout">${pixel ? readout(pixel, this.#look, this.#views) : ""}</div>
        </div>
        <div class="panels">${this.#docks.render()}</div>
      </div>
    `;
  }

  override firstUpdated(): void {
    if (!this.picture) return;
    this.#stage = new Stage(this.picture, () => this.#requestDraw());
    new Gestures(
      this.picture,
      lookGestures(
        this.#look,
        this.#picking,
        () => this.#density,
        (pixel) => {
          if (pixel?.x !== this.pointer?.x || pixel?.y !== this.pointer?.y) this.pointer = pixel;
        },
      ),
    );
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
    this.#views.want(this.#look.shown, this.#host.dims.step, (ahead) => this.#steps.following(ahead));
  }

  #requestDraw(): void {
    if (this.#drawRequest === 0 && this.isConnected) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawRequest = 0;
    const { image, panes } = this.#look;
    const pictures = image ? panes.map((pane) => panePicture(pane, image, this.#views, this.#limitsOf)) : [];
    this.#stage?.draw(pictures);
    this.dispatchEvent(new CustomEvent("picture-drawn"));
  }

  readonly #limitsOf = (layer: HostLayer): ContrastLimits =>
    this.#views.limitsOf(layer, (contrastLimits) => this.#host.layers.update(layer.id, { contrastLimits }));

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

  #onKey(event: KeyboardEvent): void {
    const origin = event.composedPath()[0];
    if (event.defaultPrevented || !(origin instanceof HTMLElement)) return;
    // Of the viewer itself: panels and the list of layers have keys of their own.
    if (origin !== this && origin.getRootNode() !== this.renderRoot) return;
    if (origin.matches("select, input[type=number]")) return;
    const onSlider = origin.matches(".dims input[type=range]");
    const focus: KeyFocus = origin === this || origin === this.stageArea ? "stage" : onSlider ? "slider" : "other";
    if (event.key.toLowerCase() === "b" && !event.ctrlKey && !event.metaKey && !event.altKey) this.#look.below = true;
    else {
      const onToolLeft = (): void => this.#focus.giveBack();
      const target = viewerKeyTarget(this.#look, this.#picking, this.#steps, this.#density, onToolLeft);
      if (!pressKey(event, target, focus)) return;
    }
    event.preventDefault();
  }

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() === "b") this.#look.below = false;
  };

  #arm(kind: PickedShape["kind"] | null): void {
    this.#picking.arm(kind);
    if (this.#picking.tool) this.#focus.take(this.stageArea);
  }

  #showShape(id: string, shape: PickedShape | null): void {
    this.#shapes.set(id, shape);
    this.requestUpdate();
  }

  #tellShape(shape: PickedShape): void {
    const told = this.#shapes.told(shape);
    if (told) this.#host.tellShape(told);
  }
}
