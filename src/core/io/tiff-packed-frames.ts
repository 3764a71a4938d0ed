import { errorMessage, isSlnetError, SlnetError } from "../errors.js";
import { framePixels, type ByteSource } from "../frames.js";
import { machineIsLittleEndian } from "./byte-order.js";
import { integersOver, unpackRow } from "./packed-bits.js";
import { frameCutShort } from "./read-exactly.js";
import { storedBytes } from "./stored-samples.js";
import type { TiffCodecs } from "./tiff-codecs.js";
import type { TiffFrames } from "./tiff-frames.js";
import type { TiffIndex } from "./tiff-index.js";
import { segmentGrid, segmentRowBytes, type TiffPageForm } from "./tiff-page.js";
import { undoPredictor } from "./tiff-predictor.js";
import { sparseOffset } from "./tiff-segments.js";
import { requireCodec, unpackSegment } from "./tiff-unpack.js";

/** Strips and tiles this close to each other are read together, up to so many bytes. */
const readThrough = 16 * 1024;
const readLimit = 4 * 1024 * 1024;

/**
 * Strips or tiles that are unpacked side by side: in Node the platform inflates four at a time beside this thread, and a
 * strip of 8 KiB costs more in waiting than in work (39 MB/s one by one, 120 MB/s eight at a time). Fewer of large ones.
 */
const unpackedAtOnce = 8;
const unpackedBytesAtOnce = 32 * 1024 * 1024;

/** One strip or tile that a read of frames needs. */
interface Piece {
  readonly frame: number;
  /** Index among the strips or tiles of the frame. */
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Reads frames whose strips or tiles have to be unpacked or put together. */
export function createPackedFrames(
  source: ByteSource,
  index: TiffIndex,
  sample: number,
  codecs: TiffCodecs | undefined,
): TiffFrames {
  const { form, segments } = index;
  const { storage } = form;
  requireCodec(source.name, storage, codecs);
  const { across, down } = segmentGrid(form);
  const perPlane = across * down;
  // Of planes only the chosen one is read.
  const firstSegment = storage.isPlanar ? sample * perPlane : 0;
  const frameBytes = framePixels(form) * storedBytes(form.storedType);
  const segmentBytes = segmentRowBytes(storage) * storage.segmentHeight;
  const atOnce = Math.max(1, Math.min(unpackedAtOnce, Math.floor(unpackedBytesAtOnce / segmentBytes)));
  const place = createPlacer(form, storage.isPlanar ? 0 : sample, index.littleEndian);

  const unpackInto = async (piece: Piece, packed: Uint8Array<ArrayBuffer>, frame: Uint8Array<ArrayBuffer>) => {
    const row = Math.floor((piece.segment % perPlane) / across);
    const rows = Math.min(storage.segmentHeight, form.height - row * storage.segmentHeight);
    try {
      const unpacked = await unpackSegment(packed, storage, rows, codecs);
      place(unpacked, row, piece.segment % across, rows, frame);
    } catch (error) {
      const code = isSlnetError(error) ? error.code : "bad-input";
      const kind = storage.isTiled ? "tile" : "strip";
      throw new SlnetError(
        code,
        `${source.name}: frame ${piece.frame}, ${kind} ${piece.segment} cannot be read: ${errorMessage(error)}`,
        { cause: error },
      );
    }
  };

  return {
    littleEndian: isComputed(form) ? machineIsLittleEndian : index.littleEndian,

    async read(from, to, out, signal) {
      const working = new Set<Promise<void>>();
      // By the number of the piece: the first broken one is named, whichever failed first.
      const failures: unknown[] = [];
      let started = 0;
      try {
        for (const pieces of readsOf(from, to)) {
          signal?.throwIfAborted();
          if (failures.length > 0) break;
          const [{ offset: start, frame: firstFrame }] = pieces;
          const length = pieces.at(-1)!.offset + pieces.at(-1)!.bytes - start;
          const chunk = start === sparseOffset ? new Uint8Array(0) : await source.read(start, length);
          if (start !== sparseOffset && chunk.length !== length) {
            throw frameCutShort(source.name, firstFrame, start, start + length, chunk.length);
          }
          for (const piece of pieces) {
            signal?.throwIfAborted();
            if (failures.length > 0) break;
            const number = started++;
            const frame = out.subarray((piece.frame - from) * frameBytes, (piece.frame - from + 1) * frameBytes);
            const at = piece.offset - start;
            const packed = piece.offset === sparseOffset ? null : chunk.subarray(at, at + piece.bytes);
            if (!packed) {
              clear(piece, frame);
              continue;
            }
            const task = unpackInto(piece, packed, frame)
              .catch((error: unknown) => {
                failures[number] = error;
              })
              .finally(() => working.delete(task));
            working.add(task);
            if (working.size >= atOnce) await Promise.race(working);
          }
        }
      } finally {
        // Nothing writes to `out` any more when this returns.
        await Promise.all(working);
      }
      const first = failures.findIndex((failure) => failure !== undefined);
      if (first >= 0) throw failures[first];
      signal?.throwIfAborted();
    },
  };

  /** Leaves zeros where a strip or tile is left out. */
  function clear({ segment }: Piece, frame: Uint8Array<ArrayBuffer>): void {
    const row = Math.floor((segment % perPlane) / across);
    const rows = Math.min(storage.segmentHeight, form.height - row * storage.segmentHeight);
    const width = Math.min(storage.segmentWidth, form.width - (segment % across) * storage.segmentWidth);
    const size = storedBytes(form.storedType);
    for (let y = row * storage.segmentHeight; y < row * storage.segmentHeight + rows; y++) {
      const start = (y * form.width + (segment % across) * storage.segmentWidth) * size;
      frame.fill(0, start, start + width * size);
    }
  }

  /** The strips or tiles of frames, in groups that are read at once. */
  function* readsOf(from: number, to: number): Generator<[Piece, ...Piece[]]> {
    let group: [Piece, ...Piece[]] | null = null;
    for (let frame = from; frame < to; frame++) {
      for (let segment = firstSegment; segment < firstSegment + perPlane; segment++) {
        const at = segments.firstOfFrame[frame] + segment;
        const piece = { frame, segment, offset: segments.offsets[at], bytes: segments.bytes[at] };
        if (group && joins(group, piece)) {
          group.push(piece);
          continue;
        }
        if (group) yield group;
        group = [piece];
      }
    }
    if (group) yield group;
  }
}

function joins(group: readonly [Piece, ...Piece[]], piece: Piece): boolean {
  const last = group.at(-1)!;
  if (piece.offset === sparseOffset || last.offset === sparseOffset) return piece.offset === last.offset;
  const gap = piece.offset - last.offset - last.bytes;
  return gap >= 0 && gap <= readThrough && piece.offset + piece.bytes - group[0].offset <= readLimit;
}

/** Whether the samples come out of arithmetic, and so in the byte order of this machine. */
function isComputed({ storedType, storage }: TiffPageForm): boolean {
  return storage.predictor !== 1 || storage.bits !== 8 * storedBytes(storedType);
}

/** Puts the rows of an unpacked strip or tile where they belong in the frame. */
type Placer = (
  unpacked: Uint8Array<ArrayBuffer>,
  row: number,
  column: number,
  rows: number,
  frame: Uint8Array<ArrayBuffer>,
) => void;

function createPlacer(form: TiffPageForm, sample: number, littleEndian: boolean): Placer {
  const { width: frameWidth, storedType, storage } = form;
  const { segmentWidth, segmentHeight, bits, predictor } = storage;
  const stride = storage.isPlanar ? 1 : storage.samples;
  const size = storedBytes(storedType);
  const rowBytes = segmentRowBytes(storage);
  const isWhole = bits === 8 * size;

  return (unpacked, row, column, rows, frame) => {
    if (predictor !== 1) {
      undoPredictor(predictor as 2 | 3, unpacked, segmentWidth * stride, stride, size, littleEndian);
    }
    const width = Math.min(segmentWidth, frameWidth - column * segmentWidth);
    const start = (row * segmentHeight * frameWidth + column * segmentWidth) * size;
    if (isWhole && stride === 1 && width === frameWidth && segmentWidth === frameWidth) {
      frame.set(unpacked.subarray(0, rows * rowBytes), start);
      return;
    }
    for (let y = 0; y < rows; y++) {
      const from = unpacked.subarray(y * rowBytes, (y + 1) * rowBytes);
      const at = start + y * frameWidth * size;
      const to = frame.subarray(at, at + width * size);
      if (!isWhole) unpackRow(from, bits, sample, stride, integersOver(to, storedType));
      else if (stride === 1) to.set(from.subarray(0, width * size));
      else pickSamples(from, sample, stride, size, to);
    }
  };
}

/** Copies one sample of each pixel. */
function pickSamples(from: Uint8Array, sample: number, stride: number, size: number, to: Uint8Array): void {
  const step = stride * size;
  for (let byte = 0; byte < size; byte++) {
    for (let at = sample * size + byte, i = byte; i < to.length; at += step, i += size) to[i] = from[at];
  }
}
