import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { ByteSink, ByteSource, StackReader, StackSelection } from "../../src/core/frames.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { combinedCrc32, crc32 } from "../../src/core/io/crc32.js";
import { openNpy } from "../../src/core/io/npy-reader.js";
import { createNpyStackWriter } from "../../src/core/io/npy-stack-writer.js";
import { encodeNpy } from "../../src/core/io/npy-writer.js";
import { createNpzStackWriter } from "../../src/core/io/npz-stack-writer.js";
import { openSafetensors } from "../../src/core/io/safetensors.js";
import { createSafetensorsStackWriter } from "../../src/core/io/safetensors-stack-writer.js";
import type { StackWriter, StackWriterOptions } from "../../src/core/io/stack-writer.js";
import { createZipTree } from "../../src/core/io/zip-tree.js";
import { openZipStack } from "../../src/worker/readers/zip-reader.js";
import { pythonWith } from "./python.js";
import { openFiles, ramp, readAll, refusal } from "./reading.js";
import { buildZip } from "./zip-builder.js";

const formats: Readonly<
  Record<
    string,
    {
      readonly create: (sink: ByteSink, options: StackWriterOptions) => StackWriter;
      readonly open: (source: ByteSource, selection: StackSelection) => Promise<StackReader>;
    }
  >
> = {
  npy: { create: createNpyStackWriter, open: (source) => openNpy(source) },
  npz: { create: createNpzStackWriter, open: openZipStack },
  safetensors: { create: createSafetensorsStackWriter, open: openSafetensors },
};

const options: StackWriterOptions = {
  height: 3,
  width: 5,
  type: "uint16",
  frames: 12,
  name: "a “stack”",
  pixelSizeNm: 103,
  frameIntervalSeconds: 0.05,
  exposureSeconds: 0.04,
  cameraOffsetAdu: 100,
  aduPerElectron: 2.5,
  description: ["slnet=0.1.0"],
};
const framesOf = (count: number, first = 0) => Uint16Array.from(ramp(15 * count, 15 * first));

/** A source that counts what is read of it. */
function counted(source: ByteSource): ByteSource & { bytes: number } {
  const counting = {
    ...source,
    bytes: 0,
    read(offset: number, length: number) {
      counting.bytes += length;
      return source.read(offset, length);
    },
    readInto(offset: number, out: Uint8Array) {
      counting.bytes += out.length;
      return source.readInto(offset, out);
    },
  };
  return counting;
}

for (const [format, { create, open }] of Object.entries(formats)) {
  describe(`stacks as ${format}`, () => {
    const read = async (bytes: Uint8Array): Promise<StackReader> => open(createBufferSource("a", bytes.slice()), {});

    it("are read back, pixels and what is known of them", async () => {
      for (const type of ["uint16", "float32"] as const) {
        const sink = createMemorySink();
        const writer = create(sink, { ...options, type });
        const pixels = type === "uint16" ? framesOf(12) : Float32Array.from(framesOf(12), (value) => value / 8 - 3);
        await writer.write(pixels.subarray(0, 5 * 15));
        await writer.write(pixels.subarray(5 * 15));
        assert.deepEqual(await writer.finish(), { frames: 12, bytes: sink.bytes().length });
        const reader = await read(sink.bytes());
        assert.deepEqual(reader.description.shape, { frames: 12, height: 3, width: 5, type });
        assert.equal(reader.description.format, format);
        assert.deepEqual(reader.description.notices, []);
        assert.deepEqual(await readAll(reader), [...pixels]);
        const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron } =
          format === "npy" ? emptyMetadata : options;
        const { description: found } = reader;
        assert.deepEqual(
          [found.pixelSizeNm, found.frameIntervalSeconds, found.exposureSeconds, found.cameraOffsetAdu],
          [pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu],
        );
        assert.equal(found.aduPerElectron, aduPerElectron);
      }
    });

    it("that end early are whole stacks of the frames that there are", async () => {
      const sink = createMemorySink();
      const writer = create(sink, options);
      await writer.write(framesOf(7));
      await writer.finish();
      const reader = await read(sink.bytes());
      assert.equal(reader.description.shape.frames, 7);
      assert.deepEqual(reader.description.notices, []);
      assert.deepEqual(await readAll(reader), [...framesOf(7)]);
    });

    it("that end by a failed write are whole stacks of the frames before it, with nothing behind them", async () => {
      const sink = createMemorySink();
      let isFull = false;
      const failing: ByteSink = {
        ...sink,
        async write(offset, bytes) {
          // As a disk that fills up takes a part.
          if (isFull) await sink.write(offset, bytes.subarray(0, 7));
          if (isFull) throw new Error("full");
          await sink.write(offset, bytes);
        },
      };
      const writer = create(failing, options);
      await writer.write(framesOf(4));
      isFull = true;
      await assert.rejects(writer.write(framesOf(4, 4)), /full/);
      isFull = false;
      const { frames, bytes } = await writer.finish();
      assert.deepEqual([frames, bytes], [4, sink.bytes().length]);
      assert.deepEqual(await readAll(await read(sink.bytes())), [...framesOf(4)]);
    });

    it("are read frame by frame where they lie", async () => {
      const sink = createMemorySink();
      const large = { ...options, height: 256, width: 256, frames: 40 };
      const writer = create(sink, large);
      for (let frame = 0; frame < 40; frame++) await writer.write(new Uint16Array(256 * 256).fill(frame));
      await writer.finish();
      const source = counted(createBufferSource("a", sink.bytes()));
      const reader = await open(source, {});
      const opened = source.bytes;
      assert.ok(opened < 200_000, `${opened} bytes were read to open it`);
      const frame = new Uint16Array(256 * 256);
      await reader.readFrames(33, 34, frame);
      assert.ok(frame.every((value) => value === 33));
      assert.ok(source.bytes - opened <= 2 * 256 * 256);
    });

    it("refuse what is no whole frame, another type, more frames than planned, and no frame", async () => {
      const writer = create(createMemorySink(), options);
      await assert.rejects(writer.finish(), refusal("bad-input", "no frame was written"));
      await assert.rejects(writer.write(new Uint16Array(14)), refusal("bad-input", "whole frames of 15 uint16"));
      await assert.rejects(writer.write(new Float32Array(15)), refusal("bad-input", "got 15 float32"));
      await assert.rejects(writer.write(framesOf(13)), refusal("bad-input", "planned for 12"));
      for (const wrong of [{ frames: 0 }, { height: 1.5 }, { width: -1 }]) {
        assert.throws(() => create(createMemorySink(), { ...options, ...wrong }), refusal("bad-input", "whole number"));
      }
    });
  });
}

const emptyMetadata = {
  pixelSizeNm: null,
  frameIntervalSeconds: null,
  exposureSeconds: null,
  cameraOffsetAdu: null,
  aduPerElectron: null,
};

describe("stacks that are being written", () => {
  for (const format of ["npy", "safetensors"] as const) {
    it(`are whole stacks of the frames so far after every write into the file: ${format}`, async () => {
      const { create, open } = formats[format]!;
      const sink = createMemorySink();
      const reached: number[] = [];
      let isBegun = false;
      const watched: ByteSink = {
        ...sink,
        async write(offset, bytes) {
          await sink.write(offset, bytes);
          if (offset === 0) isBegun = true;
          // Before the header is there the file is none.
          if (!isBegun) return;
          const reader = await open(createBufferSource("a", sink.bytes().slice()), {});
          const { frames } = reader.description.shape;
          assert.deepEqual(await readAll(reader), [...framesOf(frames)]);
          reached.push(frames);
        },
        resize: (size) => sink.resize!(size),
      };
      const writer = create(watched, options);
      for (let frame = 0; frame < 12; frame += 3) await writer.write(framesOf(3, frame));
      assert.equal(writer.framesReachable, 12);
      await writer.finish();
      assert.deepEqual(reached, [3, 3, 6, 6, 9, 9, 12, 12]);
    });
  }

  it("are whole stacks of the frames so far between one write and the next: npz", async () => {
    const sink = createMemorySink();
    const writer = createNpzStackWriter(sink, options);
    for (let frame = 0; frame < 12; frame += 3) {
      await writer.write(framesOf(3, frame));
      assert.equal(writer.framesReachable, frame + 3);
      const reader = await openZipStack(createBufferSource("a", sink.bytes().slice()), {});
      assert.deepEqual(await readAll(reader), [...framesOf(frame + 3)]);
    }
  });

  it("have room for the list of an archive on a disk that is full", async () => {
    const sink = createMemorySink();
    let room = Infinity;
    const writer = createNpzStackWriter(
      {
        ...sink,
        async write(offset, bytes) {
          await sink.write(offset, bytes.subarray(0, Math.max(0, room - offset)));
          if (offset + bytes.length > room) throw new Error("full");
        },
      },
      options,
    );
    await writer.write(framesOf(4));
    room = sink.bytes().length;
    await assert.rejects(writer.write(framesOf(8, 4)), /full/);
    await writer.finish();
    const reader = await openZipStack(createBufferSource("a", sink.bytes().slice()), {});
    assert.deepEqual(await readAll(reader), [...framesOf(4)]);
  });

  it("count as none while nothing was made reachable", async () => {
    for (const { create } of Object.values(formats)) {
      const writer = create(createMemorySink(), { ...options, publishEveryMs: Infinity });
      await writer.write(framesOf(3));
      assert.deepEqual([writer.framesWritten, writer.framesReachable], [3, 0]);
      await writer.finish();
      assert.equal(writer.framesReachable, 3);
    }
  });
});

describe("archives of NumPy with a stack", () => {
  const stack = encodeNpy([2, 2, 2], Float32Array.from(ramp(8)));
  const open = (files: Readonly<Record<string, Uint8Array>>, isCompressed = false, selection: StackSelection = {}) =>
    openZipStack(createBufferSource("a.npz", buildZip(new Map(Object.entries(files)), isCompressed)), selection);

  it("ask which array is meant where several may be, by their names and shapes", async () => {
    const files = { "raw.npy": stack, "times.npy": encodeNpy([2], Float32Array.of(0, 1)), "clean.npy": stack };
    for (const isCompressed of [false, true]) {
      await assert.rejects(open(files, isCompressed), (error) => {
        refusal("choice-needed", "a.npz has 2 arrays")(error);
        assert.deepEqual((error as { choice?: unknown }).choice, {
          of: "series",
          labels: ["raw (2, 2, 2)", "clean (2, 2, 2)"],
        });
        return true;
      });
      const reader = await open(files, isCompressed, { series: 1 });
      assert.equal(reader.description.name, "a.npz");
      assert.equal(reader.description.compression, isCompressed ? "deflate" : "none");
      assert.deepEqual(await readAll(reader), ramp(8));
      await assert.rejects(open(files, isCompressed, { series: 2 }), refusal("bad-input", "series 2", "0 to 1"));
    }
  });

  it("without a stack are refused by the names of what they hold", async () => {
    await assert.rejects(
      open({ "conv1.weight.npy": encodeNpy([2, 1, 1, 1], Float32Array.of(1, 2)) }),
      refusal("unsupported", "a.npz holds conv1.weight (2, 1, 1, 1); expected one of numbers as"),
    );
  });

  it("whose deflated array is larger than what is unpacked are refused before it is", async () => {
    // A header that says 400 MB, of a file that does hold so many zeros.
    const head = Buffer.from(encodeNpy([1, 1, 1], Float32Array.of(0)).subarray(0, 128));
    const text = head.toString("latin1").replace("(1, 1, 1), }", "(400, 500, 500), }").slice(0, 127);
    const archive = buildZip(
      new Map([["frames.npy", Buffer.concat([Buffer.from(`${text}\n`, "latin1"), Buffer.alloc(4e8)])]]),
      true,
    );
    assert.ok(archive.length < 1e6);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(
      openZipStack(createBufferSource("a.npz", archive), {}),
      refusal("unsupported", "frames.npy", "expected at most 300000000", "store it without compression"),
    );
    assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
  });

  it("with more than a thousand arrays are refused", async () => {
    const files = Object.fromEntries(ramp(1001).map((i) => [`${i}.npy`, stack]));
    await assert.rejects(open(files), refusal("unsupported", "1001 arrays", "at most 1000"));
  });

  it("with facts that are no facts have no metadata", async () => {
    for (const text of ["{", "[]", "null", '{"pixelSizeNm":"103","cameraOffsetAdu":1e999,"exposureSeconds":-1}']) {
      const sink = createMemorySink();
      const zip = createZipTree(sink);
      await zip.write("frames.npy", stack);
      await zip.write("slnet_web.npy", textArray(text));
      await zip.finish();
      const { description } = await openZipStack(createBufferSource("a.npz", sink.bytes()), {});
      const { pixelSizeNm, cameraOffsetAdu, exposureSeconds } = description;
      assert.deepEqual([pixelSizeNm, cameraOffsetAdu, exposureSeconds], [null, null, null]);
    }
  });

  it("may have an array of somebody else under the name of the facts", async () => {
    const { description } = await open({ "frames.npy": stack, "slnet_web.npy": encodeNpy([2], Float32Array.of(1, 2)) });
    assert.deepEqual([description.shape.frames, description.pixelSizeNm], [2, null]);
  });

  it("of more than 4 GiB have the fields of ZIP64", async () => {
    const pieces: { readonly start: number; readonly bytes: Uint8Array }[] = [];
    const sink: ByteSink = {
      write(start, bytes) {
        pieces.push({ start, bytes });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
    const zip = createZipTree(sink);
    const entry = zip.begin("frames.npy", 5e9);
    await entry.end(5e9 - entry.offset, 0x12345678);
    await zip.write("b.npy", stack);
    const size = await zip.finish();
    const source: ByteSource = {
      name: "a.npz",
      size,
      read(offset, length) {
        const out = new Uint8Array(Math.min(length, size - offset));
        for (const { start, bytes } of pieces) {
          const from = Math.max(0, offset - start);
          const count = Math.max(0, Math.min(start + bytes.length, offset + out.length) - Math.max(start, offset));
          if (count > 0) out.set(bytes.subarray(from, from + count), Math.max(0, start - offset));
        }
        return Promise.resolve(out);
      },
      readInto: () => Promise.reject(new Error("not needed")),
      close: () => Promise.resolve(),
    };
    const { openZip } = await import("../../src/core/io/zip-folder.js");
    const folder = await openZip(source);
    assert.deepEqual(folder.paths, ["frames.npy", "b.npy"]);
    assert.equal((await folder.open("frames.npy"))?.size, 5e9 - entry.offset);
    assert.deepEqual(await (await folder.open("b.npy"))?.read(0, stack.length), stack);
  });
});

/** A text as an array of NumPy, by hand. */
function textArray(text: string): Uint8Array {
  const header = `{'descr': '|S${text.length}', 'fortran_order': False, 'shape': (), }\n`;
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.of(header.length, 0),
    Buffer.from(header + text, "latin1"),
  ]);
}

describe("safetensors with a stack", () => {
  const body = Buffer.alloc(16);
  const fileOf = (header: unknown): Uint8Array => {
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, body]);
  };
  const open = (header: unknown) => openSafetensors(createBufferSource("a.st", fileOf(header)), {});
  const frames = { dtype: "U16", shape: [2, 2, 2], data_offsets: [0, 16] };

  it("is known by its first bytes, whatever its name", async (context) => {
    const reader = await openFiles(context, { "a.bin": fileOf({ frames }) });
    assert.equal(reader.description.format, "safetensors");
  });

  for (const [what, code, message, header] of [
    ["a shape that says more than there is", "bad-input", "not where", { frames: { ...frames, shape: [3, 2, 2] } }],
    ["a shape of petabytes", "bad-input", "not where", { frames: { ...frames, shape: [2 ** 40, 2 ** 12, 2] } }],
    ["no pixels", "bad-input", "do not fill it", { frames: { ...frames, shape: [0, 2, 2], data_offsets: [0, 0] } }],
    [
      "offsets that are no numbers",
      "bad-input",
      "do not fill it",
      { frames: { ...frames, data_offsets: ["0", "16"] } },
    ],
    ["tensors that overlap", "bad-input", "do not fill it", { a: frames, b: frames }],
    ["bytes behind the tensors", "bad-input", "do not fill it", { a: { ...frames, data_offsets: [0, 8] } }],
    ["another type", "unsupported", "holds frames (2, 2, 2)", { frames: { ...frames, dtype: "BF16" } }],
    ["no tensor", "bad-input", "do not fill it", {}],
  ] as const) {
    it(`and ${what} is refused`, async () => {
      await assert.rejects(open(header), refusal(code, "a.st", message));
    });
  }
});

describe("the checksum of two pieces", () => {
  it("is that of both together", () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
    for (const cut of [0, 1, 7, 8, 1024, 4999, 5000]) {
      const [one, other] = [bytes.subarray(0, cut), bytes.subarray(cut)];
      assert.equal(combinedCrc32(crc32(one), crc32(other), other.length), crc32(bytes), `cut at ${cut}`);
      assert.equal(crc32(other, crc32(one)), crc32(bytes));
    }
    // The same in any order, also of more than 32 bits of length.
    let zeros = crc32(new Uint8Array(1));
    for (let length = 1; length < 2 ** 33; length *= 2) zeros = combinedCrc32(zeros, zeros, length);
    const sum = crc32(bytes);
    assert.equal(
      combinedCrc32(combinedCrc32(sum, zeros, 2 ** 33), sum, 5000),
      combinedCrc32(sum, combinedCrc32(zeros, sum, 5000), 2 ** 33 + 5000),
    );
  });
});

const python = pythonWith("numpy");
const skip = python === undefined ? "NumPy is not installed (Debian: python3-numpy)" : false;

describe("NumPy", { skip }, () => {
  it("reads the arrays that are written, finished and not, without pickles", async () => {
    const folder = await mkdtemp(join(tmpdir(), "slnet-arrays-"));
    try {
      for (const format of ["npy", "npz"]) {
        const sink = createMemorySink();
        const writer = formats[format]!.create(sink, options);
        await writer.write(framesOf(5));
        if (format === "npy") await writeFile(join(folder, "half.npy"), sink.bytes());
        await writer.write(framesOf(2, 5));
        await writer.finish();
        await writeFile(join(folder, `whole.${format}`), sink.bytes());
      }
      const program = `
import json, sys, zipfile, numpy
folder = sys.argv[1]
def told(a): return [str(a.dtype), list(a.shape), int(a.astype("u8").sum()), int(a[-1, -1, -1])]
archive = numpy.load(folder + "/whole.npz", allow_pickle=False)
print(json.dumps([told(numpy.load(folder + "/half.npy")), told(numpy.load(folder + "/whole.npy", mmap_mode="r")),
                  archive.files, told(archive["frames"]), json.loads(str(archive["slnet_web"]))["pixelSizeNm"],
                  zipfile.ZipFile(folder + "/whole.npz").testzip()]))`;
      const sum = (count: number): number => framesOf(count).reduce((total, value) => total + value, 0);
      assert.deepEqual(JSON.parse(execFileSync(python ?? "", ["-c", program, folder], { encoding: "utf8" })), [
        ["uint16", [5, 3, 5], sum(5), 74],
        ["uint16", [7, 3, 5], sum(7), 104],
        ["slnet_web", "frames"],
        ["uint16", [7, 3, 5], sum(7), 104],
        103,
        null,
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const withSafetensors = pythonWith("safetensors", "numpy");

describe(
  "safetensors for Python",
  {
    skip: withSafetensors === undefined ? "safetensors is not installed for Python" : false,
  },
  () => {
    it("reads the stacks that are written, finished and not", async () => {
      const folder = await mkdtemp(join(tmpdir(), "slnet-arrays-"));
      try {
        const sink = createMemorySink();
        const writer = createSafetensorsStackWriter(sink, options);
        await writer.write(framesOf(5));
        await writeFile(join(folder, "half"), sink.bytes());
        await writer.write(framesOf(2, 5));
        await writer.finish();
        await writeFile(join(folder, "whole"), sink.bytes());
        const program = `
import json, sys
from safetensors import safe_open
def told(name):
    with safe_open(sys.argv[1] + "/" + name, "numpy") as file:
        frames = file.get_tensor("frames")
        return [sorted(file.keys()), str(frames.dtype), list(frames.shape), int(frames[-1, -1, -1]), json.loads(file.metadata()["slnet_web"])["pixelSizeNm"]]
print(json.dumps([told("half"), told("whole")]))`;
        const answer = execFileSync(withSafetensors ?? "", ["-c", program, folder], { encoding: "utf8" });
        assert.deepEqual(JSON.parse(answer), [
          [["frames", "unwritten"], "uint16", [5, 3, 5], 74, 103],
          [["frames"], "uint16", [7, 3, 5], 104, 103],
        ]);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);
