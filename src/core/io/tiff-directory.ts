import { SlnetError } from "../errors.js";
import type { ByteWindow } from "./byte-window.js";
import { fieldTypeBytes, fieldTypes } from "./tiff-tags.js";

/** What the header says about how numbers are stored. */
export interface TiffFormat {
  readonly name: string;
  /** Size of the file in bytes. */
  readonly size: number;
  readonly littleEndian: boolean;
  /** 64-bit offsets. */
  readonly big: boolean;
}

/** A tag of a directory. */
interface TiffEntry {
  readonly type: number;
  readonly count: number;
  /** The first value where it is a whole number and in the directory itself, else NaN. */
  readonly first: number;
  /** Position of the values in the file. */
  readonly offset: number;
}

/** More tags than this in one directory, and the file is broken: scientific formats have some 60 at most. */
const maximumTags = 1024;

/** Longest text that is read; what a person or we need stands at its beginning. */
const maximumText = 64 * 1024;

/** Bytes of a long text that are looked at together. */
const textPart = 256 * 1024;

/**
 * Reads the header.
 *
 * @returns the format and the position of the first directory
 * @throws {@link SlnetError} `bad-input` where the file is no TIFF
 */
export async function readTiffHeader(
  window: ByteWindow,
  name: string,
  size: number,
): Promise<{ readonly format: TiffFormat; readonly firstDirectory: number }> {
  if (size === 0) throw new SlnetError("bad-input", `${name} is empty: it has 0 bytes, expected a TIFF stack`);
  if (size < 8) {
    throw new SlnetError(
      "bad-input",
      `${name} has only ${size} bytes, expected a TIFF stack, whose header alone has 8`,
    );
  }
  const view = await window.view(0, 8);
  const order = view.getUint16(0);
  const littleEndian = order === 0x4949;
  const version = view.getUint16(2, littleEndian);
  if ((!littleEndian && order !== 0x4d4d) || (version !== 42 && version !== 43)) {
    const start = Array.from({ length: 4 }, (_, i) => view.getUint8(i).toString(16).padStart(2, "0")).join(" ");
    throw new SlnetError(
      "bad-input",
      `${name} is not a TIFF: it starts with the bytes ${start}, expected 49 49 2a 00 or 4d 4d 00 2a (or 2b for BigTIFF)`,
    );
  }
  const big = version === 43;
  const format = { name, size, littleEndian, big };
  if (!big) return { format, firstDirectory: view.getUint32(4, littleEndian) };
  if (size < 16) {
    throw new SlnetError(
      "bad-input",
      `${name} has only ${size} bytes, expected a BigTIFF stack, whose header alone has 16`,
    );
  }
  const offsetBytes = view.getUint16(4, littleEndian);
  if (offsetBytes !== 8) {
    throw new SlnetError("bad-input", `${name}: the BigTIFF header says ${offsetBytes} bytes an offset, expected 8`);
  }
  return { format, firstDirectory: Number((await window.view(8, 8)).getBigUint64(0, littleEndian)) };
}

/** The tags of one page. */
export class TiffDirectory {
  readonly #window: ByteWindow;
  /** The directory itself: its tags are looked up when they are asked for, which takes a third of the time of a Map. */
  readonly #view: DataView;

  constructor(
    window: ByteWindow,
    readonly format: TiffFormat,
    /** Index of the page in the file, from 0; for messages. */
    readonly page: number,
    /** Position in the file. */
    readonly offset: number,
    /** Size in bytes, without values kept elsewhere. */
    readonly bytes: number,
    /** Position of the next directory, 0 after the last. */
    readonly next: number,
    view: DataView,
  ) {
    this.#window = window;
    this.#view = view;
  }

  has(tag: number): boolean {
    return this.#find(tag) !== undefined;
  }

  /** Number of values of a tag, 0 where the page does not have it. */
  count(tag: number): number {
    return this.#find(tag)?.count ?? 0;
  }

  /** The value of a tag that has one whole number, or `missing` where the page does not have it. */
  integer(tag: number, missing: number): number {
    const entry = this.#find(tag);
    if (!entry || entry.count === 0) return missing;
    if (!Number.isNaN(entry.first)) return entry.first;
    throw this.error(`has ${entry.count} values of field type ${entry.type} for tag ${tag}, expected one whole number`);
  }

  /** The first `count` values of a tag of whole numbers; the caller has checked that there are as many. */
  async integers(tag: number, count: number): Promise<Float64Array> {
    const { type, count: found, first } = this.#entry(tag);
    // So it is in most pages: nothing has to be read.
    if (count === 1 && found === 1 && !Number.isNaN(first)) return Float64Array.of(first);
    const { littleEndian } = this.format;
    if (!isWholeNumberType(type)) {
      throw this.error(`has field type ${type} for tag ${tag}, expected a whole number (1, 3, 4 or 16)`);
    }
    const view = await this.#values(tag, count * fieldTypeBytes[type]);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = wholeNumber(view, i * fieldTypeBytes[type], type, littleEndian);
    return values;
  }

  /** A fraction, or `null` where the page does not have the tag or its denominator is 0. */
  async rational(tag: number): Promise<number | null> {
    if (this.#find(tag)?.type !== fieldTypes.rational || this.count(tag) === 0) return null;
    const view = await this.#values(tag, 8);
    const denominator = view.getUint32(4, this.format.littleEndian);
    return denominator === 0 ? null : view.getUint32(0, this.format.littleEndian) / denominator;
  }

  /** A text without what follows its end, or an empty one where the page does not have the tag. */
  async text(tag: number): Promise<string> {
    const entry = this.#find(tag);
    if (!entry || fieldTypeBytes[entry.type] !== 1 || entry.count === 0) return "";
    const text = new TextDecoder().decode(await this.#values(tag, Math.min(entry.count, maximumText)));
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  }

  /**
   * A text in pieces, for one that is long, up to its end.
   *
   * @throws {@link SlnetError} `bad-input` where it reaches past the end of the file
   */
  async *textParts(tag: number, maximumBytes: number): AsyncGenerator<string> {
    const entry = this.#find(tag);
    if (!entry || fieldTypeBytes[entry.type] !== 1) return;
    const decoder = new TextDecoder();
    const length = Math.min(entry.count, maximumBytes);
    for (let done = 0; done < length; done += textPart) {
      const part = await this.#values(tag, Math.min(textPart, length - done), done);
      const text = decoder.decode(part, { stream: true });
      const end = text.indexOf("\0");
      yield end < 0 ? text : text.slice(0, end);
      if (end >= 0) return;
    }
  }

  /** The directory as it stands in the file. */
  copyBytes(): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#view;
    return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice();
  }

  /** An error that names file and page; `what` goes on from there. */
  error(what: string, code: "bad-input" | "unsupported" = "bad-input"): SlnetError {
    return new SlnetError(code, `${this.format.name}: page ${this.page} ${what}`);
  }

  /** Of several entries for a tag the last. */
  #find(tag: number): TiffEntry | undefined {
    const view = this.#view;
    const { littleEndian, big } = this.format;
    const entryBytes = big ? 20 : 12;
    const inlineBytes = big ? 8 : 4;
    const start = big ? 8 : 2;
    for (let at = this.bytes - inlineBytes - entryBytes; at >= start; at -= entryBytes) {
      if (view.getUint16(at, littleEndian) !== tag) continue;
      const type = view.getUint16(at + 2, littleEndian);
      const count = big ? Number(view.getBigUint64(at + 4, littleEndian)) : view.getUint32(at + 4, littleEndian);
      const valueAt = at + (big ? 12 : 8);
      const isInline = count * (fieldTypeBytes[type] ?? 0) <= inlineBytes;
      const first =
        isInline && count > 0 && isWholeNumberType(type) ? wholeNumber(view, valueAt, type, littleEndian) : NaN;
      if (isInline) return { type, count, first, offset: this.offset + valueAt };
      const offset = big ? Number(view.getBigUint64(valueAt, littleEndian)) : view.getUint32(valueAt, littleEndian);
      return { type, count, first, offset };
    }
    return undefined;
  }

  #entry(tag: number): TiffEntry {
    const entry = this.#find(tag);
    if (!entry) throw this.error(`lacks tag ${tag}`);
    return entry;
  }

  #values(tag: number, length: number, from = 0): Promise<DataView> {
    const offset = this.#entry(tag).offset + from;
    if (offset + length > this.format.size) {
      throw this.error(
        `needs bytes ${offset} to ${offset + length} for the values of tag ${tag}, the file ends at ${this.format.size}`,
      );
    }
    return this.#window.view(offset, length);
  }
}

/**
 * Reads the directory at `offset`.
 *
 * @throws {@link SlnetError} `bad-input` where it reaches past the end of the file or has an absurd number of tags
 */
export async function readTiffDirectory(
  window: ByteWindow,
  format: TiffFormat,
  page: number,
  offset: number,
): Promise<TiffDirectory> {
  const { name, size, littleEndian, big } = format;
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const inlineBytes = big ? 8 : 4;
  const requireInside = (end: number): void => {
    if (end <= size) return;
    throw new SlnetError(
      "bad-input",
      `${name}: the directory of page ${page} needs bytes ${offset} to ${end}, the file ends at ${size}`,
    );
  };

  window.expectDirectory(offset);
  requireInside(offset + countBytes);
  const start = await window.view(offset, countBytes);
  const tags = big ? Number(start.getBigUint64(0, littleEndian)) : start.getUint16(0, littleEndian);
  if (tags === 0 || tags > maximumTags) {
    throw new SlnetError("bad-input", `${name}: page ${page} has ${tags} tags, expected 1 to ${maximumTags}`);
  }
  const bytes = countBytes + tags * entryBytes + inlineBytes;
  requireInside(offset + bytes);
  const view = await window.view(offset, bytes);

  const nextAt = bytes - inlineBytes;
  const next = big ? Number(view.getBigUint64(nextAt, littleEndian)) : view.getUint32(nextAt, littleEndian);
  return new TiffDirectory(window, format, page, offset, bytes, next, view);
}

function isWholeNumberType(type: number): boolean {
  const { byte, undefined: anyByte, short, long, long8 } = fieldTypes;
  return type === byte || type === anyByte || type === short || type === long || type === long8;
}

function wholeNumber(view: DataView, at: number, type: number, littleEndian: boolean): number {
  if (type === fieldTypes.short) return view.getUint16(at, littleEndian);
  if (type === fieldTypes.long) return view.getUint32(at, littleEndian);
  return type === fieldTypes.long8 ? Number(view.getBigUint64(at, littleEndian)) : view.getUint8(at);
}
