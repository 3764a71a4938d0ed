import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, type SampleArray, type StackReader } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createRandom } from "../../src/core/random.js";
import { buildTiff, createSource, rampPage, type TestPage, type TestTag, type TestTiff } from "./tiff-builder.js";

function openBytes(bytes: Uint8Array): Promise<StackReader> {
  return openTiff(createBufferSource("stack.tif", bytes));
}

async function readAll(reader: StackReader): Promise<SampleArray> {
  const { frames, height, width, type } = reader.description.shape;
  const out = createSamples(type, frames * height * width);
  await reader.readFrames(0, frames, out);
  return out;
}

async function readTiff(tiff: TestTiff): Promise<{ readonly reader: StackReader; readonly pixels: number[] }> {
  const reader = await openBytes(buildTiff(tiff));
  return { reader, pixels: [...(await readAll(reader))] };
}

function ramp(length: number, first = 0): number[] {
  return Array.from({ length }, (_, i) => first + i);
}

/** Refused with this code and a message that says this, all of it. */
function refusal(code: SlnetErrorCode, ...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} is no SlnetError with the code ${code}`);
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

function refuses(tiff: TestTiff, code: SlnetErrorCode, ...texts: readonly string[]): Promise<void> {
  return assert.rejects(readTiff(tiff), refusal(code, ...texts));
}

/** A good stack of three 3×4 pages, with one tag of the second page replaced. */
function withTag(tag: number, value: TestTag | null): TestTiff {
  const page = (first: number, more?: Partial<TestPage>): TestPage => rampPage(4, 3, first, more);
  return { littleEndian: true, pages: [page(0), page(100, { tags: { [tag]: value } }), page(200)] };
}

for (const littleEndian of [true, false]) {
  for (const big of [false, true]) {
    const kind = `${littleEndian ? "little" : "big"}-endian ${big ? "BigTIFF" : "TIFF"}`;

    test(`a ${kind} of 16-bit pages gives its pixels frame by frame`, async () => {
      const pages = [0, 1, 2].map((frame) => rampPage(5, 3, 1000 * frame + 250));
      const { reader, pixels } = await readTiff({ littleEndian, big, pages });
      assert.deepEqual(reader.description.shape, { frames: 3, height: 3, width: 5, type: "uint16" });
      assert.equal(reader.description.byteOrder, littleEndian ? "little-endian" : "big-endian");
      assert.deepEqual(pixels, [...ramp(15, 250), ...ramp(15, 1250), ...ramp(15, 2250)]);
      const middle = new Uint16Array(15);
      await reader.readFrames(1, 2, middle);
      assert.deepEqual([...middle], ramp(15, 1250));
    });

    test(`a ${kind} of 8-bit pages gives its pixels`, async () => {
      const { reader, pixels } = await readTiff({
        littleEndian,
        big,
        pages: [rampPage(3, 3, 1, { bits: 8 }), rampPage(3, 3, 90, { bits: 8 })],
      });
      assert.equal(reader.description.shape.type, "uint8");
      assert.deepEqual(pixels, [...ramp(9, 1), ...ramp(9, 90)]);
    });

    test(`a ${kind} of 32-bit float pages gives its pixels, negative ones too`, async () => {
      const values = [-1.5, 0, 0.25, 3e7, 1e-20, 65536.5].map(Math.fround);
      const page: TestPage = { width: 3, height: 2, pixels: values, bits: 32, sampleFormat: 3 };
      const { reader, pixels } = await readTiff({ littleEndian, big, pages: [page, page] });
      assert.equal(reader.description.shape.type, "float32");
      assert.deepEqual(pixels, [...values, ...values]);
    });

    test(`a ${kind} with several strips, padded and out of order, gives its rows in order`, async () => {
      const pages = [0, 500].map((first) =>
        rampPage(3, 7, first, { rowsPerStrip: 2, reverseStrips: true, stripGap: 3 }),
      );
      const { pixels } = await readTiff({ littleEndian, big, pages, pageGap: 7 });
      assert.deepEqual(pixels, [...ramp(21), ...ramp(21, 500)]);
    });
  }
}

test("frames far apart in the file and frames larger than one read are put together", async () => {
  // 5 frames of 9 MiB: each needs two reads; written sparsely so that the test needs no large builder.
  const [width, height] = [3072, 1536];
  const small = buildTiff({ littleEndian: true, pages: ramp(5).map((first) => rampPage(1, 1, first)) });
  const frameBytes = width * height * 2;
  const stack = new Uint8Array(5 * (frameBytes + 100_000));
  stack.set(small);
  const view = new DataView(stack.buffer);
  let at = view.getUint32(4, true);
  for (let frame = 0; frame < 5; frame++) {
    const tags = view.getUint16(at, true);
    const start = small.length + 5 + frame * (frameBytes + 50_001);
    const replaced: Record<number, number> = { 256: width, 257: height, 273: start, 278: height, 279: frameBytes };
    for (let i = 0; i < tags; i++) {
      const entry = at + 2 + 12 * i;
      const value = replaced[view.getUint16(entry, true)];
      if (value !== undefined) view.setUint32(entry + 8, value, true);
    }
    view.setUint16(start, 10 + frame, true);
    view.setUint16(start + frameBytes / 2, 20 + frame, true);
    view.setUint16(start + frameBytes - 2, 30 + frame, true);
    at = view.getUint32(at + 2 + 12 * tags, true);
  }
  const source = createBufferSource("large.tif", stack);
  let largest = 0;
  const reader = await openTiff(
    createSource(source.name, source.size, (offset, length) => {
      largest = Math.max(largest, length);
      return source.read(offset, length);
    }),
  );
  const pixels = await readAll(reader);
  const size = width * height;
  for (let frame = 0; frame < 5; frame++) {
    const found = [0, size / 2, size - 1].map((i) => pixels[frame * size + i]);
    assert.deepEqual(found, [10 + frame, 20 + frame, 30 + frame]);
  }
  assert.ok(largest <= 8 * 1024 * 1024, `a read of ${largest} bytes, expected at most 8 MiB`);
});

test("strips of two frames that lie in each other's place are not mixed up", async () => {
  const tiff = buildTiff({
    littleEndian: false,
    pages: [rampPage(2, 2, 0, { rowsPerStrip: 1 }), rampPage(2, 2, 50, { rowsPerStrip: 1 })],
  });
  // Both pages have their offsets in one place each; swapping the second strip of one with that of the other.
  const view = new DataView(tiff.buffer);
  const secondStrips: number[] = [];
  for (let at = view.getUint32(4); at !== 0;) {
    const tags = view.getUint16(at);
    for (let i = 0; i < tags; i++) {
      if (view.getUint16(at + 2 + 12 * i) === 273) secondStrips.push(view.getUint32(at + 2 + 12 * i + 8) + 4);
    }
    at = view.getUint32(at + 2 + 12 * tags);
  }
  const [a = 0, b = 0] = secondStrips;
  const kept = view.getUint32(a);
  view.setUint32(a, view.getUint32(b));
  view.setUint32(b, kept);
  assert.deepEqual([...(await readAll(await openBytes(tiff)))], [0, 1, 52, 53, 50, 51, 2, 3]);
});

test("pages with strips of different heights are one stack", async () => {
  const pages = [2, 3, 7, 1].map((rowsPerStrip, page) =>
    rampPage(3, 7, 100 * page, { rowsPerStrip, reverseStrips: true }),
  );
  const { pixels } = await readTiff({ littleEndian: true, pages });
  assert.deepEqual(
    pixels,
    [0, 100, 200, 300].flatMap((first) => ramp(21, first)),
  );
});

test("pages without strip byte counts and without optional tags are read", async () => {
  const tags = { 277: null, 279: null, 278: null, 339: null, 262: null };
  const { pixels } = await readTiff({ littleEndian: true, pages: [rampPage(4, 2, 7, { tags })] });
  assert.deepEqual(pixels, ramp(8, 7));
});

test("an ImageJ file with one directory for all images gives all of them", async () => {
  for (const littleEndian of [true, false]) {
    const description: TestTag = { type: "ascii", values: "ImageJ=1.54f\nimages=4\nframes=4\n" };
    const one = buildTiff({ littleEndian, pages: [rampPage(3, 2, 0, { tags: { 270: description } })] });
    // The directory goes before the pixels here: its strip offset is moved to the end of the file.
    const stack = new Uint8Array(one.length + 4 * 12);
    stack.set(one);
    const view = new DataView(stack.buffer);
    const at = view.getUint32(4, littleEndian);
    for (let i = 0; i < view.getUint16(at, littleEndian); i++) {
      const entry = at + 2 + 12 * i;
      if (view.getUint16(entry, littleEndian) === 273) view.setUint32(entry + 8, one.length, littleEndian);
    }
    for (let i = 0; i < 24; i++) view.setUint16(one.length + 2 * i, 300 + i, littleEndian);
    const reader = await openBytes(stack);
    assert.equal(reader.description.shape.frames, 4);
    assert.deepEqual([...(await readAll(reader))], ramp(24, 300));
    await assert.rejects(
      openBytes(stack.slice(0, stack.length - 1)),
      refusal("bad-input", "4 images", `bytes ${one.length} to ${stack.length}`, `ends at ${stack.length - 1}`),
    );
  }
});

test("pixel size and frame interval come from the ImageJ text", async () => {
  const tags: Record<number, TestTag> = {
    270: { type: "ascii", values: "ImageJ=1.54f\nimages=1\nunit=\\u00B5m\nfinterval=0.03\n" },
    282: { type: "rational", values: [625, 100] },
    283: { type: "rational", values: [625, 100] },
  };
  const { reader } = await readTiff({ littleEndian: true, pages: [rampPage(2, 2, 0, { tags })] });
  assert.equal(reader.description.pixelSizeNm, 160);
  assert.equal(reader.description.frameIntervalSeconds, 0.03);
  assert.deepEqual(reader.description.notices, []);
});

test("a resolution for printers is not taken for a pixel size", async () => {
  const dotsPerInch = (dots: number): Record<number, TestTag> => ({
    282: { type: "rational", values: [dots, 1] },
    283: { type: "rational", values: [dots, 1] },
    296: { type: "short", values: [2] },
  });
  const print = await readTiff({ littleEndian: true, pages: [rampPage(2, 2, 0, { tags: dotsPerInch(72) })] });
  assert.equal(print.reader.description.pixelSizeNm, null);
  const camera = await readTiff({ littleEndian: true, pages: [rampPage(2, 2, 0, { tags: dotsPerInch(254_000) })] });
  assert.equal(camera.reader.description.pixelSizeNm, 100);
});

test("reduced copies are left out, with a notice", async () => {
  const thumbnail = rampPage(1, 1, 0, { tags: { 254: { type: "long", values: [1] } } });
  const { reader, pixels } = await readTiff({
    littleEndian: true,
    pages: [rampPage(2, 2, 0), thumbnail, rampPage(2, 2, 4)],
  });
  assert.deepEqual(pixels, ramp(8));
  assert.match(reader.description.notices.join(), /1 of 3 pages/);
  await refuses({ littleEndian: true, pages: [thumbnail] }, "bad-input", "only 1 reduced copies");
});

test("an ImageJ text that names another number of images than there are is noted", async () => {
  const tags: Record<number, TestTag> = { 270: { type: "ascii", values: "ImageJ=1.54f\nimages=9\n" } };
  const { reader } = await readTiff({ littleEndian: true, pages: [rampPage(2, 2, 0, { tags }), rampPage(2, 2, 4)] });
  assert.equal(reader.description.shape.frames, 2);
  assert.match(reader.description.notices.join(), /9 images, the file has 2/);
});

const short = (...values: readonly number[]): TestTag => ({ type: "short", values });
const refusals: readonly [string, TestTiff, SlnetErrorCode, readonly string[]][] = [
  [
    "a page of another compression",
    withTag(259, short(5)),
    "unsupported",
    ["page 1", "LZW (5)", "expected", "none (1)"],
  ],
  ["an unknown compression", withTag(259, short(4711)), "unsupported", ["unknown (4711)"]],
  ["tiles without a height", withTag(322, short(16)), "bad-input", ["page 1", "0×16", "at least 1×1"]],
  ["a page of colours", withTag(277, short(3)), "bad-input", ["page 1", "3 samples per pixel", "expected 1 as page 0"]],
  [
    "a page of inverted grey",
    withTag(262, short(0)),
    "unsupported",
    ["white-is-zero (0)", "expected black-is-zero (1)"],
  ],
  ["a page with a palette", withTag(262, short(3)), "unsupported", ["palette"]],
  ["colours that are not there", withTag(262, short(6)), "unsupported", ["YCbCr (6)"]],
  ["a page of 12-bit samples", withTag(258, short(12)), "unsupported", ["12 bits per sample", "expected 16 bits"]],
  ["a page of single bits", withTag(258, null), "bad-input", ["uint8", "expected uint16"]],
  ["65-bit samples", withTag(258, short(65)), "unsupported", ["65 bits per sample"]],
  ["a page of signed samples", withTag(339, short(2)), "bad-input", ["int16", "expected uint16"]],
  ["a page of half floats", withTag(339, short(3)), "bad-input", ["float16", "expected uint16"]],
  ["complex samples", withTag(339, short(6)), "unsupported", ["complex"]],
  ["a page of reversed bits", withTag(266, short(2)), "unsupported", ["fill order 2", "expected fill order 1"]],
  ["a page of another height", withTag(257, short(2)), "bad-input", ["page 1", "2×4", "expected 3×4 as page 0"]],
  ["a page of another width", withTag(256, short(3)), "bad-input", ["3×3", "expected 3×4"]],
  ["a page of another type", withTag(258, short(8)), "bad-input", ["page 1", "uint8", "expected uint16"]],
  ["no width", withTag(256, short(0)), "bad-input", ["3×0", "at least 1×1"]],
  [
    "too many strip offsets",
    withTag(273, { type: "long", values: [8, 9, 10] }),
    "bad-input",
    ["3 strip offsets", "expected 1"],
  ],
  ["no strip offsets", withTag(273, null), "bad-input", ["no strip offsets"]],
  [
    "other byte counts than strips",
    withTag(279, { type: "long", values: [24, 24] }),
    "bad-input",
    ["2 strip byte counts", "expected 1"],
  ],
  ["a strip that is too short", withTag(279, { type: "long", values: [23] }), "bad-input", ["23 bytes", "expected 24"]],
  [
    "a strip past the end",
    withTag(273, { type: "long", values: [4_000_000_000] }),
    "bad-input",
    ["page 1", "4000000000 to 4000000024", "file ends at"],
  ],
  ["absurd dimensions", withTag(257, { type: "long", values: [4_294_967_295] }), "bad-input", ["4294967295×4"]],
  ["a text where a number belongs", withTag(257, { type: "ascii", values: "hello" }), "bad-input", ["tag 257"]],
  [
    "a circle of pages",
    { littleEndian: true, pages: [rampPage(2, 2, 0)], lastLink: 16 },
    "bad-input",
    ["earlier page", "byte 16"],
  ],
  [
    "a link past the end",
    { littleEndian: true, pages: [rampPage(2, 2, 0)], lastLink: 99_999 },
    "bad-input",
    ["page 1", "99999", "file ends at"],
  ],
  ["no page at all", { littleEndian: true, pages: [] }, "bad-input", ["no page"]],
];
for (const [what, tiff, code, texts] of refusals) {
  test(`a stack with ${what} is refused as ${code}, in words`, () => refuses(tiff, code, ...texts));
}

test("of 300 samples with different bits a message lists a few", async () => {
  const values = Array.from({ length: 300 }, (_, i) => 8 + i);
  const tags = { 258: { type: "short", values }, 277: { type: "short", values: [300] } } as const;
  const page = rampPage(4, 3, 0, { tags });
  await refuses(
    { littleEndian: true, pages: [page] },
    "unsupported",
    "bits per sample (8, 9, 10, 11, 12, 13, 14, 15, …), expected",
  );
});

test("a chain of pages that leads into a circle further on is refused, not followed for ever", async () => {
  const pages = ramp(7).map((first) => rampPage(2, 2, first));
  const bytes = buildTiff({ littleEndian: true, pages });
  const view = new DataView(bytes.buffer);
  const directories: number[] = [];
  for (let at = view.getUint32(4, true); at !== 0; at = view.getUint32(at + 2 + 12 * view.getUint16(at, true), true)) {
    directories.push(at);
  }
  const [, , third = 0, , , , last = 0] = directories;
  view.setUint32(last + 2 + 12 * view.getUint16(last, true), third, true);
  await assert.rejects(openBytes(bytes), refusal("bad-input", "stack.tif"));
});

test("pages that all point to the same pixels cannot make a small file large", async () => {
  const bytes = buildTiff({ littleEndian: true, pages: ramp(50).map((first) => rampPage(16, 16, first)) });
  const view = new DataView(bytes.buffer);
  for (let at = view.getUint32(4, true); at !== 0;) {
    const tags = view.getUint16(at, true);
    for (let i = 0; i < tags; i++) {
      const entry = at + 2 + 12 * i;
      const tag = view.getUint16(entry, true);
      if (tag === 257 || tag === 278) view.setUint32(entry + 8, 160, true);
      if (tag === 273) view.setUint32(entry + 8, 8, true);
      if (tag === 279) view.setUint32(entry + 8, 16 * 160 * 2, true);
    }
    at = view.getUint32(at + 2 + 12 * tags, true);
  }
  await assert.rejects(openBytes(bytes), refusal("bad-input", "claim", `the file has ${bytes.length}`));
});

test("an empty file and a file that is no TIFF are each refused in one sentence", async () => {
  await assert.rejects(openBytes(new Uint8Array(0)), refusal("bad-input", "stack.tif is empty", "0 bytes"));
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
  await assert.rejects(openBytes(png), refusal("bad-input", "not a TIFF", "89 50 4e 47", "expected 49 49 2a 00"));
});

test("a file cut anywhere is refused, or is whole without what was cut", async () => {
  for (const big of [false, true]) {
    const pages = [rampPage(3, 4, 0, { rowsPerStrip: 3 }), rampPage(3, 4, 50, { rowsPerStrip: 3 })];
    const bytes = buildTiff({ littleEndian: true, big, pages });
    const whole = [...(await readAll(await openBytes(bytes)))];
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        assert.deepEqual(
          [...(await readAll(await openBytes(bytes.slice(0, length))))],
          whole,
          `cut to ${length} bytes`,
        );
      } catch (error) {
        assert.ok(isSlnetError(error, "bad-input"), `cut to ${length} bytes: ${String(error)}`);
        refused++;
      }
    }
    // The last thing in the file is an array of byte counts, without padding: nothing can be spared.
    assert.equal(refused, bytes.length);
  }
});

test("2,000 files with random damage are refused or read, never anything else", async () => {
  const tags: Record<number, TestTag> = {
    270: { type: "ascii", values: "ImageJ=1.54f\nimages=3\nunit=um\nfinterval=0.1\n" },
    282: { type: "rational", values: [10, 1] },
  };
  const originals = [true, false].flatMap((littleEndian) =>
    [false, true].map((big) =>
      buildTiff({
        littleEndian,
        big,
        pages: ramp(3).map((page) => rampPage(4, 4, 10 * page, { rowsPerStrip: 3, ...(page === 0 ? { tags } : {}) })),
      }),
    ),
  );
  const random = createRandom(2, "damage");
  let readable = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = (originals[round % originals.length] ?? new Uint8Array()).slice();
    for (let hits = 1 + random.integer(4); hits > 0; hits--) {
      const value = random.next() < 0.3 ? 255 : random.integer(256);
      bytes[random.integer(bytes.length)] = value;
    }
    try {
      const reader = await openBytes(bytes);
      const { frames, height, width } = reader.description.shape;
      // A bit is the least that a pixel takes.
      assert.ok(frames * height * width <= 8 * bytes.length, `round ${round}: ${frames} frames of ${height}×${width}`);
      await readAll(reader);
      readable++;
    } catch (error) {
      assert.ok(isSlnetError(error, "bad-input", "unsupported"), `round ${round}: ${String(error)}`);
    }
  }
  // Damage to pixels alone goes unseen, damage to directories does not.
  assert.ok(readable > 100 && readable < 1900, `${readable} of 2000 were readable`);
});

test("NaN and infinite pixels are refused with their frame and place", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const good: TestPage = { width: 3, height: 2, pixels: ramp(6), bits: 32, sampleFormat: 3 };
    const bad = { ...good, pixels: [0, 1, 2, 3, value, 5] };
    const message = refusal("bad-input", `frame 1 holds ${value}`, "row 1, column 1");
    await assert.rejects(readTiff({ littleEndian: true, pages: [good, bad, good] }), message);
    const reader = await openBytes(buildTiff({ littleEndian: false, pages: [good, bad, good] }));
    await assert.rejects(reader.readFrames(1, 3, new Float32Array(12)), message);
    await reader.readFrames(2, 3, new Float32Array(6));
  }
});

test("a file that became shorter after it was opened is noticed", async () => {
  const bytes = buildTiff({ littleEndian: true, pages: [rampPage(3, 2, 0), rampPage(3, 2, 6)] });
  let current = bytes;
  const source = createSource("film.tif", bytes.length, (offset, length) =>
    Promise.resolve(current.slice(offset, offset + length)),
  );
  const reader = await openTiff(source);
  current = bytes.slice(0, 12);
  await assert.rejects(
    readAll(reader),
    refusal("bad-input", "film.tif changed while it was read", "frame 0", "gave 4"),
  );
});

test("frames that do not exist and arrays of the wrong kind are refused with both numbers", async () => {
  const reader = await openBytes(buildTiff({ littleEndian: true, pages: [rampPage(3, 2, 0), rampPage(3, 2, 6)] }));
  await assert.rejects(reader.readFrames(1, 3, new Uint16Array(12)), refusal("bad-input", "1 to 3", "2 frames"));
  await assert.rejects(reader.readFrames(0, 1, new Uint16Array(5)), refusal("bad-input", "5 uint16", "6 uint16"));
  await assert.rejects(reader.readFrames(0, 1, new Float32Array(6)), refusal("bad-input", "float32", "6 uint16"));
});

test("an aborted read rejects with the reason of the signal", async () => {
  const reader = await openBytes(buildTiff({ littleEndian: true, pages: [rampPage(3, 2, 0)] }));
  const reason = new Error("enough");
  await assert.rejects(
    reader.readFrames(0, 1, new Uint16Array(6), AbortSignal.abort(reason)),
    (error) => error === reason,
  );
});

test("directories at a regular distance are fetched ahead, with few waits and few bytes", async () => {
  const pages = ramp(6).map((first) => rampPage(1, 1, first));
  const bytes = buildTiff({ littleEndian: true, pages, pageGap: 150_000 });
  const source = createBufferSource("far.tif", bytes);
  let total = 0;
  const reader = await openTiff(
    createSource(source.name, source.size, (offset, length) => {
      total += length;
      return source.read(offset, length);
    }),
  );
  assert.deepEqual([...(await readAll(reader))], ramp(6));
  assert.ok(total < bytes.length / 2, `${total} bytes read of ${bytes.length}`);
});

const stacks: readonly [string, number[], number, number, number, string][] = [
  ["nucleus-spt-100x102x108-u16.tif", [100, 102, 108], 126, 9144, 1114.6, "big-endian"],
  ["microtubule-storm-626x16x16-u16.tif", [626, 16, 16], 111, 2214, 384.1, "little-endian"],
  ["storm-cells-5x256x256-u16.tif", [5, 256, 256], 99, 931, 143.5, "little-endian"],
  ["simulated-tubes-hd-361x64x64-u16.tif", [361, 64, 64], 81, 2051, 244.4, "little-endian"],
];
for (const [name, shape, minimum, maximum, mean, byteOrder] of stacks) {
  const path = fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
  const skip = existsSync(path) ? false : "the folder of recorded stacks is not there";
  test(`the recorded stack ${name} has the published size and values`, { skip }, async () => {
    const file = await open(path);
    try {
      const source = createSource(name, (await file.stat()).size, async (offset, length) => {
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      });
      const reader = await openTiff(source);
      const pixels = await readAll(reader);
      const { frames, height, width, type } = reader.description.shape;
      assert.deepEqual([frames, height, width, type], [...shape, "uint16"]);
      assert.equal(reader.description.byteOrder, byteOrder);
      let [lowest, highest, sum] = [Infinity, -Infinity, 0];
      for (const value of pixels) {
        lowest = Math.min(lowest, value);
        highest = Math.max(highest, value);
        sum += value;
      }
      assert.deepEqual([lowest, highest, (sum / pixels.length).toFixed(1)], [minimum, maximum, mean.toFixed(1)]);
    } finally {
      await file.close();
    }
  });
}
