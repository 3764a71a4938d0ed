import { framePixels, sampleBytes } from "../frames.js";
import { largestDeflated } from "./deflate.js";
import { fieldTypes, tiffTags } from "./tiff-tags.js";
import { createTiffText } from "./tiff-text.js";
import type { TiffWriterOptions } from "./tiff-writer.js";

/** Larger files are BigTIFF: classic offsets end at 4 GiB, and some readers fail just below. */
const classicLimit = 2 ** 32 - 2 ** 20;

/** Number of the compression scheme. TIFF Technical Note 3 (Adobe Photoshop TIFF Technical Notes, 2002). */
const adobeDeflate = 8;

/** Pixels start at a multiple of this, so that readers may map them as numbers. */
const pixelAlignment = 64;

/** Resolution is written as a fraction with this numerator: exact for pixel sizes in thousandths of a nanometre. */
const resolutionNumerator = 1_000_000;

/** Where the pixels of the frames are. */
export interface TiffPages {
  offsetOf(frame: number): number;
  bytesOf(frame: number): number;
}

/** What a directory of a written file says. */
export interface WrittenDirectory {
  readonly pixelOffset: number;
  readonly pixelBytes: number;
  /** Where the next one is, 0 where none follows. */
  readonly next: number;
}

/** Where everything of a file with a known number of frames goes, and the bytes of all of it but the pixels. */
export interface TiffLayout {
  readonly big: boolean;
  /** Where the values that do not fit into directories are: resolution and description. */
  readonly valuesOffset: number;
  directoryOffset(frame: number): number;
  /** Where the directory of a frame says which comes next. */
  linkOffset(frame: number): number;
  /** Where the pixels begin, those of frame 0. */
  readonly pixelsOffset: number;
  header(): Uint8Array;
  /** Resolution and a description that says `frames` frames; always of the same length. */
  values(frames: number): Uint8Array;
  /** The directories of frames [from, to), the last with no successor. The array is used again by the next call. */
  directories(from: number, to: number, pages: TiffPages): Uint8Array;
  /** Reads one that `directories` made, from its bytes; all zeros where there is none. */
  readDirectory(bytes: Uint8Array): WrittenDirectory;
  /** What to write at `linkOffset(frame − 1)` to make `frame` reachable, or with `null` to make it the last. */
  link(frame: number | null): Uint8Array;
}

interface Field {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value itself, or the position of the values. */
  readonly value: number;
}

export function createTiffLayout(options: TiffWriterOptions): TiffLayout {
  const { height, width, type, frames, compression = "none" } = options;
  const frameBytes = framePixels(options) * sampleBytes(type);
  const mostPageBytes = compression === "deflate" ? largestDeflated(frameBytes) : frameBytes;
  const resolution = resolutionFraction(options.pixelSizeNm ?? null);
  const description = createTiffText(options, resolution !== null);

  const place = (big: boolean) => {
    const headerBytes = big ? 16 : 8;
    const [countBytes, entryBytes, linkBytes] = big ? [8, 20, 8] : [2, 12, 4];
    const fieldCount = resolution ? 14 : 11;
    // As many as fieldsOf makes; the first directory has the description as well. All these sizes are even, as the
    // format asks directories to begin at even positions.
    const laterBytes = countBytes + fieldCount * entryBytes + linkBytes;
    const firstBytes = laterBytes + entryBytes;
    const valuesOffset = headerBytes + firstBytes + (frames - 1) * laterBytes;
    const pixelsOffset = Math.ceil((valuesOffset + 8 + description.length) / pixelAlignment) * pixelAlignment;
    const end = pixelsOffset + frames * mostPageBytes;
    return { headerBytes, countBytes, entryBytes, linkBytes, laterBytes, firstBytes, valuesOffset, pixelsOffset, end };
  };
  const classic = place(false);
  const big = classic.end > classicLimit;
  const places = big ? place(true) : classic;
  const { headerBytes, countBytes, entryBytes, linkBytes, laterBytes, firstBytes, valuesOffset, pixelsOffset } = places;

  let directoryBytes = new Uint8Array(0);

  const directoryOffset = (frame: number): number =>
    frame === 0 ? headerBytes : headerBytes + firstBytes + (frame - 1) * laterBytes;
  const setOffset = (view: DataView, at: number, offset: number): void => {
    if (big) view.setBigUint64(at, BigInt(offset), true);
    else view.setUint32(at, offset, true);
  };

  const fieldsOf = (frame: number, pages: TiffPages): readonly Field[] => {
    const { short, long, long8, rational, ascii } = fieldTypes;
    const offsetType = big ? long8 : long;
    const bits = 8 * sampleBytes(type);
    const sampleFormat = type === "float32" ? 3 : 1;
    // Sorted by tag, as the format asks.
    return [
      { tag: tiffTags.newSubfileType, type: long, count: 1, value: 0 },
      { tag: tiffTags.imageWidth, type: long, count: 1, value: width },
      { tag: tiffTags.imageLength, type: long, count: 1, value: height },
      { tag: tiffTags.bitsPerSample, type: short, count: 1, value: bits },
      { tag: tiffTags.compression, type: short, count: 1, value: compression === "deflate" ? adobeDeflate : 1 },
      { tag: tiffTags.photometricInterpretation, type: short, count: 1, value: 1 },
      ...(frame === 0
        ? [{ tag: tiffTags.imageDescription, type: ascii, count: description.length, value: valuesOffset + 8 }]
        : []),
      { tag: tiffTags.stripOffsets, type: offsetType, count: 1, value: pages.offsetOf(frame) },
      { tag: tiffTags.samplesPerPixel, type: short, count: 1, value: 1 },
      { tag: tiffTags.rowsPerStrip, type: long, count: 1, value: height },
      { tag: tiffTags.stripByteCounts, type: offsetType, count: 1, value: pages.bytesOf(frame) },
      ...(resolution
        ? [
            // Both point to the same fraction: pixels are square.
            { tag: tiffTags.xResolution, type: rational, count: 1, value: valuesOffset },
            { tag: tiffTags.yResolution, type: rational, count: 1, value: valuesOffset },
            { tag: tiffTags.resolutionUnit, type: short, count: 1, value: 1 },
          ]
        : []),
      { tag: tiffTags.sampleFormat, type: short, count: 1, value: sampleFormat },
    ];
  };

  const writeDirectory = (
    view: DataView,
    start: number,
    frame: number,
    next: number,
    pages: TiffPages,
  ): number => {
    const fields = fieldsOf(frame, pages);
    if (big) view.setBigUint64(start, BigInt(fields.length), true);
    else view.setUint16(start, fields.length, true);
    let at = start + countBytes;
    for (const field of fields) {
      view.setUint16(at, field.tag, true);
      view.setUint16(at + 2, field.type, true);
      setOffset(view, at + 4, field.count);
      // Little-endian: a number is the same written in 2, 4 or 8 bytes, with zeros after it.
      if (big && field.type === fieldTypes.rational) {
        view.setUint32(at + 12, resolution?.[0] ?? 0, true);
        view.setUint32(at + 16, resolution?.[1] ?? 0, true);
      } else {
        setOffset(view, at + (big ? 12 : 8), field.value);
      }
      at += entryBytes;
    }
    setOffset(view, at, next);
    return at + linkBytes;
  };

  return {
    big,
    valuesOffset,
    directoryOffset,
    linkOffset: (frame) => directoryOffset(frame + 1) - linkBytes,
    pixelsOffset,

    header() {
      const view = new DataView(new ArrayBuffer(headerBytes));
      view.setUint16(0, 0x4949, true);
      view.setUint16(2, big ? 43 : 42, true);
      if (big) view.setUint16(4, 8, true);
      setOffset(view, big ? 8 : 4, directoryOffset(0));
      return new Uint8Array(view.buffer);
    },

    values(framesNow) {
      const bytes = new Uint8Array(8 + description.length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, resolution?.[0] ?? 0, true);
      view.setUint32(4, resolution?.[1] ?? 0, true);
      bytes.set(description.encode(framesNow), 8);
      return bytes;
    },

    directories(from, to, pages) {
      const length = directoryOffset(to) - directoryOffset(from);
      if (directoryBytes.length < length) directoryBytes = new Uint8Array(length);
      const view = new DataView(directoryBytes.buffer);
      let at = 0;
      for (let frame = from; frame < to; frame++) {
        at = writeDirectory(view, at, frame, frame + 1 < to ? directoryOffset(frame + 1) : 0, pages);
      }
      return directoryBytes.subarray(0, length);
    },

    readDirectory(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const offsetAt = (at: number): number =>
        big ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true);
      const valueOf = (tag: number): number => {
        for (let at = countBytes; at + entryBytes <= bytes.length - linkBytes; at += entryBytes) {
          if (view.getUint16(at, true) === tag) return offsetAt(at + (big ? 12 : 8));
        }
        return 0;
      };
      return {
        pixelOffset: valueOf(tiffTags.stripOffsets),
        pixelBytes: valueOf(tiffTags.stripByteCounts),
        next: offsetAt(bytes.length - linkBytes),
      };
    },

    link(frame) {
      const view = new DataView(new ArrayBuffer(linkBytes));
      setOffset(view, 0, frame === null ? 0 : directoryOffset(frame));
      return new Uint8Array(view.buffer);
    },
  };
}

/** Pixels per micrometre as a fraction of two 32-bit numbers, or `null` where the size is not known or cannot be one. */
function resolutionFraction(pixelSizeNm: number | null): readonly [number, number] | null {
  if (pixelSizeNm === null || !(pixelSizeNm > 0)) return null;
  const denominator = Math.round(pixelSizeNm * 1000);
  return denominator >= 1 && denominator <= 0xffff_ffff ? [resolutionNumerator, denominator] : null;
}
