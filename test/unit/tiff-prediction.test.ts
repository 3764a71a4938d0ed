import assert from "node:assert/strict";
import { test } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import type { StackReader } from "../../src/core/frames.js";
import { readTiffIndex } from "../../src/core/io/tiff-index.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { openFiles } from "./reading.js";
import { createSparseTiff, pixelOf, type SparseEntry, type SparseTiff } from "./sparse-tiff.js";

const camera: SparseTiff = { pages: 40_000, width: 256, height: 256, directories: "between" };

async function requireFrame(reader: StackReader, frame: number): Promise<void> {
  const { width, height } = reader.description.shape;
  const out = new Uint16Array(width * height);
  await reader.readFrames(frame, frame + 1, out);
  for (const pixel of [0, 99, 100, width * height - 100, width * height - 1]) {
    assert.equal(out[pixel], pixelOf(frame, pixel, width * height), `frame ${frame}, pixel ${pixel}`);
  }
}

for (const directories of ["between", "head", "tail"] as const) {
  test(`of 40,000 pages with their directories ${directories} few are looked at before the first frame`, async () => {
    const source = createSparseTiff(`${directories}.tif`, { ...camera, directories });
    assert.ok(source.size > 5e9);
    const reader = await openTiff(source);
    assert.deepEqual(reader.description.shape, { frames: 40_000, height: 256, width: 256, type: "uint16" });
    await requireFrame(reader, 0);
    assert.ok(source.reads.count < 120, `${source.reads.count} reads, expected fewer than 120`);
    assert.ok(source.reads.bytes < 2e6, `${source.reads.bytes} bytes read, expected less than 2 MB`);
    for (const frame of [1, 7, 8, 12_345, 39_998, 39_999]) await requireFrame(reader, frame);
    await reader.close();
  });
}

test("pages are counted by looking where something else follows the last one", async () => {
  for (const pages of [300, 4097, 40_000]) {
    const source = createSparseTiff(`trailing-${pages}.tif`, { ...camera, pages, trailing: 3e6 });
    const { shape, prediction } = await readTiffIndex(source);
    assert.equal(shape.frames, pages);
    assert.equal(prediction?.pages, pages);
    assert.ok(source.reads.count < 80, `${source.reads.count} reads, expected fewer than 80`);
  }
});

test("the pages of which ImageJ's text speaks are found where a run was stopped before its room was used", async () => {
  const text = "ImageJ=1.53t\nimages=5000\nframes=5000\n";
  const source = createSparseTiff("room.tif", { ...camera, pages: 9000, directories: "head", lastPages: [4999], text });
  const { shape } = await readTiffIndex(source);
  assert.equal(shape.frames, 5000);
});

test("all pages are verified in the background, with a bounded number of reads at once", async () => {
  const source = createSparseTiff("background.tif", { ...camera, pages: 3000 });
  const { prediction } = await readTiffIndex(source);
  assert.ok(prediction);
  assert.ok(prediction.verifiedPages < 100);
  prediction.start();
  const patience = Date.now() + 20_000;
  while (prediction.verifiedPages < 3000 && Date.now() < patience)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(prediction.verifiedPages, 3000);
  assert.ok(source.reads.atOnce <= 32, `${source.reads.atOnce} reads at once, expected at most 32`);
});

test("close directories are verified with few reads", async () => {
  const source = createSparseTiff("close.tif", { ...camera, pages: 20_000, directories: "head" });
  const { prediction } = await readTiffIndex(source);
  assert.ok(prediction);
  const before = source.reads.count;
  assert.equal(await prediction.verify(0, 20_000), null);
  assert.ok(source.reads.count - before < 50, `${source.reads.count - before} reads, expected fewer than 50`);
});

test("closing ends the verification", async () => {
  const source = createSparseTiff("closed.tif", camera);
  const reader = await openTiff(source);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await reader.close();
  const { count } = source.reads;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(source.reads.count, count);
});

test("a page whose pixels are elsewhere is read from where they are", async () => {
  const source = createSparseTiff("shifted.tif", {
    ...camera,
    width: 64,
    height: 64,
    pages: 2000,
    directories: "tail",
    shiftedPixels: new Map([
      [777, 0],
      [778, 2 * 64 * 64],
      [779, -2 * 64 * 64],
    ]),
  });
  // Frames 778 and 779 have changed places in the file.
  const { prediction } = await readTiffIndex(source);
  assert.ok(prediction, "the sample did not come upon the two pages");
  const reader = await openTiff(source);
  for (const frame of [0, 776, 777, 778, 779, 780, 1999]) await requireFrame(reader, frame);
  const out = new Uint16Array(6 * 64 * 64);
  await reader.readFrames(775, 781, out);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((i) => out[i * 64 * 64]),
    [775, 776, 777, 778, 779, 780],
  );
  await reader.close();
});

// Pixels of page p of a file with its directories at the tail are at 4112 + 8192·p, its entries as in sparse-tiff.ts.
const regular: SparseTiff = { ...camera, width: 64, height: 64, pages: 2000, directories: "tail" };
const pixelsAt = (page: number): number => 4112 + 8192 * page;

for (const [what, place, entry] of [
  ["pixels one byte further on", 6, [273, 16, 1, pixelsAt(777) + 1]],
  ["pixels where those of the page before are", 6, [273, 16, 1, pixelsAt(776)]],
  ["pixels beyond the file", 6, [273, 16, 1, 2 ** 40]],
  ["an offset that is the same in its lower half only", 6, [273, 16, 1, 2 ** 32 + pixelsAt(777)]],
  ["two offsets", 6, [273, 16, 2, pixelsAt(777)]],
  ["an offset of 16 bits", 6, [273, 3, 1, pixelsAt(777)]],
  ["fewer bytes of pixels", 8, [279, 16, 1, 8190]],
  ["another width", 0, [256, 4, 1, 63]],
  ["another height", 1, [257, 4, 1, 65]],
  ["8 bits", 2, [258, 3, 1, 8]],
  ["floats", 5, [339, 3, 1, 3]],
  ["signed integers", 5, [339, 3, 1, 2]],
  ["Deflate", 3, [259, 3, 1, 8]],
  ["white as zero", 4, [262, 3, 1, 0]],
  ["two samples", 5, [277, 3, 1, 2]],
  ["the bits of a byte reversed", 5, [266, 3, 1, 2]],
  ["a predictor", 5, [317, 3, 1, 2]],
  ["a smaller copy in it", 5, [254, 4, 1, 1]],
  ["a second offset, which is the one that counts", 7, [273, 16, 1, pixelsAt(5)]],
  ["tiles", 5, [322, 4, 1, 16]],
  ["a volume", 5, [32997, 4, 1, 2]],
] as const) {
  for (const directories of ["tail", "head"] as const) {
    test(`a page with ${what} is not taken for a regular one, its directory at the ${directories}`, async () => {
      const shift = directories === "head" ? 2000 * 202 : 0;
      const [tag, type, count, value] = entry;
      const changed = tag === 273 && value < 2 ** 40 ? ([tag, type, count, value + shift] as const) : entry;
      const source = createSparseTiff("odd.tif", {
        ...regular,
        directories,
        changedEntries: new Map([[777, { [place]: changed }]]),
      });
      const { prediction } = await readTiffIndex(source);
      assert.ok(prediction, "the sample did not come upon the page");
      assert.equal(await prediction.verify(0, 777), null);
      assert.equal(await prediction.verify(778, 800), null);
      assert.equal(await prediction.verify(0, 2000), 777);
    });
  }
}

test("a page that names another successor is not taken for a regular one", async () => {
  for (const [page, link] of [
    [777, 0],
    [777, 16],
    [777, 2 ** 32],
    [1999, 4112],
  ] as const) {
    const source = createSparseTiff("linked.tif", { ...regular, links: new Map([[page, link]]) });
    const opened = await readTiffIndex(source).catch((error: unknown) => error);
    // The last page is among those that are looked at before anything is predicted.
    if (page === 1999) assert.ok(isSlnetError(opened, "bad-input"), String(opened));
    else assert.equal(await (opened as Awaited<ReturnType<typeof readTiffIndex>>).prediction?.verify(0, 2000), 777);
  }
});

test("a tag that decides, in the place of one that does not, is seen", async () => {
  const changedEntries = new Map<number, Readonly<Record<number, SparseEntry>>>();
  for (let page = 0; page < 2000; page++) changedEntries.set(page, { 5: [65_000, 4, 1, 2] });
  changedEntries.set(777, { 5: [317, 4, 1, 2] });
  const { prediction } = await readTiffIndex(createSparseTiff("hidden.tif", { ...regular, changedEntries }));
  assert.equal(await prediction?.verify(0, 2000), 777);
});

test("pages that differ in what describes them, or in what is never looked at, are regular ones", async () => {
  const changedEntries = new Map<number, Readonly<Record<number, SparseEntry>>>();
  for (let page = 0; page < 2000; page++) {
    // A description of any length, anywhere; a tag of a camera with another value on each page.
    changedEntries.set(page, { 4: [270, 2, 1000 + page, 2 ** 40 + page], 5: [65_000, 4, 1, page] });
  }
  // Rows per strip say nothing where there is one strip: the tags of that page have to be read.
  changedEntries.set(1000, { ...changedEntries.get(1000), 7: [278, 4, 1, 2 ** 32 - 1] });
  changedEntries.delete(0);
  const source = createSparseTiff("described.tif", { ...regular, changedEntries });
  const { prediction } = await readTiffIndex(source);
  assert.ok(prediction);
  assert.equal(await prediction.verify(0, 2000), null);
  assert.equal(prediction.verifiedPages, 2000);
});

test("a chain that ends earlier than predicted is an error that names the page, and known when it is opened again", async () => {
  const tiff: SparseTiff = { ...camera, width: 64, height: 64, pages: 2000, lastPages: [1234] };
  const source = createSparseTiff("ends.tif", tiff);
  const reader = await openTiff(source);
  assert.equal(reader.description.shape.frames, 2000);
  await assert.rejects(requireFrame(reader, 1234), (error) => {
    assert.ok(isSlnetError(error, "bad-input"));
    assert.match(error.message, /ends\.tif: page 1234 .* 1235 frames of 64×64, expected 2000/);
    return true;
  });
  await reader.close();
  const again = await openTiff(createSparseTiff("ends.tif", tiff));
  assert.equal(again.description.shape.frames, 1235);
  await requireFrame(again, 1234);
  await again.close();
});

test("where pages are verified first, a chain that ends earlier than predicted has the frames that are there", async () => {
  const tiff: SparseTiff = { ...regular, lastPages: [1234] };
  const reader = await openTiff(createSparseTiff("first.tif", tiff), { verifyFirst: true });
  assert.equal(reader.description.shape.frames, 1235);
  await requireFrame(reader, 1234);
  await reader.close();
  const whole = createSparseTiff("whole.tif", regular);
  const other = await openTiff(whole, { verifyFirst: true });
  assert.equal(other.description.shape.frames, 2000);
  const { count } = whole.reads;
  await requireFrame(other, 1999);
  assert.equal(whole.reads.count, count + 1, "nothing is left to verify");
  await other.close();
});

test("the command line is told the true number of frames, each time it opens such a file", async (context) => {
  const source = createSparseTiff("ends.tif", { ...regular, width: 16, height: 16, lastPages: [1234] });
  const reader = await openFiles(context, { "ends.tif": await source.read(0, source.size) });
  assert.equal(reader.description.shape.frames, 1235);
});

test("verifying pages first takes no longer than a second of a slow place", async () => {
  const source = createSparseTiff("slow.tif", camera);
  const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
  const slow = { ...source, read: (offset: number, length: number) => wait().then(() => source.read(offset, length)) };
  const start = performance.now();
  const reader = await openTiff(slow, { verifyFirst: true });
  // The sample of pages by which they are predicted takes most of it.
  const ms = performance.now() - start;
  assert.ok(ms < 8000, `${ms} ms, where all 40,000 pages would take two minutes`);
  assert.equal(reader.description.shape.frames, 40_000);
  await reader.close();
});

test("a regular file that was cut off is refused without a walk through all its pages", async () => {
  const whole = createSparseTiff("cut.tif", camera);
  const size = Math.floor(whole.size * 0.6);
  const source = {
    ...whole,
    size,
    read: (offset: number, length: number) => whole.read(offset, Math.min(length, Math.max(0, size - offset))),
    readInto: (offset: number, out: Uint8Array) =>
      whole.readInto(offset, out.subarray(0, Math.max(0, Math.min(out.length, size - offset)))),
  };
  await assert.rejects(openTiff(source), (error) => {
    assert.ok(isSlnetError(error, "bad-input"));
    assert.match(error.message, /cut\.tif.*page 2\d{4}/);
    return true;
  });
  assert.ok(whole.reads.count < 100, `${whole.reads.count} reads, expected fewer than 100`);
});

test("an aborted read of frames that are not verified rejects with the reason of the signal", async () => {
  const reader = await openTiff(createSparseTiff("aborted.tif", camera));
  const reason = new Error("enough");
  const out = new Uint16Array(256 * 256);
  await assert.rejects(reader.readFrames(30_000, 30_001, out, AbortSignal.abort(reason)), (error) => error === reason);
  await requireFrame(reader, 30_000);
  await reader.close();
});
