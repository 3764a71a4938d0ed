import { SlnetError } from "../../core/errors.js";
import type { SampleArray, SampleType } from "../../core/frames.js";
import type { FrameSource } from "../host/contract.js";
import { nothingNew } from "./viv-pixels.js";

/** Which plane of an image: positions along the axes other than y and x. */
export type VivSelection = Readonly<Record<string, number>>;

/** One plane, row-major, as Viv passes it on. */
export interface VivPlane {
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
  /** Resolves to one plane. */
  getRaster(request: { selection: VivSelection; signal?: AbortSignal }): Promise<VivPlane>;
}

/** Which frames of an image with more axes are taken. */
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
        const plane = await image.getRaster({ selection: { ...fixed, [axis]: index }, ...(signal && { signal }) });
        const { data } = plane;
        if (plane.height !== height || plane.width !== width || data.length !== height * width) {
          const found = `${plane.height}×${plane.width} with ${data.length} samples`;
          throw new SlnetError("bad-input", `frame ${index} is ${found}, expected ${height}×${width}`);
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
