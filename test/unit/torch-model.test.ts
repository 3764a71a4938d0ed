import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { createRandom } from "../../src/core/random.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { readPickle } from "../../src/core/torch/pickle.js";
import { PickleName } from "../../src/core/torch/pickle-values.js";
import {
  PickleCall,
  PickleReference,
  PickleTuple,
  writePickle,
  type Picklable,
} from "../../src/core/torch/pickle-writer.js";
import { looksLikeTorch } from "../../src/core/torch/torch-head.js";
import { writeTorchCheckpoint } from "../../src/core/torch/torch-writer.js";
import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openZip } from "../../src/core/io/zip-folder.js";
import { createZipTree } from "../../src/core/io/zip-tree.js";
import { golden, goldenFile, goldenFrame, goldenSide } from "../golden/golden.js";
import { refusal } from "./reading.js";

interface TensorText {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface CheckpointTexts {
  readonly reference_checkpoint: {
    readonly model_state_dict: Readonly<Record<string, TensorText>>;
    readonly optimizer_state_dict: { readonly state: Readonly<Record<string, Readonly<Record<string, TensorText>>>> };
    readonly statistics: readonly TensorText[];
  };
  readonly state_dict_n5_bias_module_prefix: Readonly<Record<string, TensorText>>;
  readonly torchscript_example: { readonly input: TensorText; readonly output: TensorText };
}

const texts = JSON.parse(goldenFile("checkpoints.json").toString()) as CheckpointTexts;
const { reference_checkpoint: reference } = texts;

const bytesOf = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(goldenFile(name));
const read = (name: string, facts = {}) => readModel(name, bytesOf(name), facts);

function assertReferenceWeights({ weights }: ModelFile): void {
  assert.deepEqual(weights.conv1, reference.model_state_dict["conv1.weight"]?.data);
  assert.deepEqual(weights.conv2, reference.model_state_dict["conv2.weight"]?.data);
  assert.equal(weights.bias1, null);
}

describe("checkpoints of the published code", () => {
  for (const name of [
    "reference_checkpoint.pt",
    "reference_checkpoint_legacy.pt",
    "reference_checkpoint_cuda.pt",
    "reference_checkpoint_cuda_legacy.pt",
  ]) {
    it(`${name} gives weights, options, statistics and the state of Adam`, async () => {
      const { model, notices } = await read(name);
      assertReferenceWeights(model);
      const { configuration, normalisation, optimizer } = model;
      assert.deepEqual(model.temporalShifts, [0, 49, 99]);
      assert.deepEqual(
        [
          configuration.sparsityWeight,
          configuration.singularValueThreshold,
          configuration.trainFrames,
          configuration.testFrames,
        ],
        [12, 0.01, "0:100", "101:201"],
      );
      // 106 is stored there and never used; ours would subtract it.
      assert.equal(configuration.offsetAdu, 0);
      assert.deepEqual([model.epoch, model.steps, configuration.maxEpochs], [101, 1212, 101]);
      const [mean, deviation] = reference.statistics.map(({ data }) => data[0]);
      assert.deepEqual(normalisation, { type: 2, offsetAdu: 0, maximum: null, mean, standardDeviation: deviation });
      const { state } = reference.optimizer_state_dict;
      assert.deepEqual(optimizer?.firstMoments, [state["0"]?.["exp_avg"]?.data, state["1"]?.["exp_avg"]?.data]);
      assert.deepEqual(optimizer?.secondMoments, [state["0"]?.["exp_avg_sq"]?.data, state["1"]?.["exp_avg_sq"]?.data]);
      assert.match(notices.join(" "), /largest pixel .* cancels out/);
    });
  }

  it("clean as the published code does, although the largest pixel is not in them", async () => {
    const { model } = await read("reference_checkpoint.pt");
    const map = separationMap(networkOf(model), model.normalisation);
    const sparse = new Float32Array(goldenSide ** 2);
    const window = [5, 54, 104].map(goldenFrame);
    separate(map, window, 0, sparse, new Float32Array(goldenSide ** 2));
    const expected = golden("sparse_counts_n3_trained_t5_channel0");
    const [, width] = expected.shape.slice(-2);
    assert.ok(width !== undefined && expected.values.length > 1000);
    let largest = 0;
    expected.values.forEach((value, i) => {
      const found = sparse[Math.floor(i / width) * goldenSide + (i % width)] ?? NaN;
      largest = Math.max(largest, Math.abs(found - value));
    });
    assert.ok(largest < 0.002, `${largest} ADU`);
  });
});

describe("other files of PyTorch", () => {
  it("a state dictionary gives its weights, and says what is assumed", async () => {
    const { model, notices } = await read("state_dict_n3.pt");
    assertReferenceWeights(model);
    assert.deepEqual([model.temporalShifts, model.optimizer, model.epoch], [[0, 49, 99], null, 0]);
    assert.match(notices.join(" "), /temporal shifts .* the usual \[0, 49, 99\]/);
    const told = await read("state_dict_n3.pt", { temporalShifts: [0, 10, 30] });
    assert.deepEqual(told.model.temporalShifts, [0, 10, 30]);
    assert.deepEqual(told.model.configuration.temporalShifts, [0, 10, 30]);
  });

  it("one of five frames, with a bias and names from several graphics cards, needs its shifts and maximum", async () => {
    const name = "state_dict_n5_bias_module_prefix.pt";
    const temporalShifts = [0, 10, 20, 30, 40];
    await assert.rejects(read(name), refusal("bad-input", "5 frames", "does not say their temporal shifts"));
    await assert.rejects(read(name, { temporalShifts: [0, 49, 99] }), refusal("bad-input", "5 frames", "[0, 49, 99]"));
    await assert.rejects(read(name, { temporalShifts }), refusal("bad-input", "largest pixel", "has a bias"));
    const { model, notices } = await read(name, { temporalShifts, maximumAdu: 717 });
    const expected = texts.state_dict_n5_bias_module_prefix;
    assert.deepEqual(model.weights, {
      conv1: expected["module.conv1.weight"]?.data,
      conv2: expected["module.conv2.weight"]?.data,
      bias1: expected["module.conv1.bias"]?.data,
      bias2: expected["module.conv2.bias"]?.data,
    });
    assert.equal(model.normalisation.maximum, 717);
    assert.equal(model.configuration.useBias, true);
    assert.match(notices.join(" "), /how its frames were scaled/);
  });

  for (const name of ["torchscript_traced.pt", "torchscript_scripted.pt"]) {
    it(`${name} gives the same background as TorchScript did`, async () => {
      const { model } = await read(name);
      assertReferenceWeights(model);
      const { input, output } = texts.torchscript_example;
      const pixels = input.data.length / 3;
      const plane = (channel: number): Float32Array =>
        Float32Array.from(input.data.slice(channel * pixels, (channel + 1) * pixels));
      const map = separationMap(networkOf(model), model.normalisation);
      for (const channel of [0, 1, 2]) {
        const lowRank = new Float32Array(pixels);
        separate(map, [0, 1, 2].map(plane), channel, new Float32Array(pixels), lowRank);
        lowRank.forEach((value, i) => {
          assert.ok(Math.abs(value - (output.data[channel * pixels + i] ?? NaN)) < 1e-6);
        });
      }
    });
  }
});

describe("our checkpoints for PyTorch", () => {
  it("come back as the model that they were written of", async () => {
    const { model } = await read("reference_checkpoint.pt");
    const known = { ...model, normalisation: { ...model.normalisation, offsetAdu: 100, maximum: 717 } };
    const again = await readModel("again.pt", await writeTorchCheckpoint(known));
    assert.deepEqual(again, { model: known, notices: [] });
  });

  it("hold nothing but dictionaries, numbers and tensors", async () => {
    const { model } = await read("state_dict_n5_bias_module_prefix.pt", {
      temporalShifts: [0, 10, 20, 30, 40],
      maximumAdu: 717,
    });
    const bytes = await writeTorchCheckpoint(model);
    assert.ok(looksLikeTorch(bytes));
    const names = new Set<string>();
    const pickle = await (await openZip(createBufferSource("a.pt", bytes))).open("slnet/data.pkl");
    assert.ok(pickle);
    readPickle(
      await pickle.read(0, pickle.size),
      {
        make: (maker) => {
          names.add(maker.toString());
          return new Map();
        },
        find: (id) => {
          names.add(String((id as readonly unknown[])[1]));
          return null;
        },
      },
      "a.pt",
    );
    // What the unpickler of torch.load(weights_only=True) lets through, by torch/_weights_only_unpickler.py.
    assert.deepEqual([...names].sort(), [
      "collections.OrderedDict",
      "torch.FloatStorage",
      "torch._utils._rebuild_tensor_v2",
    ]);
  });
});

/** A zip of `torch.save` around a pickle, with one storage. */
async function archive(
  root: Picklable,
  storage: Float32Array = new Float32Array(18),
): Promise<Uint8Array<ArrayBuffer>> {
  const sink = createMemorySink();
  const zip = createZipTree(sink);
  await zip.write("a/data.pkl", writePickle(root));
  await zip.write("a/data/0", new Uint8Array(storage.buffer));
  await zip.finish();
  return sink.bytes().slice();
}

function tensor(
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
  type = "FloatStorage",
  count = 18,
): Picklable {
  const storage = new PickleReference(new PickleTuple("storage", new PickleName("torch", type), "0", "cpu", count));
  return new PickleCall(
    new PickleName("torch._utils", "_rebuild_tensor_v2"),
    new PickleTuple(storage, offset, new PickleTuple(...shape), new PickleTuple(...strides), false, new Map()),
  );
}

const good1 = tensor([6, 3, 1, 1], [3, 1, 1, 1]);
const good2 = tensor([3, 6, 1, 1], [6, 1, 1, 1]);
const dictionary = (entries: Readonly<Record<string, Picklable>>): Picklable => new Map(Object.entries(entries));

describe("hostile files of PyTorch", () => {
  const evil = new PickleCall(new PickleName("os", "system"), new PickleTuple("echo broken into"));
  const cases: readonly [name: string, root: Picklable, code: "bad-input" | "unsupported", ...says: string[]][] = [
    ["a call in place of everything", evil, "unsupported", "no dictionary"],
    [
      "another layer",
      dictionary({ "conv1.weight": good1, "conv2.weight": good2, "fc.weight": good1 }),
      "unsupported",
      "fc.weight",
    ],
    [
      "a call in place of a weight",
      dictionary({ "conv1.weight": evil, "conv2.weight": good2 }),
      "unsupported",
      "conv1.weight",
    ],
    ["one layer", dictionary({ "conv1.weight": good1 }), "unsupported", "no conv2.weight"],
    [
      "a bias in one layer",
      dictionary({ "conv1.weight": good1, "conv2.weight": good2, "conv1.bias": tensor([6], [1]) }),
      "unsupported",
      "a bias in one layer",
    ],
    [
      "another shape",
      dictionary({ "conv1.weight": good1, "conv2.weight": tensor([6, 3, 1, 1], [3, 1, 1, 1]) }),
      "unsupported",
      "conv2.weight of shape [6, 3, 1, 1]",
    ],
    [
      "a kernel of 3 × 3",
      dictionary({ "conv1.weight": tensor([1, 2, 3, 3], [18, 9, 3, 1]), "conv2.weight": good2 }),
      "unsupported",
      "conv1.weight of shape [1, 2, 3, 3]",
    ],
    [
      "a tensor past its storage",
      dictionary({ "conv1.weight": tensor([6, 3, 1, 1], [3, 1, 1, 1], 1), "conv2.weight": good2 }),
      "bad-input",
      "element 19 of a storage of 18",
    ],
    [
      "a storage that is shorter than it says",
      dictionary({
        "conv1.weight": tensor([6, 3, 1, 1], [3, 1, 1, 1], 0, "FloatStorage", 20),
        "conv2.weight": tensor([3, 6, 1, 1], [6, 1, 1, 1], 0, "FloatStorage", 20),
      }),
      "bad-input",
      "72 bytes, expected 80",
    ],
    [
      "a tensor of absurd size",
      dictionary({ "conv1.weight": tensor([1e9, 1e9], [0, 0]), "conv2.weight": good2 }),
      "unsupported",
      "at most 1000000 values",
    ],
    [
      "a storage of unknown type",
      dictionary({ "conv1.weight": tensor([6, 3, 1, 1], [3, 1, 1, 1], 0, "QInt8Storage") }),
      "unsupported",
      "QInt8Storage",
    ],
  ];
  for (const [name, root, code, ...says] of cases) {
    it(`${name} is refused`, async () => {
      await assert.rejects(readModel("evil.pt", await archive(root)), refusal(code, "evil.pt", ...says));
    });
  }

  it("unknown classes beside the weights are left alone, and weights that are not finite are refused", async () => {
    const root = dictionary({
      model_state_dict: dictionary({ "conv1.weight": good1, "conv2.weight": good2 }),
      args: evil,
      statistics: evil,
      optimizer_state_dict: dictionary({ state: dictionary({ "0": evil }) }),
      extra: evil,
    });
    const { model, notices } = await readModel("a.pt", await archive(root, new Float32Array(18).fill(0.25)));
    assert.equal(model.optimizer, null);
    assert.ok(model.weights.conv1.every((value) => value === 0.25));
    assert.match(notices.join(" "), /state of its optimizer does not fit/);
    await assert.rejects(
      readModel("a.pt", await archive(root, new Float32Array(18).fill(NaN))),
      refusal("bad-input", "conv1.weight", "not finite"),
    );
  });

  it("TorchScript that does more than two convolutions is refused", async () => {
    const folder = await openZip(createBufferSource("a.pt", bytesOf("torchscript_traced.pt")));
    const sink = createMemorySink();
    const zip = createZipTree(sink);
    for (const path of folder.paths) {
      const entry = await folder.open(path);
      const text = Buffer.from((await entry?.read(0, entry.size)) ?? []).toString("latin1");
      await zip.write(path, Buffer.from(text.replace("torch.relu(", "torch.tanh("), "latin1"));
    }
    await zip.finish();
    await assert.rejects(readModel("tanh.pt", sink.bytes().slice()), refusal("unsupported", "torch.tanh"));
  });

  it("2,000 damaged files are read or refused, each with a typed error", async () => {
    const random = createRandom(3, "damage");
    const names = [
      "reference_checkpoint.pt",
      "reference_checkpoint_legacy.pt",
      "torchscript_scripted.pt",
      "state_dict_n3.pt",
    ];
    let readable = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = bytesOf(names[round % names.length] ?? "");
      for (let hits = 1 + random.integer(4); hits > 0; hits--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      const cut = random.next() < 0.1 ? bytes.slice(0, random.integer(bytes.length)) : bytes;
      try {
        await readModel("damaged.pt", cut);
        readable++;
      } catch (error) {
        assert.ok(isSlnetError(error, "bad-input", "unsupported"), `round ${round}: ${String(error)}`);
      }
    }
    assert.ok(readable > 50 && readable < 1950, `${readable} of 2000 were readable`);
  });

  it("a pickle that doubles a list again and again costs no more than its bytes", async () => {
    const steps = 400;
    const doubling = Uint8Array.from([
      0x80,
      2,
      0x5d,
      0x71,
      0,
      ...Array.from({ length: steps }, () => [0x28, 0x68, 0, 0x68, 0, 0x65]).flat(),
      0x2e,
    ]);
    const sink = createMemorySink();
    const zip = createZipTree(sink);
    await zip.write("a/data.pkl", doubling);
    await zip.finish();
    await assert.rejects(readModel("list.pt", sink.bytes().slice()), refusal("unsupported", "no dictionary"));
  });
});

it("a JSON model is still a model, and text that is none says so", async () => {
  const { model } = await read("state_dict_n3.pt");
  const bytes = new TextEncoder().encode(JSON.stringify(model));
  assert.deepEqual((await readModel("m.json", bytes)).model, model);
  await assert.rejects(
    readModel("m.json", new TextEncoder().encode("nonsense")),
    refusal("bad-input", "m.json is no model"),
  );
});
