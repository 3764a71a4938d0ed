/**
 * A viewer made of OpenSeadragon, as a host for plugins. The library itself stays the application's: nothing of it is imported here.
 *
 * @module slnet-web/adapters/openseadragon
 */
import type OpenSeadragon from "openseadragon";

import { SlnetError } from "../../core/errors.js";
import { autoContrast } from "../host/contrast.js";
import type { HostFrame, ImageDisplay, ViewerHost } from "../host/contract.js";
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

/** How an OpenSeadragon viewer is made a host. */
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
  /** What the tiles show. */
  painted: { frame: HostFrame; low: number; high: number; colormap: string } | null;
}

class OpenSeadragonAdapter {
  readonly host: HostModel;
  readonly #library: typeof OpenSeadragon;
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #frameInput: HTMLInputElement | undefined;
  readonly #views = new Map<string, LayerView>();
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
      frames: new LayerFrames(layer.source, () => this.#requestPaint()),
      painter: new FramePainter(),
      tiles: createFrameTiles(this.#library, height, width),
      image: null,
      painted: null,
    };
    this.#views.set(layer.id, view);
    try {
      view.image = await this.#addImage(view);
      view.image.addHandler("fully-loaded-change", () => this.#requestPaint());
      this.#requestPaint();
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
    view.frames.dispose();
    // What it hid is seen before it goes.
    if (!this.#end.signal.aborted) this.#paintAll();
    if (view.image) this.#viewer.world.removeItem(view.image);
  }

  #update(layer: HostLayer, patch: Partial<ImageDisplay>): void {
    const view = this.#views.get(layer.id);
    if (!view) return;
    view.layer = layer;
    if (patch.visible) this.#want();
    this.#requestPaint();
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

  #requestPaint(): void {
    if (this.#paintRequest === 0 && !this.#end.signal.aborted)
      this.#paintRequest = requestAnimationFrame(() => this.#paintAll());
  }

  /** Brings the images up to date, from the top, as far as something of them is seen. */
  #paintAll(): void {
    cancelAnimationFrame(this.#paintRequest);
    this.#paintRequest = 0;
    /** Shape of a picture that hides what is below it. */
    let cover = Number.NaN;
    for (const view of [...this.#views.values()].reverse()) {
      const { layer, frames, image } = view;
      const { height, width } = layer.source;
      if (!image) continue;
      const frame = layer.visible ? frames.shown : null;
      if (frame) this.#chooseContrast(view, frame);
      const isSeen = frame !== null && cover !== height / width;
      if (isSeen) this.#paint(view, frame);
      // From its first picture on its tiles are there also while it is hidden, so that it is seen at once.
      image.setPreload(view.painted !== null);
      // What has no pixels for this frame lets the layers below be seen.
      image.setOpacity(isSeen ? layer.opacity : 0);
      if (isSeen && layer.opacity >= 1 && image.getFullyLoaded()) cover = height / width;
    }
  }

  #paint(view: LayerView, frame: HostFrame): void {
    const { contrastLimits, colormap } = view.layer;
    const [low, high] = contrastLimits ?? autoContrast(frame.samples).limits;
    const { painted } = view;
    if (painted?.frame === frame && painted.low === low && painted.high === high && painted.colormap === colormap) {
      return;
    }
    view.tiles.show(view.painter.paint(frame, [low, high], colormap));
    view.painted = { frame, low, high, colormap };
  }

  #chooseContrast({ layer, frames }: LayerView, frame: HostFrame): void {
    // What is not of the frame that is asked for is only held over: its contrast must not last.
    if (layer.contrastLimits !== null || !frames.settled) return;
    this.host.layers.update(layer.id, { contrastLimits: autoContrast(frame.samples).limits });
  }

  #letGo(): void {
    cancelAnimationFrame(this.#paintRequest);
    this.#end.abort();
    this.#viewer.removeHandler("before-destroy", this.#onDestroy);
    this.#viewer.world.removeHandler("remove-item", this.#onRemoveItem);
  }
}
