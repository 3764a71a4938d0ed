import assert from "node:assert/strict";
import { test } from "node:test";
import { isSlnetError } from "../../src/core/errors.js";
import { createSamples, type ByteSink, type ByteSource, type SampleArray } from "../../src/core/frames.js";
import { createSource } from "./tiff-builder.js";
import { readXml } from "../../src/worker/readers/xml.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { largestDeflated } from "../../src/core/io/deflate.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { openTiffStack } from "../../src/core/io/tiff-stack.js";
import { createTiffWriter, type TiffWriterOptions } from "../../src/core/io/tiff-writer.js";
import { createRandom } from "../../src/core/random.js";
import { walkTiff } from "./walked-tiff.js";

const shape = { height: 3, width: 5 } as const;

function counts(frames: number, first = 0): Uint16Array {
  return Uint16Array.from({ length: frames * 15 }, (_, i) => 1000 * first + 7 * i);
}

/** The bytes of each frame. */
function framesOf(all: Uint16Array): Uint8Array[] {
  const bytes = new Uint8Array(all.buffer, all.byteOffset, all.byteLength);
  return Array.from({ length: all.length / 15 }, (_, frame) => bytes.slice(30 * frame, 30 * (frame + 1)));
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

test("deflated pages hold the frames, each in fewer bytes, and the directories say where", async () => {
  for (const type of ["uint16", "float32"] as const) {
    const sink = createMemorySink();
    const size = { height: 32, width: 48 };
    const options = { ...size, type, frames: 20, compression: "deflate", pixelSizeNm: 65 } as const;
    const writer = createTiffWriter(sink, options);
    const pixels = size.height * size.width;
    const all = type === "uint16" ? new Uint16Array(13 * pixels) : new Float32Array(13 * pixels);
    for (let i = 0; i < all.length; i++) all[i] = 100 + ((i * i) % 7);
    await writer.write(all.subarray(0, pixels));
    await writer.write(all.subarray(pixels));
    const { frames, bytes } = await writer.finish();
    assert.deepEqual([frames, bytes], [13, sink.bytes().length]);
    const { pages, directories, description } = walkTiff(sink.bytes());
    assert.deepEqual(
      pages,
      Array.from({ length: 13 }, (_, frame) =>
        Uint8Array.from(new Uint8Array(all.slice(frame * pixels, (frame + 1) * pixels).buffer)),
      ),
    );
    assert.ok(bytes < all.byteLength / 2);
    assert.match(description, /\nimages=13\nframes=13\n/);
    for (const directory of directories) assert.equal(directory.get(259), 8);
  }
});

test("a page that cannot be compressed is written whole, a little longer", async () => {
  const sink = createMemorySink();
  const size = { height: 100, width: 100 };
  const writer = createTiffWriter(sink, { ...size, type: "uint16", frames: 5, compression: "deflate" });
  const random = createRandom(3, "noise");
  const noise = Uint16Array.from({ length: 50_000 }, () => 65536 * random.next());
  await writer.write(noise);
  await writer.finish();
  const { pages, directories } = walkTiff(sink.bytes());
  assert.deepEqual(pages.map((page) => [...page]).flat(), [...new Uint8Array(noise.buffer)]);
  for (const directory of directories) {
    const length = directory.get(279) ?? 0;
    assert.ok(length > 20_000 && length <= largestDeflated(20_000), `${length} bytes`);
  }
});

test("deflated and OME-TIFF files too are whole after every single write, as far as they go", async () => {
  for (const form of [{ compression: "deflate" }, { text: "ome" }, { compression: "deflate", text: "ome" }] as const) {
    const all = counts(12);
    const sink = createMemorySink();
    const seen: number[] = [];
    const watched: ByteSink = {
      close: () => sink.close(),
      async write(offset, bytes) {
        await sink.write(offset, bytes);
        const now = sink.bytes().slice();
        const { pages } = now[0] === 0 ? { pages: [] } : walkTiff(now);
        assert.deepEqual(pages, framesOf(all).slice(0, pages.length));
        seen.push(pages.length);
      },
    };
    const writer = createTiffWriter(watched, { ...shape, type: "uint16", frames: 12, ...form });
    for (const [from, to] of [
      [0, 2],
      [2, 5],
      [5, 6],
      [6, 9],
    ] as const) {
      await writer.write(all.subarray(15 * from, 15 * to));
      assert.equal(seen.at(-1), to);
    }
    await writer.finish();
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
  }
});

test("deflated frames that could not be written are written again in their place", async () => {
  const sink = createMemorySink();
  let failAt = Infinity;
  let writes = 0;
  const failing: ByteSink = {
    close: () => sink.close(),
    write: (offset, bytes) =>
      writes++ === failAt ? Promise.reject(new Error("disk full")) : sink.write(offset, bytes),
  };
  const writer = createTiffWriter(failing, { ...shape, type: "uint16", frames: 6, compression: "deflate" });
  await writer.write(counts(2));
  for (let step = 0; step < 4; step++) {
    failAt = writes + step;
    await assert.rejects(writer.write(counts(4).subarray(30)), /disk full/);
    assert.equal(writer.framesWritten, 2);
    const { pages } = walkTiff(sink.bytes().slice());
    assert.ok(pages.length >= 2);
    assert.deepEqual(pages, framesOf(counts(4)).slice(0, pages.length));
  }
  failAt = Infinity;
  await writer.write(counts(6).subarray(30));
  await writer.finish();
  assert.deepEqual(walkTiff(sink.bytes()).pages, framesOf(counts(6)));
});

test("the camera is stated in the text of ImageJ, and only what is known of it", async () => {
  const written = async (options: Partial<TiffWriterOptions>): Promise<string> => {
    const sink = createMemorySink();
    const writer = createTiffWriter(sink, { ...shape, type: "uint16", frames: 1, ...options });
    await writer.write(counts(1));
    await writer.finish();
    return descriptionOf(sink.bytes());
  };
  const camera = { cameraOffsetAdu: 99.5, exposureSeconds: 0.01, aduPerElectron: 2.1 };
  assert.match(await written(camera), /loop=false\noffset=99.5\nexposure=0.01\naduPerElectron=2.1\n$/);
  assert.match(await written({ cameraOffsetAdu: 0, exposureSeconds: null }), /loop=false\noffset=0\n$/);
  assert.match(await written({}), /loop=false\n$/);
});

test("OME-XML says shape, sizes and the camera, in ASCII, and stays right when a run ends early", async () => {
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, {
    ...shape,
    type: "float32",
    frames: 1000,
    text: "ome",
    name: 'µ <"5 %"> & \u0007\ud800.tif',
    pixelSizeNm: 108.5,
    frameIntervalSeconds: 0.0125,
    exposureSeconds: 0.01,
    cameraOffsetAdu: 100,
    aduPerElectron: 2.1,
    description: ["slnet=0.1.0"],
  });
  await writer.write(new Float32Array(45));
  await writer.finish();
  const { description } = walkTiff(sink.bytes());
  assert.match(description, /^[\n\x20-\x7e]+$/);
  assert.match(description, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<OME [^>]+OME\/2016-06"[^]+<\/OME>$/);
  assert.match(
    description,
    /<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="float" BigEndian="false" SizeX="5" SizeY="3" SizeZ="1" SizeC="1" SizeT="3" PhysicalSizeX="0.1085" PhysicalSizeY="0.1085" TimeIncrement="0.0125">/,
  );
  assert.match(description, /<TiffData IFD="0" FirstZ="0" FirstC="0" FirstT="0" PlaneCount="3"\/>/);
  assert.match(description, /<DetectorSettings ID="Detector:0:0" Offset="100"\/>/);
  assert.match(description, /<Plane TheZ="0" TheC="0" TheT="0" ExposureTime="0.01"\/>/);
  assert.match(description, /<M K="offset">100<\/M>\n<M K="exposure">0.01<\/M>\n<M K="aduPerElectron">2.1<\/M>/);
  assert.match(description, /Name="&#181; &#60;&#34;5 %&#34;&#62; &#38; \?\?.tif"/);
  const folder = { name: "", list: () => Promise.resolve([]), open: () => Promise.resolve(null) };
  const source = createBufferSource("written.ome.tif", sink.bytes());
  const { description: reread } = await openTiffStack(source, { folder, selection: {}, readXml });
  assert.deepEqual(reread.shape, { frames: 3, ...shape, type: "float32" });
  assert.equal(reread.pixelSizeNm, 108.5);
  assert.equal(reread.frameIntervalSeconds, 0.0125);
  assert.equal(reread.exposureSeconds, 0.01);
  assert.equal(reread.cameraOffsetAdu, 100);
  assert.equal(reread.aduPerElectron, 2.1);
});

test("frames that a deflated file could not hold as a classic TIFF make it a BigTIFF from the start", () => {
  const mebibyteFrames = { height: 512, width: 1024, type: "uint16", compression: "deflate" } as const;
  const big = (frames: number): boolean => createTiffWriter(createMemorySink(), { ...mebibyteFrames, frames }).big;
  assert.equal(big(4000), false);
  // As many fit uncompressed; what cannot be compressed grows by a thousandth at most.
  assert.equal(big(4094), true);
});
