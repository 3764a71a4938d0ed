import { SlnetError } from "../../core/errors.js";
import { createSamples, framePixels, sampleBytes } from "../../core/frames.js";
import { framesWith, requireStackSizes } from "../../core/io/appended-frames.js";
import { littleEndianBytes } from "../../core/io/byte-order.js";
import { deflate } from "../../core/io/deflate.js";
import type { StackWriter, StackWriterOptions } from "../../core/io/stack-writer.js";
import { zarrAttributesKey } from "../../core/io/zarr-attributes.js";
import type { FileTree } from "../../core/io/file-tree.js";

export interface ZarrWriterOptions extends StackWriterOptions {
  /** `deflate`: the codec zlib, which every reader of Zarr has. Default `none`. */
  readonly compression?: "none" | "deflate";
}

/** Chunks are about this large: few files for a long stack, and still a quick look at one frame. */
const chunkTarget = 2 * 1024 * 1024;

/** Chunks that are compressed and written at a time. */
const chunksAtOnce = 4;

/**
 * Writes OME-Zarr 0.4 on Zarr 2: axes t, y, x and one data set, chunks of whole frames.
 *
 * Version 0.4 and not 0.5: napari, Fiji (MoBIE, N5, BigDataViewer), QuPath, Bio-Formats, OMERO and vizarr open it today, and
 * many of them not yet the Zarr 3 of 0.5; what reads 0.5 reads 0.4 too. zarrita writes the metadata of Zarr 3 only and
 * encodes neither zlib nor gzip, so the little JSON of Zarr 2 is written here.
 *
 * Chunks go first, then the length of the array. Whatever moment a run is killed at, a folder holds a whole stack of the
 * frames that were reachable then. An archive can be read once it is finished.
 *
 * @param files - empty, but for what other writers of the same stack have written
 * @param within - writes these frames alone, from a multiple of {@link zarrChunkFrames} on, and no metadata: whoever has
 *   all chunks calls {@link writeZarrMetadata}
 */
export function createZarrWriter(
  files: FileTree,
  options: ZarrWriterOptions,
  within: { readonly from: number; readonly to: number } | null = null,
): StackWriter {
  const { type, frames: stackFrames, compression = "none", publishEveryMs = 0 } = options;
  requireStackSizes("OME-Zarr", options);
  const pixels = framePixels(options);
  const chunkFrames = zarrChunkFrames(options);
  const plannedFrames = within ? within.to - within.from : stackFrames;
  const firstChunk = within ? within.from / chunkFrames : 0;
  const chunkPixels = chunkFrames * pixels;
  /** Frames of a chunk that is not full yet. */
  const pending = createSamples(type, chunkPixels);
  let pendingFrames = 0;
  let chunksWritten = 0;
  let framesPublished = 0;
  let publishedAt = -Infinity;

  const framesWritten = (): number => chunksWritten * chunkFrames + pendingFrames;

  const writeChunk = async (index: number, chunk: Uint16Array | Float32Array): Promise<void> => {
    const bytes = littleEndianBytes(chunk);
    await files.write(`0/${firstChunk + index}/0/0`, compression === "deflate" ? await deflate(bytes) : bytes);
  };

  /** Writes chunks that follow the last one, several at a time. */
  const writeChunks = async (chunks: readonly (Uint16Array | Float32Array)[]): Promise<void> => {
    for (let start = 0; start < chunks.length; start += chunksAtOnce) {
      const group = chunks.slice(start, start + chunksAtOnce);
      const outcomes = await Promise.allSettled(group.map((chunk, i) => writeChunk(chunksWritten + i, chunk)));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed) throw failed.reason;
      chunksWritten += group.length;
    }
  };

  const publish = async (frames: number): Promise<void> => {
    if (frames === framesPublished || within) return;
    if (framesPublished === 0) await writeImageMetadata(files, options);
    await writeArrayMetadata(files, options, frames);
    framesPublished = frames;
    publishedAt = performance.now();
  };

  return {
    get framesWritten() {
      return framesWritten();
    },
    get framesReachable() {
      return framesPublished;
    },

    async write(frames) {
      framesWith("OME-Zarr", "stack", { ...options, frames: plannedFrames }, framesWritten(), frames);
      const chunks: (typeof frames)[] = [];
      let rest = frames;
      if (pendingFrames > 0) {
        const filling = rest.subarray(0, chunkPixels - pendingFrames * pixels);
        pending.set(filling, pendingFrames * pixels);
        pendingFrames += filling.length / pixels;
        rest = rest.subarray(filling.length);
        if (pendingFrames === chunkFrames) chunks.push(pending as typeof frames);
      }
      for (; rest.length >= chunkPixels; rest = rest.subarray(chunkPixels)) chunks.push(rest.subarray(0, chunkPixels));
      if (chunks.length > 0) {
        pendingFrames = 0;
        await writeChunks(chunks);
      }
      if (rest.length > 0) {
        pending.set(rest);
        pendingFrames = rest.length / pixels;
      }
      if (performance.now() - publishedAt >= publishEveryMs) await publish(chunksWritten * chunkFrames);
    },

    async finish() {
      const frames = framesWritten();
      if (frames === 0) {
        throw new SlnetError("bad-input", "write OME-Zarr: no frame was written, expected at least 1");
      }
      if (pendingFrames > 0) {
        // A chunk always has its full size; what is past the end of the array belongs to nobody.
        pending.fill(0, pendingFrames * pixels);
        await writeChunk(chunksWritten, pending as Uint16Array | Float32Array);
      }
      await publish(frames);
      return { frames, bytes: await files.finish() };
    },
  };
}

/** Frames of a chunk. */
export function zarrChunkFrames(options: Pick<ZarrWriterOptions, "height" | "width" | "type" | "frames">): number {
  const fitting = Math.floor(chunkTarget / (framePixels(options) * sampleBytes(options.type)));
  return Math.min(options.frames, Math.max(1, fitting));
}

/** Makes a stack of chunks that are all there. */
export async function writeZarrMetadata(files: FileTree, options: ZarrWriterOptions): Promise<void> {
  await writeImageMetadata(files, options);
  await writeArrayMetadata(files, options, options.frames);
}

async function writeImageMetadata(files: FileTree, options: ZarrWriterOptions): Promise<void> {
  await files.write(".zgroup", encodeJson({ zarr_format: 2 }));
  await files.write(".zattrs", encodeJson(imageAttributes(options)));
}

async function writeArrayMetadata(files: FileTree, options: ZarrWriterOptions, frames: number): Promise<void> {
  const chunkFrames = zarrChunkFrames(options);
  const array = (count: number): string => JSON.stringify(arrayMetadata(options, count, chunkFrames));
  // As long as it can get, so that it can be written over where it lies.
  await files.write("0/.zarray", new TextEncoder().encode(array(frames).padEnd(array(options.frames).length)));
}

/** Zarr 2, `.zarray`. */
function arrayMetadata(
  { height, width, type, compression }: ZarrWriterOptions,
  frames: number,
  chunkFrames: number,
): object {
  return {
    zarr_format: 2,
    shape: [frames, height, width],
    chunks: [chunkFrames, height, width],
    dtype: type === "uint16" ? "<u2" : "<f4",
    compressor: compression === "deflate" ? { id: "zlib", level: 6 } : null,
    fill_value: 0,
    order: "C",
    filters: null,
    dimension_separator: "/",
  };
}

/** OME-NGFF 0.4, section 3.4 (multiscales). */
function imageAttributes(options: ZarrWriterOptions): object {
  const { name = "image", pixelSizeNm = null, frameIntervalSeconds = null } = options;
  // 12 digits: 103 nm are 0.103 µm and not 0.10300000000000001.
  const pixelSize = pixelSizeNm === null ? 1 : Number((pixelSizeNm / 1000).toPrecision(12));
  const spatial = { type: "space", ...(pixelSizeNm !== null && { unit: "micrometer" }) };
  return {
    multiscales: [
      {
        version: "0.4",
        name,
        axes: [
          { name: "t", type: "time", ...(frameIntervalSeconds !== null && { unit: "second" }) },
          { name: "y", ...spatial },
          { name: "x", ...spatial },
        ],
        datasets: [
          {
            path: "0",
            coordinateTransformations: [{ type: "scale", scale: [frameIntervalSeconds ?? 1, pixelSize, pixelSize] }],
          },
        ],
      },
    ],
    [zarrAttributesKey]: otherFacts(options),
  };
}

/** What OME-NGFF has no place for; the reader of this package finds it. */
function otherFacts({ exposureSeconds, cameraOffsetAdu, aduPerElectron, description = [] }: ZarrWriterOptions): object {
  const lines = description.map((line): [string, string] => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)];
  });
  return { exposureSeconds, cameraOffsetAdu, aduPerElectron, ...Object.fromEntries(lines) };
}

function encodeJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 2));
}
