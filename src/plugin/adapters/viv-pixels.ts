import type { SampleArray, SampleType } from "../../core/frames.js";
import type { FrameSource, HostFrame } from "../host/contract.js";
import type { LayerFrames } from "../host/layer-frames.js";
import type { HostLayer } from "../host/model.js";

/** Asks for a frame. */
export interface VivRasterRequest {
  readonly selection: { readonly t: number };
  readonly signal?: AbortSignal | undefined;
}

/** One frame, as Viv takes it: not frozen, since Viv’s types have no `readonly`. */
export interface VivRaster {
  data: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  width: number;
  height: number;
}

const dtypeOf = { uint8: "Uint8", uint16: "Uint16", float32: "Float32" } as const satisfies Record<SampleType, string>;

/**
 * `SIGNAL_ABORTED` of `@vivjs/loaders`. Viv's layers take a rejection with it as "keep what is there"; any other reason
 * they throw again, where nobody can catch it.
 */
export const nothingNew = "__vivSignalAborted";

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
  async getRaster({ selection, signal }: VivRasterRequest): Promise<VivRaster> {
    const { shown } = this.#frames;
    const frame = shown?.index === selection.t ? shown : await this.#read(selection.t, signal);
    return { data: unshared(frame.samples), width: frame.width, height: frame.height };
  }

  /** The only tile is the whole frame. */
  getTile(request: VivRasterRequest & { readonly x: number; readonly y: number }): Promise<VivRaster> {
    return this.getRaster(request);
  }

  /** Says nothing: a tile that failed is asked for again with the next frame. */
  onTileError(): void {}

  async #read(index: number, signal: AbortSignal | undefined): Promise<HostFrame> {
    const frame = await this.#source.read(index, signal).catch(() => null);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- Viv knows it by this very string
    if (!frame) throw nothingNew;
    return frame;
  }
}

/** WebGL takes no shared memory. */
function unshared(samples: SampleArray): VivRaster["data"] {
  return samples.buffer instanceof ArrayBuffer ? (samples as VivRaster["data"]) : samples.slice();
}
