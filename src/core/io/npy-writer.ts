import { littleEndianBytes } from "./byte-order.js";
import { joined } from "./deflate.js";

/**
 * An array of 32-bit floats as an .npy file.
 *
 * @param values - row-major, as many as `shape` says
 */
export function encodeNpy(shape: readonly number[], values: Float32Array): Uint8Array<ArrayBuffer> {
  return joined([npyHeader("<f4", shape), littleEndianBytes(values)]);
}

/** A text as an .npy file: an array without axes, of one text of Unicode (NumPy, "Data type objects", kind `U`). */
export function encodeNpyText(text: string): Uint8Array<ArrayBuffer> {
  const letters = Uint32Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  const bytes = new DataView(new ArrayBuffer(letters.byteLength));
  letters.forEach((letter, i) => bytes.setUint32(4 * i, letter, true));
  return joined([npyHeader(`<U${letters.length}`, []), new Uint8Array(bytes.buffer)]);
}

/**
 * What stands before the array in an .npy file of version 1.0 (NumPy Enhancement Proposal 1).
 *
 * @param descr - its type, as NumPy writes it
 * @param least - bytes that the header has at least, so that one of other sizes can take its place
 */
export function npyHeader(descr: string, shape: readonly number[], least = 0): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // The array begins at a multiple of 64 bytes, after ten of magic, version and length, and ends its line.
  const length = Math.ceil(Math.max(text.length + 11, least) / 64) * 64 - 10;
  const head = Uint8Array.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(length - 1)}\n`, (letter) =>
    letter.charCodeAt(0),
  );
  new DataView(head.buffer).setUint16(8, length, true);
  return head;
}
