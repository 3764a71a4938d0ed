import type { SampleArray, SampleType } from "../core/frames.js";

/** Version of this contract. A host of another version is refused. */
export const hostApiVersion = 1;

/** One plane, row-major, row 0 at the top, no padding. */
export interface HostFrame {
  readonly index: number;
  readonly height: number;
  readonly width: number;
  readonly samples: SampleArray;
}

/** Pixels are pulled by the host; the source only says which frames changed. */
export interface FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  /** Resolves to `null` where the frame does not exist yet. */
  read(index: number, signal?: AbortSignal): Promise<HostFrame | null>;
  /** Calls back with half-open ranges `[from, to)` of frames that changed or appeared. Returns an unsubscribe. */
  onInvalidate?(callback: (from: number, to: number) => void): Unsubscribe;
  dispose?(): void;
}

/** How a layer is drawn. */
export interface ImageDisplay {
  readonly name: string;
  readonly visible: boolean;
  /** 0 to 1. */
  readonly opacity: number;
  /** Values drawn black and white, in ADU. `null`: chosen by the host from the pixels. */
  readonly contrastLimits: readonly [low: number, high: number] | null;
  /** A host draws unknown names as gray. */
  readonly colormap: string;
  /** Size of a step along `[t, y, x]` in `units`. */
  readonly scale: readonly [t: number, y: number, x: number];
  readonly units: readonly [t: string, y: string, x: string];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** napari's layer-data tuple. */
export type LayerDataTuple = readonly [source: FrameSource, display: Partial<ImageDisplay>, type: "image"];

export interface ImageLayer extends ImageDisplay {
  readonly id: string;
  readonly kind: "image";
  /** `null` where the host shows pixels that it cannot give back. */
  readonly source: FrameSource | null;
}

export type HostCapability =
  | "read-pixels"
  | "float32"
  | "layer-update"
  | "multi-layer"
  | "dims-events"
  | "contrast-events"
  | "panels"
  | "notifications";

/** Events say what changed, after it changed. */
export interface HostEventMap {
  readonly "layers-changed": { readonly reason: "added" | "removed" | "updated" | "reordered"; readonly id: string };
  readonly "active-changed": { readonly id: string | null };
  readonly "step-changed": { readonly step: number; readonly frames: number };
  readonly "display-changed": { readonly id: string; readonly patch: Partial<ImageDisplay> };
  readonly disposed: null;
}

export type Unsubscribe = () => void;

/** What a viewer offers a plugin. `layers`, `dims` and `on` are the minimum; the rest is told by `capabilities`. */
export interface ViewerHost {
  readonly apiVersion: typeof hostApiVersion;
  readonly hostName: string;
  readonly capabilities: ReadonlySet<HostCapability>;
  readonly layers: {
    list(): readonly ImageLayer[];
    get(id: string): ImageLayer | undefined;
    readonly activeId: string | null;
    add(tuple: LayerDataTuple): Promise<string>;
    update(id: string, patch: Partial<ImageDisplay>): void;
    remove(id: string): void;
    setActive?(id: string): void;
  };
  readonly dims: {
    /** The frame shown. */
    readonly step: number;
    readonly frames: number;
    setStep(step: number): void;
  };
  on<K extends keyof HostEventMap>(type: K, callback: (detail: HostEventMap[K]) => void): Unsubscribe;
  notify?(level: "info" | "warning" | "error", message: string): void;
  /** Places a panel in the viewer's docks. Returns its removal, or `false` where the host has no such place. */
  mountPanel?(
    element: HTMLElement,
    options: { readonly title: string; readonly area: "left" | "right" | "bottom" },
  ): Unsubscribe | false;
}
