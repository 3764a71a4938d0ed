import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { isSlnetError } from "../../src/core/errors.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openNd2 } from "../../src/core/io/nd2-reader.js";
import type { ByteSource, StackReader, StackSelection } from "../../src/core/frames.js";
import { createRandom } from "../../src/core/random.js";
import { attributesOf, buildNd2, integer, type TestLevel, type TestNd2 } from "./nd2-builder.js";
import { openFiles, ramp, readAll, refusal, uint16Bytes } from "./reading.js";

function openBytes(bytes: Uint8Array, selection: StackSelection = {}): Promise<StackReader> {
  return openNd2(createBufferSource("a.nd2", bytes), selection);
}

const open = (file: TestNd2, selection?: StackSelection): Promise<StackReader> => openBytes(buildNd2(file), selection);

const refuses = (file: TestNd2, ...expected: Parameters<typeof refusal>): Promise<void> =>
  assert.rejects(async () => readAll(await open(file)), refusal(...expected));

/** Images of 4 × 3 pixels, the first value of each being 1000 times its number. */
const images = (count: number): Uint8Array[] => ramp(count).map((i) => uint16Bytes(ramp(12, 1000 * i), true));
const valuesOf = (...indexes: readonly number[]): number[] => indexes.flatMap((i) => ramp(12, 1000 * i));

const timeLoop = (count: number, more: TestLevel = {}, next?: TestLevel): TestLevel => ({
  eType: integer(1),
  uLoopPars: { uiCount: integer(count), dStart: 0, dPeriod: 0, dDuration: 0, ...more },
  ...(next ? { ppNextLevelEx: { i0000000000: next } } : {}),
});
const sliceLoop = (count: number): TestLevel => ({
  eType: integer(4),
  uLoopPars: { uiCount: integer(count), dZStep: 0.2, dZLow: 0, dZHigh: 1 },
});
const positionLoop = (names: readonly string[], next?: TestLevel, more: TestLevel = {}): TestLevel => ({
  eType: integer(2),
  uLoopPars: {
    uiCount: integer(names.length),
    Points: Object.fromEntries(names.map((name, i) => [`i000000000${i}`, { dPosX: i, dPosY: 0, dPosName: name }])),
  },
  ...more,
  ...(next ? { ppNextLevelEx: { i0000000000: next } } : {}),
});

const film: TestNd2 = {
  attributes: attributesOf(4, 3, 6),
  images: images(6),
  experiment: timeLoop(6),
  times: ramp(6).map((i) => 3 + 30 * i),
};

test("an .nd2 of 16-bit images gives its frames in order, and says what it is", async (context) => {
  const reader = await openFiles(context, { "a.nd2": buildNd2(film) });
  const { description } = reader;
  assert.deepEqual(description.shape, { frames: 6, height: 3, width: 4, type: "uint16" });
  assert.equal(description.format, "nd2");
  assert.equal(description.compression, "none");
  assert.equal(description.byteOrder, "little-endian");
  assert.equal(description.storedType, "uint16");
  assert.deepEqual(description.notices, []);
  assert.deepEqual(await readAll(reader), valuesOf(0, 1, 2, 3, 4, 5));
  const part = new Uint16Array(24);
  await reader.readFrames(3, 5, part);
  assert.deepEqual([...part], valuesOf(3, 4));
});

test("images are found by the map, whatever their order in the file and the length of their names", async () => {
  for (const more of [{ reversed: true }, { imageNameBytes: 20 }, { imageNameBytes: 21 }] as const) {
    assert.deepEqual(await readAll(await open({ ...film, ...more })), valuesOf(0, 1, 2, 3, 4, 5));
  }
});

test("images of a file without an experiment are frames", async () => {
  const { experiment: _, ...plain } = film;
  const reader = await open(plain);
  assert.equal(reader.description.shape.frames, 6);
});

test("padding of rows is left out, and images without the padding that is stated are read", async () => {
  const attributes = attributesOf(3, 2, 2, { uiWidthBytes: integer(8) });
  const padded = [0, 1].map((i) => uint16Bytes([1, 2, 3, 9999, 4, 5, 6 + i, 9999], true));
  const tight = [0, 1].map((i) => uint16Bytes([1, 2, 3, 4, 5, 6 + i], true));
  for (const content of [padded, tight]) {
    const reader = await open({ attributes, images: content });
    assert.deepEqual(await readAll(reader), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7]);
  }
  // Where nothing is said, rows are padded to four bytes.
  const silent = attributesOf(3, 2, 2, { uiWidthBytes: integer(0) });
  assert.deepEqual(
    await readAll(await open({ attributes: silent, images: padded })),
    [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7],
  );
});

test("lossless images are inflated, with padding after them or without", async () => {
  const attributes = attributesOf(4, 3, 6, { eCompression: integer(0) });
  for (const padding of [0, 5, 4000]) {
    const reader = await open({ ...film, attributes, deflated: true, padding });
    assert.equal(reader.description.compression, "zlib");
    assert.deepEqual(await readAll(reader), valuesOf(0, 1, 2, 3, 4, 5));
  }
});

test("8-bit, signed and floating-point images are read by their values", async () => {
  const read = async (bits: number, kind: number, content: ArrayBufferLike): Promise<[string, string, number[]]> => {
    const attributes = attributesOf(2, 2, 1, {
      uiBpcInMemory: integer(bits),
      ePixelType: integer(kind),
      uiWidthBytes: integer((2 * bits) / 8),
    });
    const reader = await open({ attributes, images: [new Uint8Array(content)] });
    const { shape, storedType } = reader.description;
    return [storedType, shape.type, await readAll(reader)];
  };
  assert.deepEqual(await read(8, 1, Uint8Array.of(1, 2, 3, 255).buffer), ["uint8", "uint8", [1, 2, 3, 255]]);
  assert.deepEqual(await read(16, 0, Int16Array.of(-5, 2, 3, 7).buffer), ["int16", "float32", [-5, 2, 3, 7]]);
  assert.deepEqual(await read(32, 2, Float32Array.of(-0.5, 2, 3, 7).buffer), ["float32", "float32", [-0.5, 2, 3, 7]]);
  assert.deepEqual(await read(32, 1, Uint32Array.of(70_000, 2, 3, 7).buffer), ["uint32", "float32", [70_000, 2, 3, 7]]);
});

test("32-bit integers are given exactly where they are asked for as stored", async () => {
  const attributes = attributesOf(2, 1, 2, { uiBpcInMemory: integer(32), uiWidthBytes: integer(8) });
  const content = [Uint32Array.of(1, 2), Uint32Array.of(16_777_217, 4_294_967_295)].map(
    (a) => new Uint8Array(a.buffer),
  );
  const reader = await open({ attributes, images: content });
  assert.deepEqual([...((await reader.readStoredFrame?.(1)) ?? [])], [16_777_217, 4_294_967_295]);
});

test("one of several channels is chosen, and without a choice they are offered by their names", async () => {
  const file: TestNd2 = {
    attributes: attributesOf(3, 2, 2, { uiComp: integer(2), uiWidthBytes: integer(16) }),
    // Values of both channels side by side, rows padded from 12 to 16 bytes.
    images: [0, 1].map((i) => uint16Bytes([1, 101, 2, 102, 3, 103, 0, 0, 4, 104, 5, 105, 6, 106 + i, 0, 0], true)),
    picture: {
      sPicturePlanes: {
        uiCount: integer(2),
        sPlaneNew: { a0: { sDescription: "Alexa 647", uiCompCount: integer(1) }, a1: { sDescription: "DAPI" } },
      },
    },
  };
  assert.deepEqual(await readAll(await open(file, { channel: 0 })), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
  const second = await open(file, { channel: 1 });
  assert.deepEqual(second.description.shape, { frames: 2, height: 2, width: 3, type: "uint16" });
  assert.deepEqual(await readAll(second), [101, 102, 103, 104, 105, 106, 101, 102, 103, 104, 105, 107]);
  await assert.rejects(open(file), (error) => {
    assert.ok(isSlnetError(error, "choice-needed"));
    assert.deepEqual(error.choice, { of: "channel", labels: ["Alexa 647", "DAPI"] });
    return true;
  });
  await assert.rejects(open(file, { channel: 2 }), refusal("bad-input", "channel 2", "0 to 1"));
  await assert.rejects(open(film, { channel: 1 }), refusal("bad-input", "channel 1", "only 0"));
});

test("positions are chosen by their names, and each has its own frames", async () => {
  // Outermost first: at each of 3 times, 2 positions.
  const inside: TestNd2 = { ...film, experiment: timeLoop(3, {}, positionLoop(["cell A", ""])) };
  assert.deepEqual(await readAll(await open(inside, { series: 1 })), valuesOf(1, 3, 5));
  // At each of 2 positions, 3 times.
  const outside: TestNd2 = { ...film, experiment: positionLoop(["cell A", ""], timeLoop(3)) };
  assert.deepEqual(await readAll(await open(outside, { series: 1 })), valuesOf(3, 4, 5));
  for (const file of [inside, outside]) {
    await assert.rejects(open(file), (error) => {
      assert.ok(isSlnetError(error, "choice-needed"));
      assert.deepEqual(error.choice, { of: "series", labels: ["cell A", "position 2"] });
      return true;
    });
    await assert.rejects(open(file, { series: 2 }), refusal("bad-input", "series 2", "0 to 1"));
    await assert.rejects(open(file, { series: 0, slice: 1 }), refusal("bad-input", "slice 1", "only 0"));
  }
  // Of three positions the second was left out.
  const some = positionLoop(["a", "b", "c"], timeLoop(3), { pItemValid: Uint8Array.of(1, 0, 1) });
  const error = await open({ ...film, experiment: some }).catch((caught: unknown) => caught);
  assert.deepEqual(isSlnetError(error, "choice-needed") && error.choice?.labels, ["a", "c"]);
});

test("slices are frames where there is no time, else one is chosen", async () => {
  const stack = await open({ ...film, experiment: sliceLoop(6) });
  assert.equal(stack.description.shape.frames, 6);
  assert.match(stack.description.notices.join(), /along z are taken as frames/);
  assert.equal(stack.description.frameIntervalSeconds, null);
  const both: TestNd2 = { ...film, experiment: timeLoop(3, {}, sliceLoop(2)) };
  assert.deepEqual(await readAll(await open(both, { slice: 0 })), valuesOf(0, 2, 4));
  const chosen = await open(both, { slice: 1 });
  assert.deepEqual(await readAll(chosen), valuesOf(1, 3, 5));
  assert.equal(chosen.description.frameIntervalSeconds, 0.06);
  await assert.rejects(open(both), refusal("choice-needed", "has 2 slices"));
});

test("loops over channels and of a single round do not count, and phases that did not take place neither", async () => {
  const channels: TestLevel = { eType: integer(6), uLoopPars: { uiCount: integer(2) } };
  const single = { ...positionLoop(["only"], { ...channels, ppNextLevelEx: { i0000000000: timeLoop(6) } }) };
  assert.deepEqual(await readAll(await open({ ...film, experiment: single })), valuesOf(0, 1, 2, 3, 4, 5));
  const phase = (count: number): TestLevel => ({ uiCount: integer(count), dPeriod: 100 });
  const uneven: TestLevel = {
    eType: integer(8),
    uLoopPars: {
      uiCount: integer(7),
      pPeriod: { i0000000000: phase(2), i0000000001: phase(4), i0000000002: phase(1) },
      pPeriodValid: Uint8Array.of(1, 0, 1),
    },
    ppNextLevelEx: [sliceLoop(2)],
  };
  assert.deepEqual(await readAll(await open({ ...film, experiment: uneven }, { slice: 1 })), valuesOf(1, 3, 5));
});

test("loops that do not explain the images are refused rather than guessed at", async () => {
  const experiment = timeLoop(2, {}, sliceLoop(2));
  await refuses({ ...film, experiment }, "unsupported", "6 images", "2×2 explain 4");
  await refuses({ ...film, experiment: timeLoop(3) }, "unsupported", "6 images", "3 explain 3");
  const more = await open({ ...film, experiment: timeLoop(5) });
  assert.equal(more.description.shape.frames, 6);
  assert.match(more.description.notices.join(), /says 5 frames and holds 6 images/);
  await refuses({ ...film, experiment: timeLoop(3, {}, timeLoop(2)) }, "unsupported", "several loops of time");
  await refuses(
    { ...film, experiment: { eType: integer(42), uLoopPars: { uiCount: integer(6) } } },
    "unsupported",
    "kind 42",
  );
});

test("a recording that was stopped has the frames that are there", async () => {
  const planned: TestNd2 = { ...film, experiment: timeLoop(1000) };
  assert.equal((await open(planned)).description.shape.frames, 6);
  const slices: TestNd2 = {
    ...film,
    images: images(5),
    attributes: attributesOf(4, 3, 5),
    experiment: timeLoop(4, {}, sliceLoop(2)),
  };
  const first = await open(slices, { slice: 0 });
  assert.deepEqual(await readAll(first), valuesOf(0, 2, 4));
  assert.match(first.description.notices.join(), /of 4 frames 3 are there/);
  assert.deepEqual(await readAll(await open(slices, { slice: 1 })), valuesOf(1, 3));
  const positions: TestNd2 = { ...film, images: images(3), experiment: positionLoop(["a", "b"], timeLoop(3)) };
  await assert.rejects(open(positions, { series: 1 }), refusal("bad-input", "stopped before the chosen part"));
});

test("images that are missing end the stack, with a notice, and are never made up", async () => {
  const gap = images(6).map((image, i) => (i === 3 ? null : image));
  const reader = await open({ ...film, images: gap });
  assert.deepEqual(await readAll(reader), valuesOf(0, 1, 2));
  assert.match(reader.description.notices.join(), /says 6 images; the 3 before/);
  await refuses({ ...film, images: [null, ...images(3)] }, "bad-input", "holds no images");
  await refuses({ ...film, images: [] }, "bad-input", "holds no images");
});

test("a file that lost its end is read as far as its images are whole", async () => {
  const whole = buildNd2({ ...film, attributes: attributesOf(4, 3, 0), withoutMap: true });
  const reader = await openBytes(whole);
  assert.deepEqual(await readAll(reader), valuesOf(0, 1, 2, 3, 4, 5));
  assert.match(reader.description.notices.join(), /no map of its chunks/);
  const cut = await openBytes(whole.subarray(0, whole.length - 1));
  assert.deepEqual(await readAll(cut), valuesOf(0, 1, 2, 3, 4));
  const withMap = buildNd2(film);
  assert.deepEqual(await readAll(await openBytes(withMap.subarray(0, withMap.length - 1))), valuesOf(0, 1, 2, 3, 4, 5));
});

test("a long recording without a map is walked with few reads at a time, and gives all its frames", async () => {
  const count = 500;
  const many: TestNd2 = { attributes: attributesOf(4, 3, 0), images: images(count).map((b) => b), withoutMap: true };
  const reader = await open(many);
  assert.equal(reader.description.shape.frames, count);
  const last = new Uint16Array(12);
  await reader.readFrames(count - 1, count, last);
  assert.equal(last[0], (1000 * (count - 1)) & 0xffff);
});

test("neighbouring frames are read together", async () => {
  const count = 200;
  const bytes = buildNd2({ attributes: attributesOf(4, 3, count), images: images(count) });
  const source = createBufferSource("a.nd2", bytes);
  let reads = 0;
  const counted: ByteSource = {
    ...source,
    read(offset, length) {
      reads++;
      return source.read(offset, length);
    },
    readInto(offset, out) {
      reads++;
      return source.readInto(offset, out);
    },
  };
  const reader = await openNd2(counted, {});
  const opening = reads;
  await readAll(reader);
  assert.ok(opening < 20, `${opening} reads to open`);
  assert.equal(reads - opening, 1);
});

test("pixel size, exposure and interval come from where the file says them", async () => {
  const described = async (more: Partial<TestNd2>) => {
    const { description } = await open({ ...film, ...more });
    const { pixelSizeNm, exposureSeconds, frameIntervalSeconds } = description;
    return [pixelSizeNm, exposureSeconds, frameIntervalSeconds];
  };
  const camera = { sPicturePlanes: { sSampleSetting: { a0: { dExposureTime: 20 } } } };
  const picture = { bCalibrated: true, dCalibration: 0.16, ...camera };
  assert.deepEqual(await described({ picture }), [160, 0.02, 0.03]);
  assert.deepEqual(await described({ picture, compressedMetadata: true }), [160, 0.02, 0.03]);
  assert.deepEqual(await described({ picture: { bCalibrated: false, dCalibration: 1 } }), [null, null, 0.03]);
  assert.deepEqual(
    await described({
      calibration: { bCalibrated: true, dCalibration: 0.1 },
      texts: { TextInfoItem_6: "Camera: iXon\r\n  Exposure: 50 ms\r\n  Gain: 300", TextInfoItem_5: "Exposure: 50 ms" },
      // The first of these times are not real in some files.
      cachedTimes: [0, 0, 40, 80, 120, 160],
    }),
    [100, 0.05, 0.04],
  );
  assert.deepEqual(await described({ texts: { TextInfoItem_6: "Exposure: 50 ms\nExposure: 1 s" }, times: [] }), [
    null,
    null,
    null,
  ]);
  assert.deepEqual(await described({ times: [], experiment: timeLoop(6, { dPeriod: 100 }) }), [null, null, 0.1]);
  assert.deepEqual(await described({ times: [], experiment: timeLoop(6, { dPeriod: 100, dAvgPeriodDiff: 101 }) }), [
    null,
    null,
    0.101,
  ]);
  assert.deepEqual(await described({ times: [0, 0, 0, 0, 0, Infinity] }), [null, null, null]);
});

test("metadata that is broken does not keep from the pixels", async () => {
  const bytes = buildNd2({ ...film, picture: { bCalibrated: true, dCalibration: 0.16 } });
  const at = Buffer.from(bytes).indexOf("ImageMetadataSeqLV|0!") + "ImageMetadataSeqLV|0!".length;
  bytes[at] = 55;
  const reader = await openBytes(bytes);
  assert.equal(reader.description.pixelSizeNm, null);
  assert.deepEqual(await readAll(reader), valuesOf(0, 1, 2, 3, 4, 5));
});

test("earlier versions, JPEG 2000 and lossy images are refused with what to do", async (context) => {
  await refuses({ ...film, version: "Ver2.1" }, "unsupported", "version 2.1", "export it as TIFF");
  const lossy = attributesOf(4, 3, 6, { eCompression: integer(1) });
  await refuses({ ...film, attributes: lossy }, "unsupported", "lossy compression");
  const old = Uint8Array.of(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 13, 10, 0x87, 10, 0, 0, 0, 0);
  await assert.rejects(
    openFiles(context, { "old.nd2": old }),
    refusal("unsupported", "JPEG 2000", "export it as TIFF"),
  );
});

test("sizes that cannot be are refused", async () => {
  const withAttribute = (more: TestLevel): TestNd2 => ({
    ...film,
    attributes: attributesOf(4, 3, 6, { uiTileWidth: integer(0), uiTileHeight: integer(0), ...more }),
  });
  await refuses(withAttribute({ uiWidth: integer(0) }), "bad-input", "cannot be");
  await refuses(withAttribute({ uiWidth: 4.5 }), "bad-input", "cannot be");
  await refuses(withAttribute({ uiHeight: integer(0xffff_ffff) }), "bad-input", "frame 0 has 24 bytes");
  await refuses(withAttribute({ uiWidthBytes: integer(2) }), "bad-input", "rows are said to have 2 bytes");
  await refuses(
    withAttribute({ uiWidthBytes: integer(0xffff_fff0), uiHeight: integer(0xffff_fff0) }),
    "bad-input",
    "rows are said",
  );
  await refuses(
    { ...withAttribute({ uiWidthBytes: integer(0xffff_fff0) }), images: [new Uint8Array(26)] },
    "bad-input",
    "frame 0 has 26 bytes",
    "need 12884901840",
  );
  await refuses(withAttribute({ uiBpcInMemory: integer(12) }), "unsupported", "pixels of 12 bits");
  await refuses(withAttribute({ uiComp: integer(0) }), "bad-input", "0 values");
  await refuses(withAttribute({ uiTileWidth: integer(2) }), "unsupported", "tiles of 2×0");
  const large = { uiWidth: integer(65_000), uiWidthBytes: integer(130_000), uiHeight: integer(65_000) };
  await refuses(withAttribute({ ...large, eCompression: integer(0) }), "bad-input", "frame 0 has 24 bytes");
});

test("an image that inflates to more than it should, or to less, is refused", async () => {
  const attributes = attributesOf(4, 3, 2, { eCompression: integer(0) });
  const bomb = new Uint8Array(5_000_000);
  const file: TestNd2 = { attributes, images: [bomb, bomb], deflated: true };
  await refuses(file, "bad-input", "frame 0");
  await refuses(
    { ...file, images: [new Uint8Array(200), ...images(1)] },
    "bad-input",
    "frame 0 cannot be inflated: it holds more than the 24 bytes",
  );
  await refuses({ ...file, images: [...images(1), new Uint8Array(20)] }, "bad-input", "frame 1 has 20 bytes");
  await refuses({ ...file, images: images(2), deflated: false }, "bad-input", "frame 0 cannot be inflated");
});

test("of several images that cannot be inflated the first is named, also where a later one fails sooner", async () => {
  const attributes = attributesOf(400, 400, 2, { eCompression: integer(0) });
  const late = deflateSync(uint16Bytes(ramp(400 * 400), true));
  late[late.length - 1] = (late.at(-1) ?? 0) ^ 1;
  await refuses(
    { attributes, images: [late, new Uint8Array(50).fill(255)] },
    "bad-input",
    "frame 0 cannot be inflated",
  );
});

test("a lossless image whose checksum is wrong is refused, with padding after it or without", async () => {
  const attributes = attributesOf(4, 3, 1, { eCompression: integer(0) });
  const content = uint16Bytes(ramp(12, 1000), true);
  const stream = deflateSync(content);
  stream[stream.length - 2] = (stream[stream.length - 2] ?? 0) ^ 1;
  for (const padding of [0, 3000]) {
    const image = new Uint8Array(stream.length + padding);
    image.set(stream);
    await refuses({ attributes, images: [image] }, "bad-input", "frame 0 cannot be inflated");
  }
});

test("a map that points elsewhere is noticed before any pixel is given", async () => {
  const bytes = buildNd2(film);
  const buffer = Buffer.from(bytes.buffer);
  const entry = buffer.lastIndexOf("ImageDataSeq|2!") + "ImageDataSeq|2!".length;
  const original = buffer.readBigUInt64LE(entry);
  const withOffset = (offset: bigint): Promise<StackReader> => {
    buffer.writeBigUInt64LE(offset, entry);
    return openBytes(bytes);
  };
  const other = buffer.readBigUInt64LE(buffer.lastIndexOf("ImageDataSeq|3!") + "ImageDataSeq|3!".length);
  await assert.rejects(
    readAll(await withOffset(other)),
    refusal("bad-input", "frame 2 should be the chunk ImageDataSeq|2!"),
  );
  await assert.rejects(readAll(await withOffset(original + 1n)), refusal("bad-input", "frame 2 should be at"));
  await assert.rejects(withOffset(2n ** 63n), refusal("bad-input", "ImageDataSeq|2! should be at"));
  await assert.rejects(withOffset(BigInt(bytes.length)), refusal("bad-input", "ImageDataSeq|2! should be at"));
});

test("a file that changed after it was opened is an error that names the frame", async () => {
  const bytes = buildNd2(film);
  const shorter = createBufferSource("a.nd2", bytes);
  let size = bytes.length;
  const left = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  const reader = await openNd2(
    {
      ...shorter,
      read: (offset, length) => shorter.read(offset, left(offset, length)),
      readInto: (offset, out) => shorter.readInto(offset, out.subarray(0, left(offset, out.length))),
    },
    {},
  );
  size = Buffer.from(bytes).indexOf("ImageDataSeq|4!") + 4072 + 8 + 10;
  await assert.rejects(readAll(reader), refusal("bad-input", "frame 4"));
});

test("metadata that nests, counts or inflates without end is refused", async () => {
  let deep: TestLevel = { a: 1 };
  for (let i = 0; i < 80; i++) deep = { a: deep };
  await refuses({ ...film, experiment: deep }, "bad-input", "nests more than 64 levels");
  const bytes = buildNd2({ ...film, experiment: { eType: integer(1), many: { a: 1 } } });
  const buffer = Buffer.from(bytes.buffer);
  // The number of entries of `many`, after its name and the zero that ends it.
  const count = buffer.indexOf(Buffer.from("many\0", "utf16le")) + 10;
  buffer.writeUInt32LE(0xffff_ffff, count);
  await assert.rejects(openBytes(bytes), refusal("bad-input", "ImageMetadataLV!"));
});

test("bytes changed at random give pixels of the file or a typed error, and soon", async () => {
  const good = buildNd2({
    ...film,
    picture: { dCalibration: 0.1, sPicturePlanes: { uiCount: integer(1) } },
    imageNameBytes: 20,
  });
  const random = createRandom(4, "nd2");
  const known = new Set(valuesOf(0, 1, 2, 3, 4, 5));
  const started = performance.now();
  let readAsBefore = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = good.slice(0, random.next() < 0.2 ? Math.floor(random.next() * good.length) : good.length);
    for (let changes = Math.floor(random.next() * 4); changes >= 0; changes--) {
      bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
    }
    try {
      const reader = await openBytes(bytes);
      const { frames, height, width } = reader.description.shape;
      assert.ok(frames * height * width <= bytes.length, "more pixels than bytes");
      const pixels = await readAll(reader);
      if (pixels.length === 72 && pixels.every((value) => known.has(value))) readAsBefore++;
    } catch (error) {
      assert.ok(isSlnetError(error), String(error));
    }
  }
  assert.ok(readAsBefore > 100, `${readAsBefore} files were read as before`);
  assert.ok(performance.now() - started < 60_000);
});
