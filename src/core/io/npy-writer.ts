import { littleEndianBytes } from "./byte-order.js";
import { joined } from "./deflate.js";

/**
 * An array of 32-bit floats as an .npy file of version 1.0 (NumPy Enhancement Proposal 1).
 *
 * @param values - row-major, as many as `shape` says
 */
export function encodeNpy(shape: readonly number[], values: Float32Array): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  // The array begins at a multiple of 64 bytes, after ten of magic, version and length, and ends its line.
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  const head = Uint8Array.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(length - 1)}\n`, (letter) =>
    letter.charCodeAt(0),
  );
  new DataView(head.buffer).setUint16(8, length, true);
  return joined([head, littleEndianBytes(values)]);
}
