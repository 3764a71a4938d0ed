import type { SampleArray, SampleType } from "../frames.js";
import { machineIsLittleEndian } from "./byte-order.js";

/** How a file stores one pixel, by the names that NumPy gives these types. */
export type StoredType =
  "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "uint64" | "int64" | "float16" | "float32" | "float64";

const storedTypeBytes = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
} as const satisfies Record<StoredType, number>;

/** Bytes of one stored pixel. */
export function storedBytes(type: StoredType): number {
  return storedTypeBytes[type];
}

/** The type that pixels are worked on as: the stored one where it is one of ours, else 32-bit floats. */
export function workingType(type: StoredType): SampleType {
  return type === "uint8" || type === "uint16" ? type : "float32";
}

/** What a person should know about pixels that 32-bit floats do not hold exactly, or `null`. */
export function roundingNotice(type: StoredType): string | null {
  switch (type) {
    case "uint32":
    case "int32":
    case "uint64":
    case "int64":
      return `The pixels are stored as ${type} and read as 32-bit floats, which are exact up to 16,777,216.`;
    case "float64":
      return "The pixels are stored as 64-bit floats and read as 32-bit floats, rounded to 7 digits.";
    default:
      return null;
  }
}

/**
 * Turns stored pixels into those that are worked on. Where a 32-bit float cannot hold a value it gets the nearest.
 *
 * @param bytes - of `out.length` pixels
 * @param out - of the {@link workingType} of `type`
 * @returns `out`
 */
export function decodeStored(
  bytes: Uint8Array,
  type: StoredType,
  littleEndian: boolean,
  out: SampleArray,
): SampleArray {
  readStored(bytes, type, littleEndian, out);
  return out;
}

/** The stored pixels as 64-bit floats: exact but for integers beyond 2⁵³. */
export function storedValues(bytes: Uint8Array, type: StoredType, littleEndian: boolean): Float64Array<ArrayBuffer> {
  const out = new Float64Array(bytes.length / storedTypeBytes[type]);
  readStored(bytes, type, littleEndian, out);
  return out;
}

function readStored(bytes: Uint8Array, type: StoredType, littleEndian: boolean, out: SampleArray | Float64Array): void {
  const size = storedTypeBytes[type];
  if (type === "uint8" || type === "int8") {
    out.set(type === "int8" ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isAligned = bytes.byteOffset % size === 0 && littleEndian === machineIsLittleEndian;
  const { length } = out;
  switch (type) {
    case "uint16":
      if (isAligned) out.set(new Uint16Array(bytes.buffer, bytes.byteOffset, length));
      else for (let i = 0; i < length; i++) out[i] = view.getUint16(2 * i, littleEndian);
      return;
    case "int16":
      if (isAligned) out.set(new Int16Array(bytes.buffer, bytes.byteOffset, length));
      else for (let i = 0; i < length; i++) out[i] = view.getInt16(2 * i, littleEndian);
      return;
    case "uint32":
      for (let i = 0; i < length; i++) out[i] = view.getUint32(4 * i, littleEndian);
      return;
    case "int32":
      for (let i = 0; i < length; i++) out[i] = view.getInt32(4 * i, littleEndian);
      return;
    case "uint64":
      for (let i = 0; i < length; i++) out[i] = Number(view.getBigUint64(8 * i, littleEndian));
      return;
    case "int64":
      for (let i = 0; i < length; i++) out[i] = Number(view.getBigInt64(8 * i, littleEndian));
      return;
    case "float16":
      for (let i = 0; i < length; i++) out[i] = halfToNumber(view.getUint16(2 * i, littleEndian));
      return;
    case "float32":
      if (isAligned) out.set(new Float32Array(bytes.buffer, bytes.byteOffset, length));
      else for (let i = 0; i < length; i++) out[i] = view.getFloat32(4 * i, littleEndian);
      return;
    case "float64":
      for (let i = 0; i < length; i++) out[i] = view.getFloat64(8 * i, littleEndian);
      return;
    default:
      return type satisfies never;
  }
}

/** IEEE 754 binary16. Node 20 has no `Float16Array`. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
