import assert from "node:assert/strict";
import { test } from "node:test";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openDax } from "../../src/core/io/dax-reader.js";
import type { FileFolder } from "../../src/core/frames.js";
import { openFiles, ramp, readAll, refusal, uint16Bytes } from "./reading.js";

// As storm-control writes it; width first.
const information = (...more: readonly string[]): string =>
  [
    "binning = 1 x 1",
    "data type = 16 bit integers (binary, little endian)",
    "frame dimensions = 4 x 3",
    "number of frames = 5",
    "Lock Target = 0.0",
    "x_start = 1",
    "x_end = 4",
    "y_start = 1",
    "y_end = 3",
    ...more,
    "",
  ].join("\n");

const pixels = ramp(60, 250);
const littleEndian = uint16Bytes(pixels, true);

test("a .dax gives its pixels in the byte order that its .inf says", async (context) => {
  for (const order of ["little", "big"]) {
    const reader = await openFiles(context, {
      "movie.dax": uint16Bytes(pixels, order === "little"),
      "movie.inf": information().replace("little", order),
    });
    const { description } = reader;
    assert.deepEqual(description.shape, { frames: 5, height: 3, width: 4, type: "uint16" });
    assert.equal(description.format, "dax");
    assert.equal(description.byteOrder, `${order}-endian`);
    assert.equal(description.storedType, "uint16");
    assert.deepEqual(description.notices, []);
    assert.deepEqual(await readAll(reader), pixels);
    const part = new Uint16Array(24);
    await reader.readFrames(2, 4, part);
    assert.deepEqual([...part], ramp(24, 274));
  }
});

test("a .dax is big-endian where its .inf does not say, and that is told", async (context) => {
  const reader = await openFiles(context, {
    "movie.dax": uint16Bytes(pixels, false),
    "movie.inf": information().replace(/data type.*\n/, ""),
  });
  assert.deepEqual(await readAll(reader), pixels);
  assert.match(reader.description.notices.join(), /movie\.inf does not say the byte order/);
});

test("a .dax finds its .inf whatever the case of its letters, with the line ends of Windows", async (context) => {
  const reader = await openFiles(context, {
    "Movie_01.DAX": littleEndian,
    "movie_01.Inf": information().replaceAll("\n", "\r\n"),
  });
  assert.deepEqual(await readAll(reader), pixels);
});

test("a .dax carries exposure, interval and pixel size where its .inf says them", async (context) => {
  const described = async (...lines: readonly string[]) => {
    const reader = await openFiles(context, { "m.dax": littleEndian, "m.inf": information(...lines) });
    const { exposureSeconds, frameIntervalSeconds, pixelSizeNm } = reader.description;
    return { exposureSeconds, frameIntervalSeconds, pixelSizeNm };
  };
  assert.deepEqual(await described("Exposure Time = 0.03", "Frames Per Second = 20", "Pixel size = 160 nm"), {
    exposureSeconds: 0.03,
    frameIntervalSeconds: 0.05,
    pixelSizeNm: 160,
  });
  assert.deepEqual(await described("exposure_time = 30 ms", "kinetic cycle time = 0.04", "pixel size (um) = 0.1"), {
    exposureSeconds: 0.03,
    frameIntervalSeconds: 0.04,
    pixelSizeNm: 100,
  });
  assert.deepEqual(await described("Exposure Time = auto", "Frames Per Second = 0", "pixel size = 0.16"), {
    exposureSeconds: null,
    frameIntervalSeconds: null,
    pixelSizeNm: null,
  });
});

test("a .dax that was cut off is read up to its last whole frame, with a notice", async (context) => {
  const reader = await openFiles(context, { "m.dax": littleEndian.subarray(0, 100), "m.inf": information() });
  assert.equal(reader.description.shape.frames, 4);
  assert.match(reader.description.notices.join(), /cut off: m\.inf says 5 frames, the 4 that are whole/);
  assert.deepEqual(await readAll(reader), pixels.slice(0, 48));
});

test("a .dax that is longer than its .inf says is read as far as that", async (context) => {
  const reader = await openFiles(context, {
    "m.dax": littleEndian,
    "m.inf": information().replace("frames = 5", "frames = 2"),
  });
  assert.equal(reader.description.shape.frames, 2);
  assert.match(reader.description.notices.join(), /goes on after the 2 frames/);
});

test("a .dax whose .inf does not count the frames has as many as there are", async (context) => {
  const reader = await openFiles(context, {
    "m.dax": littleEndian,
    "m.inf": information().replace(/number.*\n/, ""),
  });
  assert.equal(reader.description.shape.frames, 5);
});

test("a .dax without its .inf is refused, naming the file to add", async (context) => {
  await assert.rejects(
    openFiles(context, { "m.dax": littleEndian }),
    refusal("bad-input", "m.dax needs m.inf beside it"),
  );
});

test("an .inf that says no size, an impossible one or other pixels is refused with what it says", async (context) => {
  const refused = (from: RegExp, to: string, ...expected: Parameters<typeof refusal>) =>
    assert.rejects(
      openFiles(context, { "m.dax": littleEndian, "m.inf": information().replace(from, to) }),
      refusal(...expected),
    );
  await refused(/frame dim.*\n/, "", "bad-input", "m.inf does not say the frame dimensions");
  await refused(/4 x 3/, "4 by 3", "bad-input", "m.inf says frame dimensions = 4 by 3");
  await refused(/4 x 3/, "0 x 3", "bad-input", "0×3 pixels, which cannot be");
  await refused(/4 x 3/, "999999999 x 999999999", "bad-input", "999999999×999999999 pixels, which cannot be");
  await refused(/4 x 3/, "40 x 30", "bad-input", "ends inside its first frame", "120 bytes", "2400");
  await refused(/frames = 5/, "frames = 0", "bad-input", "m.inf says it has 0 frames");
  await refused(/frames = 5/, "frames = -5", "bad-input", "m.inf says number of frames = -5");
  await refused(/16 bit/, "8 bit", "unsupported", "data type = 8 bit integers", "expected 16 bit integers");
  await refused(/$/, "x".repeat(2 ** 20), "bad-input", "m.inf has", "expected at most 1048576");
});

test("a frame that is no longer in the file is named", async () => {
  const whole = createBufferSource("m.dax", littleEndian);
  const shorter = createBufferSource("m.dax", littleEndian.subarray(0, 90));
  const folder: FileFolder = {
    name: "f",
    list: () => Promise.resolve([]),
    open: (path) =>
      Promise.resolve(path === "m.inf" ? createBufferSource(path, new TextEncoder().encode(information())) : null),
  };
  // The file had its size when it was opened, and lost its end then.
  const reader = await openDax({ ...shorter, size: whole.size }, folder);
  const out = new Uint16Array(12);
  await reader.readFrames(2, 3, out);
  assert.deepEqual([...out], ramp(12, 274));
  await assert.rejects(
    reader.readFrames(3, 4, out),
    refusal("bad-input", "m.dax changed while it was read: frame 3 needs bytes 72 to 96", "gave 18 of these 24"),
  );
});

test("frames that are not there and arrays that do not fit are refused", async (context) => {
  const reader = await openFiles(context, { "m.dax": littleEndian, "m.inf": information() });
  for (const [from, to] of [
    [-1, 1],
    [4, 6],
    [3, 2],
    [0.5, 1.5],
  ] as const) {
    await assert.rejects(reader.readFrames(from, to, new Uint16Array(12)), refusal("bad-input", "it has 5 frames"));
  }
  await assert.rejects(reader.readFrames(0, 1, new Uint16Array(11)), refusal("bad-input", "expected 12 uint16"));
  await assert.rejects(reader.readFrames(0, 1, new Float32Array(12)), refusal("bad-input", "expected 12 uint16"));
});

test("reading stops at once where it is aborted", async (context) => {
  const reader = await openFiles(context, { "m.dax": littleEndian, "m.inf": information() });
  await assert.rejects(reader.readFrames(0, 1, new Uint16Array(12), AbortSignal.abort(new Error("enough"))), /enough/);
});
