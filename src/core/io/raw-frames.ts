import { SlnetError } from "../errors.js";
import { framePixels, type ByteSource, type StackDescription, type StackReader } from "../frames.js";
import { storedBytes, type StoredType } from "./stored-samples.js";
import { isRounded, volumeFrames } from "./volume-frames.js";

/**
 * Bytes of one frame of a size that a file states.
 *
 * @throws {@link SlnetError} `bad-input` where the size is none, or too large for any file
 */
export function statedFrameBytes(name: string, height: number, width: number, type: StoredType): number {
  const bytes = height * width * storedBytes(type);
  if (Number.isSafeInteger(height) && Number.isSafeInteger(width) && height > 0 && width > 0) {
    if (Number.isSafeInteger(bytes)) return bytes;
  }
  throw new SlnetError("bad-input", `${name}: its frames are said to have ${width}×${height} pixels, which cannot be`);
}

/** How many frames a file really holds. */
export interface FrameCount {
  readonly frames: number;
  readonly notices: readonly string[];
}

/**
 * Compares the number of frames that is stated with the bytes that are there. A recording that was stopped in the
 * middle ends at its last whole frame, with a notice.
 *
 * @param size - bytes from the first frame to the end of the file
 * @param stated - number of frames, `null` where nothing says it
 * @param statedBy - what states it, for people
 * @throws {@link SlnetError} `bad-input` where there is not a single whole frame
 */
export function countFrames(
  name: string,
  size: number,
  frameBytes: number,
  stated: number | null,
  statedBy: string,
): FrameCount {
  const whole = Math.floor(Math.max(0, size) / frameBytes);
  if (stated !== null && !(Number.isSafeInteger(stated) && stated > 0)) {
    throw new SlnetError("bad-input", `${name}: ${statedBy} says it has ${stated} frames, expected at least 1`);
  }
  if (whole === 0) {
    throw new SlnetError(
      "bad-input",
      `${name} ends inside its first frame: it has ${Math.max(0, size)} bytes of pixels, a frame needs ${frameBytes}`,
    );
  }
  if (stated === null) {
    const rest = size - whole * frameBytes;
    return {
      frames: whole,
      notices: rest === 0 ? [] : [`The file ends ${rest} bytes after its last whole frame; these are left out.`],
    };
  }
  if (whole < stated) {
    const notice = `The file is cut off: ${statedBy} says ${stated} frames, the ${whole} that are whole are read.`;
    return { frames: whole, notices: [notice] };
  }
  if (whole > stated) {
    const notice = `The file goes on after the ${stated} frames that ${statedBy} says; the rest is left out.`;
    return { frames: stated, notices: [notice] };
  }
  return { frames: stated, notices: [] };
}

/**
 * Opens frames that follow each other without gaps. They are read on demand, at most 8 MiB at a time, straight to where
 * they belong where they are stored as they are worked on.
 *
 * @param source - closed by the reader's `close`
 * @param description - says how the pixels are stored; all its frames are within the source
 * @param start - position of the first frame
 */
export function openRawFrames(source: ByteSource, description: StackDescription, start: number): StackReader {
  const { shape, storedType: type, byteOrder } = description;
  const header = { type, littleEndian: byteOrder === "little-endian" };
  const { frames, height, width } = shape;
  const grid = { frames, height, width, first: 0, columnStride: 1, rowStride: width, frameStride: framePixels(shape) };
  const { readFrames, readStoredFrame } = volumeFrames(header, source, start, description, grid);
  return {
    description,
    readFrames,
    ...(isRounded(type) && { readStoredFrame }),
    close: () => source.close(),
  };
}
