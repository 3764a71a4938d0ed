import { SlnetError } from "../errors.js";
import {
  framePixels,
  requireFinite,
  sampleBytes,
  sampleTypeOf,
  type ByteSource,
  type SampleArray,
  type StackReader,
  type StackSelection,
} from "../frames.js";
import { machineIsLittleEndian, swapBytes } from "./byte-order.js";
import { guardPrediction } from "./tiff-guard.js";
import { readTiffIndex, type TiffIndex, type TiffPageOptions } from "./tiff-index.js";

export interface TiffOptions {
  /** Its channel is the sample of a pixel that has several. */
  readonly selection?: StackSelection | undefined;
  /** What is known of the pages. */
  readonly pages?: TiffPageOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Most bytes of one read. */
const readLimit = 8 * 1024 * 1024;

/** Frames this far apart are read together: a directory and a page's own metadata fit between, and cost less than a read. */
const readThrough = 16 * 1024;

/**
 * Opens a TIFF or BigTIFF stack. Frames are read on demand, neighbours together, at most 8 MiB at a time.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws what `readTiffIndex` throws
 */
export async function openTiff(source: ByteSource, options: TiffOptions = {}): Promise<StackReader> {
  const { pages, signal } = options;
  return guardPrediction(source, pages, (known) => readTiffIndex(source, signal, known), createTiffReader);
}

function createTiffReader(source: ByteSource, index: TiffIndex): StackReader {
  const { shape, segments } = index;
  const { offsets, bytes: segmentBytes, firstOfFrame } = segments;
  const frameBytes = framePixels(shape) * sampleBytes(shape.type);
  const swap = index.littleEndian !== machineIsLittleEndian && shape.type !== "uint8";

  const requireRange = (from: number, to: number, out: SampleArray): void => {
    if (!(from >= 0 && from <= to && to <= shape.frames) || !Number.isInteger(from) || !Number.isInteger(to)) {
      throw new SlnetError(
        "bad-input",
        `${source.name}: frames ${from} to ${to} asked for, it has ${shape.frames} frames`,
      );
    }
    const pixels = (to - from) * framePixels(shape);
    if (sampleTypeOf(out) !== shape.type || out.length !== pixels) {
      throw new SlnetError(
        "bad-input",
        `${source.name}: ${out.length} ${sampleTypeOf(out)} pixels given to read into, expected ${pixels} ${shape.type}`,
      );
    }
  };

  return {
    description: {
      shape,
      name: source.name,
      format: "tiff",
      compression: "none",
      byteOrder: index.littleEndian ? "little-endian" : "big-endian",
      storedType: shape.type,
      ...index.metadata,
      notices: index.notices,
    },

    async readFrames(from, to, out, signal) {
      requireRange(from, to, out);
      const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
      const endSegment = firstOfFrame[to];
      let segment = firstOfFrame[from];
      // Bytes of `segment` that are read already; more than 0 only inside a segment larger than one read.
      let done = 0;
      let written = 0;
      while (segment < endSegment) {
        signal?.throwIfAborted();
        const start = offsets[segment] + done;
        const { end, gapless } = endOfRead(start, segment, endSegment);
        // Without gaps the bytes are the frames: they are read to where they belong.
        const chunk = gapless ? target.subarray(written, written + end - start) : await source.read(start, end - start);
        const found = gapless ? await source.readInto(start, chunk) : chunk.length;
        if (found !== end - start) {
          const frame = from + Math.floor(written / frameBytes);
          throw new SlnetError(
            "bad-input",
            `${source.name} changed while it was read: frame ${frame} needs bytes ${start} to ${end}, ` +
              `the file gave ${found} of these ${end - start}`,
          );
        }
        while (segment < endSegment && offsets[segment] + done >= start && offsets[segment] + done < end) {
          const at = offsets[segment] + done;
          const length = Math.min(segmentBytes[segment] - done, end - at);
          if (!gapless) target.set(chunk.subarray(at - start, at - start + length), written);
          written += length;
          done += length;
          if (done < segmentBytes[segment]) break;
          segment++;
          done = 0;
        }
      }
      signal?.throwIfAborted();
      if (swap) swapBytes(out);
      requireFinite(out, from, shape);
    },

    close: () => source.close(),
  };

  /**
   * Where a read that begins at `start`, within `segment`, should end so that it takes in close followers, and whether
   * their bytes follow each other without gaps.
   */
  function endOfRead(start: number, segment: number, endSegment: number): { end: number; gapless: boolean } {
    let end = offsets[segment] + segmentBytes[segment];
    let gapless = true;
    for (let next = segment + 1; next < endSegment; next++) {
      const gap = offsets[next] - end;
      const nextEnd = offsets[next] + segmentBytes[next];
      if (gap < 0 || gap > readThrough || nextEnd - start > readLimit) break;
      end = nextEnd;
      if (gap > 0) gapless = false;
    }
    return { end: Math.min(end, start + readLimit), gapless };
  }
}
