import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { getDecoder } from "geotiff";

import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, type StackReader, type StackSelection } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { decodeLzw } from "../../src/core/io/lzw.js";
import type { StoredType } from "../../src/core/io/stored-samples.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createRandom } from "../../src/core/random.js";
import { tiffCodecs } from "../../src/worker/readers/tiff-codecs.js";
import { ramp } from "./reading.js";
import { buildTiff, createSource, rampPage, type TestPage, type TestTag } from "./tiff-builder.js";
import {
  differences,
  encodeJpeg,
  encodeLzw,
  encodePackBits,
  encodeStored,
  floatDifferences,
  frameZstandard,
  packBitsOf,
} from "./tiff-encoders.js";

const short = (...values: readonly number[]): TestTag => ({ type: "short", values });

interface Form {
  readonly pages: readonly TestPage[];
  readonly littleEndian?: boolean;
  readonly big?: boolean;
  readonly selection?: StackSelection;
}

function openForm({ pages, littleEndian = true, big = false, selection }: Form): Promise<StackReader> {
  const bytes = buildTiff({ littleEndian, big, pages });
  return openTiff(createBufferSource("pixels.tif", bytes), { selection, codecs: tiffCodecs });
}

async function readForm(form: Form): Promise<{ readonly reader: StackReader; readonly pixels: number[] }> {
  const reader = await openForm(form);
  const { frames, height, width, type } = reader.description.shape;
  const out = createSamples(type, frames * height * width).fill(77);
  await reader.readFrames(0, frames, out);
  return { reader, pixels: [...out] };
}

function refusal(code: SlnetErrorCode, ...texts: readonly string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(isSlnetError(error, code), `${String(error)} is no SlnetError with the code ${code}`);
    for (const text of texts) assert.ok(error.message.includes(text), `"${error.message}" does not say "${text}"`);
    return true;
  };
}

/** Rows of a page cut into strips. */
function strips(values: readonly number[], width: number, rows: number): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < values.length; at += rows * width) parts.push(values.slice(at, at + rows * width));
  return parts;
}

/** A page cut into tiles, those at the edges filled up with 99. */
function tiles(values: readonly number[], width: number, height: number, tile: readonly [number, number]): number[][] {
  const [tileHeight, tileWidth] = tile;
  const parts: number[][] = [];
  for (let y0 = 0; y0 < height; y0 += tileHeight) {
    for (let x0 = 0; x0 < width; x0 += tileWidth) {
      const part: number[] = [];
      for (let y = y0; y < y0 + tileHeight; y++) {
        for (let x = x0; x < x0 + tileWidth; x++) {
          part.push(y < height && x < width ? (values[y * width + x] ?? 0) : 99);
        }
      }
      parts.push(part);
    }
  }
  return parts;
}

/** Values that use all of a type, and repeat enough to be worth compressing. */
const valuesOf: Readonly<Record<StoredType, readonly number[]>> = {
  uint8: [0, 255, 1, 128, 7],
  int8: [0, -128, 127, -1, 7],
  uint16: [0, 65535, 1, 32768, 700],
  int16: [0, -32768, 32767, -1, 700],
  uint32: [0, 2 ** 32 - 1, 1, 2 ** 31, 16_777_217],
  int32: [0, -(2 ** 31), 2 ** 31 - 1, -1, -16_777_217],
  uint64: [0, 2 ** 52 + 1, 1, 2 ** 40 + 3, 7],
  int64: [0, -(2 ** 52) - 1, 2 ** 40 + 3, -1, 7],
  float16: [0, -1.5, 65504, 0.125, 7],
  float32: [0, -1.5, 3e38, 1e-20, 7].map(Math.fround),
  float64: [0, -1.5, 1e30, 1 / 3, 7],
};
const storedTypes = Object.keys(valuesOf) as StoredType[];

/** `[height, width]` of most pages here; `valuesOf` turned round so that rows differ. */
const [height, width] = [5, 7];
function pageValues(type: StoredType, frame = 0, samples = 1): number[] {
  const values = valuesOf[type];
  return Array.from(
    { length: height * width * samples },
    (_, i) => values[(i + Math.floor(i / 3) + frame) % values.length] ?? 0,
  );
}

function typeTags(type: StoredType, samples = 1): Record<number, TestTag> {
  const format = type.startsWith("uint") ? 1 : type.startsWith("int") ? 2 : 3;
  const bits = Number(/\d+$/.exec(type)?.[0]);
  return { 258: short(...Array<number>(samples).fill(bits)), 339: short(...Array<number>(samples).fill(format)) };
}

function sizeOf(type: StoredType): number {
  return Number(/\d+$/.exec(type)?.[0]) / 8;
}

async function requireStored(reader: StackReader, frame: number, expected: readonly number[]): Promise<void> {
  if (reader.readStoredFrame) {
    assert.deepEqual([...(await reader.readStoredFrame(frame))], expected);
    return;
  }
  const { shape } = reader.description;
  const out = createSamples(shape.type, shape.height * shape.width);
  await reader.readFrames(frame, frame + 1, out);
  assert.deepEqual([...out], expected);
}

for (const type of storedTypes) {
  for (const littleEndian of [true, false]) {
    const order = littleEndian ? "little-endian" : "big-endian";

    test(`uncompressed ${order} ${type} pixels are read, and exactly where they are asked for as stored`, async () => {
      const pages = [0, 1, 2].map((frame) => ({
        width,
        height,
        pixels: [],
        segments: strips(pageValues(type, frame), width, 2).map((part) => encodeStored(part, type, littleEndian)),
        rowsPerStrip: 2,
        tags: typeTags(type),
      }));
      const { reader, pixels } = await readForm({ pages, littleEndian });
      assert.equal(reader.description.storedType, type);
      assert.equal(reader.description.compression, "none");
      const expected = [0, 1, 2].flatMap((frame) => pageValues(type, frame));
      assert.equal(reader.description.shape.type, ["uint8", "uint16"].includes(type) ? type : "float32");
      assert.deepEqual(pixels, reader.description.shape.type === "float32" ? expected.map(Math.fround) : expected);
      await requireStored(reader, 2, pageValues(type, 2));
      const isRounded = ["uint32", "int32", "uint64", "int64", "float64"].includes(type);
      assert.equal(reader.description.notices.length, isRounded ? 1 : 0);
      assert.equal(reader.readStoredFrame !== undefined, isRounded);
    });

    test(`${order} ${type} tiles, deflated, are put together without what fills them up`, async () => {
      const pages = [0, 1].map((frame) => ({
        width,
        height,
        pixels: [],
        isTiled: true,
        segments: tiles(pageValues(type, frame), width, height, [4, 3]).map((part) =>
          deflateSync(encodeStored(part, type, littleEndian)),
        ),
        tags: { ...typeTags(type), 259: short(8), 322: short(3), 323: short(4) },
      }));
      const { reader } = await readForm({ pages, littleEndian });
      assert.equal(reader.description.compression, "Deflate");
      for (const frame of [0, 1]) await requireStored(reader, frame, pageValues(type, frame));
    });

    test(`${order} ${type} pixels as differences, 1 and 3 samples a pixel, are added up`, async () => {
      for (const samples of [1, 3]) {
        const values = pageValues(type, 0, samples);
        const rowLength = width * samples;
        const isFloat = type.startsWith("float");
        const integers = `int${8 * sizeOf(type)}` as StoredType;
        // Of floats the differences are those of their bits, taken as integers.
        const bits = isFloat ? bitsOf(values, type) : values.map(BigInt);
        const encoded = encodeDifferences(bits, rowLength, samples, integers, littleEndian);
        const page: TestPage = {
          width,
          height,
          pixels: [],
          segments: [encodeLzw(encoded)],
          tags: {
            ...typeTags(type, samples),
            259: short(5),
            277: short(samples),
            262: short(samples === 3 ? 2 : 1),
            317: short(2),
          },
        };
        for (let channel = 0; channel < samples; channel++) {
          const { reader } = await readForm({ pages: [page], littleEndian, selection: { channel } });
          assert.equal(reader.description.compression, "LZW of differences");
          await requireStored(
            reader,
            0,
            values.filter((_, i) => i % samples === channel),
          );
        }
      }
    });
  }
}

function bitsOf(values: readonly number[], type: StoredType): bigint[] {
  const size = sizeOf(type);
  const bytes = encodeStored(values, type, false);
  return values.map((_, i) =>
    bytes.subarray(i * size, (i + 1) * size).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n),
  );
}

function encodeDifferences(
  values: readonly bigint[],
  rowLength: number,
  stride: number,
  type: StoredType,
  littleEndian: boolean,
): Uint8Array {
  const size = sizeOf(type);
  const bytes: number[] = [];
  values.forEach((value, i) => {
    const difference = i % rowLength < stride ? value : value - (values[i - stride] ?? 0n);
    const text = BigInt.asUintN(8 * size, difference)
      .toString(16)
      .padStart(2 * size, "0");
    const word = Array.from({ length: size }, (_, byte) => Number.parseInt(text.slice(2 * byte, 2 * byte + 2), 16));
    bytes.push(...(littleEndian ? word.reverse() : word));
  });
  return Uint8Array.from(bytes);
}

for (const type of ["float16", "float32", "float64"] as const) {
  test(`${type} pixels with the float predictor are put together, in both byte orders`, async () => {
    for (const littleEndian of [true, false]) {
      const values = pageValues(type);
      const page: TestPage = {
        width,
        height,
        pixels: [],
        rowsPerStrip: 2,
        segments: strips(values, width, 2).map((part) => deflateSync(floatDifferences(part, type, width, 1))),
        tags: { ...typeTags(type), 259: short(8), 317: short(3) },
      };
      const { reader } = await readForm({ pages: [page], littleEndian });
      await requireStored(reader, 0, values);
    }
  });
}

test("the difference predictor of a known row gives the known row", () => {
  assert.deepEqual(differences([5, 6, 4, 10, 10, 11], 3, 1), [5, 1, -2, 10, 0, 1]);
});

/** What each width can hold at its ends, and between. */
function packedValues(bits: number, isSigned: boolean): number[] {
  const top = 2 ** (isSigned ? bits - 1 : bits);
  const low = isSigned ? -top : 0;
  const exact = (value: number): number => (Number.isSafeInteger(value) ? value : value > 0 ? 2 ** 52 : -(2 ** 52));
  return Array.from({ length: height * width }, (_, i) => {
    if (i % 4 === 0) return exact(top - 1);
    return i % 4 === 1 ? exact(low) : Math.max(low, Math.min(top - 1, (i * 37) % 1000));
  });
}

test("integers of every odd width are unpacked, signed and unsigned, in whole pages and in tiles", async () => {
  for (let bits = 1; bits <= 63; bits++) {
    if ([8, 16, 32].includes(bits)) continue;
    for (const isSigned of [false, true]) {
      // On whole bytes of odd number programs do not agree in files with the low byte first.
      const littleEndian = bits % 8 !== 0;
      const values = packedValues(bits, isSigned);
      const tags = { 258: short(bits), 339: short(isSigned ? 2 : 1) };
      const whole: TestPage = { width, height, pixels: [], segments: [packBitsOf(values, bits, width)], tags };
      const tiled: TestPage = {
        width,
        height,
        pixels: [],
        isTiled: true,
        segments: tiles(values, width, height, [2, 3]).map((part) =>
          packBitsOf(
            part.map((value) => value % 2 ** (bits - 1)),
            bits,
            3,
          ),
        ),
        tags: { ...tags, 322: short(3), 323: short(2) },
      };
      const { reader } = await readForm({ pages: [whole], littleEndian });
      const name = `${isSigned ? "int" : "uint"}${bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64}`;
      assert.equal(reader.description.storedType, name);
      assert.match(reader.description.notices.join(), new RegExp(`have ${bits} bits and are read as ${name}`));
      await requireStored(reader, 0, values);
      const fromTiles = await readForm({ pages: [tiled], littleEndian });
      await requireStored(
        fromTiles.reader,
        0,
        values.map((value) => (value % 2 ** (bits - 1)) + 0),
      );
    }
  }
});

test("24-bit integers with the low byte first are refused, for programs do not agree on them", async () => {
  const page: TestPage = {
    width: 1,
    height: 1,
    pixels: [],
    segments: [Uint8Array.of(1, 2, 3)],
    tags: { 258: short(24) },
  };
  await assert.rejects(openForm({ pages: [page] }), refusal("unsupported", "24 bits per sample"));
});

test("bytes whose bits are in reverse order are turned around, compressed ones before they are unpacked", async () => {
  const turn = (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte) => Number.parseInt(Array.from(byte.toString(2).padStart(8, "0")).reverse().join(""), 2));
  const values = pageValues("uint16");
  const bytes = encodeStored(values, "uint16", true);
  const plain: TestPage = { width, height, pixels: [], segments: [turn(bytes)], tags: { 266: short(2) } };
  assert.deepEqual((await readForm({ pages: [plain] })).pixels, values);
  const packed = { ...plain, segments: [turn(encodeLzw(bytes))], tags: { 266: short(2), 259: short(5) } };
  assert.deepEqual((await readForm({ pages: [packed] })).pixels, values);
});

/** 256 values of 16 bits, 200 + 7i mod 13 + 256·⌊i/64⌋, as the program zstd 1.5.4 compresses them with -19. */
const zstandardFixture =
  "KLUv/WQAAYUCAFKGEBDg6XvvvffeWz4AADBnSikFRw8/Bze/l9vJ6+PpFkYOPgY2PhebicvDTRVFDT0FNb2WWkmrHEwURAw8BDQ8FhoJKwREFCoNEAERIOkZUqAqVg==";

const schemes: readonly [string, number, (bytes: Uint8Array) => Uint8Array, string][] = [
  ["LZW", 5, encodeLzw, "LZW"],
  ["deflate", 8, (bytes) => deflateSync(bytes), "Deflate"],
  ["deflate under its old number", 32946, (bytes) => deflateSync(bytes), "Deflate (old number)"],
  ["PackBits", 32773, encodePackBits, "PackBits"],
  ["Zstandard", 50000, (bytes) => frameZstandard(bytes, { byte: 0, length: 0 }), "Zstandard"],
];
for (const [name, number, encode, words] of schemes) {
  const page = (frame: number, more: Partial<TestPage> = {}): TestPage => ({
    width,
    height,
    pixels: [],
    rowsPerStrip: 2,
    segments: strips(pageValues("uint16", frame), width, 2).map((part) => encode(encodeStored(part, "uint16", true))),
    tags: { 259: short(number) },
    ...more,
  });
  const expected = [0, 1, 2].flatMap((frame) => pageValues("uint16", frame));

  test(`pages compressed with ${name} are read, strips in any order, with and without gaps, also as BigTIFF`, async () => {
    for (const more of [{}, { reverseStrips: true }, { stripGap: 5 }, { stripGap: 20_000 }]) {
      for (const big of [false, true]) {
        const { reader, pixels } = await readForm({ pages: [0, 1, 2].map((frame) => page(frame, more)), big });
        assert.equal(reader.description.compression, words);
        assert.deepEqual(pixels, expected);
        const middle = new Uint16Array(height * width);
        await reader.readFrames(1, 2, middle);
        assert.deepEqual([...middle], pageValues("uint16", 1));
      }
    }
  });

  test(`a last strip that ${name} has filled up to a whole one is cut`, async () => {
    const segments = strips([...pageValues("uint16"), ...Array<number>(width).fill(9)], width, 2).map((part) =>
      encode(encodeStored(part, "uint16", true)),
    );
    const { pixels } = await readForm({ pages: [page(0, { segments })] });
    assert.deepEqual(pixels, pageValues("uint16"));
  });

  test(`a strip that ${name} unpacks to too little is refused with frame and numbers`, async () => {
    const short = strips(pageValues("uint16", 1), width, 2).map((part, i) =>
      encode(encodeStored(i === 1 ? part.slice(0, 13) : part, "uint16", true)),
    );
    const pages = [page(0), page(1, { segments: short })];
    const said = ["pixels.tif", "frame 1", "strip 1", "26 bytes", "expected 28"];
    await assert.rejects(readForm({ pages }), refusal("bad-input", ...said));
  });

  test(`a strip that ${name} unpacks to too much is refused, not cut`, async () => {
    const long = strips(pageValues("uint16", 1), width, 2).map((part, i) =>
      encode(encodeStored(i === 1 ? [...part, ...part] : part, "uint16", true)),
    );
    const reading = readForm({ pages: [page(1, { segments: long })] });
    await assert.rejects(reading, refusal("bad-input", "frame 0", "strip 1", "more than the 28 bytes"));
  });

  test(`a small page that claims to unpack to a huge one with ${name} is refused before memory is taken`, async () => {
    const segments = [encode(new Uint8Array(14))];
    const pages = [page(0, { width: 8000, height: 8000, rowsPerStrip: 8000, segments })];
    await assert.rejects(openForm({ pages }), refusal("bad-input", "page 0", "in strip 0", "8000 rows"));
    const absurd = [page(0, { width: 4_000_000_000, height: 4_000_000_000, rowsPerStrip: 4_000_000_000, segments })];
    await assert.rejects(openForm({ pages: absurd }), (error) => isSlnetError(error, "bad-input", "unsupported"));
  });

  test(`1,000 pages compressed with ${name} and damaged are refused or read, never anything else`, async () => {
    const good = buildTiff({ littleEndian: true, pages: [page(0), page(1)] });
    const random = createRandom(number, "damage");
    let readable = 0;
    for (let round = 0; round < 1000; round++) {
      const bytes = good.slice();
      for (let hits = 1 + random.integer(3); hits > 0; hits--) {
        bytes[random.integer(bytes.length)] = random.next() < 0.3 ? 255 : random.integer(256);
      }
      try {
        const reader = await openTiff(createBufferSource("damaged.tif", bytes), { codecs: tiffCodecs });
        const { frames, type, ...size } = reader.description.shape;
        const pixels = size.height * size.width;
        assert.ok(frames * pixels <= 32_768 * bytes.length, `round ${round}: ${frames} frames of ${pixels} pixels`);
        await reader.readFrames(0, 1, createSamples(type, pixels));
        readable++;
      } catch (error) {
        assert.ok(isSlnetError(error, "bad-input", "unsupported", "choice-needed"), `round ${round}: ${String(error)}`);
      }
    }
    assert.ok(readable > 20 && readable < 980, `${readable} of 1000 were readable`);
  });
}

test("a Zstandard frame with runs, as encoders write them, is unpacked", async () => {
  const page: TestPage = {
    width: 100,
    height: 3,
    pixels: [],
    segments: [frameZstandard(Uint8Array.of(1, 2, 3), { byte: 7, length: 297 })],
    tags: { 258: short(8), 259: short(50000) },
  };
  assert.deepEqual((await readForm({ pages: [page] })).pixels, [1, 2, 3, ...Array<number>(297).fill(7)]);
  const fixture = Uint8Array.from(Buffer.from(zstandardFixture, "base64"));
  const foreign = { ...page, width: 32, height: 8, segments: [fixture], tags: { 259: short(50000) } };
  const expected = Array.from({ length: 256 }, (_, i) => 200 + ((7 * i) % 13) + 256 * (i >> 6));
  assert.deepEqual((await readForm({ pages: [foreign] })).pixels, expected);
});

test("deflate streams with a byte or two too many, or a wrong checksum, are read or refused as they deserve", async () => {
  const values = pageValues("uint16");
  const stream = deflateSync(encodeStored(values, "uint16", true));
  const page = (segment: Uint8Array): TestPage => ({
    width,
    height,
    pixels: [],
    segments: [segment],
    tags: { 259: short(8) },
  });
  const padded = await readForm({ pages: [page(Uint8Array.from([...stream, 0, 0]))] });
  assert.deepEqual(padded.pixels, values);
  const damaged = Uint8Array.from(stream);
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await assert.rejects(readForm({ pages: [page(damaged)] }), refusal("bad-input", "frame 0", "strip 0", "deflate"));
  const cut = Uint8Array.from(stream.subarray(0, stream.length - 8));
  await assert.rejects(readForm({ pages: [page(cut)] }), refusal("bad-input", "frame 0", "strip 0"));
});

test("of several damaged strips the first is named, also where a later one fails sooner", async () => {
  const large = { width: 400, height: 400 };
  const stream = deflateSync(encodeStored(ramp(400 * 400), "uint16", true));
  stream[stream.length - 1] = (stream.at(-1) ?? 0) ^ 1;
  const page = (segment: Uint8Array): TestPage => ({
    ...large,
    pixels: [],
    segments: [segment],
    tags: { 259: short(8) },
  });
  const pages = [page(stream), page(new Uint8Array(500).fill(255))];
  await assert.rejects(readForm({ pages }), refusal("bad-input", "frame 0, strip 0"));
});

test("a deflate bomb is stopped where the strip is full", async () => {
  const bomb = deflateSync(new Uint8Array(200 * 1024 * 1024));
  const page: TestPage = { width: 64, height: 64, pixels: [], segments: [bomb], tags: { 259: short(8) } };
  const reader = await openForm({ pages: [page] });
  const before = process.memoryUsage().rss;
  await assert.rejects(
    reader.readFrames(0, 1, new Uint16Array(64 * 64)),
    refusal("bad-input", "more than the 8192 bytes"),
  );
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024, "memory for more than the strip was taken");
});

test("LZW codes of all widths, a full table and a string that names itself come back, as with geotiff's decoder", async () => {
  const parameters = { tileWidth: 0, tileHeight: 0, predictor: 1, bitsPerSample: 8, planarConfiguration: 1 };
  const other = await getDecoder(5, parameters);
  const random = createRandom(5, "noise");
  const kinds = [
    Uint8Array.from({ length: 60_000 }, () => random.integer(256)),
    Uint8Array.from({ length: 60_000 }, () => random.integer(3)),
    new Uint8Array(1_000_000).fill(4),
    Uint8Array.from({ length: 5000 }, (_, i) => i % 251),
    new Uint8Array(0),
  ];
  for (const bytes of kinds) {
    const out = new Uint8Array(bytes.length + 10);
    const encoded = encodeLzw(bytes);
    assert.deepEqual(new Uint8Array(await other.decode(encoded.slice().buffer)), bytes);
    assert.equal(decodeLzw(encoded, out), bytes.length);
    assert.deepEqual(out.subarray(0, bytes.length), bytes);
  }
});

test("LZW of the example in the TIFF specification, section 13, gives its characters", () => {
  const bits = [256, 7, 258, 8, 8, 258, 6, 6, 257].map((code) => code.toString(2).padStart(9, "0")).join("");
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  const out = new Uint8Array(20);
  assert.equal(decodeLzw(Uint8Array.from(bytes), out), 9);
  assert.deepEqual([...out.subarray(0, 9)], [7, 7, 7, 8, 8, 7, 7, 6, 6]);
});

test("LZW with the low bit first, as old writers had it, is refused by name", async () => {
  const page: TestPage = {
    width: 2,
    height: 1,
    pixels: [],
    segments: [Uint8Array.of(0, 1, 2, 3)],
    tags: { 259: short(5) },
  };
  await assert.rejects(readForm({ pages: [page] }), refusal("unsupported", "frame 0", "low bit first"));
});

for (const isPlanar of [false, true]) {
  for (const type of ["uint8", "uint16", "uint64"] as const) {
    test(`of ${isPlanar ? "planes" : "chunks"} of ${type} red, green and blue the chosen one is read`, async () => {
      const values = pageValues(type, 0, 3);
      const channels = [0, 1, 2].map((channel) => values.filter((_, i) => i % 3 === channel));
      const rows = isPlanar ? channels.flatMap((plane) => strips(plane, width, 2)) : strips(values, 3 * width, 2);
      for (const compression of [1, 8]) {
        const page: TestPage = {
          width,
          height,
          pixels: [],
          rowsPerStrip: 2,
          segments: rows.map((part) => {
            const bytes = encodeStored(part, type, false);
            return compression === 1 ? bytes : deflateSync(bytes);
          }),
          tags: {
            ...typeTags(type, 3),
            259: short(compression),
            262: short(2),
            277: short(3),
            284: short(isPlanar ? 2 : 1),
          },
        };
        for (const channel of [0, 1, 2]) {
          const { reader } = await readForm({ pages: [page, page], littleEndian: false, selection: { channel } });
          await requireStored(reader, 1, channels[channel] ?? []);
        }
        await assert.rejects(openForm({ pages: [page] }), (error) => {
          assert.ok(isSlnetError(error, "choice-needed"));
          assert.deepEqual(error.choice, { of: "channel", labels: ["red", "green", "blue"] });
          return true;
        });
        const missing = openForm({ pages: [page], littleEndian: false, selection: { channel: 3 } });
        await assert.rejects(missing, refusal("bad-input", "channel 3", "0 to 2", "red, green, blue"));
      }
    });
  }
}

test("packed 12-bit samples of three colours are told apart", async () => {
  const values = Array.from({ length: height * width * 3 }, (_, i) => (i * 331) % 4096);
  const page: TestPage = {
    width,
    height,
    pixels: [],
    segments: [packBitsOf(values, 12, 3 * width)],
    tags: { 258: short(12, 12, 12), 262: short(2), 277: short(3) },
  };
  const { pixels } = await readForm({ pages: [page], selection: { channel: 1 } });
  assert.deepEqual(
    pixels,
    values.filter((_, i) => i % 3 === 1),
  );
});

test("transparency is named, and grey beside it is read with a notice", async () => {
  const grey: TestPage = {
    width: 2,
    height: 1,
    pixels: [],
    segments: [Uint8Array.of(10, 255, 20, 254)],
    tags: { 258: short(8, 8), 277: short(2), 338: short(2) },
  };
  const { reader, pixels } = await readForm({ pages: [grey] });
  assert.deepEqual(pixels, [10, 20]);
  assert.match(reader.description.notices.join(), /grey and alpha; grey is read/);
  assert.deepEqual((await readForm({ pages: [grey], selection: { channel: 1 } })).pixels, [255, 254]);
  const labelsOf = async (photometric: number, samples: number, extra: TestTag): Promise<readonly string[]> => {
    const page: TestPage = {
      width: 1,
      height: 1,
      pixels: [],
      segments: [new Uint8Array(samples)],
      tags: { 258: short(8), 262: short(photometric), 277: short(samples), 338: extra },
    };
    try {
      await openForm({ pages: [page] });
    } catch (error) {
      if (isSlnetError(error, "choice-needed")) return error.choice?.labels ?? [];
    }
    return [];
  };
  assert.deepEqual(await labelsOf(2, 5, short(1, 0)), ["red", "green", "blue", "alpha", "sample 4"]);
  assert.deepEqual(await labelsOf(1, 3, short(0, 0)), ["sample 0", "sample 1", "sample 2"]);
  assert.deepEqual(await labelsOf(5, 4, short()), ["cyan", "magenta", "yellow", "black"]);
});

test("samples of different widths in one pixel are refused", async () => {
  const tags = { 258: short(8, 8, 16), 277: short(3), 262: short(2) };
  const page: TestPage = { width: 1, height: 1, pixels: [], segments: [new Uint8Array(4)], tags };
  await assert.rejects(openForm({ pages: [page] }), refusal("unsupported", "bits per sample", "8, 8, 16"));
});

test("white-is-zero is read as it is stored, with a notice", async () => {
  const { reader, pixels } = await readForm({ pages: [rampPage(4, 3, 5, { tags: { 262: short(0) } })] });
  assert.deepEqual(pixels, rampPage(4, 3, 5).pixels);
  assert.match(reader.description.notices.join(), /0 is white/);
});

test("a palette is a way to show numbers for ImageJ, and colours for everyone else", async () => {
  const palette: Record<number, TestTag> = { 262: short(3), 320: short(...Array<number>(768).fill(0)) };
  const imageJ: TestTag = { type: "ascii", values: "ImageJ=1.54f\n" };
  const page = rampPage(4, 3, 5, { bits: 8, tags: { ...palette, 270: imageJ } });
  const { reader, pixels } = await readForm({ pages: [page] });
  assert.deepEqual(pixels, page.pixels);
  assert.match(reader.description.notices.join(), /colour table/);
  await assert.rejects(
    openForm({ pages: [rampPage(4, 3, 5, { bits: 8, tags: palette })] }),
    refusal("unsupported", "page 0", "palette"),
  );
});

test("grey JPEGs are decoded, with and without tables of their own, and said to have changed", async () => {
  // Blocks of 8×8 equal pixels: two across and two down, cut to 13 columns and 11 rows.
  const { whole, tables, abbreviated } = encodeJpeg(13, 11, [[40], [200], [129], [0]]);
  const expected = Array.from({ length: 11 * 13 }, (_, i) => {
    const [y, x] = [Math.floor(i / 13), i % 13];
    return y < 8 ? (x < 8 ? 40 : 200) : x < 8 ? 129 : 0;
  });
  const page: TestPage = {
    width: 13,
    height: 11,
    pixels: [],
    segments: [whole],
    tags: { 258: short(8), 259: short(7) },
  };
  const { reader, pixels } = await readForm({ pages: [page, page] });
  assert.deepEqual(pixels, [...expected, ...expected]);
  assert.equal(reader.description.compression, "JPEG");
  assert.match(reader.description.notices.join(), /changed their values/);
  const tablesTag: TestTag = { type: "undefined", values: [...tables] };
  const short7 = { ...page, segments: [abbreviated], tags: { ...page.tags, 347: tablesTag } };
  assert.deepEqual((await readForm({ pages: [short7] })).pixels, expected);
});

test("RGB JPEGs give the chosen colour; those in other colours, of other sizes or forms are refused", async () => {
  const { whole } = encodeJpeg(8, 8, [[10, 100, 250]]);
  const tags = { 258: short(8, 8, 8), 259: short(7), 262: short(2), 277: short(3) };
  const page: TestPage = { width: 8, height: 8, pixels: [], segments: [whole], tags };
  for (const [channel, value] of [10, 100, 250].entries()) {
    assert.deepEqual((await readForm({ pages: [page], selection: { channel } })).pixels, Array<number>(64).fill(value));
  }
  const asYCbCr = { ...page, tags: { ...tags, 262: short(6) } };
  await assert.rejects(openForm({ pages: [asYCbCr] }), refusal("unsupported", "YCbCr (6)"));

  const grey = encodeJpeg(8, 8, [[10]]).whole;
  const greyTags = { 258: short(8), 259: short(7) };
  const broken = async (change: (bytes: Uint8Array) => void, size = 8): Promise<unknown> => {
    const bytes = grey.slice();
    change(bytes);
    return readForm({ pages: [{ width: size, height: size, pixels: [], segments: [bytes], tags: greyTags }] });
  };
  const frame = grey.findIndex((byte, i) => byte === 0xff && grey[i + 1] === 0xc0);
  await assert.rejects(
    broken(() => undefined, 9),
    refusal("bad-input", "8×8 pixels", "expected 9×9"),
  );
  await assert.rejects(
    broken((bytes) => (bytes[frame + 1] = 0xc2)),
    refusal("unsupported", "progressive"),
  );
  await assert.rejects(
    broken((bytes) => (bytes[frame + 4] = 12)),
    refusal("unsupported", "12 bits"),
  );
  await assert.rejects(
    broken((bytes) => (bytes[0] = 0)),
    refusal("bad-input", "no whole JPEG"),
  );
  const scan = grey.findIndex((byte, i) => byte === 0xff && grey[i + 1] === 0xda);
  await assert.rejects(
    broken((bytes) => bytes.fill(0, bytes.length - 2)),
    refusal("bad-input", "frame 0", "have no end"),
  );
  // A table of codes that is not there.
  await assert.rejects(
    broken((bytes) => (bytes[scan + 6] = 0x33)),
    refusal("bad-input", "frame 0", "JPEG is damaged"),
  );
  await assert.rejects(
    broken((bytes) => bytes.set([0xff, 0xff], frame + 5)),
    refusal("bad-input", "65535×8"),
  );
});

test("a JPEG with a second, huge image in it or in its tables is refused before a decoder meets it", async () => {
  const { whole, tables, abbreviated } = encodeJpeg(8, 8, [[10]]);
  const huge = [0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0];
  const tags = { 258: short(8), 259: short(7) };
  const page = (segment: readonly number[], jpegTables: readonly number[]): TestPage => ({
    width: 8,
    height: 8,
    pixels: [],
    segments: [Uint8Array.from(segment)],
    tags: jpegTables.length > 0 ? { ...tags, 347: { type: "undefined", values: jpegTables } } : tags,
  });
  const behind = [...whole.subarray(0, -2), ...huge, 0xff, 0xd9];
  await assert.rejects(readForm({ pages: [page(behind, [])] }), refusal("unsupported", "goes on after the first scan"));
  const inTables = [...tables.subarray(0, -2), ...huge, 0xff, 0xd9];
  await assert.rejects(
    readForm({ pages: [page([...abbreviated], inTables)] }),
    refusal("bad-input", "c0 has no place"),
  );
  // A table of quantization that claims to be shorter than it is would hide what follows it.
  const hidden = [0xff, 0xd8, 0xff, 0xdb, 0, 3, 0, ...whole.subarray(2)];
  await assert.rejects(readForm({ pages: [page(hidden, [])] }), refusal("bad-input", "another length"));
  const after = [...whole, ...huge, 0xff, 0xd9];
  assert.deepEqual((await readForm({ pages: [page(after, [])] })).pixels, Array<number>(64).fill(10));
});

test("JPEG and Zstandard are refused by name where no decoder was handed in", async () => {
  for (const [compression, name] of [
    [7, "JPEG"],
    [50000, "Zstandard"],
  ] as const) {
    const segments = [frameZstandard(Uint8Array.of(1, 2, 3, 4), { byte: 0, length: 0 })];
    const tags = { 258: short(8), 259: short(compression) };
    const bytes = buildTiff({ littleEndian: true, pages: [{ width: 2, height: 2, pixels: [], segments, tags }] });
    await assert.rejects(openTiff(createBufferSource("a.tif", bytes)), refusal("unsupported", name));
  }
});

test("strips and tiles that a file leaves out are zeros, with a notice", async () => {
  for (const compression of [1, 8]) {
    const parts = strips(pageValues("uint16"), width, 2).map((part) => encodeStored(part, "uint16", true));
    const segments = parts.map((part, i) => (i === 1 ? null : compression === 8 ? deflateSync(part) : part));
    const page: TestPage = { width, height, pixels: [], rowsPerStrip: 2, segments, tags: { 259: short(compression) } };
    const { reader, pixels } = await readForm({ pages: [page, page] });
    const expected = pageValues("uint16").fill(0, 2 * width, 4 * width);
    assert.deepEqual(pixels, [...expected, ...expected]);
    assert.match(reader.description.notices.join(), /leaves out 2 of its strips/);
    const huge = { ...page, width: 100_000, height: 100_000, rowsPerStrip: 100_000, segments: [null] };
    await assert.rejects(openForm({ pages: [huge] }), refusal("unsupported", "100000×100000", "134217728 at most"));
  }
  const tiled: TestPage = {
    width,
    height,
    pixels: [],
    isTiled: true,
    segments: tiles(pageValues("uint16"), width, height, [4, 4]).map((part, i) =>
      i === 3 ? null : encodeStored(part, "uint16", true),
    ),
    tags: { 322: short(4), 323: short(4) },
  };
  const expected = pageValues("uint16").map((value, i) => (i >= 4 * width && i % width >= 4 ? 0 : value));
  assert.deepEqual((await readForm({ pages: [tiled] })).pixels, expected);
});

test("tiles as wide as the image are read without being put together, the last one longer than the image", async () => {
  const values = pageValues("uint16");
  const page: TestPage = {
    width,
    height,
    pixels: [],
    isTiled: true,
    segments: tiles(values, width, height, [3, width]).map((part) => encodeStored(part, "uint16", true)),
    tags: { 322: short(width), 323: short(3) },
  };
  assert.deepEqual((await readForm({ pages: [page, page] })).pixels, [...values, ...values]);
});

test("a page that is a volume is refused, not read as its first slice", async () => {
  const page = rampPage(4, 3, 0, { tags: { 32997: { type: "long", values: [4] } } });
  await assert.rejects(openForm({ pages: [page] }), refusal("unsupported", "page 0", "volume of 4 slices"));
});

test("a predictor that does not fit the pixels or the compression is refused", async () => {
  const segments = [deflateSync(new Uint8Array(24))];
  const refuses = (tags: Record<number, TestTag>, ...texts: string[]): Promise<void> =>
    assert.rejects(
      openForm({ pages: [{ width: 4, height: 3, pixels: [], segments, tags }] }),
      refusal("unsupported", ...texts),
    );
  await refuses({ 259: short(8), 317: short(3) }, "predictor for floats", "uint16");
  await refuses({ 259: short(8), 317: short(4) }, "predictor 4");
  await refuses({ 259: short(8), 317: short(2), 258: short(12) }, "predictor 2", "12 bits");
  await refuses({ 259: short(32773), 317: short(2) }, "predictor 2", "PackBits");
});

test("compressed strips without byte counts are refused", async () => {
  const page: TestPage = {
    width: 4,
    height: 3,
    pixels: [],
    segments: [deflateSync(new Uint8Array(24))],
    tags: { 259: short(8), 279: null },
  };
  await assert.rejects(openForm({ pages: [page] }), refusal("bad-input", "no strip byte counts"));
});

test("pages that share their compressed strips cannot make a small file large", async () => {
  const segment = deflateSync(new Uint8Array(2 * 300 * 300));
  const bytes = buildTiff({
    littleEndian: true,
    pages: Array.from({ length: 40 }, () => ({
      width: 300,
      height: 300,
      pixels: [],
      segments: [segment],
      tags: { 259: short(8) },
    })),
  });
  const view = new DataView(bytes.buffer);
  for (let at = view.getUint32(4, true); at !== 0;) {
    const count = view.getUint16(at, true);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i;
      if (view.getUint16(entry, true) === 273) view.setUint32(entry + 8, 8, true);
      if (view.getUint16(entry, true) === 279) view.setUint32(entry + 8, bytes.length / 4, true);
    }
    at = view.getUint32(at + 2 + 12 * count, true);
  }
  await assert.rejects(openTiff(createBufferSource("shared.tif", bytes)), refusal("bad-input", "claim"));
});

test("compressed neighbours are read together, and an abort in the middle stops reading", async () => {
  const pages = Array.from({ length: 20 }, (_, frame) => ({
    width,
    height,
    pixels: [],
    rowsPerStrip: 1,
    segments: strips(pageValues("uint16", frame), width, 1).map((part) =>
      deflateSync(encodeStored(part, "uint16", true)),
    ),
    pageGap: 20_000,
    tags: { 259: short(8) },
  }));
  const bytes = buildTiff({ littleEndian: true, pages, pageGap: 30_000 });
  const inner = createBufferSource("many.tif", bytes);
  let reads = 0;
  const abort = new AbortController();
  const reason = new Error("enough");
  const reader = await openTiff(
    createSource("many.tif", bytes.length, (offset, length) => {
      if (++reads === 5) abort.abort(reason);
      return inner.read(offset, length);
    }),
  );
  reads = 6;
  await reader.readFrames(0, 20, new Uint16Array(20 * height * width));
  assert.equal(reads, 26, "one read a frame, whose strips lie together");
  reads = 0;
  const reading = reader.readFrames(0, 20, new Uint16Array(20 * height * width), abort.signal);
  await assert.rejects(reading, (error) => error === reason);
  assert.equal(reads, 5);
});

test("a compressed file that became shorter after it was opened is noticed", async () => {
  const page: TestPage = {
    width,
    height,
    pixels: [],
    segments: [deflateSync(encodeStored(pageValues("uint16"), "uint16", true))],
    tags: { 259: short(8) },
  };
  const bytes = buildTiff({ littleEndian: true, pages: [page] });
  let length = bytes.length;
  const source = createSource("film.tif", bytes.length, (offset, wanted) =>
    Promise.resolve(bytes.slice(offset, Math.min(offset + wanted, length))),
  );
  const reader = await openTiff(source);
  length = 20;
  await assert.rejects(
    reader.readFrames(0, 1, new Uint16Array(height * width)),
    refusal("bad-input", "film.tif changed while it was read", "frame 0", "gave 12"),
  );
});

test("an ImageJ file with one directory for RGB images gives all of them", async () => {
  const description: TestTag = { type: "ascii", values: "ImageJ=1.54f\nimages=3\n" };
  const images = Array.from({ length: 3 * 4 * 3 }, (_, i) => i + 1);
  const page: TestPage = {
    width: 2,
    height: 2,
    pixels: [],
    segments: [Uint8Array.from(images)],
    tags: {
      258: short(8, 8, 8),
      262: short(2),
      270: description,
      277: short(3),
      279: { type: "long", values: [12] },
    },
  };
  const { reader, pixels } = await readForm({ pages: [page], selection: { channel: 2 } });
  assert.equal(reader.description.shape.frames, 3);
  assert.deepEqual(
    pixels,
    images.filter((_, i) => i % 3 === 2),
  );
});
