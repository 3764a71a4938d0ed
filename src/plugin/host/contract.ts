import type { SampleArray, SampleType } from "../../core/frames.js";

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
  /** Called once, when no layer needs the frames any more. */
  dispose?(): void;
}

/** How a layer is drawn. */
export interface ImageDisplay {
  readonly name: string;
  readonly visible: boolean;
  /** 0 to 1. */
  readonly opacity: number;
  /** Values drawn black and white, in {@link valueUnit}. `null`: chosen by the host from the pixels. */
  readonly contrastLimits: readonly [low: number, high: number] | null;
  /** A host draws unknown names as gray. */
  readonly colormap: string;
  /** Size of a step along `[t, y, x]` in `units`. */
  readonly scale: readonly [t: number, y: number, x: number];
  readonly units: readonly [t: string, y: string, x: string];
  /** In what the values of the pixels are, as people read it: `localizations per pixel`. Camera counts (ADU) without it. */
  readonly valueUnit?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** napari's layer-data tuple. */
export type LayerDataTuple = readonly [source: FrameSource, display: Partial<ImageDisplay>, type: "image"];

/** A layer as the host draws it. Each change is a new record. */
export interface ImageLayer extends ImageDisplay {
  readonly id: string;
  readonly kind: "image";
  /** `null` where the host shows pixels that it cannot give back. */
  readonly source: FrameSource | null;
}

/**
 * Pixels that a person pointed at, or that a plugin points at. In whole pixels of the frame, x to the right and y down,
 * of the lowest layer where layers are of several sizes; a rectangle has at least one pixel each way and lies inside the
 * frame.
 */
export type PickedShape =
  | { readonly kind: "point"; readonly x: number; readonly y: number }
  | {
      readonly kind: "line";
      readonly from: readonly [x: number, y: number];
      readonly to: readonly [x: number, y: number];
    }
  | {
      readonly kind: "rectangle";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };

/** What a viewer may be able to do beyond the minimum. */
export const hostCapabilities = [
  /** Every layer gives its pixels back through its `source`. */
  "read-pixels",
  /** Draws `float32` samples themselves; without it they are brought to 8 bits by the contrast limits first. */
  "float32",
  /** `layers.update` changes the picture. */
  "layer-update",
  /** Several layers at once; without it adding a layer removes the one there is. */
  "multi-layer",
  /** The viewer's own control of the frame fires `step-changed`. */
  "dims-events",
  /** The viewer's own control of the contrast fires `display-changed`. */
  "contrast-events",
  /** Has controls of its own for layers, frames and contrast, so that a panel need not show any. */
  "controls",
  /** `mountPanel` places panels. */
  "panels",
  /** `notify` tells people. */
  "notifications",
  /** `shapes` lets people point at pixels and shows what a plugin points at; `shape-picked` is fired. */
  "shapes",
] as const;

/** One of {@link hostCapabilities}. */
export type HostCapability = (typeof hostCapabilities)[number];

/**
 * Events say what changed, after it changed, once for each change whoever made it. A call that changes nothing fires
 * nothing, and a viewer's own event about a change that a plugin made is not passed on a second time.
 */
export interface HostEventMap {
  readonly "layers-changed": { readonly reason: "added" | "removed" | "updated" | "reordered"; readonly id: string };
  readonly "active-changed": { readonly id: string | null };
  readonly "step-changed": { readonly step: number; readonly frames: number };
  readonly "display-changed": { readonly id: string; readonly patch: Partial<ImageDisplay> };
  /** A person clicked a pixel, or drew a line or a rectangle. */
  readonly "shape-picked": { readonly shape: PickedShape };
  readonly disposed: null;
}

/** Ends what the call that gave it began. Calling it twice is fine. */
export type Unsubscribe = () => void;

/**
 * What a viewer offers a plugin. `layers`, `dims` and `on` are the minimum; the rest is told by `capabilities`.
 *
 * A host reads the frames it shows from the source of each layer: when the layer is added, at each step, and again
 * when a frame that is shown becomes invalid. It aborts the signal of a read whose frame is not wanted any more, takes
 * a read that rejects without harm, and shows what was there, or nothing, for a frame that reads as `null`.
 */
export interface ViewerHost {
  readonly apiVersion: typeof hostApiVersion;
  readonly hostName: string;
  readonly capabilities: ReadonlySet<HostCapability>;
  readonly layers: {
    /** Bottom first. */
    list(): readonly ImageLayer[];
    /** The layer as it is now, `undefined` where there is none with this id. */
    get(id: string): ImageLayer | undefined;
    readonly activeId: string | null;
    /**
     * Puts a layer on top, makes it the active one, and resolves to its id. Fires `layers-changed`, then
     * `active-changed`. Rejects where the host cannot show the source.
     */
    add(tuple: LayerDataTuple): Promise<string>;
    /** Nothing happens for an unknown id or for values that are there already. */
    update(id: string, patch: Partial<ImageDisplay>): void;
    /** Takes the layer away and disposes of its source. Nothing happens for an unknown id. */
    remove(id: string): void;
    /** Nothing happens for an unknown id. */
    setActive?(id: string): void;
  };
  readonly dims: {
    /** The frame shown, from 0. */
    readonly step: number;
    /** Frames of the longest layer, 0 without one. */
    readonly frames: number;
    /** Rounded and brought into the range. */
    setStep(step: number): void;
  };
  /** Calls back at each event of a type, until the returned function is called. */
  on<K extends keyof HostEventMap>(type: K, callback: (detail: HostEventMap[K]) => void): Unsubscribe;
  /** Says one sentence to the person at the viewer. */
  notify?(level: "info" | "warning" | "error", message: string): void;
  /** Places a panel in the viewer's docks. Returns its removal, or `false` where the host has no such place. */
  mountPanel?(
    element: HTMLElement,
    options: { readonly title: string; readonly area: "left" | "right" | "bottom" },
  ): Unsubscribe | false;
  readonly shapes?: {
    /** Arms the viewer's tool for one shape, which `shape-picked` then tells; a point is what a plain click gives anyway. */
    pick(kind: PickedShape["kind"]): void;
    /**
     * Draws a shape of a plugin over the picture, in place of the one with this id; `null` takes it away.
     *
     * @throws `SlnetError` `bad-input` where it is not a shape in whole pixels
     */
    show(id: string, shape: PickedShape | null): void;
  };
}
