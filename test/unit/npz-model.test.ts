import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf } from "../../src/core/model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { encodeNpy } from "../../src/core/io/npy-writer.js";
import { damagedCopies } from "./damaged-copies.js";
import { buildModel, rounded } from "./model-builder.js";
import { pythonWith } from "./python.js";
import { refusal } from "./reading.js";
import { buildZip } from "./zip-builder.js";

const write = async (model = buildModel()): Promise<Uint8Array> => (await writeModel("a.npz", model)).bytes;
const read = (bytes: Uint8Array, facts = {}) => readModel("a.bin", Uint8Array.from(bytes), facts);

// One frame: conv1 [2, 1, 1, 1], conv2 [1, 2, 1, 1].
const conv1 = encodeNpy([2, 1, 1, 1], Float32Array.of(0.5, 2));
const conv2 = encodeNpy([1, 2, 1, 1], Float32Array.of(0.5, 0.25));
const arrays: readonly (readonly [string, Uint8Array])[] = [
  ["conv1.weight.npy", conv1],
  ["conv2.weight.npy", conv2],
];
const zipOf = (...files: readonly (readonly [string, Uint8Array])[]): Uint8Array => buildZip(new Map(files));

/** An array by hand, with a header that says what it likes. */
function npyOf(descr: string, shape: string, content: Uint8Array): Uint8Array {
  const text = Buffer.from(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), Buffer.of(text.length, 0), text, content]);
}

describe("archives of NumPy with a model", () => {
  it("of ours give back the very model, whatever their name", async () => {
    for (const model of [buildModel(), buildModel({ temporalShifts: [0, 5], useBias: true, normType: 1 })]) {
      assert.deepEqual(await read(await write(model)), { model, notices: [] });
    }
  });

  it("are the same bytes for the same model", async () => {
    assert.deepEqual(await write(), await write());
  });

  it("of others give their weights, stored or deflated, and need what they do not say", async () => {
    for (const isCompressed of [false, true]) {
      const bytes = buildZip(new Map(arrays), isCompressed);
      await assert.rejects(read(bytes), refusal("bad-input", "does not say their temporal shifts"));
      const { model, notices } = await read(bytes, { temporalShifts: [0] });
      assert.deepEqual(model.weights, { conv1: [0.5, 2], bias1: null, conv2: [0.5, 0.25], bias2: null });
      assert.equal(model.versions.engine, "NumPy");
      assert.match(notices.join(" "), /largest pixel .* cancels out/);
    }
  });

  it("may name their tensors as several graphics cards do", async () => {
    const bytes = zipOf(...arrays.map(([path, array]) => [`module.${path}`, array] as const));
    assert.deepEqual((await read(bytes, { temporalShifts: [0] })).model.weights.conv1, [0.5, 2]);
  });

  it("whose weights were trained further lose the record of the old ones", async () => {
    const bytes = Buffer.from(await write());
    const files = new Map<string, Uint8Array>([
      ["conv1.weight.npy", encodeNpy([6, 3, 1, 1], new Float32Array(18).fill(0.125))],
      ["conv2.weight.npy", encodeNpy([3, 6, 1, 1], new Float32Array(18).fill(0.25))],
      ["slnet_web.npy", recordIn(bytes)],
    ]);
    const { model, notices } = await read(buildZip(files));
    assert.equal(model.weights.conv1[0], 0.125);
    assert.equal(model.optimizer, null);
    assert.match(notices.join(" "), /of other weights/);
  });

  for (const [what, code, message, bytes] of [
    ["other arrays", "unsupported", 'an array named "x"', zipOf(...arrays, ["x.npy", conv1])],
    ["no weights", "unsupported", "no conv1.weight", zipOf(["conv2.weight.npy", conv2])],
    ["the same tensor twice", "unsupported", "conv1.weight", zipOf(...arrays, ["module.conv1.weight.npy", conv1])],
    [
      "objects of Python",
      "unsupported",
      "expected integers or floats",
      zipOf(["conv1.weight.npy", npyOf("|O", "(2, 1, 1, 1)", Buffer.alloc(16))], ["conv2.weight.npy", conv2]),
    ],
    [
      "a tensor of a terabyte",
      "unsupported",
      "expected at most",
      zipOf(["conv1.weight.npy", npyOf("<f4", "(549755813888, 1, 1, 1)", Buffer.alloc(8))]),
    ],
    [
      "a tensor that is cut off",
      "bad-input",
      "its array needs",
      zipOf(["conv1.weight.npy", npyOf("<f4", "(2, 1, 1, 1)", Buffer.alloc(4))]),
    ],
    [
      "a record that is no text",
      "unsupported",
      "expected one text",
      zipOf(...arrays, ["slnet_web.npy", npyOf("|O", "()", Buffer.alloc(16))]),
    ],
    [
      "a record of a terabyte",
      "unsupported",
      "expected at most",
      zipOf(...arrays, ["slnet_web.npy", npyOf("<U9999999999", "()", Buffer.alloc(8))]),
    ],
    [
      "a record that is cut off",
      "bad-input",
      "its text needs",
      zipOf(...arrays, ["slnet_web.npy", npyOf("<U3", "()", Buffer.alloc(8))]),
    ],
    [
      "letters that there are not",
      "bad-input",
      "those of Unicode",
      zipOf(...arrays, ["slnet_web.npy", npyOf("<U1", "()", Buffer.alloc(4, 0xff))]),
    ],
    [
      "a record that is no JSON",
      "bad-input",
      "its record is not JSON",
      zipOf(...arrays, ["slnet_web.npy", npyOf("|S2", "()", Buffer.from("{,"))]),
    ],
    [
      "a record that is no model",
      "bad-input",
      "model in a.bin",
      zipOf(...arrays, ["slnet_web.npy", npyOf("|S2", "()", Buffer.from("{}"))]),
    ],
  ] as const) {
    it(`with ${what} are refused`, async () => {
      await assert.rejects(read(bytes, { temporalShifts: [0] }), refusal(code, "a.bin", message));
    });
  }

  it("that say to unpack to more than they may are refused before they are unpacked", async () => {
    const bytes = buildZip(new Map([["conv1.weight.npy", new Uint8Array(5 * 1024 * 1024)]]), true);
    assert.ok(bytes.length < 10_000);
    await assert.rejects(read(bytes), refusal("unsupported", "conv1.weight.npy", "expected at most"));
  });

  it("cut off or with a byte changed give a model or an error of ours", async () => {
    for (const isCompressed of [false, true]) {
      for (const { at, bytes } of damagedCopies(buildZip(new Map(arrays), isCompressed))) {
        try {
          await read(bytes, { temporalShifts: [0] });
        } catch (error) {
          assert.ok(isSlnetError(error, "bad-input", "unsupported"), `byte ${at}: ${String(error)}`);
        }
      }
    }
  });

  const python = pythonWith("numpy");
  const skip = python === undefined ? "NumPy is not installed (Debian: python3-numpy)" : false;
  const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), "slnet-npz-"));
    try {
      await use(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const run = (program: string, folder: string): string =>
    execFileSync(python ?? "", ["-c", `import json, sys, numpy\nfolder = sys.argv[1]\n${program}`, folder], {
      encoding: "utf8",
    });

  it("are read by NumPy without pickles", { skip }, () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "a.npz"), await write());
      const answer = run(
        `
file = numpy.load(folder + "/a.npz", allow_pickle=False)
print(json.dumps([{k: [str(file[k].dtype), list(file[k].shape), file[k].flatten().tolist()] for k in file.files if k != "slnet_web"},
                  json.loads(str(file["slnet_web"]))]))`,
        folder,
      );
      const { conv1, conv2 } = rounded(networkOf(buildModel()));
      assert.deepEqual(JSON.parse(answer), [
        {
          "conv1.weight": ["float32", [6, 3, 1, 1], [...conv1]],
          "conv2.weight": ["float32", [3, 6, 1, 1], [...conv2]],
        },
        buildModel(),
      ]);
    }),
  );

  it("that NumPy wrote are read: stored and deflated, floats of 16, 32 and 64 bits", { skip }, () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "ours.npz"), await write());
      run(
        `
for kind in ("float16", "float32", "float64"):
    tensors = {"conv1.weight": numpy.array([0.5, 2], kind).reshape(2, 1, 1, 1), "conv2.weight": numpy.array([0.5, 0.25], kind).reshape(1, 2, 1, 1)}
    numpy.savez(folder + "/stored-" + kind + ".npz", **tensors)
    numpy.savez_compressed(folder + "/packed-" + kind + ".npz", **tensors)
ours = numpy.load(folder + "/ours.npz")
numpy.savez_compressed(folder + "/again.npz", **{name: ours[name] for name in ours.files})`,
        folder,
      );
      for (const name of ["stored", "packed"]) {
        for (const kind of ["float16", "float32", "float64"]) {
          const bytes = await readFile(join(folder, `${name}-${kind}.npz`));
          const { model } = await read(bytes, { temporalShifts: [0] });
          assert.deepEqual(model.weights, { conv1: [0.5, 2], bias1: null, conv2: [0.5, 0.25], bias2: null });
        }
      }
      assert.deepEqual((await read(await readFile(join(folder, "again.npz")))).model, buildModel());
    }),
  );
});

/** The record in an archive of ours, whose last file it is. */
function recordIn(archive: Buffer): Uint8Array {
  const start = archive.lastIndexOf(Buffer.from("\x93NUMPY", "latin1"));
  return archive.subarray(start, archive.indexOf(Buffer.from("PK\x01\x02"), start));
}
