import { SlnetError } from "./errors.js";
import type { StoredType } from "./io/stored-samples.js";

/** How one pixel is stored. Every reader converts to one of these, without loss. */
export type SampleType = "uint8" | "uint16" | "float32";

/** Samples of one of the types of {@link SampleType}, in ADU. */
export type SampleArray = Uint8Array | Uint16Array | Float32Array;

/** Size of a stack: `[frames, height, width]`, in frames and pixels. */
export interface StackShape {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
}

/** A part of a stack: a rectangle of pixels, in frames `from` up to, not including, `to`. Whole numbers. */
export interface StackRegion {
  /** First column and first row. */
  readonly x: number;
  readonly y: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

/** What is known about how a stack was recorded; `null` where nobody says. */
export interface StackMetadata {
  /** Nanometres per pixel, in the plane of the sample. */
  readonly pixelSizeNm: number | null;
  /** Seconds from one frame to the next. */
  readonly frameIntervalSeconds: number | null;
  /** Seconds for which each frame was exposed. */
  readonly exposureSeconds: number | null;
  /** Reading of the camera with the shutter closed, in ADU. */
  readonly cameraOffsetAdu: number | null;
  /** Gain of the camera, in ADU per photoelectron. */
  readonly aduPerElectron: number | null;
}

/** What is known of a stack that says nothing. */
export const unknownMetadata: StackMetadata = {
  pixelSizeNm: null,
  frameIntervalSeconds: null,
  exposureSeconds: null,
  cameraOffsetAdu: null,
  aduPerElectron: null,
};

/** What kind of file a stack was read from; `frames` are those of the caller. */
export type StackFormat =
  | "tiff"
  | "mha"
  | "nrrd"
  | "mrc"
  | "nifti"
  | "pic"
  | "zarr"
  | "dax"
  | "nd2"
  | "raw"
  | "npy"
  | "npz"
  | "safetensors"
  | "simulated"
  | "frames";

/** What a file says about the stack in it. */
export interface StackDescription extends StackMetadata {
  readonly shape: StackShape;
  readonly name: string;
  readonly format: StackFormat;
  readonly compression: string;
  readonly byteOrder: "little-endian" | "big-endian";
  /** How the file stores its pixels; `shape.type` is how they are read. */
  readonly storedType: StoredType;
  /** Things a person should know about how the file was read, one sentence each. */
  readonly notices: readonly string[];
}

/** Which part of a file with several is the stack. Positions count from 0. */
export interface StackSelection {
  /** Image of a file that holds several. */
  readonly series?: number | undefined;
  /** Colour channel, or sample of an RGB pixel. */
  readonly channel?: number | undefined;
  /** Slice along z of a file that has both z and time. */
  readonly slice?: number | undefined;
}

/** Random access to the frames of an opened stack. */
export interface StackReader {
  readonly description: StackDescription;
  /**
   * Reads frames `from` up to, not including, `to` into `out`, one after the other, row-major, row 0 at the top.
   *
   * @param out - of the type of the stack's shape, length (to − from) · height · width
   * @throws {@link SlnetError} `bad-input` where the file ends early, changed or holds NaN or infinite pixels
   */
  readFrames(from: number, to: number, out: SampleArray, signal?: AbortSignal): Promise<void>;
  /** A frame exactly as it is stored, where the type of the shape cannot hold its values; not there where it can. */
  readStoredFrame?(index: number, signal?: AbortSignal): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Files side by side: the folder of a file that was opened, or one that was opened as a whole. */
export interface FileFolder {
  readonly name: string;
  /** Names of the files directly in it, in no order. Empty where a place cannot be listed, such as a web server. */
  list(): Promise<readonly string[]>;
  /**
   * Opens a file in it or in a folder below it; the caller closes it.
   *
   * @param path - names with `/` between them, without `.` and `..`
   * @returns `null` where there is no such file
   */
  open(path: string): Promise<ByteSource | null>;
}

/** Bytes at any position: a Blob, a file on disk, a buffer. */
export interface ByteSource {
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; fewer only past the end. The result may be kept by the caller. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills `out` from `offset` on. Returns how many bytes there were: fewer than asked for only past the end. */
  readInto(offset: number, out: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A place to write bytes at any position, already open. */
export interface ByteSink {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes it this long: what comes to it reads as zeros. Missing where a place cannot. */
  resize?(size: number): Promise<void>;
  /** Makes what was written durable and closes. */
  close(): Promise<void>;
}

const bytesPerSample = { uint8: 1, uint16: 2, float32: 4 } as const satisfies Record<SampleType, number>;

/** Bytes of one stored pixel. */
export function sampleBytes(type: SampleType): number {
  return bytesPerSample[type];
}

/** Number of pixels of one frame. */
export function framePixels(shape: Pick<StackShape, "height" | "width">): number {
  return shape.height * shape.width;
}

/** A zeroed array for `length` pixels. */
export function createSamples(type: SampleType, length: number): SampleArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "float32":
      return new Float32Array(length);
    default:
      throw new SlnetError("bad-input", `sample type is ${String(type)}, expected uint8, uint16 or float32`);
  }
}

/** The sample type that an array holds. */
export function sampleTypeOf(samples: SampleArray): SampleType {
  if (samples instanceof Float32Array) return "float32";
  return samples instanceof Uint16Array ? "uint16" : "uint8";
}

/**
 * Refuses float pixels that are not numbers: a single NaN would turn the weights, the loss and every statistic into NaN.
 *
 * @param firstFrame - index of the first frame in `samples`, for the message
 * @throws {@link SlnetError} `bad-input`, naming the first such frame and pixel
 */
export function requireFinite(samples: SampleArray, firstFrame: number, shape: StackShape): void {
  if (!(samples instanceof Float32Array)) return;
  // x − x is 0 for a number and NaN for NaN and ±∞, so one sum finds any of them without a branch per pixel.
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] - samples[i];
  if (sum === 0) return;
  const index = samples.findIndex((value) => !Number.isFinite(value));
  const pixels = framePixels(shape);
  const inFrame = index % pixels;
  throw new SlnetError(
    "bad-input",
    `frame ${firstFrame + Math.floor(index / pixels)} holds ${samples[index]} at row ${Math.floor(inFrame / shape.width)}, ` +
      `column ${inFrame % shape.width}; expected finite pixels, so replace NaN and infinite values before cleaning`,
  );
}
