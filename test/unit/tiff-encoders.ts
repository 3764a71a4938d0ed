import type { StoredType } from "../../src/core/io/stored-samples.js";

/** Samples as bytes, one by one through a DataView. */
export function encodeStored(values: readonly number[], type: StoredType, littleEndian: boolean): Uint8Array {
  const size = Number(/\d+$/.exec(type)?.[0]) / 8;
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    const at = i * size;
    if (type === "float16") view.setUint16(at, toHalf(value), littleEndian);
    else if (type === "float32") view.setFloat32(at, value, littleEndian);
    else if (type === "float64") view.setFloat64(at, value, littleEndian);
    else if (size === 8) view.setBigInt64(at, BigInt(value), littleEndian);
    else if (size === 4) view.setInt32(at, value, littleEndian);
    else if (size === 2) view.setInt16(at, value, littleEndian);
    else view.setInt8(at, value);
  });
  return bytes;
}

/** Bits of a half float, for values that it holds exactly and that are no subnormals. */
function toHalf(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

/** Integers in as many bits each, high bit first; each row is filled up to a byte. */
export function packBitsOf(values: readonly number[], bits: number, rowLength: number): Uint8Array {
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += rowLength) {
    let text = "";
    for (const value of values.slice(row, row + rowLength)) {
      text += BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, "0");
    }
    text = text.padEnd(8 * Math.ceil(text.length / 8), "0");
    for (let at = 0; at < text.length; at += 8) rows.push(Number.parseInt(text.slice(at, at + 8), 2));
  }
  return Uint8Array.from(rows);
}

/** Differences of neighbours of the same kind, for predictor 2; as integers of the size of the samples. */
export function differences(values: readonly number[], rowLength: number, stride: number): number[] {
  return values.map((value, i) => (i % rowLength < stride ? value : value - (values[i - stride] ?? 0)));
}

/** Float bytes sorted by weight and differenced, for predictor 3. */
export function floatDifferences(
  values: readonly number[],
  type: "float16" | "float32" | "float64",
  rowLength: number,
  stride: number,
): Uint8Array {
  const size = Number(type.slice(5)) / 8;
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += rowLength) {
    const bytes = encodeStored(values.slice(row, row + rowLength), type, false);
    const sorted: number[] = [];
    for (let place = 0; place < size; place++) {
      for (let i = 0; i < rowLength; i++) sorted.push(bytes[i * size + place] ?? 0);
    }
    rows.push(...sorted.map((byte, i) => (i < stride ? byte : byte - (sorted[i - stride] ?? 0))));
  }
  return Uint8Array.from(rows);
}

/** LZW as TIFF 6.0 describes it, with a map from strings to codes. */
export function encodeLzw(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  let width = 9;
  const put = (code: number): void => {
    pending = pending * 2 ** width + code;
    pendingBits += width;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      out.push(Math.floor(pending / 2 ** pendingBits));
      pending %= 2 ** pendingBits;
    }
  };
  let table = new Map<string, number>();
  const reset = (): void => {
    table = new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte]));
  };
  const next = (): number => table.size + 2;
  reset();
  put(256);
  let prefix = "";
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    if (table.has(prefix + letter)) {
      prefix += letter;
      continue;
    }
    put(table.get(prefix) ?? 0);
    table.set(prefix + letter, next());
    prefix = letter;
    if (next() === 4095) {
      put(table.get(prefix) ?? 0);
      prefix = "";
      put(256);
      reset();
      width = 9;
    } else if (next() >= 2 ** width) {
      width++;
    }
  }
  if (prefix) put(table.get(prefix) ?? 0);
  // The decoder has added one more string by now.
  if (next() + 1 >= 2 ** width && width < 12) width++;
  put(257);
  if (pendingBits > 0) out.push(pending * 2 ** (8 - pendingBits));
  return Uint8Array.from(out);
}

/** PackBits: runs of three and more, everything else as it is. */
export function encodePackBits(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) {
      out.push(257 - run, bytes[at] ?? 0);
      at += run;
      continue;
    }
    let stretch = 0;
    const differs = (i: number): boolean => bytes[i] !== bytes[i + 1] || bytes[i] !== bytes[i + 2];
    while (stretch < 128 && at + stretch < bytes.length && (stretch === 0 || differs(at + stretch))) stretch++;
    out.push(stretch - 1, ...bytes.subarray(at, at + stretch));
    at += stretch;
  }
  return Uint8Array.from(out);
}

/** A Zstandard frame (RFC 8878) of a block of bytes as they are and, for `run`, one of a single byte repeated. */
export function frameZstandard(bytes: Uint8Array, run: { readonly byte: number; readonly length: number }): Uint8Array {
  const block = (isLast: boolean, type: number, size: number): number[] => {
    const header = (isLast ? 1 : 0) | (type << 1) | (size << 3);
    return [header & 255, (header >> 8) & 255, header >> 16];
  };
  return Uint8Array.from([
    ...[0x28, 0xb5, 0x2f, 0xfd],
    // No content size, no checksum; a window of 128 KiB.
    ...[0x00, 0x38],
    ...block(run.length === 0, 0, bytes.length),
    ...bytes,
    ...(run.length === 0 ? [] : [...block(true, 1, run.length), run.byte]),
  ]);
}

/**
 * A baseline JPEG of blocks of 8×8 equal pixels, which are kept exactly: each block is one number and an end.
 *
 * @param blocks - of each block the value of each component, 0 to 255, row by row
 */
export function encodeJpeg(
  width: number,
  height: number,
  blocks: readonly (readonly number[])[],
): { readonly whole: Uint8Array; readonly tables: Uint8Array; readonly abbreviated: Uint8Array } {
  const components = blocks[0]?.length ?? 1;
  const word = (value: number): number[] => [value >> 8, value & 255];
  const segment = (marker: number, body: readonly number[]): number[] => [
    0xff,
    marker,
    ...word(body.length + 2),
    ...body,
  ];
  // A step of 8 makes the constant coefficient, 8 times the mean, the value itself.
  const quantization = segment(0xdb, [0, 8, ...Array.from({ length: 63 }, () => 1)]);
  // Codes of 4 bits for 0 to 11 bits of a number; one code of 1 bit for the end of a block.
  const numbers = segment(0xc4, [
    0x00,
    0,
    0,
    0,
    12,
    ...Array.from({ length: 12 }, () => 0),
    ...Array.from({ length: 12 }, (_, i) => i),
  ]);
  const ends = segment(0xc4, [0x10, 1, ...Array.from({ length: 15 }, () => 0), 0]);
  const each = Array.from({ length: components }, (_, i) => i + 1);
  const frame = segment(0xc0, [8, ...word(height), ...word(width), components, ...each.flatMap((id) => [id, 0x11, 0])]);
  const scan = segment(0xda, [components, ...each.flatMap((id) => [id, 0x00]), 0, 63, 0]);
  let bits = "";
  const last = each.map(() => 0);
  for (const block of blocks) {
    block.forEach((value, i) => {
      const difference = value - 128 - (last[i] ?? 0);
      last[i] = value - 128;
      const length = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
      const coded = difference > 0 ? difference : difference + 2 ** length - 1;
      bits += length.toString(2).padStart(4, "0");
      if (length > 0) bits += coded.toString(2).padStart(length, "0");
      bits += "0";
    });
  }
  bits = bits.padEnd(8 * Math.ceil(bits.length / 8), "1");
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8), 2);
    data.push(byte, ...(byte === 255 ? [0] : []));
  }
  const start = [0xff, 0xd8];
  const end = [0xff, 0xd9];
  return {
    whole: Uint8Array.from([...start, ...quantization, ...numbers, ...ends, ...frame, ...scan, ...data, ...end]),
    tables: Uint8Array.from([...start, ...quantization, ...numbers, ...ends, ...end]),
    abbreviated: Uint8Array.from([...start, ...frame, ...scan, ...data, ...end]),
  };
}
