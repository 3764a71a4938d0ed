import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import ZipFileStore from "@zarrita/storage/zip";
import * as zarr from "zarrita";

import { isSlnetError, SlnetError } from "../../src/core/errors.js";
import type { ByteSink, FileFolder, StackReader } from "../../src/core/frames.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { openZarr } from "../../src/worker/readers/zarr-reader.js";
import { openZipStack } from "../../src/worker/readers/zip-reader.js";
import type { FileTree } from "../../src/core/io/file-tree.js";
import { createZarrWriter, type ZarrWriterOptions } from "../../src/worker/writers/zarr-writer.js";
import { createZipTree } from "../../src/core/io/zip-tree.js";

/** 600×600 pixels of 16 bits: 2 frames a chunk. */
const large = { height: 600, width: 600, type: "uint16", frames: 7 } as const;

function framesOf({ height, width, type }: ZarrWriterOptions, from: number, to: number): Uint16Array | Float32Array {
  const length = (to - from) * height * width;
  const values = { length };
  const first = from * height * width;
  return type === "uint16"
    ? Uint16Array.from(values, (_, i) => (first + i) % 65_521)
    : Float32Array.from(values, (_, i) => (first + i) / 8 - 1000);
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "slnet-zarr-writer-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function open(path: string): Promise<StackReader> {
  return openStack({ type: "path", path }, {}, null, nodePlatform, nodePlatform.defaultAssetsUrl);
}

/** Both readers find these frames. */
async function assertFrames(
  reader: StackReader,
  store: zarr.Readable,
  options: ZarrWriterOptions,
  count: number,
): Promise<void> {
  const expected = framesOf(options, 0, count);
  assert.equal(reader.description.shape.frames, count);
  const out = options.type === "uint16" ? new Uint16Array(expected.length) : new Float32Array(expected.length);
  await reader.readFrames(0, count, out);
  assert.deepEqual(Buffer.from(out.buffer), Buffer.from(expected.buffer));
  await reader.close();
  const array = await zarr.open(zarr.root(store).resolve("0"), { kind: "array" });
  const all = await zarr.get(array as zarr.Array<"uint16">, null);
  assert.deepEqual(all.shape, [count, options.height, options.width]);
  assert.deepEqual(Buffer.from(all.data.buffer), Buffer.from(expected.buffer));
}

/** A folder on disk, as zarrita reads it. */
function storeAt(path: string): zarr.AsyncReadable {
  return {
    async get(key) {
      try {
        return new Uint8Array(await readFile(join(path, key)));
      } catch {
        return undefined;
      }
    },
  };
}

for (const type of ["uint16", "float32"] as const) {
  for (const [compression, codec] of [
    ["none", "none"],
    ["deflate", "zlib"],
  ] as const) {
    test(`a folder of ${type} pixels, compression ${compression}, is read by zarrita and by us`, () =>
      inFolder(async (folder) => {
        const path = join(folder, "cleaned.zarr");
        const options: ZarrWriterOptions = {
          ...large,
          type,
          compression,
          name: "cleaned",
          pixelSizeNm: 103,
          frameIntervalSeconds: 0.03,
          exposureSeconds: 0.025,
          cameraOffsetAdu: 100,
          aduPerElectron: 2.5,
          description: ["slnet=0.1.0"],
        };
        const output = await nodePlatform.openOutputFolder(path);
        const writer = createZarrWriter(output.files, options);
        for (const [from, to] of [
          [0, 1],
          [1, 4],
          [4, 4],
          [4, 7],
        ] as const) {
          await writer.write(framesOf(options, from, to));
          assert.equal(writer.framesWritten, to);
        }
        const { frames, bytes } = await writer.finish();
        assert.equal(frames, 7);
        await output.commit();
        assert.deepEqual((await readdir(folder)).sort(), ["cleaned.zarr"]);
        let onDisk = 0;
        for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) onDisk += (await stat(join(entry.parentPath, entry.name))).size;
        }
        assert.equal(bytes, onDisk);
        const reader = await open(path);
        const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron, notices } =
          reader.description;
        assert.deepEqual(
          { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron, notices },
          {
            pixelSizeNm: 103,
            frameIntervalSeconds: 0.03,
            exposureSeconds: 0.025,
            cameraOffsetAdu: 100,
            aduPerElectron: 2.5,
            notices: [],
          },
        );
        assert.equal(reader.description.compression, codec);
        await assertFrames(reader, storeAt(path), options, 7);
      }));
  }
}

test("a zip is read by zarrita's store and by us, and ends early as a shorter stack", async () => {
  const sink = createMemorySink();
  const writer = createZarrWriter(createZipTree(sink), large);
  await writer.write(framesOf(large, 0, 3));
  const { frames, bytes } = await writer.finish();
  assert.equal(frames, 3);
  assert.equal(bytes, sink.bytes().length);
  const reader = await openZipStack(createBufferSource("a.zip", sink.bytes()), {});
  await assertFrames(reader, ZipFileStore.fromBlob(new Blob([sink.bytes()])), large, 3);
});

test("a zip past 4 GiB and past 65,535 files has its list in ZIP64", async () => {
  const far = 5 * 2 ** 30;
  const parts = new Map<number, Uint8Array>();
  let end = 0;
  const keep = (offset: number, bytes: Uint8Array): void => {
    end = Math.max(end, offset + bytes.length);
    parts.set(offset, bytes.slice());
  };
  // As if 5 GiB stood before it.
  const sink: ByteSink = {
    write(offset, bytes) {
      keep(offset, bytes);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const tree = createZipTree(sink, far);
  for (let i = 0; i < 66_000; i++) await tree.write(`0/${i}`, Uint8Array.of(i & 255));
  await tree.write(".zarray", new TextEncoder().encode("{}"));
  const size = await tree.finish();
  assert.equal(size, end);
  const offsets = [...parts.keys()].sort((a, b) => a - b);
  const { openZip } = await import("../../src/core/io/zip-folder.js");
  const zip = await openZip({
    name: "big.zip",
    size,
    read: (offset, length) => {
      const out = new Uint8Array(length);
      let low = 0;
      let high = offsets.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((offsets[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      for (let i = low; i < offsets.length; i++) {
        const at = offsets[i] ?? 0;
        if (at >= offset + length) break;
        const bytes = parts.get(at) ?? new Uint8Array(0);
        const start = Math.max(0, offset - at);
        out.set(bytes.subarray(start, offset + length - at), at + start - offset);
      }
      return Promise.resolve(out);
    },
    readInto: () => Promise.reject(new Error("not asked for")),
    close: () => Promise.resolve(),
  });
  assert.equal([...zip.paths].length, 66_001);
  const last = await zip.open("0/65999");
  assert.deepEqual([...((await last?.read(0, 10)) ?? [])], [65999 & 255]);
  assert.equal(new TextDecoder().decode(await (await zip.open(".zarray"))?.read(0, 2)), "{}");
});

/** Files in memory that stop being written after some of them, as when the disk is full. */
function treeOf(files: Map<string, Uint8Array>, mostWrites = Infinity): FileTree {
  let writes = 0;
  return {
    write(path, bytes) {
      if (++writes > mostWrites) return Promise.reject(new SlnetError("out-of-memory", "the disk is full"));
      files.set(path, bytes.slice());
      return Promise.resolve();
    },
    finish: () => Promise.resolve(0),
  };
}

function folderOf(files: ReadonlyMap<string, Uint8Array>): FileFolder {
  return {
    name: "killed.zarr",
    list: () => Promise.resolve([]),
    open: (path) => {
      const bytes = files.get(path);
      return Promise.resolve(bytes ? createBufferSource(path, bytes) : null);
    },
  };
}

test("whatever write is the last, the files are a whole stack of the frames in whole chunks, or none", async () => {
  const counts: number[] = [];
  for (let mostWrites = 0; mostWrites <= 10; mostWrites++) {
    const files = new Map<string, Uint8Array>();
    const writer = createZarrWriter(treeOf(files, mostWrites), large);
    let failure: unknown = null;
    try {
      for (let frame = 0; frame < 7; frame++) await writer.write(framesOf(large, frame, frame + 1));
      await writer.finish();
    } catch (error) {
      failure = error;
    }
    assert.equal(isSlnetError(failure, "out-of-memory"), mostWrites < 10, `after ${mostWrites} writes`);
    if (!files.has("0/.zarray")) {
      counts.push(0);
      continue;
    }
    const reader = await openZarr(folderOf(files), {});
    const { frames } = reader.description.shape;
    await assertFrames(reader, { get: (key) => files.get(key.slice(1)) }, large, frames);
    counts.push(frames);
  }
  assert.deepEqual(counts, [0, 0, 0, 0, 2, 2, 4, 4, 6, 6, 7]);
});

test("a failed chunk leaves a count of the frames before it, and those can still be finished", async () => {
  const files = new Map<string, Uint8Array>();
  let isFull = false;
  const tree = treeOf(files);
  const writer = createZarrWriter(
    {
      write: (path, bytes) => (isFull ? treeOf(files, 0).write(path, bytes) : tree.write(path, bytes)),
      finish: () => tree.finish(),
    },
    large,
  );
  await writer.write(framesOf(large, 0, 3));
  isFull = true;
  await assert.rejects(writer.write(framesOf(large, 3, 5)), /the disk is full/);
  assert.equal(writer.framesWritten, 2);
  isFull = false;
  assert.equal((await writer.finish()).frames, 2);
  await assertFrames(await openZarr(folderOf(files), {}), { get: (key) => files.get(key.slice(1)) }, large, 2);
});

test("frames that do not fit the plan are refused with both numbers", async () => {
  const writer = createZarrWriter(treeOf(new Map()), { height: 2, width: 3, type: "uint16", frames: 2 });
  await assert.rejects(writer.finish(), /no frame was written/);
  await assert.rejects(writer.write(new Uint16Array(7)), /got 7 uint16 pixels, expected whole frames of 6 uint16/);
  await assert.rejects(writer.write(new Float32Array(6)), /got 6 float32 pixels/);
  await assert.rejects(writer.write(new Uint16Array(18)), /planned for 2 frames/);
  await writer.write(new Uint16Array(12));
  assert.throws(() => createZarrWriter(treeOf(new Map()), { ...large, frames: 0 }), /frames is 0/);
});

test("a Zarr folder is replaced once the new one is whole; a folder of something else is left alone", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.zarr");
    const options = { height: 2, width: 2, type: "uint16", frames: 1 } as const;
    const write = async (value: number): Promise<() => Promise<void>> => {
      const output = await nodePlatform.openOutputFolder(path);
      const writer = createZarrWriter(output.files, options);
      await writer.write(new Uint16Array(4).fill(value));
      await writer.finish();
      return () => output.commit();
    };
    const first = async (): Promise<number> => {
      const reader = await open(path);
      const out = new Uint16Array(4);
      await reader.readFrames(0, 1, out);
      await reader.close();
      return out[0] ?? -1;
    };
    await (
      await write(1)
    )();
    const commit = await write(2);
    assert.equal(await first(), 1);
    await commit();
    assert.equal(await first(), 2);
    assert.deepEqual(await readdir(folder), ["a.zarr"]);

    const output = await nodePlatform.openOutputFolder(path);
    await output.discard();
    assert.deepEqual(await readdir(folder), ["a.zarr"]);

    await mkdir(join(folder, "photos"));
    await writeFile(join(folder, "photos", "holiday.jpg"), "x");
    await writeFile(join(folder, "file"), "x");
    await assert.rejects(nodePlatform.openOutputFolder(join(folder, "photos")), /folder of other files/);
    await assert.rejects(nodePlatform.openOutputFolder(join(folder, "file")), /is not a folder/);
    await assert.rejects(nodePlatform.openOutputFolder(join(folder, "none", "a.zarr")), (error) =>
      isSlnetError(error, "bad-input"),
    );
    assert.equal(await readFile(join(folder, "photos", "holiday.jpg"), "utf8"), "x");
  }));
