import { mkdtemp, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";

import { createTiffWriter } from "../build/src/core/io/tiff-writer.js";
import { fillWithFrames, side, temporalShifts } from "./frames.mjs";
import { writeTiffPages } from "./tiff-pages.mjs";

/**
 * Writes the stacks that are cleaned into a new folder: uncompressed 16-bit TIFF.
 *
 * @param {string} parent
 * @param {object} sizes
 * @param {number} sizes.bytes - of the largest of three stacks, each twice the one before
 * @param {number} sizes.growthBytes - of the smaller of two stacks, of which the other is 20 times as large
 * @returns the stacks by name, and `remove`, which deletes the folder with everything in it
 */
export async function createStacks(parent, { bytes, growthBytes }) {
  // The stacks, the largest as it is cleaned, and that again in the browser's profile.
  const wanted = 1.75 * bytes + 21 * growthBytes + 2 * Math.max(bytes, 20 * growthBytes) + 2e8;
  const { bavail, bsize } = await statfs(parent);
  if (bavail * bsize < wanted) {
    throw new Error(`${parent} has ${gigabytes(bavail * bsize)} free, expected ${gigabytes(wanted)}; use --folder`);
  }
  const folder = await mkdtemp(join(parent, "slnet-bench-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const frameBytes = 2 * side * side;
  const shapes = {
    tiny: { side: 16, frames: 128 },
    training: { side, frames: 100 + temporalShifts.at(-1) },
    preview: { side: 512, frames: 100 + temporalShifts.at(-1) },
    quarter: { side, frames: Math.round(bytes / 4 / frameBytes) },
    half: { side, frames: 2 * Math.round(bytes / 4 / frameBytes) },
    whole: { side, frames: 4 * Math.round(bytes / 4 / frameBytes) },
    short: { side, frames: Math.round(growthBytes / frameBytes) },
    long: { side, frames: 20 * Math.round(growthBytes / frameBytes) },
  };
  // Packed and read again and again; noise packs badly, so a few frames in turn are as good as all different ones.
  const packed = {
    deflate: { side, frames: 512, packing: "deflate" },
    lzw: { side, frames: 512, packing: "lzw" },
    pages: { side: 16, frames: 20_000, packing: "none" },
  };
  const stacks = {};
  const enter = (name, path, shape) => {
    stacks[name] = { path, name: `${name}.tif`, frames: shape.frames, bytes: shape.frames * 2 * shape.side ** 2 };
  };
  try {
    for (const [name, shape] of Object.entries(packed)) {
      const path = join(folder, `${name}.tif`);
      const frames = Array.from({ length: 16 }, (_, index) => {
        const frame = new Uint16Array(shape.side ** 2);
        fillWithFrames(frame, index);
        return frame;
      });
      await writeTiffPages(path, shape, (index) => frames[index % frames.length]);
      enter(name, path, shape);
    }
    for (const [name, shape] of Object.entries(shapes)) {
      const path = join(folder, `${name}.tif`);
      await writeStack(path, shape);
      enter(name, path, shape);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, stacks, remove };
}

async function writeStack(path, { side: stackSide, frames }) {
  const pixels = stackSide * stackSide;
  const handle = await open(path, "w");
  try {
    const sink = {
      async write(offset, bytes) {
        for (let done = 0; done < bytes.length;) {
          done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
        }
      },
      close: () => handle.close(),
    };
    const writer = createTiffWriter(sink, { height: stackSide, width: stackSide, type: "uint16", frames });
    const together = Math.max(1, Math.floor(16e6 / pixels));
    const samples = new Uint16Array(Math.min(together, frames) * pixels);
    for (let from = 0; from < frames; from += together) {
      const part = samples.subarray(0, Math.min(together, frames - from) * pixels);
      fillWithFrames(part, from);
      await writer.write(part);
    }
    await writer.finish();
  } finally {
    await handle.close();
  }
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
