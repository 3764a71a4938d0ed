import type { TiffDirectory, TiffFormat } from "./tiff-directory.js";
import type { TiffSegments } from "./tiff-segments.js";
import { fieldTypeBytes, fieldTypes, tiffTags } from "./tiff-tags.js";

/** Tags that say nothing of where pixels are and how they are stored. */
const describingTags: readonly number[] = [
  tiffTags.imageDescription,
  tiffTags.xResolution,
  tiffTags.yResolution,
  tiffTags.resolutionUnit,
  tiffTags.microManagerMetadata,
];

/** All others that are ever looked at: one that is added to the list of tags is compared from then on. */
const decisiveTags: ReadonlySet<number> = new Set(
  Object.values(tiffTags).filter((tag) => !describingTags.includes(tag)),
);

const offsetTags: readonly number[] = [tiffTags.stripOffsets, tiffTags.tileOffsets];

/** Bytes [start, end) of a directory. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The directory of a page that was read, to compare the bytes of others with. One of the same bytes, but for the place of
 * its pixels and what describes them, is a page of the same form: so much is known in a tenth of the time that reading its
 * tags takes.
 */
export class TiffPageTemplate {
  readonly #format: TiffFormat;
  readonly #bytes: Uint8Array;
  readonly #compared: readonly Range[];
  readonly #offsetAt: number;
  readonly #offsetType: number;
  readonly #offset: number;
  readonly #pixelBytes: number;

  /**
   * @param segments - of that page
   * @returns `null` where its pixels are in several pieces or left out
   */
  static of(directory: TiffDirectory, segments: TiffSegments): TiffPageTemplate | null {
    const bytes = directory.copyBytes();
    const view = new DataView(bytes.buffer);
    const { big, littleEndian } = directory.format;
    const [start, entryBytes, inlineBytes] = big ? [8, 20, 8] : [2, 12, 4];
    // The count of the tags, and of each its number; of those that matter their type, count and value too.
    const compared: Range[] = [{ start: 0, end: start }];
    const offsets: Range[] = [];
    for (let at = start; at + entryBytes <= bytes.length - inlineBytes; at += entryBytes) {
      const tag = view.getUint16(at, littleEndian);
      const valueAt = at + entryBytes - inlineBytes;
      if (!decisiveTags.has(tag)) {
        compared.push({ start: at, end: at + 2 });
      } else if (offsetTags.includes(tag)) {
        compared.push({ start: at, end: valueAt });
        offsets.push({ start: valueAt, end: at + entryBytes });
      } else {
        compared.push({ start: at, end: at + entryBytes });
      }
    }
    const [only, ...others] = offsets;
    if (!only || others.length > 0 || segments.offsets.length !== 1) return null;
    const type = view.getUint16(only.start - inlineBytes - 2, littleEndian);
    const count = directory.count(view.getUint16(only.start - inlineBytes - 4, littleEndian));
    // A value of fewer bits could not follow the pixels.
    const isWide = type === fieldTypes.long || type === fieldTypes.long8;
    if (!isWide || count !== 1 || fieldTypeBytes[type] > inlineBytes) return null;
    const template = new TiffPageTemplate(directory.format, bytes, joined(compared), only.start, type, segments);
    return template.matches(view, 0, directory.next) ? template : null;
  }

  private constructor(
    format: TiffFormat,
    bytes: Uint8Array,
    compared: readonly Range[],
    offsetAt: number,
    offsetType: number,
    { offsets, bytes: pixelBytes }: TiffSegments,
  ) {
    this.#format = format;
    this.#bytes = bytes;
    this.#compared = compared;
    this.#offsetAt = offsetAt;
    this.#offsetType = offsetType;
    this.#offset = offsets[0];
    this.#pixelBytes = pixelBytes[0];
  }

  /** Size of the directory. */
  get bytes(): number {
    return this.#bytes.length;
  }

  /**
   * Whether a page has the form of this one and its pixels `shift` bytes further on, within the file, and names `next` as
   * the place of the next page. Where it does not, it may still be a page of that form: its tags say.
   *
   * @param view - its directory, {@link bytes} long
   */
  matches(view: DataView, shift: number, next: number): boolean {
    const { littleEndian, big, size } = this.#format;
    const offset = this.#offset + shift;
    if (offset < 8 || offset + this.#pixelBytes > size) return false;
    if (numberAt(view, this.#offsetAt, this.#offsetType === fieldTypes.long8, littleEndian) !== offset) return false;
    if (numberAt(view, view.byteLength - (big ? 8 : 4), big, littleEndian) !== next) return false;
    const expected = this.#bytes;
    for (const { start, end } of this.#compared) {
      for (let at = start; at < end; at++) if (view.getUint8(at) !== expected[at]) return false;
    }
    return true;
  }
}

function numberAt(view: DataView, at: number, isLong: boolean, littleEndian: boolean): number {
  return isLong ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}

/** The same bytes in fewer pieces. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const found: Range[] = [];
  for (const range of ranges) {
    const last = found.at(-1);
    if (last?.end === range.start) found[found.length - 1] = { start: last.start, end: range.end };
    else found.push(range);
  }
  return found;
}
