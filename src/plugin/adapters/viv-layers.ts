import { SlnetError } from "../../core/errors.js";
import type { HostCapability, HostFrame, Unsubscribe, ViewerHost } from "../host/contract.js";
import { autoContrast } from "../host/contrast.js";
import { LayerFrames } from "../host/layer-frames.js";
import { HostModel, type HostLayer, type HostSurface } from "../host/model.js";
import { VivStackPixels } from "./viv-pixels.js";

/** Props for an `ImageLayer` of Viv, or for its viewer components with `[loader]` in place of `loader`. */
export interface VivLayerProps {
  readonly id: string;
  readonly loader: VivStackPixels;
  /** A new list for each picture: that is how Viv knows that there is something to fetch. */
  readonly selections: { t: number }[];
  readonly dtype: VivStackPixels["dtype"];
  readonly contrastLimits: [low: number, high: number][];
  readonly channelsVisible: boolean[];
  readonly colors: [red: number, green: number, blue: number][];
  readonly opacity: number;
  readonly visible: boolean;
  readonly colormap?: string;
  readonly extensions?: object[];
}

/** What {@link VivLayers} is told about its application. */
export interface VivLayersOptions extends Pick<HostSurface, "notify" | "mountPanel"> {
  /** Default: `"viv"`. */
  readonly hostName?: string;
  /** True where the application has controls of its own for layers, frames and contrast. Default: false. */
  readonly controls?: boolean;
  /** Of Viv. Without it, colormaps other than those of one colour are drawn gray. */
  readonly AdditiveColormapExtension?: new () => object;
}

interface LayerView {
  readonly frames: LayerFrames;
  readonly pixels: VivStackPixels;
  /** What `props` was made of. */
  layer: HostLayer | null;
  frame: HostFrame | null;
  props: VivLayerProps | null;
}

const colorsOf: Readonly<Record<string, VivLayerProps["colors"][number]>> = {
  green: [0, 255, 0],
  magenta: [255, 0, 255],
};
const gray: VivLayerProps["colors"][number] = [255, 255, 255];

/** Names that Viv has too, and those for which it has something close. */
const colormapsOf: Readonly<Record<string, string>> = {
  ocean: "viridis",
  ...Object.fromEntries(
    ["hot", "viridis", "inferno", "magma", "plasma", "jet", "cool", "bone", "copper"].map((name) => [name, name]),
  ),
};

/**
 * A host for an application that draws with Viv and keeps its own state, as Avivator does: it holds layers and frame,
 * and gives the props of the `ImageLayer`s to draw. What people do with the application's own controls is told to
 * `host`: `host.dims.setStep(t)`, `host.layers.update(id, { contrastLimits })`.
 */
export class VivLayers {
  readonly host: ViewerHost;
  readonly #host: HostModel;
  readonly #views = new Map<string, LayerView>();
  readonly #callbacks = new Set<() => void>();
  readonly #colormapExtensions: object[] | null;
  #props: readonly VivLayerProps[] = [];
  /** Several frames are being asked for: tell of all in one. */
  #asking = false;

  constructor(options: VivLayersOptions = {}) {
    const { hostName = "viv", notify, mountPanel, controls = false, AdditiveColormapExtension } = options;
    const capabilities: HostCapability[] = [
      "read-pixels",
      "float32",
      "layer-update",
      "multi-layer",
      "dims-events",
      "contrast-events",
    ];
    if (controls) capabilities.push("controls");
    if (notify) capabilities.push("notifications");
    if (mountPanel) capabilities.push("panels");
    this.#colormapExtensions = AdditiveColormapExtension ? [new AdditiveColormapExtension()] : null;
    this.host = this.#host = new HostModel({
      hostName,
      capabilities,
      ...(notify && { notify }),
      ...(mountPanel && { mountPanel }),
      addLayer: (layer) => this.#add(layer),
      removeLayer: ({ id }) => this.#remove(id),
    });
    this.#host.on("layers-changed", () => this.#want());
    this.#host.on("step-changed", () => this.#want());
    this.#host.on("display-changed", () => this.#want());
  }

  /** Of the layers that have pixels to show, bottom first. The same list, with the same props, until something changes. */
  get props(): readonly VivLayerProps[] {
    return this.#props;
  }

  /** Calls back when {@link VivLayers.props} is another. */
  subscribe(callback: () => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /** Ends the host: its layers go, and the plugins in it with all that is theirs. */
  dispose(): void {
    this.#host.dispose();
    this.#refresh();
    this.#callbacks.clear();
  }

  #add(layer: HostLayer): void {
    const { height, width } = layer.source;
    if (width === 3 || width === 4) {
      throw new SlnetError(
        "unsupported",
        `layer has frames of ${height}×${width}, and Viv takes a last axis of 3 or 4 for colours`,
      );
    }
    const frames = new LayerFrames(layer.source, () => this.#refresh());
    const pixels = new VivStackPixels(layer, frames);
    this.#views.set(layer.id, { frames, pixels, layer: null, frame: null, props: null });
  }

  #remove(id: string): void {
    this.#views.get(id)?.frames.dispose();
    this.#views.delete(id);
  }

  /** Asks for the frames of the visible layers, and tells what there is of them already. */
  #want(): void {
    this.#asking = true;
    for (const layer of this.#host.layers.list()) {
      if (layer.visible) this.#views.get(layer.id)?.frames.want(this.#frameOf(layer));
    }
    this.#asking = false;
    this.#refresh();
  }

  #frameOf({ source }: HostLayer): number {
    return Math.min(this.#host.dims.step, source.frames - 1);
  }

  #refresh(): void {
    if (this.#asking) return;
    const layers = this.#host.layers.list();
    for (const layer of layers) {
      const shown = this.#views.get(layer.id)?.frames.shown;
      if (layer.contrastLimits !== null || shown?.index !== this.#frameOf(layer)) continue;
      // Comes back here by `display-changed`.
      this.#host.layers.update(layer.id, { contrastLimits: autoContrast(shown.samples).limits });
      return;
    }
    const props = layers.flatMap((layer) => this.#propsOf(layer) ?? []);
    if (props.length === this.#props.length && props.every((each, index) => each === this.#props[index])) return;
    this.#props = props;
    for (const callback of [...this.#callbacks]) callback();
  }

  #propsOf(layer: HostLayer): VivLayerProps | null {
    const view = this.#views.get(layer.id);
    if (!view) return null;
    const frame = view.frames.shown;
    if (view.layer === layer && view.frame === frame) return view.props;
    // Without a frame the layer is hidden and keeps its texture: most often the frame comes soon.
    const selections = frame && frame !== view.frame ? [{ t: frame.index }] : view.props?.selections;
    view.layer = layer;
    view.frame = frame;
    if (!selections) return null;
    const [low, high] = layer.contrastLimits ?? (frame ? autoContrast(frame.samples).limits : [0, 1]);
    view.props = {
      id: `slnet-${layer.id}`,
      loader: view.pixels,
      selections,
      dtype: view.pixels.dtype,
      contrastLimits: [[low, high]],
      channelsVisible: [true],
      opacity: layer.opacity,
      visible: layer.visible && frame !== null,
      ...this.#colors(layer.colormap),
    };
    return view.props;
  }

  #colors(name: string): Pick<VivLayerProps, "colors" | "colormap" | "extensions"> {
    const colormap = Object.hasOwn(colormapsOf, name) ? colormapsOf[name] : undefined;
    if (colormap !== undefined && this.#colormapExtensions) {
      return { colors: [gray], colormap, extensions: this.#colormapExtensions };
    }
    return { colors: [(Object.hasOwn(colorsOf, name) && colorsOf[name]) || gray] };
  }
}
