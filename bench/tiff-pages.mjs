import { Buffer } from "node:buffer";
import { writeFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";

/** How a page can be packed: the number of the compression in TIFF, and the packing itself. */
const packings = {
  none: { number: 1, pack: (bytes) => bytes },
  lzw: { number: 5, pack: packLzw },
  deflate: { number: 8, pack: (bytes) => deflateSync(bytes) },
};

/**
 * Writes a 16-bit TIFF as most programs do and ours does not: each page's directory behind its pixels.
 *
 * @param {string} path
 * @param {object} shape
 * @param {number} shape.side - pixels along a side
 * @param {number} shape.frames
 * @param {"none" | "lzw" | "deflate"} shape.packing
 * @param {(index: number) => Uint16Array} frame - gives one frame; pages that get the same array are packed once
 */
export async function writeTiffPages(path, { side, frames, packing }, frame) {
  const { number, pack } = packings[packing];
  const packed = new Map();
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  const parts = [header];
  // The four bytes that say where the next directory is.
  let link = header.subarray(4);
  let position = header.length;
  for (let index = 0; index < frames; index++) {
    const samples = frame(index);
    if (!packed.has(samples)) {
      packed.set(samples, pack(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
    }
    const pixels = packed.get(samples);
    const padding = new Uint8Array(pixels.length % 2);
    const directory = directoryBytes(side, number, position, pixels.length);
    link.writeUInt32LE(position + pixels.length + padding.length);
    link = directory.subarray(-4);
    parts.push(pixels, padding, directory);
    position += pixels.length + padding.length + directory.length;
  }
  await writeFile(path, Buffer.concat(parts));
}

function directoryBytes(side, compression, offset, bytes) {
  const tags = [
    [256, 4, side],
    [257, 4, side],
    [258, 3, 16],
    [259, 3, compression],
    [262, 3, 1],
    [273, 4, offset],
    [277, 3, 1],
    [278, 4, side],
    [279, 4, bytes],
  ];
  const out = Buffer.alloc(2 + tags.length * 12 + 4);
  out.writeUInt16LE(tags.length, 0);
  tags.forEach(([tag, type, value], index) => {
    const at = 2 + 12 * index;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(1, at + 4);
    out.writeUInt32LE(value, at + 8);
  });
  return out;
}

const clearCode = 256;
const endCode = 257;
/** The table is cleared when it holds this many codes: TIFF 6.0, section 13. */
const tableLimit = 4094;

/** LZW as in TIFF 6.0, section 13: codes of 9 to 12 bits, high bit first, one code wider a step early. */
function packLzw(bytes) {
  const out = new Uint8Array(2 * bytes.length + 16);
  let length = 0;
  let bits = 0;
  let held = 0;
  let width = 9;
  const put = (code) => {
    held = (held << width) | code;
    bits += width;
    while (bits >= 8) {
      bits -= 8;
      out[length++] = held >>> bits;
      held &= (1 << bits) - 1;
    }
  };
  let table = new Map();
  let next = 258;
  put(clearCode);
  let prefix = bytes[0];
  for (let i = 1; i < bytes.length; i++) {
    const key = prefix * 256 + bytes[i];
    const code = table.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    put(prefix);
    table.set(key, next++);
    if (next > tableLimit) {
      put(clearCode);
      table = new Map();
      next = 258;
      width = 9;
    } else if (next > (1 << width) - 1) {
      width++;
    }
    prefix = bytes[i];
  }
  put(prefix);
  put(endCode);
  if (bits > 0) out[length++] = held << (8 - bits);
  return out.subarray(0, length);
}
