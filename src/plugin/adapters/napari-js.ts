/**
 * A viewer made of napari-js (experimental), as a host for plugins. The library itself stays the application's: nothing of it is imported here.
 *
 * @module slnet-web/adapters/napari-js
 */
import { autoContrast } from "../host/contrast.js";
import type { FrameSource, HostFrame, ImageDisplay, Unsubscribe, ViewerHost } from "../host/contract.js";
import { LayerFrames } from "../host/layer-frames.js";
import { HostModel, type HostLayer } from "../host/model.js";
import type { SampleArray, SampleType } from "../../core/frames.js";

/** `Emitter` of napari-js. */
export interface NapariEmitter<T> {
  /** Calls back with each value, until the returned function is called. */
  connect(listener: (value: T) => void): () => void;
}

/** `TiledSource` of napari-js: planes fetched when they are drawn, and fetched again later where that rejects. */
export interface NapariTiledSource {
  readonly kind: "tiled";
  readonly width: number;
  readonly height: number;
  readonly tileSize: number;
  readonly levels: number;
  readonly depth: number;
  readonly channels: 1;
  readonly dtype: SampleType;
  /** Resolves to plane `z`, whole. */
  fetchTile(key: { readonly z: number }): Promise<{ width: number; height: number; data: SampleArray }>;
}

/** What is used of a `Layer` or `ImageLayer` of napari-js. Setting a property fires `changed`, also to the same value. */
export interface NapariLayer {
  readonly changed: NapariEmitter<NapariLayer>;
  readonly source?: { readonly kind: string; readonly depth?: number };
  name: string;
  visible: boolean;
  opacity: number;
  contrastLimits?: readonly [low: number, high: number];
  /** Takes a name, and gives an object. Throws for an unknown name. */
  colormap?: unknown;
}

/** What is used of a `Viewer` of napari-js. */
export interface NapariViewer {
  readonly layers: {
    /** Bottom first. */
    readonly items: readonly NapariLayer[];
    readonly removed: NapariEmitter<NapariLayer>;
    /** On top. */
    add(layer: NapariLayer): unknown;
    /** Fires `removed`. */
    remove(layer: NapariLayer): unknown;
    /** Only in newer versions. */
    move?(layer: NapariLayer, index: number): unknown;
  };
  readonly dims: { readonly changed: NapariEmitter<unknown>; z: number; depth: number };
  /** Adds a layer on top and gives it. */
  addImage(
    source: NapariTiledSource,
    options: {
      name: string;
      visible: boolean;
      opacity: number;
      contrastLimits?: [number, number];
      interpolation: "nearest";
    },
  ): NapariLayer;
  /** Draws at the next chance. */
  requestRender(): void;
}

/** A napari-js viewer as plugins see it. */
export interface NapariHost extends ViewerHost {
  /** Takes the layers off the viewer and lets go of it. Call it before the viewer's own `dispose`, which tells nobody. */
  dispose(): void;
}

/**
 * Makes a napari-js viewer a host; its `dims.z` is the frame. **Experimental**: written for the interface that napari-js
 * 0.11 to 0.14 documents, and tested against a stand-in for it, not against the package.
 *
 * @param viewer - stays yours: layers of your own are left alone
 */
export function createNapariHost(viewer: NapariViewer): NapariHost {
  return new NapariAdapter(viewer).host;
}

/** What is held for each layer. */
interface LayerView {
  layer: HostLayer;
  readonly frames: LayerFrames;
  image: NapariLayer;
  /** Stops listening to `image`. */
  unlisten: Unsubscribe;
  readonly unsubscribe: Unsubscribe | undefined;
  /** Frames that the viewer got, and keeps for as long as it keeps the image. */
  readonly given: Set<number>;
  /** Those of them that have changed since. */
  readonly outdated: Set<number>;
}

class NapariAdapter {
  readonly host: HostModel;
  readonly #viewer: NapariViewer;
  readonly #views = new Map<string, LayerView>();
  readonly #unsubscribes: readonly Unsubscribe[];
  /** What the viewer tells while the adapter changes it is no news. */
  #changing = false;
  /** While it is the viewer that changed the frame, which may be past the end of the longest layer here. */
  #following = false;

  constructor(viewer: NapariViewer) {
    this.#viewer = viewer;
    this.host = new HostModel({
      hostName: "napari-js",
      capabilities: ["read-pixels", "float32", "layer-update", "multi-layer", "dims-events", "contrast-events"],
      addLayer: (layer) => this.#add(layer),
      removeLayer: (layer) => this.#remove(layer),
      updateLayer: (layer, patch) => this.#update(layer, patch),
      showStep: (step) => this.#showStep(step),
    });
    this.host.on("layers-changed", ({ reason }) => {
      if (reason === "added") this.#follow();
      this.#want();
    });
    this.#unsubscribes = [
      viewer.dims.changed.connect(() => this.#follow()),
      viewer.layers.removed.connect((image) => this.#onRemoved(image)),
      this.host.on("disposed", () => {
        for (const unsubscribe of this.#unsubscribes) unsubscribe();
      }),
    ];
  }

  #add(layer: HostLayer): void {
    const { source } = layer;
    const given = new Set<number>();
    const outdated = new Set<number>();
    const frames = new LayerFrames(source, () => this.#onFrame(layer.id));
    const unsubscribe = source.onInvalidate?.((from, to) => {
      for (const index of given) if (index >= from && index < to) outdated.add(index);
    });
    const view = { layer, frames, unsubscribe, given, outdated, ...this.#addImage(layer, frames, given) };
    this.#views.set(layer.id, view);
  }

  /** A new image of the viewer, on top. */
  #addImage(layer: HostLayer, frames: LayerFrames, given: Set<number>): Pick<LayerView, "image" | "unlisten"> {
    const { name, visible, opacity, contrastLimits, colormap, source, id } = layer;
    const image = this.#change(() => {
      const added = this.#viewer.addImage(tiledSource(source, frames, given), {
        name,
        visible,
        opacity,
        ...(contrastLimits && { contrastLimits: [contrastLimits[0], contrastLimits[1]] as [number, number] }),
        interpolation: "nearest",
      });
      setColormap(added, colormap);
      return added;
    });
    return { image, unlisten: image.changed.connect(() => this.#onChanged(id)) };
  }

  #remove({ id }: HostLayer): void {
    const view = this.#views.get(id);
    if (!view) return;
    this.#views.delete(id);
    view.unsubscribe?.();
    view.unlisten();
    view.frames.dispose();
    this.#change(() => {
      this.#viewer.layers.remove(view.image);
      const depths = this.#viewer.layers.items.map(({ source }) => source?.depth ?? 1);
      this.#viewer.dims.depth = Math.max(1, ...depths);
    });
  }

  #update(layer: HostLayer, patch: Partial<ImageDisplay>): void {
    const view = this.#views.get(layer.id);
    if (!view) return;
    view.layer = layer;
    const { image } = view;
    this.#change(() => {
      if (patch.name !== undefined) image.name = patch.name;
      if (patch.visible !== undefined) image.visible = patch.visible;
      if (patch.opacity !== undefined) image.opacity = patch.opacity;
      if (patch.contrastLimits) image.contrastLimits = patch.contrastLimits;
      if (patch.colormap !== undefined) setColormap(image, patch.colormap);
    });
    if (patch.visible) this.#want();
    if (patch.contrastLimits === null) this.#onFrame(layer.id);
  }

  #showStep(step: number): void {
    // Without layers here the frame is the viewer's own affair.
    if (!this.#following && this.host.dims.frames > 0) this.#change(() => (this.#viewer.dims.z = step));
    this.#want();
  }

  /** Goes where the viewer is. */
  #follow(): void {
    if (this.#changing) return;
    this.#following = true;
    this.host.dims.setStep(this.#viewer.dims.z);
    this.#following = false;
  }

  #want(): void {
    const { step } = this.host.dims;
    for (const { layer, frames } of this.#views.values()) {
      if (layer.visible) frames.want(Math.min(step, layer.source.frames - 1));
    }
  }

  /** What there is to draw of the frame shown has changed. */
  #onFrame(id: string): void {
    const view = this.#views.get(id);
    if (!view) return;
    const { layer, frames, outdated } = view;
    const index = Math.min(this.host.dims.step, layer.source.frames - 1);
    // A frame that is only held over must not decide on the contrast.
    if (frames.shown?.index === index && layer.contrastLimits === null) {
      this.host.layers.update(id, { contrastLimits: autoContrast(frames.shown.samples).limits });
    }
    if (outdated.has(index)) this.#replaceImage(view);
    else this.#viewer.requestRender();
  }

  /** The viewer keeps planes and has no way to be told that one changed, so it gets a new image at the same place. */
  #replaceImage(view: LayerView): void {
    const { layers } = this.#viewer;
    const index = layers.items.indexOf(view.image);
    view.unlisten();
    view.given.clear();
    view.outdated.clear();
    const old = view.image;
    Object.assign(view, this.#addImage(view.layer, view.frames, view.given));
    this.#change(() => {
      layers.remove(old);
      if (layers.move) {
        layers.move(view.image, index);
        return;
      }
      for (const above of layers.items.slice(index, -1)) {
        layers.remove(above);
        layers.add(above);
      }
    });
  }

  #onRemoved(image: NapariLayer): void {
    if (this.#changing) return;
    for (const [id, view] of this.#views) if (view.image === image) this.host.layers.remove(id);
  }

  /** The viewer's own controls changed how the image is drawn. */
  #onChanged(id: string): void {
    const view = this.#views.get(id);
    if (this.#changing || !view) return;
    const { visible, opacity, contrastLimits } = view.image;
    this.host.layers.update(id, {
      visible,
      opacity,
      // Until they are chosen, those of the viewer are only its default.
      ...(view.layer.contrastLimits && contrastLimits && { contrastLimits }),
    });
  }

  #change<T>(work: () => T): T {
    const outer = this.#changing;
    this.#changing = true;
    try {
      return work();
    } finally {
      this.#changing = outer;
    }
  }
}

/** A stack as one tile a frame. What is not there yet rejects: zeros would be kept. */
function tiledSource(source: FrameSource, frames: LayerFrames, given: Set<number>): NapariTiledSource {
  const { height, width, type } = source;
  return {
    kind: "tiled",
    width,
    height,
    tileSize: Math.max(height, width),
    levels: 1,
    depth: source.frames,
    channels: 1,
    dtype: type,
    fetchTile({ z }) {
      const index = Math.min(z, source.frames - 1);
      const { shown } = frames;
      if (shown?.index !== index) return Promise.reject(new Error(`frame ${index} is not there yet`));
      given.add(index);
      return Promise.resolve(chunkOf(shown));
    },
  };
}

function chunkOf({ width, height, samples }: HostFrame): { width: number; height: number; data: SampleArray } {
  return { width, height, data: samples };
}

function setColormap(image: NapariLayer, name: string): void {
  try {
    image.colormap = name;
  } catch {
    image.colormap = "gray";
  }
}
