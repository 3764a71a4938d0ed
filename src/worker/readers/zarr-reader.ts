import { errorMessage, SlnetError } from "../../core/errors.js";
import {
  framePixels,
  requireFinite,
  sampleBytes,
  unknownMetadata,
  type FileFolder,
  type SampleArray,
  type StackMetadata,
  type StackReader,
  type StackSelection,
  type StackShape,
} from "../../core/frames.js";
import { requireFrameRange } from "../../core/io/frame-range.js";
import { roundingNotice, workingType } from "../../core/io/stored-samples.js";
import { zarrAttributesKey } from "../../core/io/zarr-attributes.js";
import { checkZarrArray, type ZarrArrayMetadata } from "./zarr-array-metadata.js";
import { viewOfZarr, type ZarrView } from "./zarr-axes.js";
import { chunkBudget, ZarrChunks, type ZarrChunk } from "./zarr-chunks.js";
import { ZarrFiles } from "./zarr-files.js";
import { findZarrImage } from "./zarr-image.js";
import { objectOr, type JsonObject } from "./zarr-node.js";

/** Largest frame, as it is worked on. Chunks need not be stored, so the files say nothing about it. */
const largestFrame = 128_000_000;

/** Each is a file or a part of one. */
const mostChunksInFrame = 4096;

/** Frames are counted in 32 bits elsewhere too. */
const mostFrames = 0xffff_ffff;

/**
 * Opens OME-Zarr (OME-NGFF 0.1 to 0.5 on Zarr 2 and 3) or a plain Zarr array. Chunks are decoded by zarrita, each once
 * while frames are read in order, and at most 96 MB of them are kept.
 *
 * @param folder - the image, its parent of several, or an array; used as long as the reader is
 * @throws what `findZarrImage`, `checkZarrArray` and `viewOfZarr` throw
 */
export async function openZarr(folder: FileFolder, selection: StackSelection): Promise<StackReader> {
  const { name } = folder;
  const image = await findZarrImage(folder, selection);
  const metadata = checkZarrArray(image.array, image.path === "" ? name : `${name}/${image.path}`);
  const view = viewOfZarr(image, metadata.shape, metadata.dimensionNames, selection, name);
  const shape = shapeOf(metadata, view, name);
  const grid = gridOf(metadata, view, name);

  const { open, root } = await import("zarrita");
  const { boundZarrCodecs } = await import("./zarr-codecs.js");
  boundZarrCodecs();
  const files = new ZarrFiles(folder, image.path, metadata);
  const opening =
    image.array.version === 3
      ? open.v3(root(files), { kind: "array" })
      : open.v2(root(files), { kind: "array", attrs: false });
  const array = await opening.catch((error: unknown) => {
    throw new SlnetError("bad-input", `${name}: its array cannot be opened: ${errorMessage(error).slice(0, 300)}`, {
      cause: error,
    });
  });
  const chunks = new ZarrChunks(array, metadata, name);

  const read = async (
    from: number,
    to: number,
    out: SampleArray | Float64Array,
    signal?: AbortSignal,
  ): Promise<void> => {
    const place = placer(metadata, view, shape, from, to, out);
    const frameOf = (position: readonly number[]): number =>
      view.frameAxis === null ? 0 : Math.max(from, position[view.frameAxis] * metadata.chunkShape[view.frameAxis]);
    await chunks.each(grid(from, to), place, frameOf, signal);
  };

  const { storedType } = metadata;
  const rounding = roundingNotice(storedType);
  const rowBytes = grid(0, 1).length * metadata.chunkBytes;
  const notices = [...image.notices, ...view.notices, ...(rounding === null ? [] : [rounding])];
  if (rowBytes > chunkBudget && metadata.chunkShape[view.frameAxis ?? 0] > 1) {
    notices.push(
      `The chunks that hold a frame have ${Math.round(rowBytes / 1e6)} MB, more than is kept, so they are decoded again and ` +
        "again; storing the stack with chunks of whole frames makes it faster.",
    );
  }
  return {
    description: {
      shape,
      name,
      format: "zarr",
      compression: metadata.compression,
      byteOrder: metadata.littleEndian ? "little-endian" : "big-endian",
      storedType,
      ...unknownMetadata,
      ...ownMetadata(objectOr(image.attributes[zarrAttributesKey])),
      pixelSizeNm: view.pixelSizeNm,
      frameIntervalSeconds: view.frameIntervalSeconds,
      notices,
    },

    async readFrames(from, to, out, signal) {
      requireFrameRange(name, shape, from, to, out);
      await read(from, to, out, signal);
      requireFinite(out, from, shape);
    },

    ...(rounding !== null && {
      async readStoredFrame(index: number, signal?: AbortSignal) {
        const out = new Float64Array(framePixels(shape));
        if (!(index >= 0 && index < shape.frames) || !Number.isInteger(index)) {
          throw new SlnetError("bad-input", `${name}: frame ${index} asked for, it has ${shape.frames} frames`);
        }
        await read(index, index + 1, out, signal);
        return out;
      },
    }),

    async close() {
      chunks.clear();
      await files.close();
    },
  };
}

function shapeOf({ shape, storedType }: ZarrArrayMetadata, view: ZarrView, name: string): StackShape {
  const frames = view.frameAxis === null ? 1 : shape[view.frameAxis];
  const [height, width] = [shape[view.heightAxis], shape[view.widthAxis]];
  const type = workingType(storedType);
  const bytes = height * width * sampleBytes(type);
  if (!(bytes <= largestFrame)) {
    throw new SlnetError(
      "unsupported",
      `${name}: a frame of ${width}×${height} pixels needs ${bytes} bytes, expected at most ${largestFrame}`,
    );
  }
  if (frames > mostFrames || !Number.isSafeInteger(frames * bytes)) {
    throw new SlnetError("unsupported", `${name} has ${frames} frames, expected at most ${mostFrames}`);
  }
  return { frames, height, width, type };
}

/** Positions of the chunks that hold frames `[from, to)`, those of earlier frames first. */
function gridOf(
  { shape, chunkShape }: ZarrArrayMetadata,
  { frameAxis, heightAxis, widthAxis, fixed }: ZarrView,
  name: string,
): (from: number, to: number) => number[][] {
  const rows = Math.ceil(shape[heightAxis] / chunkShape[heightAxis]);
  const columns = Math.ceil(shape[widthAxis] / chunkShape[widthAxis]);
  if (!(rows * columns <= mostChunksInFrame)) {
    throw new SlnetError(
      "unsupported",
      `${name}: a frame is in ${rows * columns} chunks, expected at most ${mostChunksInFrame}; store it with larger ones`,
    );
  }
  const base = fixed.map((position, axis) => Math.floor(position / chunkShape[axis]));
  return (from, to) => {
    const depth = frameAxis === null ? 1 : chunkShape[frameAxis];
    const positions: number[][] = [];
    for (let layer = Math.floor(from / depth); layer * depth < to; layer++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const position = [...base];
          if (frameAxis !== null) position[frameAxis] = layer;
          position[heightAxis] = row;
          position[widthAxis] = column;
          positions.push(position);
        }
      }
    }
    return positions;
  };
}

/** Puts the part of a chunk that is wanted where it belongs in `out`, which holds frames `[from, to)`. */
function placer(
  { shape, chunkShape }: ZarrArrayMetadata,
  { frameAxis, heightAxis, widthAxis, fixed }: ZarrView,
  { height, width }: StackShape,
  from: number,
  to: number,
  out: SampleArray | Float64Array,
): (chunk: ZarrChunk, position: readonly number[]) => void {
  return ({ values, strides }, position) => {
    const depth = frameAxis === null ? 1 : chunkShape[frameAxis];
    const firstFrame = frameAxis === null ? 0 : position[frameAxis] * depth;
    const top = position[heightAxis] * chunkShape[heightAxis];
    const left = position[widthAxis] * chunkShape[widthAxis];
    // Chunks at the edges reach past the array.
    const rows = Math.min(chunkShape[heightAxis], shape[heightAxis] - top);
    const columns = Math.min(chunkShape[widthAxis], shape[widthAxis] - left);
    const base = fixed.reduce((sum, at, axis) => sum + (at % chunkShape[axis]) * strides[axis], 0);
    const step = strides[widthAxis];
    for (let frame = Math.max(from, firstFrame); frame < Math.min(to, firstFrame + depth); frame++) {
      const frameBase = base + (frameAxis === null ? 0 : (frame - firstFrame) * strides[frameAxis]);
      for (let row = 0; row < rows; row++) {
        const start = frameBase + row * strides[heightAxis];
        const target = ((frame - from) * height + top + row) * width + left;
        if (values instanceof BigUint64Array || values instanceof BigInt64Array) {
          for (let i = 0; i < columns; i++) out[target + i] = Number(values[start + i * step]);
        } else if (step === 1) {
          out.set(values.subarray(start, start + columns), target);
        } else {
          for (let i = 0; i < columns; i++) out[target + i] = values[start + i * step];
        }
      }
    }
  };
}

/** What the writer of this package put beside the metadata of OME. */
function ownMetadata(attributes: JsonObject): Partial<StackMetadata> {
  const positive = (value: unknown): number | null =>
    typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
  const { exposureSeconds, cameraOffsetAdu, aduPerElectron } = attributes;
  return {
    exposureSeconds: positive(exposureSeconds),
    cameraOffsetAdu: cameraOffsetAdu === 0 ? 0 : positive(cameraOffsetAdu),
    aduPerElectron: positive(aduPerElectron),
  };
}
