import { SlnetError } from "../../../core/errors.js";
import {
  hostApiVersion,
  type FrameSource,
  type HostCapability,
  type HostEventMap,
  type ImageDisplay,
  type ImageLayer,
  type LayerDataTuple,
  type Unsubscribe,
  type ViewerHost,
} from "../../host.js";

/** What the host asks of the element around it. */
export interface HostSurface {
  notify(level: "info" | "warning" | "error", message: string): void;
  mountPanel(
    element: HTMLElement,
    options: { readonly title: string; readonly area: "left" | "right" | "bottom" },
  ): Unsubscribe | false;
}

/** A layer of the reference host: it always holds its pixels. */
export interface HostLayer extends ImageLayer {
  readonly source: FrameSource;
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

/** Layers and frame position of the viewer, as plugins see and change them. Holds no pixels and draws nothing. */
export class ReferenceHost implements ViewerHost {
  readonly apiVersion = hostApiVersion;
  readonly hostName = "slnet-stack-viewer";
  readonly capabilities: ReadonlySet<HostCapability> = new Set<HostCapability>([
    "read-pixels",
    "float32",
    "layer-update",
    "multi-layer",
    "dims-events",
    "contrast-events",
    "panels",
    "notifications",
  ]);
  readonly #surface: HostSurface;
  readonly #listeners: Listeners = {
    "layers-changed": new Set(),
    "active-changed": new Set(),
    "step-changed": new Set(),
    "display-changed": new Set(),
    disposed: new Set(),
  };
  /** Bottom first. */
  #layers: readonly HostLayer[] = [];
  #activeId: string | null = null;
  #step = 0;
  #layerCount = 0;

  constructor(surface: HostSurface) {
    this.#surface = surface;
  }

  readonly layers = ((host: ReferenceHost) => ({
    list: (): readonly HostLayer[] => host.#layers,
    get: (id: string): HostLayer | undefined => host.#layers.find((layer) => layer.id === id),
    get activeId(): string | null {
      return host.#activeId;
    },
    add: (tuple: LayerDataTuple): Promise<string> => new Promise((resolve) => resolve(host.#add(tuple))),
    update: (id: string, patch: Partial<ImageDisplay>): void => host.#updateLayer(id, patch),
    remove: (id: string): void => host.#remove(id),
    setActive: (id: string): void => host.#setActive(id),
  }))(this);

  readonly dims = ((host: ReferenceHost) => ({
    get step(): number {
      return host.#step;
    },
    get frames(): number {
      return host.#frames();
    },
    setStep: (step: number): void => host.#setStep(step),
  }))(this);

  on<K extends keyof HostEventMap>(type: K, callback: (detail: HostEventMap[K]) => void): Unsubscribe {
    const listeners: Set<(detail: HostEventMap[K]) => void> = this.#listeners[type];
    listeners.add(callback);
    return () => void listeners.delete(callback);
  }

  notify(level: "info" | "warning" | "error", message: string): void {
    this.#surface.notify(level, message);
  }

  mountPanel(
    element: HTMLElement,
    options: { readonly title: string; readonly area: "left" | "right" | "bottom" },
  ): Unsubscribe | false {
    return this.#surface.mountPanel(element, options);
  }

  #emit<K extends keyof HostEventMap>(type: K, detail: HostEventMap[K]): void {
    for (const callback of this.#listeners[type]) callback(detail);
  }

  #frames(): number {
    return Math.max(0, ...this.#layers.map((layer) => layer.source.frames));
  }

  #add([source, display, type]: LayerDataTuple): string {
    if ((type as string) !== "image") {
      throw new SlnetError("unsupported", `layer type is ${type as string}, expected image`);
    }
    const id = `layer-${++this.#layerCount}`;
    this.#layers = [...this.#layers, { ...defaultDisplay, ...display, id, kind: "image", source }];
    this.#emit("layers-changed", { reason: "added", id });
    this.#setActive(id);
    return id;
  }

  #updateLayer(id: string, patch: Partial<ImageDisplay>): void {
    this.#layers = this.#layers.map((layer) => (layer.id === id ? { ...layer, ...patch } : layer));
    this.#emit("display-changed", { id, patch });
  }

  #remove(id: string): void {
    const layer = this.layers.get(id);
    if (!layer) return;
    this.#layers = this.#layers.filter((other) => other !== layer);
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
    const frames = this.#frames();
    const within = Math.min(Math.max(0, Math.round(step)), Math.max(0, frames - 1));
    if (within === this.#step) return;
    this.#step = within;
    this.#emit("step-changed", { step: within, frames });
  }
}
