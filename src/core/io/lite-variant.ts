import { SlnetError } from "../errors.js";
import { inflateAtMost } from "./inflate.js";

/** A value in Nikon's binary form of metadata. */
export type LiteValue = boolean | number | string | Uint8Array | LiteLevel;

/** Named values in the order of the file. Members of a list have the name "". */
export interface LiteLevel {
  readonly entries: readonly LiteEntry[];
}

export interface LiteEntry {
  readonly name: string;
  readonly value: LiteValue;
}

/** Types of entries, as numbered in the file. */
const kinds = {
  boolean: 1,
  int32: 2,
  uint32: 3,
  int64: 4,
  uint64: 5,
  double: 6,
  pointer: 7,
  text: 8,
  bytes: 9,
  level: 11,
  compressed: 76,
} as const;

/** Real files have up to 8 levels and some thousand entries. */
const deepest = 64;
const mostEntries = 500_000;
const largestInflated = 16 * 1024 * 1024;

/**
 * Reads metadata in the "lite variant" form of ND2 files of version 3: entries of a type, a length of the name in UTF-16
 * units, the name, and a value. A level is the number of its entries, its size in bytes counted from the entry's start,
 * the entries, and then a table of their positions. The layout as the packages nd2 and limnd2 document it.
 *
 * @param what - for messages
 * @throws {@link SlnetError} `bad-input` where the bytes end inside an entry, or nest deeper than any real file
 */
export async function parseLiteVariant(bytes: Uint8Array<ArrayBuffer>, what: string): Promise<LiteLevel> {
  // Type, length of the name, ten bytes of sizes, then a zlib stream of the same form.
  if (bytes[0] === kinds.compressed) {
    const inflated = await inflateAtMost(bytes.subarray(12), largestInflated, what);
    if (inflated[0] === kinds.compressed) throw broken(what, "is compressed twice");
    return new LiteParser(inflated, what).parse();
  }
  return new LiteParser(bytes, what).parse();
}

function broken(what: string, how: string): SlnetError {
  return new SlnetError("bad-input", `${what} ${how}; the file is broken or written by an unknown program`);
}

class LiteParser {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;
  #count = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#what = what;
  }

  parse(): LiteLevel {
    return { entries: this.#at < this.#bytes.length ? [this.#entry(0)] : [] };
  }

  /** The position after `length` bytes, which are then read. */
  #take(length: number): number {
    const at = this.#at;
    if (!(length <= this.#bytes.length - at)) throw broken(this.#what, "ends inside a value");
    this.#at += length;
    return at;
  }

  #uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  #entry(depth: number): LiteEntry {
    if (++this.#count > mostEntries) throw broken(this.#what, `has more than ${mostEntries} values`);
    const start = this.#take(2);
    const kind = this.#bytes[start];
    const name = this.#utf16(this.#take(2 * this.#bytes[start + 1]), this.#at).replace(/\0$/, "");
    return { name, value: this.#value(kind, start, depth) };
  }

  #value(kind: number, start: number, depth: number): LiteValue {
    switch (kind) {
      case kinds.boolean:
        return this.#bytes[this.#take(1)] !== 0;
      case kinds.int32:
        return this.#view.getInt32(this.#take(4), true);
      case kinds.uint32:
        return this.#view.getUint32(this.#take(4), true);
      case kinds.int64:
        return Number(this.#view.getBigInt64(this.#take(8), true));
      case kinds.uint64:
      case kinds.pointer:
        return this.#uint64();
      case kinds.double:
        return this.#view.getFloat64(this.#take(8), true);
      case kinds.text: {
        const from = this.#at;
        while (this.#view.getUint16(this.#take(2), true) !== 0);
        return this.#utf16(from, this.#at - 2);
      }
      case kinds.bytes: {
        const length = this.#uint64();
        const from = this.#take(length);
        return this.#bytes.subarray(from, this.#at);
      }
      case kinds.level:
        return this.#level(start, depth + 1);
      default:
        throw broken(this.#what, `has a value of the unknown type ${kind}`);
    }
  }

  #level(start: number, depth: number): LiteLevel {
    if (depth > deepest) throw broken(this.#what, `nests more than ${deepest} levels`);
    const count = this.#view.getUint32(this.#take(4), true);
    const length = this.#uint64();
    const entries: LiteEntry[] = [];
    for (let i = 0; i < count; i++) entries.push(this.#entry(depth));
    // There may be padding between the entries and their table.
    this.#at = Math.max(this.#at, Math.min(start + length, this.#bytes.length));
    this.#at = Math.min(this.#at + 8 * count, this.#bytes.length);
    return { entries };
  }

  #utf16(from: number, to: number): string {
    let text = "";
    // In pieces: a call takes a limited number of arguments.
    for (let at = from; at < to; at += 4096) {
      const units = [];
      for (let i = at; i + 1 < Math.min(at + 4096, to); i += 2) units.push(this.#view.getUint16(i, true));
      text += String.fromCharCode(...units);
    }
    return text;
  }
}

/** The value at a path of names below `level`, `undefined` where there is none. */
export function liteValue(level: LiteLevel, ...path: readonly string[]): LiteValue | undefined {
  let value: LiteValue | undefined = level;
  for (const name of path) {
    if (!isLiteLevel(value)) return undefined;
    value = value.entries.find((entry) => entry.name === name)?.value;
  }
  return value;
}

/** The level at a path, an empty one where there is none. */
export function liteLevel(level: LiteLevel, ...path: readonly string[]): LiteLevel {
  const value = liteValue(level, ...path);
  return isLiteLevel(value) ? value : { entries: [] };
}

/** The number at a path, `null` where there is none that is finite. */
export function liteNumber(level: LiteLevel, ...path: readonly string[]): number | null {
  const value = liteValue(level, ...path);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The levels directly below `level`: the members of a list. */
export function liteMembers(level: LiteLevel): readonly LiteLevel[] {
  return level.entries.map(({ value }) => value).filter(isLiteLevel);
}

function isLiteLevel(value: LiteValue | undefined): value is LiteLevel {
  return typeof value === "object" && "entries" in value;
}
