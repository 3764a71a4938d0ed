import { SlnetError } from "../../core/errors.js";
import {
  hostApiVersion,
  type FrameSource,
  type HostCapability,
  type HostEventMap,
  type ImageDisplay,
  type ImageLayer,
  type LayerDataTuple,
  type PickedShape,
  type Unsubscribe,
  type ViewerHost,
} from "./contract.js";
import { requireShape, requireShapeKind } from "./shapes.js";

/** A layer of a viewer that holds its pixels. */
export interface HostLayer extends ImageLayer {
  readonly source: FrameSource;
}

/** What the viewer does when its model changes. Each is called after the change and before anyone is told of it. */
export interface HostSurface {
  readonly hostName: string;
  readonly capabilities: readonly HostCapability[];
  /** Takes a layer in; the layer counts as there once this has resolved. Rejects what the viewer cannot show. */
  addLayer?(layer: HostLayer): void | Promise<void>;
  /** Takes a layer away for good. */
  removeLayer?(layer: HostLayer): void;
  /** Draws a layer anew; `patch` is what changed. */
  updateLayer?(layer: HostLayer, patch: Partial<ImageDisplay>): void;
  /** Shows frame `step`, from 0. */
  showStep?(step: number): void;
  /** As {@link ViewerHost.notify}. */
  notify?: NonNullable<ViewerHost["notify"]>;
  /** As {@link ViewerHost.mountPanel}. */
  mountPanel?: NonNullable<ViewerHost["mountPanel"]>;
  /** What a person picks, the viewer tells by {@link HostModel.tellShape}. */
  readonly shapes?: NonNullable<ViewerHost["shapes"]>;
}

type Listeners = { readonly [K in keyof HostEventMap]: Set<(detail: HostEventMap[K]) => void> };

const defaultDisplay: ImageDisplay = {
  name: "Image",
  visible: true,
  opacity: 1,
  contrastLimits: null,
  colormap: "gray",
  scale: [1, 1, 1],
  units: ["frame", "pixel", "pixel"],
  metadata: {},
};

const sampleTypes: readonly string[] = ["uint8", "uint16", "float32"];

/**
 * Layers, frame position and events of a {@link ViewerHost}, for viewers that keep none of their own. Holds no pixels and
 * draws nothing: the surface does.
 */
export class HostModel implements ViewerHost {
  readonly apiVersion = hostApiVersion;
  readonly hostName: string;
  readonly capabilities: ReadonlySet<HostCapability>;
  /** As {@link ViewerHost.notify}. */
  readonly notify?: NonNullable<ViewerHost["notify"]>;
  /** As {@link ViewerHost.mountPanel}. */
  readonly mountPanel?: NonNullable<ViewerHost["mountPanel"]>;
  readonly shapes?: NonNullable<ViewerHost["shapes"]>;
  readonly #surface: HostSurface;
  readonly #severalLayers: boolean;
  readonly #listeners: Listeners = {
    "layers-changed": new Set(),
    "active-changed": new Set(),
    "step-changed": new Set(),
    "display-changed": new Set(),
    "shape-picked": new Set(),
    disposed: new Set(),
  };
  /** Bottom first. */
  #layers: readonly HostLayer[] = [];
  #activeId: string | null = null;
  #step = 0;
  #layerCount = 0;
  #disposed = false;
  /** The last addition: a viewer that takes its time with one layer gets the next one after it. */
  #adding: Promise<unknown> = Promise.resolve();

  constructor(surface: HostSurface) {
    this.#surface = surface;
    this.hostName = surface.hostName;
    this.capabilities = new Set(surface.capabilities);
    this.#severalLayers = this.capabilities.has("multi-layer");
    if (surface.notify) this.notify = (level, message) => surface.notify?.(level, message);
    if (surface.mountPanel) this.mountPanel = (element, options) => surface.mountPanel?.(element, options) ?? false;
    if (surface.shapes) this.shapes = checkedShapes(surface.shapes);
  }

  readonly layers = ((model: HostModel) => ({
    /** Bottom first. */
    list: (): readonly HostLayer[] => model.#layers,
    /** The layer as it is now, `undefined` where there is none with this id. */
    get: (id: string): HostLayer | undefined => model.#layers.find((layer) => layer.id === id),
    get activeId(): string | null {
      return model.#activeId;
    },
    /** As of {@link ViewerHost.layers}. */
    add: (tuple: LayerDataTuple): Promise<string> => model.#add(tuple),
    /** As of {@link ViewerHost.layers}. */
    update: (id: string, patch: Partial<ImageDisplay>): void => model.#update(id, patch),
    /** As of {@link ViewerHost.layers}. */
    remove: (id: string): void => model.#remove(id),
    /** As of {@link ViewerHost.layers}. */
    setActive: (id: string): void => {
      if (model.layers.get(id)) model.#setActive(id);
    },
  }))(this);

  readonly dims = ((model: HostModel) => ({
    get step(): number {
      return model.#step;
    },
    get frames(): number {
      return Math.max(0, ...model.#layers.map((layer) => layer.source.frames));
    },
    /** As of {@link ViewerHost.dims}. */
    setStep: (step: number): void => model.#setStep(step),
  }))(this);

  on<K extends keyof HostEventMap>(type: K, callback: (detail: HostEventMap[K]) => void): Unsubscribe {
    const listeners: Set<(detail: HostEventMap[K]) => void> = this.#listeners[type];
    listeners.add(callback);
    return () => void listeners.delete(callback);
  }

  /**
   * For the viewer: tells plugins of a shape that a person picked.
   *
   * @throws {@link SlnetError} `bad-input` where it is not a shape in whole pixels
   */
  tellShape(shape: PickedShape): void {
    requireShape(shape);
    this.#emit("shape-picked", { shape });
  }

  /** Removes the layers, tells plugins that the viewer goes, and forgets them. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#emit("disposed", null);
    for (const { id } of [...this.#layers].reverse()) this.#remove(id);
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }

  #emit<K extends keyof HostEventMap>(type: K, detail: HostEventMap[K]): void {
    for (const callback of [...this.#listeners[type]]) {
      try {
        callback(detail);
      } catch (error) {
        // One plugin that fails must not keep the others, or the viewer, from hearing of a change.
        reportError(error);
      }
    }
  }

  #add(tuple: LayerDataTuple): Promise<string> {
    const added = this.#adding.then(() => this.#addNow(tuple));
    this.#adding = added.catch(() => undefined);
    return added;
  }

  async #addNow([source, display, type]: LayerDataTuple): Promise<string> {
    requireImage(source, type);
    this.#requireLife();
    if (!this.#severalLayers) for (const { id } of [...this.#layers]) this.#remove(id);
    const id = `layer-${++this.#layerCount}`;
    const layer: HostLayer = { ...defaultDisplay, ...display, id, kind: "image", source };
    await this.#surface.addLayer?.(layer);
    if (this.#disposed) this.#surface.removeLayer?.(layer);
    this.#requireLife();
    this.#layers = [...this.#layers, layer];
    this.#emit("layers-changed", { reason: "added", id });
    this.#setActive(id);
    return id;
  }

  #update(id: string, patch: Partial<ImageDisplay>): void {
    const layer = this.layers.get(id);
    if (!layer) return;
    const changes = Object.entries(patch).filter(
      ([key, value]) => value !== undefined && !sameValue(layer[key as keyof ImageDisplay], value),
    );
    if (changes.length === 0) return;
    const changed = Object.fromEntries(changes) as Partial<ImageDisplay>;
    const updated = { ...layer, ...changed };
    this.#layers = this.#layers.map((other) => (other === layer ? updated : other));
    this.#surface.updateLayer?.(updated, changed);
    this.#emit("display-changed", { id, patch: changed });
  }

  #remove(id: string): void {
    const layer = this.layers.get(id);
    if (!layer) return;
    this.#layers = this.#layers.filter((other) => other !== layer);
    this.#surface.removeLayer?.(layer);
    layer.source.dispose?.();
    this.#emit("layers-changed", { reason: "removed", id });
    if (this.#activeId === id) this.#setActive(this.#layers.at(-1)?.id ?? null);
    this.#setStep(this.#step);
  }

  #setActive(id: string | null): void {
    if (id === this.#activeId) return;
    this.#activeId = id;
    this.#emit("active-changed", { id });
  }

  #setStep(step: number): void {
    const { frames } = this.dims;
    const within = Math.min(Math.max(0, Math.round(step)), Math.max(0, frames - 1));
    if (within === this.#step || Number.isNaN(within)) return;
    this.#step = within;
    this.#surface.showStep?.(within);
    this.#emit("step-changed", { step: within, frames });
  }

  #requireLife(): void {
    if (this.#disposed) throw new SlnetError("bad-input", `${this.hostName} was disposed of, expected a living viewer`);
  }
}

/** The same, refusing from plugins what cannot be drawn. */
function checkedShapes(shapes: NonNullable<ViewerHost["shapes"]>): NonNullable<ViewerHost["shapes"]> {
  return {
    pick: (kind) => shapes.pick(requireShapeKind(kind)),
    show: (id, shape) => shapes.show(id, shape && requireShape(shape)),
  };
}

function requireImage(source: FrameSource, type: string): void {
  if (type !== "image") throw new SlnetError("unsupported", `layer type is ${type}, expected image`);
  const { frames, height, width } = source;
  if (![frames, height, width].every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new SlnetError(
      "bad-input",
      `layer has ${String(frames)} frames of ${String(height)}×${String(width)} pixels, expected whole numbers above 0`,
    );
  }
  if (!sampleTypes.includes(source.type)) {
    throw new SlnetError("bad-input", `layer has samples of type ${source.type}, expected uint8, uint16 or float32`);
  }
}

/** Equal, or lists of equal things. */
function sameValue(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
  }
  return Object.is(one, other);
}
