import type OpenSeadragon from "openseadragon";

import { SlnetError } from "../../core/errors.js";
import { autoContrast, type ContrastLimits } from "../host/contrast.js";
import type { ImageDisplay, ViewerHost } from "../host/contract.js";
import { FramePainter } from "../host/frame-painter.js";
import { LayerFrames } from "../host/layer-frames.js";
import { HostModel, type HostLayer } from "../host/model.js";
import { createFrameTiles, type FrameTiles } from "./openseadragon-tiles.js";

/** Settings of an OpenSeadragon viewer that suit camera stacks; spread them into yours. */
export const openSeadragonStackSettings = {
  /** Each pixel a sharp square. */
  imageSmoothingEnabled: false,
  /** A changed frame is drawn from where it was painted; the WebGL drawer would upload a texture for each. */
  drawer: "canvas",
  /** Camera frames are small: one may go near enough to count pixels. */
  maxZoomPixelRatio: 64,
  /** The buttons' pictures are files that a page would have to serve from the viewer's package. */
  showNavigationControl: false,
  gestureSettingsMouse: { clickToZoom: false },
} as const satisfies OpenSeadragon.Options;

export interface OpenSeadragonHostOptions {
  /** The library: what `import OpenSeadragon from "openseadragon"` gives. Version 6. */
  readonly OpenSeadragon: typeof OpenSeadragon;
  /** Stays yours: it may show other images below, and goes on when the host is disposed of. */
  readonly viewer: OpenSeadragon.Viewer;
  /** An `<input type="range">` of your page for the frame, which the viewer has no control for. */
  readonly frameInput?: HTMLInputElement;
}

/** An OpenSeadragon viewer as plugins see it. */
export interface OpenSeadragonHost extends ViewerHost {
  /** Takes the layers off the viewer and lets go of it. Destroying the viewer does this too. */
  dispose(): void;
}

/**
 * Makes an OpenSeadragon viewer a host: each layer is an image of its world, one over the other at the same place, the
 * first one filling the viewer.
 *
 * The viewer draws 8-bit colours, so samples are brought to those by contrast limits and colormap before it gets them.
 * Values stay exact for plugins, which read them from the source of the layer.
 */
export function createOpenSeadragonHost(options: OpenSeadragonHostOptions): OpenSeadragonHost {
  return new OpenSeadragonAdapter(options).host;
}

/** What is held for each layer. */
interface LayerView {
  layer: HostLayer;
  readonly frames: LayerFrames;
  readonly painter: FramePainter;
  readonly tiles: FrameTiles;
  /** `null` until the viewer has made it. */
  image: OpenSeadragon.TiledImage | null;
}

class OpenSeadragonAdapter {
  readonly host: HostModel;
  readonly #library: typeof OpenSeadragon;
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #frameInput: HTMLInputElement | undefined;
  readonly #views = new Map<string, LayerView>();
  /** Layers to paint at the next frame of the screen. */
  readonly #unpainted = new Set<LayerView>();
  readonly #end = new AbortController();
  #paintRequest = 0;

  constructor({ OpenSeadragon: library, viewer, frameInput }: OpenSeadragonHostOptions) {
    this.#library = library;
    this.#viewer = viewer;
    this.#frameInput = frameInput;
    this.host = new HostModel({
      hostName: "OpenSeadragon",
      capabilities: ["read-pixels", "layer-update", "multi-layer", ...(frameInput ? (["dims-events"] as const) : [])],
      addLayer: (layer) => this.#add(layer),
      removeLayer: (layer) => this.#remove(layer),
      updateLayer: (layer, patch) => this.#update(layer, patch),
      showStep: () => this.#want(),
    });
    this.host.on("layers-changed", () => this.#want());
    this.host.on("disposed", () => this.#letGo());
    frameInput?.addEventListener("input", () => this.host.dims.setStep(frameInput.valueAsNumber), {
      signal: this.#end.signal,
    });
    viewer.addHandler("before-destroy", this.#onDestroy);
    viewer.world.addHandler("remove-item", this.#onRemoveItem);
    this.#showFrameInput();
  }

  readonly #onDestroy = (): void => this.host.dispose();

  /** The viewer's page took an image away, or opened another one in place of all. */
  readonly #onRemoveItem = ({ item }: OpenSeadragon.RemoveItemWorldEvent): void => {
    for (const [id, { image }] of this.#views) if (image === item) this.host.layers.remove(id);
  };

  async #add(layer: HostLayer): Promise<void> {
    const { height, width } = layer.source;
    const view: LayerView = {
      layer,
      frames: new LayerFrames(layer.source, () => this.#requestPaint(view)),
      painter: new FramePainter(),
      tiles: createFrameTiles(this.#library, height, width),
      image: null,
    };
    this.#views.set(layer.id, view);
    try {
      view.image = await this.#addImage(view);
      this.#requestPaint(view);
    } catch (error) {
      this.#remove(layer);
      throw error;
    }
  }

  /** Puts an invisible image on top of the others. */
  #addImage({ tiles, layer }: LayerView): Promise<OpenSeadragon.TiledImage> {
    const { signal } = this.#end;
    return new Promise((resolve, reject) => {
      const onEnd = (): void =>
        reject(new SlnetError("bad-input", `add ${layer.name}: the viewer was disposed of meanwhile`));
      signal.addEventListener("abort", onEnd);
      this.#viewer.addTiledImage({
        tileSource: tiles.source,
        x: 0,
        y: 0,
        width: 1,
        opacity: 0,
        success: (event) => {
          signal.removeEventListener("abort", onEnd);
          const { item } = event as unknown as { readonly item: OpenSeadragon.TiledImage };
          if (signal.aborted) this.#viewer.world.removeItem(item);
          resolve(item);
        },
        error: (event) => {
          signal.removeEventListener("abort", onEnd);
          const { message } = event as unknown as { readonly message: string };
          reject(new SlnetError("internal", `add ${layer.name}: the viewer took no image: ${message}`));
        },
      });
    });
  }

  #remove({ id }: HostLayer): void {
    const view = this.#views.get(id);
    if (!view) return;
    this.#views.delete(id);
    this.#unpainted.delete(view);
    view.frames.dispose();
    if (view.image) this.#viewer.world.removeItem(view.image);
  }

  #update(layer: HostLayer, patch: Partial<ImageDisplay>): void {
    const view = this.#views.get(layer.id);
    if (!view) return;
    view.layer = layer;
    if (patch.visible) this.#want();
    this.#requestPaint(view);
  }

  /** Asks each layer that is seen for the frame to show; it answers through `#requestPaint`. */
  #want(): void {
    const { step } = this.host.dims;
    for (const { layer, frames } of this.#views.values()) {
      if (layer.visible) frames.want(Math.min(step, layer.source.frames - 1));
    }
    this.#showFrameInput();
  }

  #showFrameInput(): void {
    const input = this.#frameInput;
    if (!input) return;
    const { step, frames } = this.host.dims;
    input.min = "0";
    input.step = "1";
    input.max = String(Math.max(0, frames - 1));
    input.value = String(step);
    input.disabled = frames < 2;
  }

  #requestPaint(view: LayerView): void {
    this.#unpainted.add(view);
    if (this.#paintRequest === 0) this.#paintRequest = requestAnimationFrame(() => this.#paintAll());
  }

  #paintAll(): void {
    this.#paintRequest = 0;
    for (const view of [...this.#unpainted]) this.#paint(view);
    this.#unpainted.clear();
  }

  #paint(view: LayerView): void {
    const { layer, frames, painter, tiles, image } = view;
    const frame = layer.visible ? frames.shown : null;
    if (frame) {
      const limits = layer.contrastLimits ?? this.#chooseContrast(view, autoContrast(frame.samples).limits);
      tiles.show(painter.paint(frame, limits, layer.colormap));
    }
    // What has no pixels for this frame lets the layers below be seen.
    image?.setOpacity(frame ? layer.opacity : 0);
  }

  #chooseContrast({ layer, frames }: LayerView, limits: ContrastLimits): ContrastLimits {
    // What is not of the frame that is asked for is only held over: its contrast must not last.
    if (frames.settled) this.host.layers.update(layer.id, { contrastLimits: limits });
    return limits;
  }

  #letGo(): void {
    cancelAnimationFrame(this.#paintRequest);
    this.#end.abort();
    this.#viewer.removeHandler("before-destroy", this.#onDestroy);
    this.#viewer.world.removeHandler("remove-item", this.#onRemoveItem);
  }
}
