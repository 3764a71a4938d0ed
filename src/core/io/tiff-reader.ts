import {
  framePixels,
  requireFinite,
  type ByteSource,
  type SampleArray,
  type StackReader,
  type StackSelection,
} from "../frames.js";
import { machineIsLittleEndian, swapBytes } from "./byte-order.js";
import { requireFrame, requireFrameRange } from "./frame-range.js";
import { decodeStored, roundingNotice, storedBytes, storedValues } from "./stored-samples.js";
import { chooseSample } from "./tiff-channel.js";
import type { TiffCodecs } from "./tiff-codecs.js";
import { createDirectFrames } from "./tiff-direct-frames.js";
import type { TiffFrames } from "./tiff-frames.js";
import { guardPrediction } from "./tiff-guard.js";
import { readTiffIndex, type TiffIndex, type TiffPageOptions } from "./tiff-index.js";
import { compressionWords } from "./tiff-notices.js";

export interface TiffOptions {
  /** Its channel is the sample of a pixel that has several. */
  readonly selection?: StackSelection | undefined;
  /** Without them JPEG and Zstandard are refused. */
  readonly codecs?: TiffCodecs | undefined;
  /** What is known of the pages. */
  readonly pages?: TiffPageOptions | undefined;
  /**
   * Looks at all the pages that can be looked at in a second before the stack is open: for work that nobody watches, which
   * is better told of an odd page, and the true number of frames, before it begins. By default the first frame comes first.
   */
  readonly verifyFirst?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Frames of a type that has to be converted are read this many bytes at a time, or one by one where they are larger. */
const convertedAtOnce = 4 * 1024 * 1024;

/**
 * Opens a TIFF or BigTIFF stack. Frames are read on demand, neighbours together.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws what `readTiffIndex` throws; {@link SlnetError} `choice-needed` where a pixel has several samples and the
 * selection does not say which is meant
 */
export async function openTiff(source: ByteSource, options: TiffOptions = {}): Promise<StackReader> {
  const { pages, signal } = options;
  return guardPrediction(
    source,
    pages,
    options.verifyFirst ?? false,
    (known) => readTiffIndex(source, signal, known),
    (index) => createTiffReader(source, index, options),
  );
}

async function createTiffReader(source: ByteSource, index: TiffIndex, options: TiffOptions): Promise<StackReader> {
  const { shape, form } = index;
  const { storedType } = form;
  const { sample, notice } = chooseSample(source.name, form.storage, options.selection?.channel);
  const frames = await openFrames(source, index, sample, options.codecs);
  const pixels = framePixels(shape);
  const frameBytes = pixels * storedBytes(storedType);
  const isWorkingType = storedType === shape.type;
  const swap = frames.littleEndian !== machineIsLittleEndian && shape.type !== "uint8";
  const rounding = roundingNotice(storedType);

  const readConverted = async (from: number, to: number, out: SampleArray, signal?: AbortSignal): Promise<void> => {
    const atOnce = Math.max(1, Math.floor(convertedAtOnce / frameBytes));
    const buffer = new Uint8Array(Math.min(atOnce, to - from) * frameBytes);
    for (let first = from; first < to; first += atOnce) {
      const end = Math.min(first + atOnce, to);
      const stored = buffer.subarray(0, (end - first) * frameBytes);
      await frames.read(first, end, stored, signal);
      decodeStored(
        stored,
        storedType,
        frames.littleEndian,
        out.subarray((first - from) * pixels, (end - from) * pixels),
      );
    }
  };

  const reader: StackReader = {
    description: {
      shape,
      name: source.name,
      format: "tiff",
      compression: compressionWords(form.storage),
      byteOrder: index.littleEndian ? "little-endian" : "big-endian",
      storedType,
      ...index.metadata,
      notices: [...index.notices, ...[notice, rounding].filter((text) => text !== null)],
    },

    async readFrames(from, to, out, signal) {
      requireFrameRange(source.name, shape, from, to, out);
      if (isWorkingType) {
        await frames.read(from, to, bytesOf(out), signal);
        if (swap) swapBytes(out);
      } else {
        await readConverted(from, to, out, signal);
      }
      requireFinite(out, from, shape);
    },

    close: () => source.close(),
  };
  if (rounding === null) return reader;
  return {
    ...reader,
    async readStoredFrame(frame, signal) {
      requireFrame(source.name, shape, frame);
      const stored = new Uint8Array(frameBytes);
      await frames.read(frame, frame + 1, stored, signal);
      return storedValues(stored, storedType, frames.littleEndian);
    },
  };
}

async function openFrames(
  source: ByteSource,
  index: TiffIndex,
  sample: number,
  codecs: TiffCodecs | undefined,
): Promise<TiffFrames> {
  if (index.form.storage.isDirect) return createDirectFrames(source, index);
  const { createPackedFrames } = await import("./tiff-packed-frames.js");
  return createPackedFrames(source, index, sample, codecs);
}

function bytesOf(samples: SampleArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samples.buffer as ArrayBuffer, samples.byteOffset, samples.byteLength);
}
