import assert from "node:assert/strict";
import { mkdtemp, open as openFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";

import { isSlnetError, type SlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import {
  createSamples,
  framePixels,
  type SampleArray,
  type StackReader,
  type StackSelection,
} from "../../src/core/frames.js";
import type { StoredType } from "../../src/core/io/stored-samples.js";
import { startItk } from "../../src/worker/platform/itk-node.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { metaHeader, mrcHeader, niftiHeader, nrrdHeader, packed } from "./volume-builder.js";

const assets = new URL("../../../dist/assets/", import.meta.url).href;

const [width, height, frames] = [6, 5, 4] as const;
const pixels = width * height;
const size = `${width} ${height} ${frames}`;
/** All different, small enough for a signed byte. */
const values = Array.from({ length: pixels * frames }, (_, index) => index);

describe("volume formats", () => {
  let folder = "";
  let count = 0;
  const open: StackReader[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-volume-"));
  });
  after(async () => {
    for (const stack of open) await stack.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the first of these files. */
  async function opened(
    files: Readonly<Record<string, Uint8Array>>,
    selection: StackSelection = {},
  ): Promise<StackReader> {
    const here = await mkdtemp(join(folder, `${++count}-`));
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(here, name), bytes);
    const path = join(here, Object.keys(files)[0] ?? "");
    const stack = await openStack({ type: "path", path }, selection, null, nodePlatform, assets);
    open.push(stack);
    return stack;
  }

  async function read(stack: StackReader, from = 0, to = stack.description.shape.frames): Promise<SampleArray> {
    const { shape } = stack.description;
    const samples = createSamples(shape.type, (to - from) * framePixels(shape));
    await stack.readFrames(from, to, samples);
    return samples;
  }

  /** Opening or, where the pixels are decoded later, reading must fail within 5 s. */
  async function refused(
    files: Readonly<Record<string, Uint8Array>>,
    code: SlnetErrorCode,
    pattern: RegExp,
    selection: StackSelection = {},
  ): Promise<SlnetError> {
    const start = performance.now();
    let found: unknown = null;
    try {
      await read(await opened(files, selection));
    } catch (error) {
      found = error;
    }
    assert.ok(isSlnetError(found, code), `${String(found)} should have code ${code}`);
    assert.match(found.message, pattern);
    assert.ok(performance.now() - start < 5000, `took ${performance.now() - start} ms`);
    return found;
  }

  const joined = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

  const mrcModes = { 0: "int8", 1: "int16", 2: "float32", 6: "uint16", 12: "float16" } as const;
  for (const [mode, type] of Object.entries(mrcModes)) {
    for (const littleEndian of [true, false]) {
      it(`reads MRC mode ${mode} (${type}), ${littleEndian ? "little" : "big"}-endian, after an extended header`, async () => {
        const header = mrcHeader([width, height, frames], Number(mode), {
          littleEndian,
          extended: 160,
          cell: [width * 1060, height * 1060],
        });
        const stack = await opened({ "a.mrc": joined(header, packed(values, type, littleEndian)) });
        const { shape, storedType, format, byteOrder, pixelSizeNm } = stack.description;
        assert.deepEqual(
          { ...shape, storedType, format, byteOrder, pixelSizeNm },
          {
            frames,
            height,
            width,
            type: type === "uint16" ? "uint16" : "float32",
            storedType: type,
            format: "mrc",
            byteOrder: littleEndian ? "little-endian" : "big-endian",
            pixelSizeNm: 106,
          },
        );
        assert.deepEqual([...(await read(stack))], values);
        assert.deepEqual([...(await read(stack, 2, 3))], values.slice(2 * pixels, 3 * pixels));
      });
    }
  }

  it("reads the negative values of MRC, and IMOD's unsigned bytes", async () => {
    const negative = values.map((value) => value - 100);
    const header = mrcHeader([width, height, frames], 1);
    assert.deepEqual([...(await read(await opened({ "a.mrc": joined(header, packed(negative, "int16")) })))], negative);
    const bright = values.map((value) => value + 130);
    const imod = mrcHeader([width, height, frames], 0, { imodFlags: 0 });
    const stack = await opened({ "b.mrc": joined(imod, packed(bright, "uint8")) });
    assert.equal(stack.description.storedType, "uint8");
    assert.deepEqual([...(await read(stack))], bright);
  });

  it("reads an MRC file from before 2014, which nothing marks", async () => {
    for (const littleEndian of [true, false]) {
      const header = mrcHeader([width, height, frames], 6, { littleEndian, marked: false });
      const stack = await opened({ "a.st": joined(header, packed(values, "uint16", littleEndian)) });
      assert.deepEqual([...(await read(stack))], values);
    }
  });

  it("asks for the slice of an MRC stack of volumes", async () => {
    const header = mrcHeader([width, height, frames], 6, { spaceGroup: 401, perVolume: 2 });
    const file = joined(header, packed(values, "uint16"));
    const error = await refused({ "a.mrc": file }, "choice-needed", /2 slices/);
    assert.deepEqual(error.choice, { of: "slice", labels: ["slice 0", "slice 1"] });
    const stack = await opened({ "a.mrc": file }, { slice: 1 });
    assert.deepEqual([...(await read(stack))], [...values.slice(pixels, 2 * pixels), ...values.slice(3 * pixels)]);
  });

  it("opens an MRC file larger than memory, and reads its last frame", async () => {
    const path = join(folder, "large.mrc");
    await writeFile(path, mrcHeader([1024, 1024, 3000], 6));
    const last = 1024 + 2 * 1024 * 1024 * 2999;
    await truncate(path, last + 2 * 1024 * 1024);
    const handle = await openFile(path, "r+");
    await handle.write(packed([4711], "uint16"), 0, 2, last);
    await handle.close();
    const stack = await openStack({ type: "path", path }, {}, null, nodePlatform, assets);
    open.push(stack);
    assert.equal(stack.description.shape.frames, 3000);
    const frame = await read(stack, 2999, 3000);
    assert.deepEqual([frame[0], frame[1], frame.length], [4711, 0, 1024 * 1024]);
  });

  const numberTypes: readonly StoredType[] = [
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float32",
    "float64",
  ];
  const nrrdNames: Readonly<Record<string, string>> = { float32: "float", float64: "double", uint16: "unsigned short" };
  const metaNames: Readonly<Record<string, string>> = {
    int8: "CHAR",
    uint8: "UCHAR",
    int16: "SHORT",
    uint16: "USHORT",
    int32: "INT",
    uint32: "UINT",
    int64: "LONG_LONG",
    uint64: "ULONG_LONG",
    float32: "FLOAT",
    float64: "DOUBLE",
  };
  const niftiCodes: Readonly<Record<string, number>> = {
    int8: 256,
    uint8: 2,
    int16: 4,
    uint16: 512,
    int32: 8,
    uint32: 768,
    int64: 1024,
    uint64: 1280,
    float32: 16,
    float64: 64,
  };

  for (const type of numberTypes) {
    it(`reads ${type} from each format, raw and compressed, in both byte orders`, async () => {
      const signed = type.startsWith("u") ? values : values.map((value) => value - 60);
      for (const littleEndian of [true, false]) {
        const raw = packed(signed, type, littleEndian);
        const nrrd = {
          type: nrrdNames[type] ?? type,
          dimension: "3",
          sizes: size,
          endian: littleEndian ? "little" : "big",
        };
        const meta = {
          NDims: "3",
          BinaryData: "True",
          BinaryDataByteOrderMSB: littleEndian ? "False" : "True",
          DimSize: size,
          ElementType: `MET_${metaNames[type]}`,
        };
        const nifti = niftiHeader([width, height, frames], niftiCodes[type] ?? 0, { littleEndian });
        const compressed = deflateSync(raw);
        const files = {
          "raw.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "raw" }), raw),
          "gzip.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "gzip" }), gzipSync(raw)),
          "raw.mha": joined(metaHeader({ ...meta, ElementDataFile: "LOCAL" }), raw),
          "zlib.mha": joined(
            metaHeader({
              ...meta,
              CompressedData: "True",
              CompressedDataSize: String(compressed.length),
              ElementDataFile: "LOCAL",
            }),
            compressed,
          ),
          "raw.nii": joined(nifti, raw),
          "gzip.nii.gz": gzipSync(joined(nifti, raw)),
        };
        for (const [name, bytes] of Object.entries(files)) {
          // Decoding starts a thread each; the types of one size have the same way through it.
          if (!littleEndian && !name.startsWith("raw") && !["uint16", "float32", "float64"].includes(type)) continue;
          const stack = await opened({ [name]: bytes });
          assert.equal(stack.description.storedType, type, name);
          assert.deepEqual([...(await read(stack))], signed, `${name} ${littleEndian}`);
          assert.deepEqual([...(await read(stack, 3, 4))], signed.slice(3 * pixels), name);
          const isRounded = ["int32", "uint32", "int64", "uint64", "float64"].includes(type);
          assert.equal(stack.readStoredFrame !== undefined, isRounded, name);
          if (stack.readStoredFrame) {
            assert.deepEqual([...(await stack.readStoredFrame(1))], signed.slice(pixels, 2 * pixels), name);
          }
        }
      }
    });
  }

  const uint16 = packed(values, "uint16");
  const nrrd = { type: "uint16", dimension: "3", sizes: size, endian: "little" } as const;
  const meta = { NDims: "3", DimSize: size, ElementType: "MET_USHORT" } as const;
  const text = Buffer.from(values.join(" "));

  it("reads numbers written as text or in hexadecimal", async () => {
    const files = {
      "text.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "text" }), text),
      "hex.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "hex" }), Buffer.from(uint16.toString("hex"))),
      "text.mha": joined(metaHeader({ ...meta, BinaryData: "False", ElementDataFile: "LOCAL" }), text),
    };
    for (const [name, bytes] of Object.entries(files)) {
      assert.deepEqual([...(await read(await opened({ [name]: bytes })))], values, name);
    }
  });

  it("finds the pixels in the file beside the header", async () => {
    const compressed = deflateSync(uint16);
    const padded = joined(Buffer.alloc(10, 255), uint16);
    const cases: readonly Readonly<Record<string, Uint8Array>>[] = [
      { "a.nhdr": nrrdHeader({ ...nrrd, encoding: "raw", "data file": "./a.raw" }), "a.raw": uint16 },
      { "b.nhdr": nrrdHeader({ ...nrrd, encoding: "raw", "byte skip": "10", "data file": "b.raw" }), "b.raw": padded },
      { "c.nhdr": nrrdHeader({ ...nrrd, encoding: "raw", "byte skip": "-1", "data file": "c.raw" }), "c.raw": padded },
      { "d.nhdr": nrrdHeader({ ...nrrd, encoding: "gzip", "data file": "d.raw.gz" }), "d.raw.gz": gzipSync(uint16) },
      {
        "e.nhdr": nrrdHeader({ ...nrrd, encoding: "gzip", "byte skip": "10", "data file": "e.raw.gz" }),
        "e.raw.gz": gzipSync(padded),
      },
      { "f.mhd": metaHeader({ ...meta, ElementDataFile: "f.raw" }), "f.raw": uint16 },
      { "g.mhd": metaHeader({ ...meta, HeaderSize: "-1", ElementDataFile: "g.raw" }), "g.raw": padded },
      { "h.mhd": metaHeader({ ...meta, CompressedData: "True", ElementDataFile: "h.zraw" }), "h.zraw": compressed },
      { "i.hdr": niftiHeader([width, height, frames], 512, { oneFile: false }), "i.img": uint16 },
      { "j.hdr": niftiHeader([width, height, frames], 512, { version: 2, oneFile: false }), "j.img": uint16 },
    ];
    for (const files of cases) {
      const name = Object.keys(files)[0] ?? "";
      assert.deepEqual([...(await read(await opened(files)))], values, name);
      const [header] = Object.values(files);
      if (header) await refused({ [name]: header }, "bad-input", /which is not beside it/);
    }
  });

  it("does not leave the folder for the file that a header names", async () => {
    await writeFile(join(folder, "outside.raw"), uint16);
    for (const file of ["../outside.raw", join(folder, "outside.raw"), "..\\outside.raw"]) {
      await refused({ "a.mhd": metaHeader({ ...meta, ElementDataFile: file }) }, "bad-input", /not beside it/);
      const header = nrrdHeader({ ...nrrd, encoding: "raw", "data file": file });
      await refused({ "a.nhdr": header }, "bad-input", /not beside it/);
    }
  });

  it("takes pixel size and frame interval where the unit is known", async () => {
    const cases: readonly (readonly [string, Uint8Array, number | null, number | null])[] = [
      ["a.nii", niftiHeader([6, 5, 1, 4], 512, { spacing: [0.106, 0.106, 1, 30], units: 3 | 16 }), 106, 0.03],
      ["b.nii", niftiHeader([6, 5, 1, 4], 512, { spacing: [0.106, 0.106, 1, 30] }), null, null],
      ["c.nii", niftiHeader([6, 5, 1, 4], 512, { version: 2, spacing: [1e-7, 1e-7, 1, 2], units: 1 | 8 }), 100, 2],
      ["d.nrrd", nrrdHeader({ ...nrrd, encoding: "raw", spacings: "0.1 0.1 50", units: '"um" "um" "ms"' }), 100, 0.05],
      ["e.nrrd", nrrdHeader({ ...nrrd, encoding: "raw", spacings: "0.1 0.1 50" }), null, null],
      [
        "f.nrrd",
        nrrdHeader({
          ...nrrd,
          encoding: "raw",
          space: "3D-right-handed",
          "space directions": "(0,0.16,0) (0.16,0,0) (0,0,1)",
          "space units": '"µm" "µm" "µm"',
        }),
        160,
        null,
      ],
      ["g.mha", metaHeader({ ...meta, ElementSpacing: "0.1 0.1 1", ElementDataFile: "LOCAL" }), null, null],
      [
        "h.mha",
        metaHeader({ ...meta, ElementSpacing: "0.1 0.1 1", DistanceUnits: "um", ElementDataFile: "LOCAL" }),
        100,
        null,
      ],
    ];
    for (const [name, header, pixelSizeNm, seconds] of cases) {
      const { description } = await opened({ [name]: joined(header, uint16) });
      assert.deepEqual([description.pixelSizeNm, description.frameIntervalSeconds], [pixelSizeNm, seconds], name);
    }
  });

  it("takes z or time as frames, and asks for a slice where there are both", async () => {
    for (const sizes of [
      [6, 5, 4],
      [6, 5, 1, 4],
      [6, 5, 4, 1],
    ]) {
      const stack = await opened({ "a.nii": joined(niftiHeader(sizes, 512), uint16) });
      assert.deepEqual([...(await read(stack))], values);
    }
    for (const compress of [false, true]) {
      const plain = joined(niftiHeader([6, 5, 2, 2], 512), uint16);
      const files = { [compress ? "b.nii.gz" : "b.nii"]: compress ? gzipSync(plain) : plain };
      const error = await refused(files, "choice-needed", /2 slices/);
      assert.equal(error.choice?.of, "slice");
      const stack = await opened(files, { slice: 1 });
      assert.equal(stack.description.shape.frames, 2);
      assert.deepEqual([...(await read(stack))], [...values.slice(pixels, 2 * pixels), ...values.slice(3 * pixels)]);
      await refused(files, "bad-input", /slice 2 was chosen, expected 0 to 1/, { slice: 2 });
    }
  });

  it("picks the channel that was chosen, interleaved or plane by plane", async () => {
    const rgb = Array.from({ length: 3 * pixels * 2 }, (_, index) => index % 251);
    const bytes = packed(rgb, "uint8");
    const interleaved = rgb.filter((_, index) => index % 3 === 1);
    const planes = [0, 1].flatMap((frame) => rgb.slice((3 * frame + 1) * pixels, (3 * frame + 2) * pixels));
    const compressed = deflateSync(bytes);
    const rgbMeta = { NDims: "3", DimSize: "6 5 2", ElementType: "MET_UCHAR", ElementNumberOfChannels: "3" };
    const cases: readonly (readonly [string, Uint8Array, readonly number[]])[] = [
      [
        "a.nrrd",
        joined(
          nrrdHeader({
            type: "uint8",
            dimension: "4",
            sizes: "3 6 5 2",
            kinds: "RGB-color domain domain domain",
            encoding: "raw",
          }),
          bytes,
        ),
        interleaved,
      ],
      [
        "b.nrrd",
        joined(
          nrrdHeader({
            type: "uint8",
            dimension: "4",
            sizes: "6 5 3 2",
            kinds: "domain domain vector time",
            encoding: "gzip",
          }),
          gzipSync(bytes),
        ),
        planes,
      ],
      ["c.mha", joined(metaHeader({ ...rgbMeta, ElementDataFile: "LOCAL" }), bytes), interleaved],
      [
        "d.mha",
        joined(
          metaHeader({
            ...rgbMeta,
            CompressedData: "True",
            CompressedDataSize: String(compressed.length),
            ElementDataFile: "LOCAL",
          }),
          compressed,
        ),
        interleaved,
      ],
      ["e.nii", joined(niftiHeader([6, 5, 2], 128), bytes), interleaved],
    ];
    for (const [name, file, expected] of cases) {
      const error = await refused({ [name]: file }, "choice-needed", /3 channels/);
      assert.deepEqual(error.choice, { of: "channel", labels: ["channel 0", "channel 1", "channel 2"] });
      const stack = await opened({ [name]: file }, { channel: 1 });
      assert.deepEqual([...(await read(stack))], expected, name);
    }
  });

  it("reads the 8 and 16 bits of Bio-Rad PIC, with notes behind the pixels", async () => {
    for (const type of ["uint8", "uint16"] as const) {
      const header = Buffer.alloc(76);
      [width, height, frames].forEach((extent, index) => header.writeUInt16LE(extent, 2 * index));
      header.writeInt16LE(type === "uint8" ? 1 : 0, 14);
      header.writeUInt16LE(12345, 54);
      const file = joined(header, packed(values, type), Buffer.alloc(2 * 96, 65));
      const stack = await opened({ "a.pic": file });
      assert.equal(stack.description.format, "pic");
      assert.equal(stack.description.shape.type, type);
      assert.deepEqual([...(await read(stack))], values);
      await refused({ "a.pic": file.subarray(0, 100) }, "bad-input", /its header needs/);
    }
  });

  it("says that a scale in a NIfTI header is not applied", async () => {
    const { description } = await opened({
      "a.nii": joined(niftiHeader([6, 5, 4], 512, { slope: 2, intercept: 10 }), uint16),
    });
    assert.match(description.notices.join(), /multiplied by 2 and 10 added; this is not applied/);
    const stack = await opened({
      "a.nii.gz": gzipSync(joined(niftiHeader([6, 5, 4], 512, { slope: 2, intercept: 10 }), uint16)),
    });
    assert.deepEqual([...(await read(stack))], values);
  });

  it("refuses broken, cut and hostile headers", async () => {
    const nii = (...call: Parameters<typeof niftiHeader>): Buffer => joined(niftiHeader(...call), uint16);
    const cases: readonly (readonly [string, Uint8Array, SlnetErrorCode, RegExp])[] = [
      [
        "a.mrc",
        joined(mrcHeader([width, height, frames], 6), uint16.subarray(1)),
        "bad-input",
        /has 1263 bytes, its header needs 1264/,
      ],
      ["b.mrc", joined(mrcHeader([width, height, frames], 4), uint16), "unsupported", /mode 4 \(complex floats\)/],
      ["c.mrc", joined(mrcHeader([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], 6), uint16), "bad-input", /size/],
      ["d.mrc", joined(mrcHeader([-6, 5, -4], 6), uint16), "bad-input", /size -6×5×-4/],
      ["e.mrc", joined(mrcHeader([6, 5, 4], 6, { extended: -1024 }), uint16), "bad-input", /extended header of -1024/],
      ["f.mrc", mrcHeader([6, 5, 4], 6).subarray(0, 300), "bad-input", /inside its header of 1024/],
      ["g.mrc", joined(mrcHeader([6, 5, 2 ** 30], 6), uint16), "bad-input", /its header needs/],
      ["a.nrrd", joined(nrrdHeader({ ...nrrd, encoding: "raw" }), uint16.subarray(2)), "bad-input", /its header needs/],
      ["b.nrrd", joined(nrrdHeader({ ...nrrd, encoding: "bzip2" }), uint16), "unsupported", /encoding "bzip2"/],
      ["c.nrrd", joined(nrrdHeader({ ...nrrd, sizes: "6 5", encoding: "raw" }), uint16), "bad-input", /2 sizes/],
      [
        "d.nrrd",
        joined(nrrdHeader({ ...nrrd, sizes: "6 5 1e9", encoding: "raw" }), uint16),
        "bad-input",
        /whole number/,
      ],
      ["e.nrrd", joined(nrrdHeader({ ...nrrd, type: "block", encoding: "raw" }), uint16), "unsupported", /"block"/],
      ["f.nrrd", joined(nrrdHeader({ ...nrrd, endian: "middle", encoding: "raw" }), uint16), "bad-input", /endian/],
      ["g.nrrd", Buffer.from("NRRD0004\ntype: uint16\n"), "bad-input", /encoding|empty line/],
      ["h.nrrd", joined(Buffer.from("NRRD0004\n"), Buffer.alloc(2 ** 21, 65)), "bad-input", /does not end within/],
      ["i.nrrd", nrrdHeader({ ...nrrd, encoding: "raw", "data file": "LIST" }), "unsupported", /several files/],
      ["j.nrrd", nrrdHeader({ ...nrrd, encoding: "raw", "data file": "s%03d.raw 1 9 1" }), "unsupported", /several/],
      [
        "k.nrrd",
        joined(nrrdHeader({ ...nrrd, encoding: "raw", "byte skip": "9007199254740991" }), uint16),
        "bad-input",
        /header needs/,
      ],
      [
        "a.mha",
        joined(metaHeader({ ...meta, ElementDataFile: "LOCAL" }), uint16.subarray(2)),
        "bad-input",
        /its header needs/,
      ],
      [
        "b.mha",
        joined(metaHeader({ ...meta, NDims: "2", ElementDataFile: "LOCAL" }), uint16),
        "bad-input",
        /2 dimensions and 3 sizes/,
      ],
      [
        "c.mha",
        joined(metaHeader({ ...meta, ElementType: "MET_STRING", ElementDataFile: "LOCAL" }), uint16),
        "unsupported",
        /MET_STRING/,
      ],
      ["d.mha", metaHeader(meta), "bad-input", /does not name its pixels/],
      [
        "e.mha",
        joined(metaHeader({ ...meta, DimSize: "6 0 4", ElementDataFile: "LOCAL" }), uint16),
        "bad-input",
        /size 6×0×4/,
      ],
      [
        "f.mha",
        joined(metaHeader({ ...meta, DimSize: "9e15 9e15 9e15", ElementDataFile: "LOCAL" }), uint16),
        "bad-input",
        /size/,
      ],
      [
        "g.mha",
        joined(metaHeader({ ...meta, ElementNumberOfChannels: "1000000", ElementDataFile: "LOCAL" }), uint16),
        "unsupported",
        /channels/,
      ],
      ["a.nii", nii([6, 5, 5], 512), "bad-input", /its header needs/],
      ["b.nii", nii([6, 5, 4], 32), "unsupported", /NIfTI type 32/],
      ["c.nii", nii([6, -5, 4], 512), "bad-input", /size 6×-5×4/],
      ["d.nii", nii([6, 5, 4], 512, { offset: NaN }), "bad-input", /byte NaN/],
      ["e.nii", nii([6, 5, 4], 512, { offset: -352 }), "bad-input", /byte -352/],
      ["f.nii", nii([2 ** 40, 2 ** 40, 2 ** 40], 512, { version: 2 }), "bad-input", /size/],
      ["g.nii", nii([6, 5, 1, 1, 1, 1, 4], 512).subarray(0, 348), "bad-input", /its header needs/],
      [
        "h.nii.gz",
        gzipSync(nii([6, 5, 4], 512)).subarray(0, 60),
        "bad-input",
        /starts with bytes 1f 8b|could not be read/,
      ],
    ];
    for (const [name, bytes, code, pattern] of cases) await refused({ [name]: bytes }, code, pattern);
  });

  it("refuses compressed pixels that are cut off, damaged or too few", async () => {
    const noise = packed(
      values.map((value) => (value * 7919) % 65536),
      "uint16",
    );
    const [gzip, zlib] = [gzipSync(noise), deflateSync(noise)];
    const nii = gzipSync(joined(niftiHeader([6, 5, 4], 512), noise));
    const damaged = (bytes: Buffer): Buffer => {
      const copy = Buffer.from(bytes);
      const middle = copy.length >> 1;
      copy[middle] = (copy[middle] ?? 0) ^ 0x55;
      return copy;
    };
    const nrrdGzip = nrrdHeader({ ...nrrd, encoding: "gzip" });
    const mha = (bytes: Uint8Array, stated = bytes.length): Buffer =>
      joined(
        metaHeader({ ...meta, CompressedData: "True", CompressedDataSize: String(stated), ElementDataFile: "LOCAL" }),
        bytes,
      );
    const cases: Readonly<Record<string, Uint8Array>> = {
      "cut.nrrd": joined(nrrdGzip, gzip.subarray(0, -20)),
      "damaged.nrrd": joined(nrrdGzip, damaged(gzip)),
      "short.nrrd": joined(nrrdGzip, gzipSync(noise.subarray(0, 100))),
      "raw.nrrd": joined(nrrdGzip, noise),
      "none.nrrd": nrrdGzip,
      "text.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "text" }), text.subarray(0, -20)),
      "words.nrrd": joined(nrrdHeader({ ...nrrd, encoding: "text" }), Buffer.from("not a number ".repeat(200))),
      "text.mha": joined(metaHeader({ ...meta, BinaryData: "False", ElementDataFile: "LOCAL" }), text.subarray(0, -20)),
      "cut.mha": mha(zlib.subarray(0, -20)),
      "cut stated.mha": mha(zlib.subarray(0, -20), zlib.length),
      "damaged.mha": mha(damaged(zlib)),
      "short.mha": mha(deflateSync(noise.subarray(0, 100))),
      "long.mha": mha(deflateSync(joined(noise, noise))),
      "raw.mha": mha(noise),
      "cut.nii.gz": nii.subarray(0, -20),
      "damaged.nii.gz": damaged(nii),
      "short.nii.gz": gzipSync(joined(niftiHeader([6, 5, 4], 512), noise.subarray(0, 100))),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await refused({ [name]: bytes }, "bad-input", /could not be read|do not begin as|needs some/);
    }
  });

  it("refuses what would be too large by its header alone", async () => {
    const bomb = gzipSync(Buffer.alloc(1000));
    const sizes = "20000 20000 1000";
    const before = process.memoryUsage().rss;
    const cases: Readonly<Record<string, Uint8Array>> = {
      "a.nrrd": joined(nrrdHeader({ ...nrrd, sizes, encoding: "gzip" }), bomb),
      "a.mha": joined(
        metaHeader({ ...meta, DimSize: sizes, CompressedData: "True", ElementDataFile: "LOCAL" }),
        deflateSync(Buffer.alloc(1000)),
      ),
      "a.nii.gz": gzipSync(joined(niftiHeader([20000, 20000, 1000], 512), Buffer.alloc(1000))),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await refused(
        { [name]: bytes },
        "unsupported",
        /holds 800000 MB of pixels.*read up to 300 MB; save it uncompressed/,
      );
    }
    const skipping = nrrdHeader({ ...nrrd, encoding: "gzip", "byte skip": "100000000000" });
    await refused({ "b.nrrd": joined(skipping, bomb) }, "unsupported", /after decompression/);
    assert.ok(process.memoryUsage().rss - before < 300e6);
  });

  it("stops at once when it is closed while it reads, and waits no longer than its signal", async () => {
    const large = Buffer.alloc(100e6);
    for (let at = 0; at < large.length; at += 97) large[at] = at % 251;
    const file = joined(
      nrrdHeader({ ...nrrd, sizes: "1000 1000 50", encoding: "gzip" }),
      gzipSync(large, { level: 1 }),
    );
    const stack = await opened({ "a.nrrd": file });
    const reason = new Error("enough");
    const samples = new Uint16Array(1e6);
    await assert.rejects(stack.readFrames(0, 1, samples, AbortSignal.abort(reason)), reason);
    const abort = new AbortController();
    const waiting = stack.readFrames(0, 1, samples, abort.signal);
    abort.abort(reason);
    await assert.rejects(waiting, reason);
    const reading = stack.readFrames(0, 1, samples);
    const closing = performance.now();
    await Promise.all([stack.close(), assert.rejects(reading, /closed while it was read/)]);
    assert.ok(performance.now() - closing < 200, `closing took ${performance.now() - closing} ms`);
  });

  it("ends a reader that takes too long, and leaves no thread", async () => {
    const thread = await startItk(assets);
    const file = new Uint8Array(joined(nrrdHeader({ ...nrrd, encoding: "gzip" }), gzipSync(uint16)));
    await assert.rejects(
      thread.read({ pipeline: "nrrd", fileName: "stack.nrrd", file }, "slow.nrrd", 0),
      (error) => isSlnetError(error, "unsupported") && /slow\.nrrd was not read within 0 s/.test(error.message),
    );
    thread.stop(new Error("over"));
    await assert.rejects(thread.read({ pipeline: "nrrd", fileName: "stack.nrrd", file }, "slow.nrrd", 1000), /over/);
  });

  it("says why where the files of itk-wasm are missing", async () => {
    const file = joined(nrrdHeader({ ...nrrd, encoding: "gzip" }), gzipSync(uint16));
    const path = join(folder, "lost.nrrd");
    await writeFile(path, file);
    await assert.rejects(
      openStack({ type: "path", path }, {}, null, nodePlatform, new URL("nowhere/", assets).href),
      (error) => isSlnetError(error, "worker-lost") && /did not start/.test(error.message),
    );
  });
});
