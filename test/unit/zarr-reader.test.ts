import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";

import { registry, type CodecMetadata } from "zarrita";

import { isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import { createSamples, type SampleArray, type StackReader, type StackSelection } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { crc32 } from "../../src/core/io/crc32.js";
import { createRandom } from "../../src/core/random.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { openZarr } from "../../src/worker/readers/zarr-reader.js";
import { openZipStack } from "../../src/worker/readers/zip-reader.js";
import { buildZip } from "./zip-builder.js";
import {
  folderOf,
  imageVersion2,
  imageVersion3,
  json,
  multiscales,
  ramp16,
  writeVersion3,
  zarray,
  type TestFiles,
} from "./zarr-builder.js";

// The encoders, before the reader puts bounded decoders in their place.
const encoders = new Map(registry);

async function encode(id: string, bytes: Uint8Array): Promise<Uint8Array> {
  const entry = await encoders.get(id)?.();
  const options = { clevel: 5, cname: "zstd", shuffle: 1, blocksize: 0, acceleration: 1, level: 1 };
  const codec = entry?.fromConfig(options, { dataType: "uint16", shape: [], codecs: [], fillValue: 0 });
  return (codec as unknown as { encode(bytes: Uint8Array): Promise<Uint8Array> }).encode(bytes);
}

const zstd: CodecMetadata = { name: "zstd", configuration: { level: 3, checksum: false } };
const zstdFiles = new Map<string, TestFiles>();
for (const codecs of [
  [zstd],
  [{ name: "transpose", configuration: { order: [2, 0, 1] } }, zstd],
] satisfies CodecMetadata[][]) {
  const array = { shape: [5, 9, 7], chunkShape: [2, 4, 4], dtype: "uint16" as const, codecs };
  const files = await imageVersion3({ ...array, values: (i) => 100 + i }, { axes: ["t", "y", "x"] });
  zstdFiles.set(codecs.map(({ name }) => name).join(", "), files);
}

const timeAxes = [
  { name: "t", type: "time", unit: "millisecond" },
  { name: "y", type: "space", unit: "micrometer" },
  { name: "x", type: "space", unit: "micrometer" },
];
const allAxes = ["t", "c", "z", "y", "x"].map((name) => ({ name }));

function open(files: TestFiles, selection: StackSelection = {}): Promise<StackReader> {
  return openZarr(folderOf(files), selection);
}

async function readAll(reader: StackReader): Promise<SampleArray> {
  const { frames, height, width, type } = reader.description.shape;
  const out = createSamples(type, frames * height * width);
  await reader.readFrames(0, frames, out);
  return out;
}

async function pixelsOf(files: TestFiles, selection: StackSelection = {}): Promise<number[]> {
  return [...(await readAll(await open(files, selection)))];
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

/** One frame of 4×5 pixels in one chunk, plain Zarr 2. */
function plainFrame(chunk: Uint8Array, changes: Readonly<Record<string, unknown>> = {}): TestFiles {
  return new Map([
    [".zarray", zarray({ shape: [4, 5], chunks: [4, 5], ...changes })],
    ["0.0", chunk],
  ]);
}

test("an OME-Zarr 0.4 image gives its frames, pixel size and frame interval", async () => {
  const files = imageVersion2([3, 4, 5], { axes: timeAxes, scale: [50, 0.103, 0.103] });
  const reader = await open(files);
  assert.deepEqual(reader.description, {
    shape: { frames: 3, height: 4, width: 5, type: "uint16" },
    name: "stack.zarr",
    format: "zarr",
    compression: "none",
    byteOrder: "little-endian",
    storedType: "uint16",
    pixelSizeNm: 103,
    frameIntervalSeconds: 0.05,
    exposureSeconds: null,
    cameraOffsetAdu: null,
    aduPerElectron: null,
    notices: [],
  });
  assert.deepEqual([...(await readAll(reader))], ramp(60));
});

test("an OME-Zarr 0.5 image is read the same, its factors of both levels multiplied", async () => {
  const array = { shape: [3, 4, 5], chunkShape: [2, 3, 3], dtype: "uint16" as const, values: (i: number) => i };
  const files = await imageVersion3(array, { axes: timeAxes, scale: [1, 0.5, 0.5] });
  const root = JSON.parse(new TextDecoder().decode(files.get("zarr.json"))) as {
    attributes: { ome: { multiscales: [Record<string, unknown>] } };
  };
  root.attributes.ome.multiscales[0].coordinateTransformations = [{ type: "scale", scale: [20, 0.2, 0.2] }];
  files.set("zarr.json", json(root));
  const reader = await open(files);
  assert.equal(reader.description.pixelSizeNm, 100);
  assert.equal(reader.description.frameIntervalSeconds, 0.02);
  assert.deepEqual([...(await readAll(reader))], ramp(60));
});

test("any run of frames is read from chunks that hold several frames and parts of them", async () => {
  const array = { shape: [7, 4, 5], chunkShape: [3, 3, 2], dtype: "uint16" as const, values: (i: number) => i };
  const reader = await open(await imageVersion3(array, { axes: timeAxes }));
  for (let from = 0; from <= 7; from++) {
    for (let to = from; to <= 7; to++) {
      const out = new Uint16Array((to - from) * 20);
      await reader.readFrames(from, to, out);
      assert.deepEqual([...out], ramp((to - from) * 20, from * 20), `frames ${from} to ${to}`);
    }
  }
});

test("each chunk is opened once while frames are read in order", async () => {
  const array = { shape: [12, 4, 4], chunkShape: [5, 2, 4], dtype: "uint16" as const, values: (i: number) => i };
  const folder = folderOf(await imageVersion3(array, { axes: timeAxes }));
  const reader = await openZarr(folder, {});
  for (let frame = 0; frame < 12; frame++) await reader.readFrames(frame, frame + 1, new Uint16Array(16));
  const chunks = folder.opened.filter((path) => path.startsWith("0/c/"));
  assert.equal(chunks.length, 6);
  assert.equal(new Set(chunks).size, 6);
});

for (const dtype of ["int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "float32", "float64"] as const) {
  test(`${dtype} pixels are read, and exactly where 32-bit floats are too short`, async () => {
    const largest = { int8: 100, uint8: 250, int16: 30_000, float32: 3e38 }[dtype as "int8"] ?? 2_000_000_007;
    const values = (i: number): number => (i === 3 ? largest : dtype.startsWith("u") ? i : i - 2);
    const files = await imageVersion3({ shape: [2, 2, 2], chunkShape: [1, 2, 2], dtype, values }, { axes: timeAxes });
    const reader = await open(files);
    assert.equal(reader.description.storedType, dtype);
    assert.equal(reader.description.shape.type, dtype === "uint8" ? "uint8" : "float32");
    assert.deepEqual(
      [...(await readAll(reader))],
      ramp(8)
        .map(values)
        .map(dtype === "uint8" ? Number : Math.fround),
    );
    if (largest === 2_000_000_007) {
      assert.deepEqual([...((await reader.readStoredFrame?.(0)) ?? [])], ramp(4).map(values));
    } else {
      assert.equal(reader.readStoredFrame, undefined);
    }
  });
}

test("half-precision floats and truth values are read", async () => {
  const halves = new Uint8Array(new Uint16Array(20).fill(0x3e00).buffer);
  assert.deepEqual(await pixelsOf(plainFrame(halves, { dtype: "<f2" })), Array(20).fill(1.5));
  const bits = Uint8Array.from(ramp(20), (i) => i % 2);
  assert.deepEqual(await pixelsOf(plainFrame(bits, { dtype: "|b1", fill_value: false })), [...bits]);
});

test("big-endian pixels and Fortran order are read", async () => {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 5; column++) view.setUint16(2 * (column * 4 + row), row * 5 + column, false);
  }
  const reader = await open(plainFrame(bytes, { dtype: ">u2", order: "F" }));
  assert.equal(reader.description.byteOrder, "big-endian");
  assert.deepEqual([...(await readAll(reader))], ramp(20));
});

for (const [label, files] of zstdFiles) {
  test(`chunks written with ${label} are read`, async () => {
    const reader = await open(files);
    assert.equal(reader.description.compression, "zstd");
    assert.deepEqual([...(await readAll(reader))], ramp(5 * 9 * 7, 100));
  });
}

test("chunks of Zarr 2 written with zlib, gzip, blosc, lz4 and zstd are read", async () => {
  const raw = ramp16(20);
  const chunks: Record<string, Uint8Array> = {
    zlib: deflateSync(raw),
    gzip: gzipSync(raw),
    blosc: await encode("blosc", raw),
    lz4: await encode("lz4", raw),
    zstd: await encode("zstd", raw),
  };
  for (const [id, chunk] of Object.entries(chunks)) {
    assert.deepEqual(await pixelsOf(plainFrame(chunk, { compressor: { id } })), ramp(20), id);
  }
});

test("shards are read, inner chunks that are not stored as the fill value", async () => {
  const shard = new Uint8Array(2 * 16 + 4 * 16);
  shard.set(ramp16(4, 10), 0);
  shard.set(ramp16(4, 50), 8);
  const index = new DataView(shard.buffer, 16);
  const none = 2n ** 64n - 1n;
  [8n, 8n, none, none, 0n, 8n, none, none].forEach((value, i) => index.setBigUint64(8 * i, value, true));
  const files: TestFiles = new Map([
    [
      "zarr.json",
      json({
        zarr_format: 3,
        node_type: "array",
        shape: [4, 2, 2],
        data_type: "uint16",
        chunk_grid: { name: "regular", configuration: { chunk_shape: [4, 2, 2] } },
        chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
        codecs: [
          {
            name: "sharding_indexed",
            configuration: {
              chunk_shape: [1, 2, 2],
              codecs: [{ name: "bytes", configuration: { endian: "little" } }],
              index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
              index_location: "end",
            },
          },
        ],
        fill_value: 7,
      }),
    ],
    ["c/0/0/0", shard.subarray(0, 16 + 64)],
  ]);
  assert.deepEqual(await pixelsOf(files), [50, 51, 52, 53, 7, 7, 7, 7, 10, 11, 12, 13, 7, 7, 7, 7]);

  index.setBigUint64(0, 1n << 40n, true);
  await assert.rejects(pixelsOf(files), refusal("bad-input", "shard c/0/0/0 has 80 bytes"));
});

test("a chunk that is not stored holds the fill value, and is missing where there is none", async () => {
  const files = imageVersion2([3, 2, 2], { axes: timeAxes }, { fill_value: 9 });
  files.delete("0/1/0/0");
  assert.deepEqual(await pixelsOf(files), [0, 1, 2, 3, 9, 9, 9, 9, 8, 9, 10, 11]);
  files.set("0/.zarray", zarray({ shape: [3, 2, 2], chunks: [1, 2, 2], dimension_separator: "/", fill_value: null }));
  await assert.rejects(pixelsOf(files), refusal("bad-input", "frame 1 cannot be read", "chunk 0/1/0/0 is missing"));
});

test("several channels ask which one, by the names that omero gives them", async () => {
  const files = imageVersion2([2, 2, 1, 2, 2], { axes: allAxes, channels: ["DAPI"] });
  await assert.rejects(open(files), (error) => {
    assert.ok(isSlnetError(error, "choice-needed"));
    assert.deepEqual(error.choice, { of: "channel", labels: ["DAPI", "channel 1"] });
    return true;
  });
  assert.deepEqual(await pixelsOf(files, { channel: 1 }), [4, 5, 6, 7, 12, 13, 14, 15]);
  await assert.rejects(open(files, { channel: 2 }), refusal("bad-input", "channel 2 was chosen, expected 0 to 1"));
});

test("a channel is read out of chunks that hold several, and frames that are not the first axis", async () => {
  const array = { shape: [2, 3, 2, 5], chunkShape: [2, 2, 2, 3], dtype: "int16" as const, values: (i: number) => i };
  const files = await imageVersion3(array, { axes: ["c", "t", "y", "x"] });
  assert.deepEqual(await pixelsOf(files, { channel: 1 }), ramp(30, 30));
  const reader = await open(files, { channel: 0 });
  const out = new Float32Array(20);
  await reader.readFrames(1, 3, out);
  assert.deepEqual([...out], ramp(20, 10));
});

test("both time and z ask for the slice; z alone is taken as time", async () => {
  const both = imageVersion2([2, 1, 3, 1, 2], { axes: allAxes });
  await assert.rejects(open(both), (error) => isSlnetError(error, "choice-needed") && error.choice?.of === "slice");
  assert.deepEqual(await pixelsOf(both, { slice: 2 }), [4, 5, 10, 11]);
  const reader = await open(imageVersion2([1, 1, 3, 1, 2], { axes: allAxes }));
  assert.deepEqual([...(await readAll(reader))], ramp(6));
  assert.match(reader.description.notices.join(), /along z are taken as frames/);
});

test("the images of a bioformats2raw file are chosen by their position", async () => {
  const files: TestFiles = new Map([
    [".zattrs", json({ "bioformats2raw.layout": 3 })],
    [".zgroup", json({ zarr_format: 2 })],
  ]);
  for (const series of [0, 1]) {
    files.set(`${series}/.zattrs`, json(multiscales({ axes: timeAxes })));
    files.set(`${series}/0/.zarray`, zarray({ shape: [1, 1, 2], chunks: [1, 1, 2] }));
    files.set(`${series}/0/0.0.0`, ramp16(2, 10 * series));
  }
  await assert.rejects(
    open(files),
    (error) => isSlnetError(error, "choice-needed") && error.choice?.labels.length === 2,
  );
  assert.deepEqual(await pixelsOf(files, { series: 1 }), [10, 11]);
});

test("an array without metadata of its axes is read as frames, with a notice; more than three axes are refused", async () => {
  const files: TestFiles = new Map([[".zarray", zarray()]]);
  for (let frame = 0; frame < 3; frame++) files.set(`${frame}.0.0`, ramp16(20, 20 * frame));
  const reader = await open(files);
  assert.deepEqual([...(await readAll(reader))], ramp(60));
  assert.match(reader.description.notices.join(), /frames × height × width/);
  files.set(".zarray", zarray({ shape: [3, 1, 4, 5], chunks: [1, 1, 4, 5] }));
  await assert.rejects(open(files), refusal("unsupported", "3×1×4×5 without names"));
  const named: TestFiles = new Map();
  const array = { shape: [2, 2, 3], chunkShape: [2, 2, 3], dtype: "uint16" as const, values: (i: number) => i };
  await writeVersion3(named, { ...array, dimensionNames: ["y", "x", "t"] });
  const turned = await open(named);
  assert.deepEqual(turned.description.shape, { frames: 3, height: 2, width: 2, type: "uint16" });
  assert.deepEqual([...(await readAll(turned))], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
});

test("metadata that is absurd, contradicts itself or leads elsewhere is refused with what was found", async () => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, SlnetErrorCode, string])[] = [
    [{ shape: [0, 4, 5] }, "bad-input", "its shape is [0,4,5]"],
    [{ shape: [1e30, 4, 5] }, "bad-input", "its shape is [1e+30,4,5]"],
    [{ shape: [-3, 4, 5] }, "bad-input", "its shape"],
    [{ shape: "many" }, "bad-input", 'its shape is "many"'],
    [{ shape: [2 ** 40, 4, 5] }, "unsupported", "expected at most 4294967295"],
    [
      { shape: [3, 200_000, 200_000], chunks: [1, 4, 5] },
      "unsupported",
      "needs 80000000000 bytes, expected at most 128000000",
    ],
    [{ shape: [3, 4000, 4000], chunks: [1, 1, 1] }, "unsupported", "16000000 chunks, expected at most 4096"],
    [{ chunks: [4, 5] }, "bad-input", "expected 3 numbers"],
    [{ chunks: [1000, 4000, 4000] }, "unsupported", "32000000000 bytes, expected at most 64000000"],
    [{ dtype: [["a", "<u2"]] }, "unsupported", "data type"],
    [{ dtype: "|S5" }, "unsupported", "data type"],
    [{ dtype: "<c8" }, "unsupported", "data type"],
    [{ compressor: { id: "lzma" } }, "unsupported", '"lzma"'],
    [{ filters: [{ id: "fixedscaleoffset", scale: 2, offset: 1 }] }, "unsupported", "fixedscaleoffset"],
    [{ dimension_separator: "/../" }, "bad-input", "dimension_separator"],
    [{ zarr_format: 4 }, "bad-input", "zarr_format is 4"],
  ];
  for (const [changes, code, text] of cases) {
    const files: TestFiles = new Map([[".zarray", zarray(changes)]]);
    await assert.rejects(open(files), refusal(code, text), JSON.stringify(changes));
  }
  for (const path of ["../secret", "/etc", "0/../../1", "..", "a\\b", ""]) {
    const files: TestFiles = new Map([[".zattrs", json(multiscales({ axes: timeAxes, path }))]]);
    await assert.rejects(open(files), refusal("bad-input", "expected a path inside it"), path);
  }
  for (const text of ["{", "[1]", "null", "7"]) {
    await assert.rejects(
      open(new Map([["zarr.json", new TextEncoder().encode(text)]])),
      refusal("bad-input", "zarr.json"),
    );
  }
  const deep = new TextEncoder().encode(`{"a":${"[".repeat(200_000)}`);
  await assert.rejects(open(new Map([[".zattrs", deep]])), refusal("bad-input", "is not JSON"));
  await assert.rejects(open(new Map()), refusal("bad-input", "is not a Zarr folder"));
});

test("a chunk that decompresses to another size than its own is refused before it takes more room", async () => {
  const bomb = new Uint8Array(50_000_000);
  for (const [id, chunk] of [
    ["gzip", gzipSync(bomb)],
    ["zlib", deflateSync(bomb)],
  ] as const) {
    await assert.rejects(
      pixelsOf(plainFrame(chunk, { compressor: { id } })),
      refusal("bad-input", "holds more than"),
      id,
    );
  }
  // Sizes in headers: blosc at 4, LZ4 at 0, Zstandard with an 8-byte size.
  const blosc = new Uint8Array(32).fill(1);
  new DataView(blosc.buffer).setUint32(4, 0x7fff_ffff, true);
  new DataView(blosc.buffer).setUint32(12, 32, true);
  const lz4 = Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 1, 2, 3, 4);
  const zstd = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0);
  // Run-length blocks of 1 MiB each, no size stated.
  const block = [0x02 | (0 << 3), 0x00, 0x80, 7];
  const runs = Uint8Array.from([
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0x00,
    0x58,
    ...Array.from({ length: 999 }, () => block).flat(),
  ]);
  for (const [id, chunk] of Object.entries({ blosc, lz4, zstd })) {
    await assert.rejects(pixelsOf(plainFrame(chunk, { compressor: { id } })), refusal("bad-input", "claims"), id);
  }
  await assert.rejects(pixelsOf(plainFrame(runs, { compressor: { id: "zstd" } })), refusal("bad-input", "claims"));
  await assert.rejects(pixelsOf(plainFrame(ramp16(19))), refusal("bad-input", "decodes to 38 bytes, expected 40"));
  await assert.rejects(pixelsOf(plainFrame(new Uint8Array(100))), refusal("bad-input", "100 bytes, expected 40"));
  await assert.rejects(pixelsOf(plainFrame(new Uint8Array(39))), refusal("bad-input", "chunk 0/0"));
  await assert.rejects(
    pixelsOf(plainFrame(new Uint8Array(100_000))),
    refusal("bad-input", "has 100000 bytes, expected at most"),
  );
});

test("a NaN among the pixels is refused with its place", async () => {
  const values = new Float32Array(20);
  values[7] = NaN;
  const files = plainFrame(new Uint8Array(values.buffer), { dtype: "<f4" });
  await assert.rejects(pixelsOf(files), refusal("bad-input", "frame 0 holds NaN at row 1, column 2"));
});

function zipOf(files: TestFiles, level: 0 | 6, prefix = ""): Uint8Array {
  return buildZip(new Map([...files].map(([path, bytes]) => [prefix + path, bytes])), level > 0);
}

for (const [label, level, prefix] of [
  ["stored", 0, ""],
  ["compressed", 6, ""],
  ["packed with its folder", 0, "recording.zarr/"],
] as const) {
  test(`a zip with the image ${label} is read`, async () => {
    const zip = zipOf(imageVersion2([3, 4, 5], { axes: timeAxes }), level, prefix);
    const reader = await openZipStack(createBufferSource("stack.zarr.zip", zip), {});
    assert.equal(reader.description.name, "stack.zarr.zip");
    assert.deepEqual([...(await readAll(reader))], ramp(60));
  });
}

test("a zip that is cut off, lies about its files or holds no Zarr is refused", async () => {
  const zip = zipOf(imageVersion2([3, 4, 5], { axes: timeAxes }), 6);
  const openZip = (bytes: Uint8Array): Promise<StackReader> => openZipStack(createBufferSource("a.zip", bytes), {});
  await assert.rejects(openZip(zip.subarray(0, zip.length - 30)), refusal("bad-input", "cut off"));
  await assert.rejects(
    openZip(buildZip(new Map([["a.txt", ramp16(4)]]))),
    refusal("bad-input", "without a Zarr folder"),
  );
  const two = buildZip(new Map(["a/.zgroup", "b/.zgroup"].map((path) => [path, json({})])));
  await assert.rejects(openZip(two), refusal("bad-input", "2 Zarr folders"));
  const bytes = deflateRawSync(new Uint8Array(1e6));
  const liar = buildZip(new Map([[".zattrs", bytes]]));
  // Method 8 in the list of files, with a size that is not what comes out.
  const directory = new DataView(liar.buffer, liar.byteOffset).getUint32(liar.length - 6, true);
  new DataView(liar.buffer, liar.byteOffset).setUint16(directory + 10, 8, true);
  await assert.rejects(openZip(liar), refusal("bad-input", "holds more than"));
});

test("crc32 is that of the standard's check value, at every length", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
  const bytes = Uint8Array.from(ramp(100), (i) => (i * 37) % 251);
  for (let length = 1; length <= 40; length++) {
    // A CRC of a message with its own CRC behind it is always the same.
    const message = new Uint8Array(length + 4);
    message.set(bytes.subarray(0, length));
    new DataView(message.buffer).setUint32(length, crc32(bytes.subarray(0, length)), true);
    assert.equal(crc32(message), 0x2144df1c);
  }
});

test("folders, zips and the metadata file in a folder open by their path on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slnet-zarr-"));
  try {
    const files = imageVersion2([3, 4, 5], { axes: timeAxes });
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, "stack.zarr", path)), { recursive: true });
      await writeFile(join(folder, "stack.zarr", path), bytes);
    }
    await writeFile(join(folder, "stack.ozx"), zipOf(files, 0));
    for (const name of ["stack.zarr", "stack.zarr/.zattrs", "stack.ozx"]) {
      const input = { type: "path", path: join(folder, name) } as const;
      const reader = await openStack(input, {}, null, nodePlatform, nodePlatform.defaultAssetsUrl);
      assert.equal(reader.description.format, "zarr");
      assert.deepEqual([...(await readAll(reader))], ramp(60), name);
      await reader.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("broken bytes anywhere give pixels of the right size or an error of ours", async () => {
  const random = createRandom(Number(process.env.SLNET_FUZZ_SEED ?? 20), "faults");
  const rounds = Number(process.env.SLNET_FUZZ_CASES ?? 1500);
  const packed = await encode("zstd", ramp16(20));
  const valid: readonly TestFiles[] = [
    imageVersion2([2, 4, 5], { axes: timeAxes, scale: [1, 1, 1] }),
    plainFrame(deflateSync(ramp16(20)), { compressor: { id: "zlib" } }),
    plainFrame(packed, { compressor: { id: "zstd" } }),
    await imageVersion3(
      { shape: [2, 4, 5], chunkShape: [2, 2, 5], dtype: "uint16", values: (i) => i },
      { axes: timeAxes },
    ),
  ];
  for (let round = 0; round < rounds; round++) {
    const files = new Map(valid[round % valid.length]);
    const paths = [...files.keys()];
    const path = paths[random.integer(paths.length)] ?? "";
    const bytes = Uint8Array.from(files.get(path) ?? []);
    for (let edits = 1 + random.integer(3); edits > 0; edits--) {
      bytes[random.integer(Math.max(1, bytes.length))] =
        random.next() < 0.5 ? 48 + random.integer(10) : random.integer(256);
    }
    files.set(path, random.next() < 0.2 ? bytes.subarray(0, random.integer(Math.max(1, bytes.length))) : bytes);
    const asZip = round % 3 === 0;
    const zip = zipOf(files, round % 2 === 0 ? 6 : 0);
    if (round % 9 === 0) zip[random.integer(zip.length)] = random.integer(256);
    try {
      const reader = asZip ? await openZipStack(createBufferSource("a.zip", zip), {}) : await open(files);
      await reader.readFrames(
        0,
        1,
        createSamples(reader.description.shape.type, reader.description.shape.height * reader.description.shape.width),
      );
      await reader.close();
    } catch (error) {
      assert.ok(
        isSlnetError(error, "bad-input", "unsupported", "choice-needed"),
        `round ${round}, ${path}: ${String(error)}`,
      );
    }
  }
});
