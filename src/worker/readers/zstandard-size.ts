import { SlnetError } from "../../core/errors.js";

/** Most that a Zstandard block decompresses to (RFC 8878, 3.1.1.2.4). */
const largestZstdBlock = 128 * 1024;

/**
 * Zstandard frame (RFC 8878, 3.1.1): the size that its header states, or else what its blocks can hold. Blocks that are
 * not full make the second too large, so it is halved: writers that state no size fill theirs.
 */
export function zstandardSize(bytes: Uint8Array): number {
  if (bytes.length < 6) {
    throw new SlnetError("bad-input", `the compressed data has ${bytes.length} bytes, its header alone 6`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new SlnetError("bad-input", "the compressed data is not Zstandard");
  const descriptor = view.getUint8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6];
  let at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  if (at + sizeBytes + 3 > bytes.length) throw new SlnetError("bad-input", "the compressed data ends in its header");
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  if (sizeBytes === 8) return Number(view.getBigUint64(at, true));
  let size = 0;
  while (at + 3 <= bytes.length) {
    const header = view.getUint8(at) | (view.getUint16(at + 1, true) << 8);
    const blockSize = header >>> 3;
    const type = (header >>> 1) & 3;
    size += type === 2 ? largestZstdBlock : blockSize;
    at += 3 + (type === 1 ? 1 : blockSize);
    if (header & 1) break;
  }
  return Math.max(0, size / 2 - largestZstdBlock);
}
