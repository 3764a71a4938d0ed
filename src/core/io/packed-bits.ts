import { machineIsLittleEndian } from "./byte-order.js";
import type { StoredType } from "./stored-samples.js";

/** Integers of any width, as the arrays that hold the stored types. */
type IntegerArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigUint64Array | BigInt64Array;

/**
 * Unpacks one row of integers that do not fill whole bytes: high bit first, each row starting at a byte (TIFF 6.0, page 29).
 *
 * @param bits - of one value, 1 to 63
 * @param first - position of the first value wanted, in values
 * @param stride - values from one that is wanted to the next
 * @param out - where the values go, extended by their sign where the array is signed
 */
export function unpackRow(row: Uint8Array, bits: number, first: number, stride: number, out: IntegerArray): void {
  if (out instanceof BigUint64Array || out instanceof BigInt64Array) {
    unpackLong(row, bits, first, stride, out);
    return;
  }
  const isSigned = out instanceof Int8Array || out instanceof Int16Array || out instanceof Int32Array;
  const unused = 32 - bits;
  for (let i = 0, bit = first * bits; i < out.length; i++, bit += stride * bits) {
    const word = leftmost(row, bit);
    out[i] = isSigned ? word >> unused : word >>> unused;
  }
}

/** The 32 bits from position `bit` on; past the end of the row there is nothing, and nothing of it is used. */
function leftmost(row: Uint8Array, bit: number): number {
  const at = bit >>> 3;
  const shift = bit & 7;
  const word = (row[at] << 24) | (row[at + 1] << 16) | (row[at + 2] << 8) | row[at + 3];
  return shift === 0 ? word : (word << shift) | (row[at + 4] >>> (8 - shift));
}

/** As two halves, without numbers of arbitrary size, which take a microsecond each. */
function unpackLong(
  row: Uint8Array,
  bits: number,
  first: number,
  stride: number,
  out: BigUint64Array | BigInt64Array,
): void {
  const isSigned = out instanceof BigInt64Array;
  const halves = new Int32Array(out.buffer, out.byteOffset, 2 * out.length);
  const [low, high] = machineIsLittleEndian ? [0, 1] : [1, 0];
  const unused = 64 - bits;
  for (let i = 0, bit = first * bits; i < out.length; i++, bit += stride * bits) {
    const word = leftmost(row, bit);
    halves[2 * i + high] = isSigned ? word >> unused : word >>> unused;
    halves[2 * i + low] = leftmost(row, bit + bits - 32);
  }
}

/** The integers of a stored type over its bytes, which start where the type allows it. */
export function integersOver(bytes: Uint8Array<ArrayBuffer>, type: StoredType): IntegerArray {
  const { buffer, byteOffset, length } = bytes;
  switch (type) {
    case "uint8":
      return bytes;
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length / 2);
    case "int16":
      return new Int16Array(buffer, byteOffset, length / 2);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length / 4);
    case "int32":
      return new Int32Array(buffer, byteOffset, length / 4);
    case "uint64":
      return new BigUint64Array(buffer, byteOffset, length / 8);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length / 8);
    default:
      throw new TypeError(`${type} is no type of integers`);
  }
}
