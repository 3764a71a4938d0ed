import { machineIsLittleEndian } from "./byte-order.js";

/**
 * Turns differences back into values, in place: predictor 2 of TIFF 6.0, section 14, and predictor 3 of Adobe's Technical
 * Note 3. The values come out in the byte order of this machine.
 *
 * @param bytes - whole rows, at the start of their buffer
 * @param rowValues - samples of one row
 * @param stride - samples of one pixel, which are differenced each with its own kind
 * @param size - bytes of a sample: 1, 2, 4 or 8
 */
export function undoPredictor(
  predictor: 2 | 3,
  bytes: Uint8Array<ArrayBuffer>,
  rowValues: number,
  stride: number,
  size: number,
  littleEndian: boolean,
): void {
  if (predictor === 3) {
    sumFloatRows(bytes, rowValues, stride, size);
    return;
  }
  if (size > 1 && littleEndian !== machineIsLittleEndian) reverseEach(bytes, size);
  if (size === 8) sumLongRows(bytes, rowValues, stride);
  else sumRows(lanesOf(bytes, size), rowValues, stride);
}

function lanesOf(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array | Uint16Array | Uint32Array {
  if (size === 1) return bytes;
  const length = Math.floor(bytes.length / size);
  return size === 2
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, length)
    : new Uint32Array(bytes.buffer, bytes.byteOffset, length);
}

/** Arrays of integers wrap around by themselves, as the differences do. */
function sumRows(values: Uint8Array | Uint16Array | Uint32Array, rowValues: number, stride: number): void {
  for (let row = 0; row + rowValues <= values.length; row += rowValues) {
    for (let i = row + stride; i < row + rowValues; i++) values[i] += values[i - stride];
  }
}

function sumLongRows(bytes: Uint8Array<ArrayBuffer>, rowValues: number, stride: number): void {
  const values = new BigUint64Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 8));
  for (let row = 0; row + rowValues <= values.length; row += rowValues) {
    for (let i = row + stride; i < row + rowValues; i++) values[i] += values[i - stride];
  }
}

/** The bytes of a row stand sorted by weight, the highest of all values first, and are differenced as bytes. */
function sumFloatRows(bytes: Uint8Array, rowValues: number, stride: number, size: number): void {
  const rowBytes = rowValues * size;
  const sorted = new Uint8Array(rowBytes);
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    for (let i = 0; i < rowBytes; i++) {
      sorted[i] = i < stride ? bytes[row + i] : sorted[i - stride] + bytes[row + i];
    }
    for (let place = 0; place < size; place++) {
      let to = row + (machineIsLittleEndian ? size - 1 - place : place);
      const from = place * rowValues;
      for (let i = from; i < from + rowValues; i++, to += size) bytes[to] = sorted[i];
    }
  }
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + size <= bytes.length; at += size) {
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const kept = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = kept;
    }
  }
}
