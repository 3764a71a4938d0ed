import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isSlnetError } from "../../src/core/errors.js";
import { createSamples, type ByteSink, type ByteSource, type SampleArray } from "../../src/core/frames.js";
import { createSource } from "./tiff-builder.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createTiffWriter, type TiffWriterOptions } from "../../src/core/io/tiff-writer.js";

const shape = { height: 3, width: 5 } as const;

function counts(frames: number, first = 0): Uint16Array {
  return Uint16Array.from({ length: frames * 15 }, (_, i) => 1000 * first + 7 * i);
}

async function readAll(bytes: Uint8Array): Promise<SampleArray> {
  const reader = await openTiff(createBufferSource("written.tif", bytes));
  const { frames, height, width, type } = reader.description.shape;
  const out = createSamples(type, frames * height * width);
  await reader.readFrames(0, frames, out);
  return out;
}

/** The text at the start of a file that begins with `ImageJ=`, up to the end of the text. */
function descriptionOf(bytes: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(bytes);
  const start = text.indexOf("ImageJ=");
  return text.slice(start, text.indexOf("\0", start));
}

/** Keeps what is written far out in a file of gigabytes without having its bytes in between. */
function createSparseSink(): ByteSink & { source(): ByteSource } {
  const parts: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> }[] = [];
  let size = 0;
  return {
    write(offset, bytes) {
      parts.push({ offset, bytes: bytes.slice() });
      size = Math.max(size, offset + bytes.length);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    source: () =>
      createSource("sparse.tif", size, (offset, length) => {
        const out = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        for (const part of parts) {
          const from = Math.max(offset, part.offset);
          const to = Math.min(offset + out.length, part.offset + part.bytes.length);
          if (from < to) out.set(part.bytes.subarray(from - part.offset, to - part.offset), from - offset);
        }
        return Promise.resolve(out);
      }),
  };
}

test("16-bit frames come back as they were written, with pixel size and interval", async () => {
  const sink = createMemorySink();
  const options = { ...shape, type: "uint16", frames: 7, pixelSizeNm: 108, frameIntervalSeconds: 0.0125 } as const;
  const writer = createTiffWriter(sink, { ...options, description: ["slnet=0.1.0"] });
  const all = counts(7);
  await writer.write(all.subarray(0, 45));
  await writer.write(all.subarray(45, 45));
  await writer.write(all.subarray(45));
  assert.equal(writer.framesWritten, 7);
  assert.deepEqual(await writer.finish(), { frames: 7, bytes: sink.bytes().length });

  assert.deepEqual(await readAll(sink.bytes()), all);
  const { description } = await openTiff(createBufferSource("written.tif", sink.bytes()));
  assert.deepEqual(description.shape, { frames: 7, ...shape, type: "uint16" });
  assert.equal(description.byteOrder, "little-endian");
  assert.equal(description.pixelSizeNm, 108);
  assert.equal(description.frameIntervalSeconds, 0.0125);
  assert.deepEqual(description.notices, []);
  assert.match(
    descriptionOf(sink.bytes()),
    /^ImageJ=.*\nimages=7\nframes=7\nunit=micron\nfinterval=0.0125\n.*slnet=0.1.0\n$/s,
  );
});

test("float frames come back bit by bit", async () => {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { ...shape, type: "float32", frames: 2 });
  const all = Float32Array.from({ length: 30 }, (_, i) => (i - 11) * 1.7 ** i);
  await writer.write(all);
  await writer.finish();
  assert.deepEqual(await readAll(sink.bytes()), all);
});

test("pixels of all frames follow each other without a gap, which ImageJ counts on", async () => {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { ...shape, type: "uint16", frames: 3 });
  for (let frame = 0; frame < 3; frame++) await writer.write(counts(1, frame + 1));
  const bytes = sink.bytes();
  assert.deepEqual(
    bytes.slice(bytes.length - 90),
    new Uint8Array(Uint16Array.from([1, 2, 3].flatMap((first) => [...counts(1, first)])).buffer),
  );
});

for (const pixelSizeNm of [null, 65.04]) {
  test(`after every single write the file is whole, as far as it goes (pixel size ${pixelSizeNm})`, async () => {
    const all = counts(12);
    const sink = createMemorySink();
    const seen: number[] = [];
    const watched: ByteSink = {
      close: () => sink.close(),
      async write(offset, bytes) {
        await sink.write(offset, bytes);
        let frames: SampleArray;
        try {
          frames = await readAll(sink.bytes().slice());
        } catch (error) {
          assert.ok(isSlnetError(error, "bad-input"), String(error));
          assert.equal(seen.at(-1) ?? 0, 0, `the file was whole and is broken now: ${String(error)}`);
          seen.push(0);
          return;
        }
        assert.deepEqual(frames, all.subarray(0, frames.length));
        seen.push(frames.length / 15);
      },
    };
    const writer = createTiffWriter(watched, { ...shape, type: "uint16", frames: 12, pixelSizeNm });
    for (const [from, to] of [
      [0, 1],
      [1, 5],
      [5, 6],
      [6, 12],
    ] as const) {
      await writer.write(all.subarray(15 * from, 15 * to));
      assert.equal(seen.at(-1), to);
    }
    // Never fewer than before, and nothing to see before the first frames are whole.
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    assert.equal(seen.indexOf(1), 3);
    assert.equal(descriptionOf(sink.bytes()).match(/images=\d+/)?.[0], "images=12");
  });
}

test("a run that ends early leaves a stack of the frames it wrote, and says so in the text", async () => {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { ...shape, type: "uint16", frames: 1000 });
  await writer.write(counts(3));
  assert.deepEqual(await writer.finish(), { frames: 3, bytes: sink.bytes().length });
  const { description } = await openTiff(createBufferSource("short.tif", sink.bytes()));
  assert.equal(description.shape.frames, 3);
  assert.deepEqual(description.notices, []);
  assert.match(descriptionOf(sink.bytes()), /^ImageJ=[^\n]+\nimages=3\nframes=3\nloop=false\n+$/);
});

test("BigTIFF begins where classic offsets would end", () => {
  const mebibyteFrames = { height: 512, width: 1024, type: "uint16" } as const;
  const big = (frames: number): boolean => createTiffWriter(createMemorySink(), { ...mebibyteFrames, frames }).big;
  assert.equal(big(4094), false);
  assert.equal(big(4095), true);
});

test("a BigTIFF over 4 GiB comes back, its last frames too", async () => {
  const frames = 4100;
  const sink = createSparseSink();
  const options: TiffWriterOptions = { height: 512, width: 1024, type: "uint16", frames, pixelSizeNm: 100 };
  const writer = createTiffWriter(sink, options);
  assert.equal(writer.big, true);
  // The sink keeps every byte it gets, so the frames share one buffer of zeros but for the first pixel.
  const frame = new Uint16Array(512 * 1024);
  const light: ByteSink = {
    close: () => sink.close(),
    write: (offset, bytes) => sink.write(offset, bytes.length === frame.byteLength ? bytes.subarray(0, 2) : bytes),
  };
  const lightWriter = createTiffWriter(light, options);
  for (let index = 0; index < frames; index++) {
    frame[0] = index;
    await lightWriter.write(frame);
  }
  const { bytes } = await lightWriter.finish();
  assert.ok(bytes > 2 ** 32);
  // The last frame is missing but for its first pixel: the file gets its full length.
  await sink.write(bytes - 1, new Uint8Array(1));
  const reader = await openTiff(sink.source());
  assert.equal(reader.description.shape.frames, frames);
  assert.equal(reader.description.pixelSizeNm, 100);
  for (const index of [0, 1, 2047, 2048, 4099]) {
    await reader.readFrames(index, index + 1, frame);
    assert.equal(frame[0], index);
  }
});

test("what cannot be written is refused with both numbers, and the file stays whole", async () => {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { ...shape, type: "uint16", frames: 2 });
  const refused = (text: RegExp) => (error: unknown) => isSlnetError(error, "bad-input") && text.test(error.message);
  await assert.rejects(writer.finish(), refused(/no frame was written/));
  await assert.rejects(writer.write(new Uint16Array(16)), refused(/16 uint16 pixels, expected whole frames of 15/));
  await assert.rejects(
    writer.write(new Float32Array(15)),
    refused(/15 float32 pixels, expected whole frames of 15 uint16/),
  );
  await writer.write(counts(1));
  await assert.rejects(writer.write(counts(2)), refused(/planned for 2 frames/));
  assert.deepEqual(await readAll(sink.bytes()), counts(1));
  assert.throws(() => createTiffWriter(sink, { ...shape, type: "uint16", frames: 0 }), refused(/frames is 0/));
});

test("a write that fails leaves the frames before it, and can be tried again", async () => {
  const sink = createMemorySink();
  let failAt = Infinity;
  let writes = 0;
  const failing: ByteSink = {
    close: () => sink.close(),
    write: (offset, bytes) =>
      writes++ === failAt ? Promise.reject(new Error("disk full")) : sink.write(offset, bytes),
  };
  const writer = createTiffWriter(failing, { ...shape, type: "uint16", frames: 4 });
  await writer.write(counts(2));
  for (let step = 0; step < 4; step++) {
    failAt = writes + step;
    await assert.rejects(writer.write(counts(4).subarray(30)), /disk full/);
    const frames = await readAll(sink.bytes());
    assert.ok(frames.length >= 30);
    assert.deepEqual(frames, counts(4).subarray(0, frames.length));
  }
  failAt = Infinity;
  await writer.write(counts(4).subarray(30));
  assert.deepEqual(await readAll(sink.bytes()), counts(4));
});

const tifffile = spawnSync("python3", ["-c", "import tifffile"]).status === 0;
test(
  "tifffile reads the same shape, type and values",
  { skip: tifffile ? false : "python3 with tifffile is not installed" },
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "tiff-writer-"));
    try {
      for (const [name, frames, planned] of [
        ["whole", 9, 9],
        ["short", 4, 9],
      ] as const) {
        const sink = createMemorySink();
        const writer = createTiffWriter(sink, { ...shape, type: "uint16", frames: planned, pixelSizeNm: 100 });
        await writer.write(counts(frames));
        const path = join(directory, `${name}.tif`);
        await writeFile(path, sink.bytes());
        const script =
          "import sys, tifffile\na = tifffile.imread(sys.argv[1])\nprint(a.shape, a.dtype, int(a.astype('u8').sum()))";
        const { stdout, stderr } = spawnSync("python3", ["-c", script, path], { encoding: "utf8" });
        const sum = counts(frames).reduce((total, value) => total + value, 0);
        assert.equal(stdout.trim(), `(${frames}, 3, 5) uint16 ${sum}`, stderr);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
