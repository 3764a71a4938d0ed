import { SlnetError } from "../errors.js";
import {
  framePixels,
  requireFinite,
  type ByteSource,
  type SampleArray,
  type StackDescription,
  type StackReader,
  type StackSelection,
} from "../frames.js";
import { machineIsLittleEndian, swapBytes } from "./byte-order.js";
import { requireFrame, requireFrameRange } from "./frame-range.js";
import { frameCutShort } from "./read-exactly.js";
import {
  decodeStored,
  roundingNotice,
  storedBytes,
  storedValues,
  workingType,
  type StoredType,
} from "./stored-samples.js";
import { frameGrid, volumePixels, type FrameGrid, type VolumeHeader } from "./volume.js";

/** Most bytes of one read, as far as a row fits into it. */
const readLimit = 8 * 1024 * 1024;

/** Takes `count` pixels of a frame, from `firstPixel` on, as they are stored. */
type Picker = (bytes: Uint8Array, firstPixel: number, count: number) => void;

/** The two ways in which frames are read. */
export type VolumeFrames = Required<Pick<StackReader, "readFrames" | "readStoredFrame">>;

/** Whether the pixels that are worked on are not always those that are stored. */
export function isRounded(type: StoredType): boolean {
  return roundingNotice(type) !== null;
}

/** What a volume is described as. */
export function describeVolume(
  header: VolumeHeader,
  name: string,
  selection: StackSelection,
  notices: readonly string[] = [],
): { readonly description: StackDescription; readonly grid: FrameGrid } {
  const grid = frameGrid(header, name, selection);
  const { frames, height, width } = grid;
  const rounding = roundingNotice(header.type);
  return {
    grid,
    description: {
      shape: { frames, height, width, type: workingType(header.type) },
      name,
      format: header.format,
      compression: header.data.encoding === "raw" ? "none" : header.data.encoding,
      byteOrder: header.littleEndian ? "little-endian" : "big-endian",
      storedType: header.type,
      pixelSizeNm: header.pixelSizeNm,
      frameIntervalSeconds: header.frameIntervalSeconds,
      exposureSeconds: header.exposureSeconds,
      cameraOffsetAdu: header.cameraOffsetAdu,
      aduPerElectron: header.aduPerElectron,
      notices: [...header.notices, ...(rounding === null ? [] : [rounding]), ...notices],
    },
  };
}

/**
 * Where the raw pixels of a volume begin in `source`.
 *
 * @throws {@link SlnetError} `bad-input` where the file is shorter than its header says
 */
function rawOffset(header: VolumeHeader, source: ByteSource, name: string): number {
  const needed = volumePixels(header, name) * storedBytes(header.type);
  const offset = header.data.offset === -1 ? source.size - needed : header.data.offset;
  if (offset >= 0 && Number.isSafeInteger(offset + needed) && offset + needed <= source.size) return offset;
  throw new SlnetError(
    "bad-input",
    `${name} could not be read: ${source.name} has ${source.size} bytes, its header needs ${Math.max(0, header.data.offset) + needed}`,
  );
}

/**
 * Reads the frames of a volume whose pixels lie in a source one after the other, uncompressed. Holds one read of 8 MiB.
 *
 * @param source - of the pixels; closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} what {@link frameGrid} and {@link rawOffset} throw
 */
export function openRawVolume(
  header: VolumeHeader,
  source: ByteSource,
  name: string,
  selection: StackSelection,
): StackReader {
  const { grid, description } = describeVolume(header, name, selection);
  const { readFrames, readStoredFrame } = volumeFrames(
    header,
    source,
    rawOffset(header, source, name),
    description,
    grid,
  );
  return {
    description,
    readFrames,
    ...(isRounded(header.type) && { readStoredFrame }),
    close: () => source.close(),
  };
}

/**
 * @param offset - position of the first pixel of the volume in `source`
 * @returns the two ways in which a {@link StackReader} reads; it has the second only for a type that {@link isRounded}
 */
export function volumeFrames(
  header: Pick<VolumeHeader, "type" | "littleEndian">,
  source: ByteSource,
  offset: number,
  { shape, name }: StackDescription,
  grid: FrameGrid,
): VolumeFrames {
  const { type, littleEndian } = header;
  const { width, height, columnStride, rowStride, frameStride } = grid;
  const pixelBytes = storedBytes(type);
  const pixels = framePixels(shape);
  const isPlain = columnStride === 1 && rowStride === width;
  // Then its bytes are the pixels, but for their order.
  const isWorkingType = type === shape.type;

  const readBytes = async (frame: number, firstPixel: number, out: Uint8Array): Promise<void> => {
    const start = offset + firstPixel * pixelBytes;
    const found = await source.readInto(start, out);
    if (found === out.length) return;
    throw frameCutShort(name, frame, start, start + out.length, found);
  };

  /** Pixels that follow each other in the file. */
  const readRun = async (
    frame: number,
    firstPixel: number,
    out: SampleArray,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const atOnce = Math.floor(readLimit / pixelBytes);
    const bytes = isWorkingType ? null : new Uint8Array(Math.min(atOnce, out.length) * pixelBytes);
    for (let done = 0; done < out.length; done += atOnce) {
      signal?.throwIfAborted();
      const part = out.subarray(done, done + atOnce);
      const raw = bytes?.subarray(0, part.length * pixelBytes);
      const at = frame + Math.floor(done / pixels);
      await readBytes(at, firstPixel + done, raw ?? new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      if (raw) decodeStored(raw, type, littleEndian, part);
      else if (littleEndian !== machineIsLittleEndian) swapBytes(part);
    }
  };

  /** Pixels between which there are others: whole rows are read, and theirs picked out. */
  const readPicked = async (frame: number, signal: AbortSignal | undefined, take: Picker): Promise<void> => {
    const rowSpan = (width - 1) * columnStride + 1;
    const rowsAtOnce = Math.max(1, Math.min(height, Math.floor((readLimit / pixelBytes - rowSpan) / rowStride) + 1));
    for (let row = 0; row < height; row += rowsAtOnce) {
      signal?.throwIfAborted();
      const rows = Math.min(rowsAtOnce, height - row);
      const bytes = new Uint8Array(((rows - 1) * rowStride + rowSpan) * pixelBytes);
      await readBytes(frame, grid.first + frame * frameStride + row * rowStride, bytes);
      const picked = new Uint8Array(rows * width * pixelBytes);
      for (let y = 0, to = 0; y < rows; y++) {
        for (let x = 0; x < width; x++) {
          const from = (y * rowStride + x * columnStride) * pixelBytes;
          for (let byte = 0; byte < pixelBytes; byte++) picked[to++] = bytes[from + byte];
        }
      }
      take(picked, row * width, rows * width);
    }
  };

  return {
    async readFrames(from, to, out, signal) {
      requireFrameRange(name, shape, from, to, out);
      if (isPlain && frameStride === pixels) {
        await readRun(from, grid.first + from * pixels, out, signal);
      } else {
        for (let frame = from; frame < to; frame++) {
          const target = out.subarray((frame - from) * pixels, (frame - from + 1) * pixels);
          if (isPlain) await readRun(frame, grid.first + frame * frameStride, target, signal);
          else {
            await readPicked(frame, signal, (bytes, first, count) =>
              decodeStored(bytes, type, littleEndian, target.subarray(first, first + count)),
            );
          }
        }
      }
      signal?.throwIfAborted();
      requireFinite(out, from, shape);
    },

    async readStoredFrame(index, signal) {
      requireFrame(name, shape, index);
      const out = new Float64Array(pixels);
      await readPicked(index, signal, (bytes, first) => out.set(storedValues(bytes, type, littleEndian), first));
      return out;
    },
  };
}
