import type { ByteSource } from "../../src/core/frames.js";
/** One tag with its values, as a test wants it in the file, right or wrong. */
export interface TestTag {
  readonly type: "ascii" | "byte" | "short" | "long" | "rational" | "undefined" | "long8";
  readonly values: readonly number[] | string;
}

export interface TestPage {
  readonly width: number;
  readonly height: number;
  /** Row-major; encoded by `bits` and `sampleFormat`. */
  readonly pixels: readonly number[];
  readonly bits?: 8 | 16 | 32;
  /** Bytes of the strips or tiles, in place of `pixels`; what they are is said by `tags`. `null` leaves one out. */
  readonly segments?: readonly (Uint8Array | null)[];
  readonly isTiled?: boolean;
  /** 1 unsigned, 3 floating point. */
  readonly sampleFormat?: number;
  readonly rowsPerStrip?: number;
  /** Writes the strips of the page to the file from the last to the first. */
  readonly reverseStrips?: boolean;
  /** Bytes of nothing after each strip. */
  readonly stripGap?: number;
  /** Tags to add or to put in place of the right ones; `null` leaves one out. */
  readonly tags?: Readonly<Record<number, TestTag | null>>;
}

export interface TestTiff {
  readonly littleEndian: boolean;
  readonly big?: boolean;
  readonly pages: readonly TestPage[];
  /** Where the last page links to, 0 where nothing else is said. */
  readonly lastLink?: number;
  /** Bytes of nothing between pages. */
  readonly pageGap?: number;
}

const typeNumbers = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7, long8: 16 } as const;
const typeBytes = { byte: 1, ascii: 1, short: 2, long: 4, rational: 8, undefined: 1, long8: 8 } as const;

/** A small TIFF by hand: of each page its pixels first, then its directory and the values that do not fit there. */
export function buildTiff(tiff: TestTiff): Uint8Array<ArrayBuffer> {
  const { littleEndian, big = false, pages, lastLink = 0, pageGap = 0 } = tiff;
  const bytes = new Uint8Array(1 << 20);
  const view = new DataView(bytes.buffer);
  const putOffset = (at: number, value: number): void => {
    if (big) view.setBigUint64(at, BigInt(value), littleEndian);
    else view.setUint32(at, value, littleEndian);
  };

  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, big ? 43 : 42, littleEndian);
  if (big) view.setUint16(4, 8, littleEndian);
  let linkAt = big ? 8 : 4;
  let end = big ? 16 : 8;

  for (const page of pages) {
    const {
      width,
      height,
      pixels,
      bits = 16,
      sampleFormat = 1,
      rowsPerStrip = height,
      reverseStrips,
      stripGap = 0,
      isTiled = false,
    } = page;
    const put = page.segments;
    const strips = put
      ? [...put.keys()]
      : Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, strip) => strip);
    const offsets: number[] = [];
    const counts: number[] = [];
    for (const strip of reverseStrips ? [...strips].reverse() : strips) {
      const part = pixels.slice(strip * rowsPerStrip * width, Math.min((strip + 1) * rowsPerStrip, height) * width);
      offsets[strip] = end;
      if (put) {
        const segment = put[strip];
        if (segment) bytes.set(segment, end);
        else offsets[strip] = 0;
        counts[strip] = segment?.length ?? 0;
        end += counts[strip] + stripGap;
        continue;
      }
      for (const value of part) {
        if (bits === 8) view.setUint8(end, value);
        else if (bits === 16) view.setUint16(end, value, littleEndian);
        else view.setFloat32(end, value, littleEndian);
        end += bits / 8;
      }
      counts[strip] = end - (offsets[strip] ?? 0);
      end += stripGap;
    }
    const tags: Record<number, TestTag | null> = {
      256: { type: "long", values: [width] },
      257: { type: "long", values: [height] },
      258: { type: "short", values: [bits] },
      259: { type: "short", values: [1] },
      262: { type: "short", values: [1] },
      [isTiled ? 324 : 273]: { type: big ? "long8" : "long", values: offsets },
      277: { type: "short", values: [1] },
      ...(isTiled ? {} : { 278: { type: "long", values: [rowsPerStrip] } }),
      [isTiled ? 325 : 279]: { type: big ? "long8" : "long", values: counts },
      339: { type: "short", values: [sampleFormat] },
      ...page.tags,
    };
    const present = Object.entries(tags).filter((entry): entry is [string, TestTag] => entry[1] !== null);

    end += end % 2;
    putOffset(linkAt, end);
    if (big) view.setBigUint64(end, BigInt(present.length), littleEndian);
    else view.setUint16(end, present.length, littleEndian);
    let at = end + (big ? 8 : 2);
    linkAt = at + present.length * (big ? 20 : 12);
    end = linkAt + (big ? 8 : 4);
    for (const [tag, { type, values }] of present) {
      const numbers = typeof values === "string" ? [...new TextEncoder().encode(values), 0] : values;
      // A fraction is two numbers and one value.
      const count = type === "rational" ? numbers.length / 2 : numbers.length;
      view.setUint16(at, Number(tag), littleEndian);
      view.setUint16(at + 2, typeNumbers[type], littleEndian);
      putOffset(at + 4, count);
      let valueAt = at + (big ? 12 : 8);
      if (count * typeBytes[type] > (big ? 8 : 4)) {
        putOffset(valueAt, end);
        valueAt = end;
        end += count * typeBytes[type];
        end += end % 2;
      }
      for (const value of numbers) {
        if (type === "ascii" || type === "byte" || type === "undefined") view.setUint8(valueAt, value);
        else if (type === "short") view.setUint16(valueAt, value, littleEndian);
        else if (type === "long8") view.setBigUint64(valueAt, BigInt(value), littleEndian);
        else view.setUint32(valueAt, value, littleEndian);
        valueAt += type === "rational" ? 4 : typeBytes[type];
      }
      at += big ? 20 : 12;
    }
    end += pageGap;
  }
  putOffset(linkAt, lastLink);
  return bytes.slice(0, end - pageGap);
}

/** A page whose pixels are `first`, `first` + 1, … */
export function rampPage(width: number, height: number, first: number, more: Partial<TestPage> = {}): TestPage {
  return { width, height, pixels: Array.from({ length: width * height }, (_, i) => first + i), ...more };
}

/** A source that reads as told. */
export function createSource(name: string, size: number, read: ByteSource["read"]): ByteSource {
  return {
    name,
    size,
    read,
    async readInto(offset, out) {
      const bytes = await read(offset, out.length);
      out.set(bytes);
      return bytes.length;
    },
    close: () => Promise.resolve(),
  };
}
