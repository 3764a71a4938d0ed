import type { SampleArray, SampleType } from "../../core/frames.js";
import { SlnetError } from "../../core/errors.js";
import type { FrameSource, HostFrame } from "../host/contract.js";
import type { LayerFrames } from "../host/layer-frames.js";
import type { HostLayer } from "../host/model.js";

/** Which plane of an image: positions along the axes other than y and x. */
export type VivSelection = Readonly<Record<string, number>>;

/** One plane, row-major, as Viv passes it on. */
export interface VivPixelData {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** What is used of a `PixelSource` of Viv, as its loaders return it. */
export interface VivImage {
  readonly shape: readonly number[];
  /** Names of the axes, such as `["t", "c", "z", "y", "x"]`. */
  readonly labels: readonly string[];
  readonly dtype: string;
  getRaster(request: { selection: VivSelection; signal?: AbortSignal }): Promise<VivPixelData>;
}

interface RasterRequest {
  readonly selection: { readonly t: number };
  readonly signal?: AbortSignal | undefined;
}

interface Raster {
  data: SampleArray;
  width: number;
  height: number;
}

const dtypeOf = { uint8: "Uint8", uint16: "Uint16", float32: "Float32" } as const satisfies Record<SampleType, string>;

/**
 * `SIGNAL_ABORTED` of `@vivjs/loaders`. Viv's layers take a rejection with it as "keep what is there"; any other reason
 * they throw again, where nobody can catch it.
 */
const nothingNew = "__vivSignalAborted";

/** A `PixelSource` of Viv over the frames of a layer. Its axes are `["t", "y", "x"]`, its only level is the full one. */
export class VivStackPixels {
  readonly shape: number[];
  readonly labels: ["t", "y", "x"] = ["t", "y", "x"];
  readonly dtype: (typeof dtypeOf)[SampleType];
  readonly tileSize: number;
  /** Size of a pixel, for scale bars. */
  readonly meta: { physicalSizes?: Record<"x" | "y", { size: number; unit: string }> } = {};
  readonly #source: FrameSource;
  readonly #frames: LayerFrames;

  constructor({ source, scale, units }: HostLayer, frames: LayerFrames) {
    const { height, width, type } = source;
    this.#source = source;
    this.#frames = frames;
    this.shape = [source.frames, height, width];
    this.dtype = dtypeOf[type];
    this.tileSize = 2 ** Math.ceil(Math.log2(Math.max(height, width)));
    if (units[1] === "nm" && units[2] === "nm") {
      this.meta.physicalSizes = { y: { size: scale[1], unit: "nm" }, x: { size: scale[2], unit: "nm" } };
    }
  }

  /** The frame that the layer shows is there at once; any other one is read. */
  async getRaster({ selection, signal }: RasterRequest): Promise<Raster> {
    const { shown } = this.#frames;
    const frame = shown?.index === selection.t ? shown : await this.#read(selection.t, signal);
    return { data: frame.samples, width: frame.width, height: frame.height };
  }

  /** The only tile is the whole frame. */
  getTile(request: RasterRequest & { readonly x: number; readonly y: number }): Promise<Raster> {
    return this.getRaster(request);
  }

  /** Says nothing: a tile that failed is asked for again with the next frame. */
  onTileError(): void {}

  async #read(index: number, signal: AbortSignal | undefined): Promise<HostFrame> {
    const frame = await this.#source.read(index, signal).catch(() => null);
    if (!frame) throw nothingNew;
    return frame;
  }
}

export interface VivFrameSourceOptions {
  /** The axis along which the frames are. Default: `"t"`. */
  readonly axis?: string;
  /** Where to stand on the other axes, such as `{ c: 1 }`. 0 on those that are not named. */
  readonly selection?: VivSelection;
}

/**
 * Makes an image that an application has opened with Viv a layer's source, so that a plugin can read and clean it.
 *
 * @param image - the full resolution of a loader, which is `data[0]` of `loadOmeTiff` or `loadOmeZarr`. It stays the
 *   application's. Samples other than `Uint8` and `Uint16` become `float32`.
 * @throws {@link SlnetError} `unsupported` for colours in one plane, `bad-input` for an axis or position it does not have
 */
export function vivFrameSource(
  image: VivImage,
  { axis = "t", selection = {} }: VivFrameSourceOptions = {},
): FrameSource {
  const { shape, labels, dtype } = image;
  const axes = labels.slice(0, -2);
  if (labels.at(-1) === "_c")
    throw new SlnetError("unsupported", "image has colours in one plane, expected one channel");
  for (const [name, position] of Object.entries({ [axis]: 0, ...selection })) {
    const length = axes.includes(name) ? shape[labels.indexOf(name)]! : 0;
    if (Number.isInteger(position) && position >= 0 && position < length) continue;
    throw new SlnetError(
      "bad-input",
      `image of [${labels.join(", ")}] = [${shape.join(", ")}] has no position ${String(position)} on axis ${name}`,
    );
  }
  const fixed = { ...Object.fromEntries(axes.map((name) => [name, 0])), ...selection };
  const [height = 0, width = 0] = shape.slice(-2);
  const type = dtype === "Uint8" ? "uint8" : dtype === "Uint16" ? "uint16" : "float32";
  return {
    frames: shape[labels.indexOf(axis)]!,
    height,
    width,
    type,
    async read(index, signal) {
      signal?.throwIfAborted();
      try {
        const { data } = await image.getRaster({ selection: { ...fixed, [axis]: index }, ...(signal && { signal }) });
        if (data.length !== height * width) {
          throw new SlnetError("bad-input", `frame ${index} has ${data.length} samples, expected ${height}×${width}`);
        }
        return { index, height, width, samples: samplesOf(data, type) };
      } catch (error) {
        // Viv's loaders reject with a word of their own.
        signal?.throwIfAborted();
        throw error === nothingNew ? new SlnetError("internal", `frame ${index} was given up by its loader`) : error;
      }
    },
  };
}

function samplesOf(data: ArrayLike<number>, type: SampleType): SampleArray {
  if (type === "uint8" && data instanceof Uint8Array) return data;
  if (type === "uint16" && data instanceof Uint16Array) return data;
  if (type === "float32" && data instanceof Float32Array) return data;
  return type === "uint8"
    ? Uint8Array.from(data)
    : type === "uint16"
      ? Uint16Array.from(data)
      : Float32Array.from(data);
}
