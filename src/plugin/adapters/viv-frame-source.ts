import { SlnetError } from "../../core/errors.js";
import type { SampleArray, SampleType } from "../../core/frames.js";
import type { FrameSource } from "../host/contract.js";

/** The part of Viv's `PixelSource` that is used. */
export interface VivImage {
  readonly shape: readonly number[];
  readonly labels: readonly string[];
  readonly dtype: string;
  getRaster(request: {
    selection: never;
    signal?: AbortSignal;
  }): Promise<{ readonly data: ArrayLike<number>; readonly width: number; readonly height: number }>;
}

/** What {@link vivFrameSource} can be told. */
export interface VivFrameSourceOptions {
  /** Label of the axis that is time, `t` by default. */
  readonly axis?: string;
  /** Where to be on the other axes, 0 by default: `{ c: 1 }`. */
  readonly selection?: Readonly<Record<string, number>>;
}

/**
 * An image that an application has opened with Viv, such as the first level of an OME-TIFF or OME-Zarr, as frames that a
 * plugin can read: `host.layers.add([vivFrameSource(loader[0]), { name: "Mine" }, "image"])`. Types other than uint8,
 * uint16 and float32 are read as float32.
 *
 * @throws {@link SlnetError} `bad-input` without the axis; `unsupported` for colours
 */
export function vivFrameSource(
  image: VivImage,
  { axis = "t", selection = {} }: VivFrameSourceOptions = {},
): FrameSource {
  const { labels, shape } = image;
  if (labels.at(-1) !== "x" || labels.at(-2) !== "y") {
    throw new SlnetError("unsupported", `image has the axes ${labels.join(", ")}, expected the last ones to be y, x`);
  }
  const frames = shape[labels.indexOf(axis)];
  const [height = 0, width = 0] = shape.slice(-2);
  if (frames === undefined) {
    throw new SlnetError("bad-input", `image has the axes ${labels.join(", ")}, expected one that is ${axis}`);
  }
  const others = Object.fromEntries(labels.slice(0, -2).map((label) => [label, selection[label] ?? 0]));
  const type = sampleTypes[image.dtype] ?? "float32";
  return {
    frames,
    height,
    width,
    type,
    async read(index, signal) {
      signal?.throwIfAborted();
      const request = { selection: { ...others, [axis]: index } as never, ...(signal ? { signal } : {}) };
      let raster: Awaited<ReturnType<VivImage["getRaster"]>>;
      try {
        raster = await image.getRaster(request);
      } catch (error) {
        // Viv rejects with a word of its own where it was called off.
        signal?.throwIfAborted();
        throw error;
      }
      const { data } = raster;
      if (raster.height !== height || raster.width !== width || data.length !== height * width) {
        throw new SlnetError(
          "bad-input",
          `frame ${index} is ${raster.height}×${raster.width} with ${data.length} samples, expected ${height}×${width}`,
        );
      }
      return { index, height, width, samples: isOfType(data, type) ? data : Float32Array.from(data) };
    },
  };
}

const sampleTypes: Readonly<Record<string, SampleType>> = { Uint8: "uint8", Uint16: "uint16", Float32: "float32" };

function isOfType(data: ArrayLike<number>, type: SampleType): data is SampleArray {
  if (type === "uint8") return data instanceof Uint8Array;
  return type === "uint16" ? data instanceof Uint16Array : data instanceof Float32Array;
}
