import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";

import { parse } from "yaml";

import { isSlnetError } from "../../src/core/errors.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { readExactly } from "../../src/core/io/read-exactly.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import type { ForeignModel, ModelFacts } from "../../src/core/models/foreign-model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { affineOf } from "../../src/core/normalisation.js";
import { writeTfjs } from "../../src/core/tfjs/tfjs-writer.js";
import { goldenFile } from "../golden/golden.js";
import { buildModel, runLayers } from "./model-builder.js";
import { refusal } from "./reading.js";
import { buildZip } from "./zip-builder.js";
import { pythonWith } from "./python.js";

const read = (bytes: Uint8Array, facts: ModelFacts = {}): Promise<ForeignModel> =>
  readModel("a.zip", Uint8Array.from(bytes), facts, () => import("yaml"));
const write = async (
  model: ModelFile,
  name = "folder/background of STORM.bioimage.zip",
): Promise<Uint8Array<ArrayBuffer>> => (await writeModel(name, model)).bytes;

async function unzipped(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const zip = await openZip(createBufferSource("a.zip", bytes));
  const files = new Map<string, Uint8Array>();
  for (const path of zip.paths) {
    const file = await zip.open(path);
    assert.ok(file);
    files.set(path, await readExactly(file, 0, file.size));
  }
  return files;
}

/** An array of 32-bit floats as NumPy 1 writes it. */
function npy(shape: readonly number[], values: readonly number[], type = "<f4"): Buffer {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) + "\n";
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"),
    Buffer.from(header),
    Buffer.from(type === "<f4" ? Float32Array.from(values).buffer : Float64Array.from(values).buffer),
  ]);
}

function npyValues(bytes: Uint8Array | undefined): { readonly shape: string; readonly values: Float32Array } {
  const buffer = Buffer.from(bytes ?? []);
  const start = 10 + buffer.readUInt16LE(8);
  assert.equal(start % 64, 0, "NumPy aligns its arrays");
  const [, shape = ""] = /'shape': \(([^)]*)\)/.exec(buffer.subarray(10, start).toString()) ?? [];
  return { shape, values: new Float32Array(Uint8Array.from(buffer.subarray(start)).buffer) };
}

const models: readonly (readonly [string, ModelFile])[] = [
  ["three frames, scaled by their largest pixel above an offset", buildModel()],
  [
    "five frames with a bias and a standard score",
    buildModel({ temporalShifts: [0, 9, 19, 29, 39], useBias: true, normType: 1 }),
  ],
  ["frames that are not scaled", buildModel({ normType: -1, offsetAdu: 0 })],
  ["one frame", buildModel({ temporalShifts: [0], normType: 0 })],
  [
    "sixteen frames",
    buildModel({ temporalShifts: Array.from({ length: 16 }, (_, i) => 10 * i), useBias: true, normType: 3 }),
  ],
];

describe("a package of ours", () => {
  for (const [what, model] of models) {
    it(`gives back the very model, and each form of its weights reproduces the test images: ${what}`, async () => {
      const { model: found, notices, tests } = await read(await write(model));
      assert.deepEqual(found, model);
      assert.deepEqual(notices, []);
      assert.deepEqual(
        tests?.map(({ weights, part, isReproduced }) => [weights, part, isReproduced]),
        ["tensorflow_js", "onnx", "pytorch_state_dict"].map((weights) => [weights, "low-rank", true]),
      );
      for (const { largestDifference, largestValue } of tests ?? []) {
        assert.ok(
          largestValue > 1 && largestDifference < 1e-6 * largestValue,
          `${largestDifference} of ${largestValue}`,
        );
      }
    });

    it(`follows the specification 0.5: ${what}`, async () => {
      const files = await unzipped(await write(model));
      const rdf: unknown = parse(Buffer.from(files.get("rdf.yaml") ?? []).toString());
      checkSpecification(rdf, files);
    });
  }

  it("holds the background of its test frames as the description says it is computed", async () => {
    for (const [, model] of models) {
      const files = await unzipped(await write(model));
      const { shift, scale } = affineOf(model.normalisation);
      const input = npyValues(files.get("test_input.npy"));
      const output = npyValues(files.get("test_low_rank.npy"));
      assert.equal(input.shape, `1, ${model.temporalShifts.length}, 32, 32`);
      assert.equal(output.shape, input.shape);
      const expected = runLayers(
        networkOf(model),
        input.values.map((value) => (value - shift) / scale),
      );
      const size = Math.max(...output.values.map(Math.abs));
      expected.forEach((value, i) => {
        assert.ok(Math.abs(value * scale + shift - (output.values[i] ?? NaN)) < 1e-5 * size);
      });
    }
  });

  it("is the same for the same model, and says what is missing for an upload", async () => {
    const model = buildModel();
    assert.deepEqual(await write(model), await write(model));
    assert.match((await writeModel("a.bioimage.zip", model)).notices.join(" "), /authors, a licence/);
  });

  it("has documentation that says how the frames are cleaned and how the model is validated", async () => {
    const files = await unzipped(await write(buildModel()));
    const text = Buffer.from(files.get("README.md") ?? []).toString();
    assert.match(text, /^## Validation$/m);
    assert.match(text, /S = max\(0, frame − L\)/);
    assert.match(text, /t \+ 0, t \+ 49, t \+ 99/);
  });

  it("keeps weights that someone trained further, without our record of the old ones", async () => {
    const files = await unzipped(await write(buildModel()));
    const rdf = parse(Buffer.from(files.get("rdf.yaml") ?? []).toString()) as { config: unknown };
    const network = networkOf(buildModel());
    network.conv1[0] = 0.25;
    const other = await unzipped(
      await write(Object.assign(buildModel(), { weights: { ...buildModel().weights, conv1: [...network.conv1] } })),
    );
    for (const name of ["tfjs.zip", "weights.onnx", "weights.pt", "test_low_rank.npy"])
      files.set(name, other.get(name) ?? new Uint8Array());
    const otherRdf = parse(Buffer.from(other.get("rdf.yaml") ?? []).toString()) as { config: unknown };
    otherRdf.config = rdf.config;
    files.set("rdf.yaml", Buffer.from(JSON.stringify(otherRdf)));
    const { model, notices, tests } = await read(buildZip(files));
    assert.equal(model.weights.conv1[0], 0.25);
    assert.deepEqual(model.temporalShifts, [0, 49, 99]);
    assert.deepEqual([model.normalisation.offsetAdu, model.normalisation.maximum, model.epoch], [100, 812.25, 0]);
    assert.match(notices.join(" "), /of other weights and is left out/);
    assert.ok(tests?.every(({ isReproduced }) => isReproduced));
  });
});

/**
 * The rules of bioimageio.spec for a model of format 0.5, as far as a package of ours can break them (`model/v0_5.py`;
 * the published JSON schema allows no fields beside those that are listed here).
 */
function checkSpecification(rdf: unknown, files: ReadonlyMap<string, Uint8Array>): void {
  type Part = Readonly<Record<string, unknown>>;
  const part = (value: unknown): Part => value as Part;
  const list = (value: unknown): Part[] => {
    assert.ok(Array.isArray(value) && value.length > 0);
    return value as Part[];
  };
  const only = (value: unknown, ...keys: readonly string[]): void => {
    for (const key of Object.keys(value as object))
      assert.ok(keys.includes(key), `"${key}" is not among ${keys.join()}`);
  };
  // FileDescr: a relative path with the SHA-256 of the file.
  const checkFile = (value: Part, ending: RegExp): void => {
    const bytes = files.get(String(value["source"]));
    assert.ok(bytes && ending.test(String(value["source"])), String(value["source"]));
    assert.equal(value["sha256"], createHash("sha256").update(bytes).digest("hex"));
  };
  const model = part(rdf);
  only(
    model,
    "format_version",
    "type",
    "name",
    "description",
    "cite",
    "documentation",
    "covers",
    "tags",
    "inputs",
    "outputs",
    "weights",
    "config",
  );
  assert.match(String(model["format_version"]), /^0\.5\.\d+$/);
  assert.equal(model["type"], "model");
  // ModelDescr.name: letters, digits and _+- (), 5 to 128 of them, better at most 64.
  assert.match(String(model["name"]), /^[A-Za-z0-9_+\- ()]{5,64}$/);
  assert.ok(String(model["description"]).length <= 1024);
  // CiteEntry: text, and one of doi and url.
  for (const entry of list(model["cite"])) {
    only(entry, "text", "url");
    assert.ok(entry["text"] !== "" && URL.canParse(String(entry["url"])));
  }
  assert.match(String(model["documentation"]), /\.md$/);
  assert.match(Buffer.from(files.get(String(model["documentation"])) ?? []).toString(), /#.*[vV]alidation/);
  // Covers: at most 500 kB, sides as 2:1 or 1:1.
  for (const cover of model["covers"] as string[]) {
    const png = Buffer.from(files.get(cover) ?? []);
    assert.ok(png.length > 100 && png.length <= 500_000);
    assert.equal(png.readUInt32BE(16), 2 * png.readUInt32BE(20));
  }

  const sizes = new Map<string, unknown>();
  const checkTensor = (tensor: Part, steps: string): void => {
    only(tensor, "id", "description", "axes", "data", "test_tensor", steps);
    // TensorId: a lower-case identifier of at most 32 letters.
    assert.match(String(tensor["id"]), /^[a-z_][a-z0-9_]{0,31}$/);
    assert.ok(String(tensor["description"]).length <= 128);
    checkFile(part(tensor["test_tensor"]), /\.npy$/);
    const test = npyValues(files.get(String(part(tensor["test_tensor"])["source"])));
    const shape = test.shape.split(", ").map(Number);
    const axes = list(tensor["axes"]);
    assert.equal(axes.length, shape.length);
    axes.forEach((axis, i) => {
      const size = part(axis["size"]);
      switch (axis["type"]) {
        case "batch":
          only(axis, "type");
          break;
        case "channel":
          only(axis, "type", "channel_names");
          for (const name of axis["channel_names"] as string[]) assert.match(name, /^[A-Za-z_]\w*$/);
          assert.equal((axis["channel_names"] as string[]).length, shape[i]);
          break;
        case "space":
          only(axis, "type", "id", "size");
          if (steps === "preprocessing") {
            only(size, "min", "step");
            assert.ok(Number(size["min"]) > 0 && Number(size["step"]) > 0 && (shape[i] ?? 0) >= Number(size["min"]));
            sizes.set(`${String(tensor["id"])}.${String(axis["id"])}`, shape[i]);
          } else {
            // The size of an output refers to an axis of an input.
            only(size, "tensor_id", "axis_id");
            assert.equal(sizes.get(`${String(size["tensor_id"])}.${String(size["axis_id"])}`), shape[i]);
          }
          break;
        default:
          assert.fail(String(axis["type"]));
      }
    });
    // Output values must not all be below 1e-4.
    assert.ok(Math.max(...test.values) > 1e-4);
    // The first and the last step fix the type; without them they are added (InputTensorDescr, OutputTensorDescr).
    const found = list(tensor[steps]);
    assert.equal(found.at(-1)?.["id"], "ensure_dtype");
    for (const step of found) {
      only(step, "id", "kwargs");
      const kwargs = part(step["kwargs"]);
      switch (step["id"]) {
        case "ensure_dtype":
          assert.deepEqual(kwargs, { dtype: "float32" });
          break;
        case "fixed_zero_mean_unit_variance":
          only(kwargs, "mean", "std");
          assert.ok(typeof kwargs["mean"] === "number" && Number(kwargs["std"]) >= 1e-6);
          break;
        case "scale_linear":
          only(kwargs, "gain", "offset");
          // "Redundant linear scaling not allowed."
          assert.ok(kwargs["gain"] !== 1 || kwargs["offset"] !== 0);
          break;
        default:
          assert.fail(String(step["id"]));
      }
    }
  };
  for (const input of list(model["inputs"])) checkTensor(input, "preprocessing");
  for (const output of list(model["outputs"])) checkTensor(output, "postprocessing");

  const weights = part(model["weights"]);
  const own = ["source", "sha256", "parent"];
  only(weights["tensorflow_js"], ...own, "tensorflow_version");
  only(weights["onnx"], ...own, "opset_version");
  only(weights["pytorch_state_dict"], ...own, "pytorch_version", "architecture");
  const entries = Object.entries(weights);
  assert.equal(entries.length, 3);
  for (const [, entry] of entries) checkFile(part(entry), /\.(zip|onnx|pt)$/);
  // Exactly one form of the weights is the original; the others name theirs.
  assert.equal(entries.filter(([, entry]) => part(entry)["parent"] === undefined).length, 1);
  for (const [kind, entry] of entries) {
    const parent = part(entry)["parent"];
    assert.ok(parent === undefined || (typeof parent === "string" && parent !== kind && parent in weights));
  }
  assert.ok(Number(part(weights["onnx"])["opset_version"]) >= 7);
  const architecture = part(part(weights["pytorch_state_dict"])["architecture"]);
  only(architecture, "source", "sha256", "callable", "kwargs");
  checkFile(architecture, /\.py$/);
  only(model["config"], "bioimageio", "slnet_web");
}

// The example of TorchScript: frames and their background, both from PyTorch, normalised.
const { torchscript_example: example } = JSON.parse(goldenFile("checkpoints.json").toString()) as {
  readonly torchscript_example: Readonly<
    Record<"input" | "output", { readonly shape: number[]; readonly data: number[] }>
  >;
};
const input = npy(example.input.shape, example.input.data);
const output = npy(example.output.shape, example.output.data);
const reference = networkOf((await readModel("a.pt", Uint8Array.from(goldenFile("state_dict_n3.pt")))).model);
const tfjsFiles = writeTfjs(reference);

const old = {
  format_version: "0.4.9",
  type: "model",
  inputs: [{ name: "raw", axes: "bcyx", data_type: "float32", shape: { min: [1, 3, 1, 1], step: [0, 0, 1, 1] } }],
  outputs: [
    {
      name: "low",
      axes: "bcyx",
      data_type: "float32",
      shape: { reference_tensor: "raw", scale: [1, 1, 1, 1], offset: [0, 0, 0, 0] },
    },
  ],
  test_inputs: ["in.npy"],
  test_outputs: ["out.npy"],
};
const axes = [
  { type: "batch" },
  { type: "channel", channel_names: ["a", "b", "c"] },
  { type: "space", id: "y", size: 4 },
  { type: "space", size: 5 },
];
const recent = {
  format_version: "0.5.3",
  type: "model",
  inputs: [{ id: "raw", axes, test_tensor: { source: "in.npy" } }],
  outputs: [{ id: "low", axes, test_tensor: { source: "out.npy" } }],
};

/** A package of someone else with these parts. */
function packageOf(rdf: unknown, files: Readonly<Record<string, Uint8Array>> = {}, isCompressed = true): Uint8Array {
  const text = typeof rdf === "string" ? rdf : JSON.stringify(rdf);
  const all = new Map(Object.entries({ "rdf.yaml": Buffer.from(text), "in.npy": input, "out.npy": output, ...files }));
  return buildZip(all, isCompressed);
}

const onnx = { weights: { onnx: { source: "w.onnx", opset_version: 13 } } };
const onnxFile = { "w.onnx": goldenFile("onnx_n3.onnx") };

describe("packages of others", () => {
  const kinds = [
    ["onnx", { source: "w", opset_version: 13 }, { w: goldenFile("onnx_n3.onnx") }],
    ["pytorch_state_dict", { source: "./w" }, { w: goldenFile("state_dict_n3.pt") }],
    ["torchscript", { source: "sub/w" }, { "sub/w": goldenFile("torchscript_traced.pt") }],
    [
      "tensorflow_js",
      { source: "w" },
      { w: buildZip(new Map([...tfjsFiles].map(([name, bytes]) => [`model/${name}`, bytes])), true) },
    ],
    [
      "tensorflow_js",
      { source: "m/model.json" },
      Object.fromEntries([...tfjsFiles].map(([name, bytes]) => [`m/${name}`, bytes])),
    ],
  ] as const;
  for (const [kind, entry, files] of kinds) {
    for (const form of [old, recent]) {
      it(`of the specification ${form.format_version} with weights for ${kind} (${entry.source}) give their network`, async () => {
        const { model, notices, tests } = await read(packageOf({ ...form, weights: { [kind]: entry } }, files));
        assert.deepEqual(networkOf(model), reference);
        assert.equal(tests?.length, 1);
        const [test] = tests;
        assert.ok(test?.isReproduced && test.weights === kind && test.part === "low-rank");
        // PyTorch computed the expected values with 32-bit floats.
        assert.ok(test.largestDifference > 0 && test.largestDifference < 1e-6);
        assert.deepEqual(model.normalisation, {
          type: -1,
          offsetAdu: 0,
          maximum: null,
          mean: null,
          standardDeviation: null,
        });
        assert.match(notices.join(" "), /temporal shifts .* the usual/);
      });
    }
  }

  it("with the sparse part as their output are recognised by their test images", async () => {
    const rest = example.input.data.map((value, i) => Math.max(0, value - (example.output.data[i] ?? NaN)));
    const { tests } = await read(
      packageOf({ ...recent, ...onnx }, { ...onnxFile, "out.npy": npy([1, 3, 4, 5], rest) }),
    );
    assert.deepEqual(
      tests?.map(({ part, isReproduced }) => [part, isReproduced]),
      [["sparse", true]],
    );
  });

  it("with frames on the z axis, as the published one has them, are tested too", async () => {
    const shaped = {
      ...old,
      ...onnx,
      inputs: [{ ...old.inputs[0], axes: "bczyx" }],
      outputs: [{ ...old.outputs[0], axes: "bczyx" }],
    };
    const files = {
      ...onnxFile,
      "in.npy": npy([1, 1, 3, 4, 5], example.input.data),
      "out.npy": npy([1, 1, 3, 4, 5], example.output.data, "<f8"),
    };
    const { tests } = await read(packageOf(shaped, files));
    assert.deepEqual(
      tests?.map(({ part, isReproduced }) => [part, isReproduced]),
      [["low-rank", true]],
    );
  });

  it("with a fixed scaling before the network get it as their normalisation, and their channels name the shifts", async () => {
    const counts = example.input.data.map((value) => value * 800 + 100);
    const files = { ...onnxFile, "in.npy": npy([1, 3, 4, 5], counts) };
    const named = axes.map((axis) =>
      "channel_names" in axis ? { ...axis, channel_names: ["t0", "t5", "t20"] } : axis,
    );
    for (const preprocessing of [
      [{ id: "fixed_zero_mean_unit_variance", kwargs: { mean: 100, std: 800 } }],
      [
        { id: "ensure_dtype", kwargs: { dtype: "float32" } },
        { id: "scale_linear", kwargs: { gain: 1 / 800, offset: -0.125 } },
      ],
      [
        { id: "scale_linear", kwargs: { offset: -100 } },
        { id: "scale_linear", kwargs: { gain: [1 / 800, 1 / 800, 1 / 800], axis: "channel" } },
      ],
      [{ name: "zero_mean_unit_variance", kwargs: { mode: "fixed", mean: [100], std: [800] } }],
    ]) {
      const rdf = { ...recent, ...onnx, inputs: [{ ...recent.inputs[0], axes: named, preprocessing }] };
      const { model, tests } = await read(packageOf(rdf, files));
      assert.deepEqual(model.temporalShifts, [0, 5, 20]);
      assert.ok(Math.abs(model.normalisation.offsetAdu - 100) < 1e-9);
      assert.ok(Math.abs((model.normalisation.maximum ?? NaN) - 800) < 1e-9);
      assert.ok(tests?.[0]?.isReproduced);
    }
  });

  it("that are not reproduced say by how much", async () => {
    const wrong = example.output.data.map((value, i) => value + (i === 7 ? 0.5 : 0));
    const { notices, tests } = await read(
      packageOf({ ...recent, ...onnx }, { ...onnxFile, "out.npy": npy([1, 3, 4, 5], wrong) }),
    );
    assert.equal(tests?.[0]?.isReproduced, false);
    assert.ok(Math.abs((tests[0]?.largestDifference ?? NaN) - 0.5) < 1e-5);
    assert.match(notices.join(" "), /onnx do not reproduce .* 0\.5/);
    const withNaN = npy(
      [1, 3, 4, 5],
      example.output.data.map(() => NaN),
    );
    const { tests: none } = await read(packageOf({ ...recent, ...onnx }, { ...onnxFile, "out.npy": withNaN }));
    assert.equal(none?.[0]?.isReproduced, false);
  });

  it("without test images are read, and it is said that nobody knows", async () => {
    const { notices, tests } = await read(packageOf({ ...old, ...onnx, test_outputs: [] }, onnxFile));
    assert.deepEqual(tests, []);
    assert.match(notices.join(" "), /no test images/);
  });

  it("with one form of weights that is no SLNet are read by another one", async () => {
    const weights = { ...onnx.weights, torchscript: { source: "https://example.com/w.pt" } };
    const { model, notices } = await read(packageOf({ ...recent, weights }, onnxFile));
    assert.deepEqual(networkOf(model), reference);
    assert.match(notices.join(" "), /weights for torchscript are left out: .*example\.com/);
  });

  it("in a folder of the archive, or by the newer name, are found", async () => {
    const inside = new Map(
      Object.entries({
        "p/bioimageio.yaml": Buffer.from(JSON.stringify({ ...recent, ...onnx })),
        "p/in.npy": input,
        "p/out.npy": output,
        "p/w.onnx": onnxFile["w.onnx"],
      }),
    );
    assert.deepEqual(networkOf((await read(buildZip(inside, true))).model), reference);
  });
});

describe("hostile packages", () => {
  const bomb = (levels: number): string =>
    [
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]`,
      ...Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]`),
    ].join("\n");
  const good = { ...recent, ...onnx };
  const at = (source: string) => ({ ...recent, weights: { onnx: { source } } });

  for (const [what, code, messages, bytes] of [
    [
      "names that climb out",
      "unsupported",
      ["../w.onnx", "in the package"],
      () => packageOf(at("../w.onnx"), onnxFile),
    ],
    ["names from the root", "unsupported", ["/etc/passwd"], () => packageOf(at("/etc/passwd"))],
    ["names of Windows", "unsupported", ["in the package"], () => packageOf(at("..\\w.onnx"))],
    ["addresses", "unsupported", ["http://"], () => packageOf(at("http://169.254.169.254/x"))],
    ["files that are not there", "bad-input", ["no file nowhere"], () => packageOf(at("nowhere"))],
    ["YAML that unfolds without end", "bad-input", ["rdf.yaml", "YAML"], () => packageOf(bomb(9))],
    [
      "a thousand aliases",
      "bad-input",
      ["aliases"],
      () => packageOf(`a: &a 1\nb: [${Array(1000).fill("*a").join(", ")}]`),
    ],
    ["a description of a megabyte", "bad-input", ["characters"], () => packageOf(`a: "${"x".repeat(500_000)}"`)],
    ["a description of two", "unsupported", ["at most 1048576"], () => packageOf(`a: "${"x".repeat(2_000_000)}"`)],
    ["deep nesting", "bad-input", ["YAML"], () => packageOf("[".repeat(50_000))],
    ["an empty description", "unsupported", ["expected a model"], () => packageOf("")],
    ["a list as its description", "unsupported", ["expected a model"], () => packageOf("[1]")],
    ["another thing", "unsupported", ["a dataset"], () => packageOf({ ...good, type: "dataset" })],
    ["a later format", "unsupported", ["format_version 0.6.0"], () => packageOf({ ...good, format_version: "0.6.0" })],
    [
      "two inputs",
      "unsupported",
      ["2 inputs"],
      () => packageOf({ ...good, inputs: [recent.inputs[0], recent.inputs[0]] }),
    ],
    [
      "axes that are none",
      "unsupported",
      ["axes"],
      () => packageOf({ ...good, inputs: [{ ...recent.inputs[0], axes: [{ type: "__proto__" }] }] }),
    ],
    [
      "the same axis twice",
      "unsupported",
      ["axes"],
      () => packageOf({ ...old, ...onnx, inputs: [{ name: "raw", axes: "byyx" }] }),
    ],
    [
      "weights of other kinds only",
      "unsupported",
      ["no weights"],
      () => packageOf({ ...recent, weights: { keras_hdf5: { source: "w.h5" } } }),
    ],
    [
      "a scaling by the image",
      "unsupported",
      ["scale_range"],
      () => packageOf({ ...good, inputs: [{ ...recent.inputs[0], preprocessing: [{ id: "scale_range" }] }] }, onnxFile),
    ],
    [
      "a division by zero",
      "unsupported",
      ["positive"],
      () =>
        packageOf(
          { ...good, inputs: [{ ...recent.inputs[0], preprocessing: [{ id: "scale_linear", kwargs: { gain: 0 } }] }] },
          onnxFile,
        ),
    ],
    [
      "a wrong checksum",
      "bad-input",
      ["SHA-256"],
      () => packageOf({ ...recent, weights: { onnx: { source: "w.onnx", sha256: "0".repeat(64) } } }, onnxFile),
    ],
    [
      "a test image that says it is huge",
      "unsupported",
      ["4194304 numbers"],
      () => packageOf(good, { ...onnxFile, "in.npy": npy([1, 3, 100_000, 100_000], []) }),
    ],
    [
      "a test image cut short",
      "bad-input",
      ["in.npy"],
      () => packageOf(good, { ...onnxFile, "in.npy": input.subarray(0, 200) }),
    ],
    [
      "a record that is no model",
      "bad-input",
      ["model in a.zip"],
      () => packageOf({ ...good, config: { slnet_web: { model: [] } } }, onnxFile),
    ],
    [
      "tfjs weights that climb out",
      "unsupported",
      ["../x.bin"],
      () => {
        const json = Buffer.from(JSON.stringify({ weightsManifest: [{ paths: ["../x.bin"], weights: [] }] }));
        return packageOf(
          { ...recent, weights: { tensorflow_js: { source: "t.zip" } } },
          { "t.zip": buildZip(new Map([["model.json", json]])) },
        );
      },
    ],
  ] as const) {
    it(`${what} are refused`, async () => {
      await assert.rejects(read(bytes()), refusal(code, ...messages));
    });
  }

  it("a file that says less than it unpacks to is stopped, and one that says more than is read is not unpacked", async () => {
    // 64 MB of zeros in 64 kB.
    const zeros = packageOf(good, { "w.onnx": new Uint8Array(64_000_000) });
    assert.ok(zeros.length < 100_000);
    await assert.rejects(read(zeros), refusal("unsupported", "w.onnx", "64000000 bytes", "at most 16777216"));
    const name = Buffer.from("w.onnx");
    const lying = Buffer.from(zeros);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(64_000_000);
    for (let at = lying.indexOf(name); at >= 0; at = lying.indexOf(name, at + 1)) {
      // In the list of files the size stands 22 bytes before the name, in the file's own head 8 bytes.
      for (const back of [8, 22])
        if (lying.subarray(at - back, at - back + 4).equals(size)) lying.writeUInt32LE(1000, at - back);
    }
    assert.ok(deflateRawSync(new Uint8Array(64_000_000)).length < 100_000);
    await assert.rejects(read(lying), refusal("bad-input", "w.onnx", "more than the 1000 bytes"));
  });

  it("a package cut off or with a byte changed gives a model or an error of ours", async () => {
    const whole = packageOf(good, onnxFile);
    for (let i = 0; i < whole.length; i += 7) {
      const changed = Uint8Array.from(whole);
      changed[i] = (changed[i] ?? 0) ^ 0x55;
      for (const bytes of [changed, whole.subarray(0, i)]) {
        try {
          await read(bytes);
        } catch (error) {
          assert.ok(isSlnetError(error, "bad-input", "unsupported"), `byte ${i}: ${String(error)}`);
        }
      }
    }
  });

  it("without a parser of YAML a package is named as what it is", async () => {
    await assert.rejects(
      readModel("a.zip", Uint8Array.from(packageOf(good, onnxFile))),
      refusal("unsupported", "BioImage Model Zoo"),
    );
  });
});

/** Pythons that may have what is needed: Debian's has PyTorch. */
const python = pythonWith("torch", "numpy");

const runPackage = `
import importlib.util, json, sys, numpy, torch
folder, rdf = sys.argv[1], json.load(sys.stdin)
entry = rdf["weights"]["pytorch_state_dict"]
spec = importlib.util.spec_from_file_location("architecture", folder + "/" + entry["architecture"]["source"])
module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
net = getattr(module, entry["architecture"]["callable"])(**entry["architecture"]["kwargs"])
net.load_state_dict(torch.load(folder + "/" + entry["source"], weights_only=True))
def run(image, steps):
    for step in steps:
        k = step["kwargs"]
        if step["id"] == "ensure_dtype": image = image.astype(k["dtype"])
        elif step["id"] == "fixed_zero_mean_unit_variance": image = (image - k["mean"]) / k["std"]
        elif step["id"] == "scale_linear": image = image * k["gain"] + k["offset"]
        else: raise ValueError(step["id"])
    return image
image = run(numpy.load(folder + "/" + rdf["inputs"][0]["test_tensor"]["source"]), rdf["inputs"][0]["preprocessing"])
with torch.no_grad(): found = net(torch.from_numpy(image)).numpy()
found = run(found, rdf["outputs"][0]["postprocessing"])
expected = numpy.load(folder + "/" + rdf["outputs"][0]["test_tensor"]["source"])
numpy.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
print(json.dumps([found.shape, float(abs(found - expected).max()), float(abs(expected).max())]))
`;

it(
  "PyTorch builds the network of a package, loads its weights and reproduces its test images",
  { skip: python === undefined ? "PyTorch is not installed (Debian: python3-torch)" : false },
  async () => {
    for (const [, model] of models) {
      const folder = await mkdtemp(join(tmpdir(), "slnet-zoo-"));
      try {
        const files = await unzipped(await write(model));
        await mkdir(folder, { recursive: true });
        for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
        const rdf = JSON.stringify(parse(Buffer.from(files.get("rdf.yaml") ?? []).toString()));
        const answer = execFileSync(python ?? "", ["-c", runPackage, folder], { input: rdf, encoding: "utf8" });
        const [shape, difference, largest] = JSON.parse(answer) as [number[], number, number];
        assert.deepEqual(shape, [1, model.temporalShifts.length, 32, 32]);
        assert.ok(difference < 1e-5 * largest, `${difference} of ${largest}`);
      } finally {
        await rm(folder, { recursive: true });
      }
    }
  },
);
