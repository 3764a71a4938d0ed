import assert from "node:assert/strict";
import { describe, it } from "node:test";

import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { networkOf } from "../../src/core/model.js";
import type { Network } from "../../src/core/network.js";
import { readTfjs } from "../../src/core/tfjs/tfjs-reader.js";
import { writeTfjs } from "../../src/core/tfjs/tfjs-writer.js";
import { buildModel, rounded, runLayers } from "./model-builder.js";
import { refusal } from "./reading.js";

type Files = ReadonlyMap<string, Uint8Array>;

const opener = (files: Files) => (path: string) => {
  const bytes = files.get(path);
  return Promise.resolve(bytes ? createBufferSource(path, bytes) : null);
};
const read = (files: Files): Promise<Network> => readTfjs("model.json", opener(files));

interface GraphModel {
  readonly format: string;
  readonly signature: unknown;
  readonly modelTopology: {
    readonly node: readonly { readonly name: string; readonly op: string; readonly input?: readonly string[] }[];
  };
  readonly weightsManifest: readonly {
    readonly weights: readonly { name: string; shape: number[]; dtype: "float32" | "int32" }[];
  }[];
}

function parsed(files: Files): GraphModel {
  return JSON.parse(Buffer.from(files.get("model.json") ?? []).toString()) as GraphModel;
}

const networks = [
  { what: "3 frames", network: networkOf(buildModel()) },
  {
    what: "5 frames with a bias",
    network: networkOf(buildModel({ temporalShifts: [0, 9, 19, 29, 39], useBias: true })),
  },
];

function assertClose(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs((found[i] ?? NaN) - value) < 1e-5, `${found[i]} for ${value}`));
}

describe("models for TensorFlow.js", () => {
  for (const { what, network } of networks) {
    const files = writeTfjs(network);
    const shape = [1, network.frames, 3, 4];
    const input = Float32Array.from({ length: network.frames * 12 }, (_, i) => Math.sin(i) ** 2);

    it(`are read as what was written: ${what}`, async () => {
      assert.deepEqual(await read(files), rounded(network));
    });

    it(`compute what the layers do, node by node with the operations of TensorFlow.js: ${what}`, () => {
      const { modelTopology, weightsManifest } = parsed(files);
      const bytes = Uint8Array.from(files.get("group1-shard1of1.bin") ?? []);
      const values = new Map<string, tf.Tensor>([["input", tf.tensor(input, shape)]]);
      let at = 0;
      for (const { name, shape: stored, dtype } of weightsManifest[0]?.weights ?? []) {
        const end = at + 4 * stored.reduce((a, b) => a * b, 1);
        const part = bytes.slice(at, end).buffer;
        values.set(name, tf.tensor(dtype === "int32" ? new Int32Array(part) : new Float32Array(part), stored, dtype));
        at = end;
      }
      assert.equal(at, bytes.length);
      let last = "";
      for (const { name, op, input: from = [] } of modelTopology.node) {
        const [a, b] = from.map((source) => values.get(source));
        if (op === "Placeholder" || op === "Const") continue;
        assert.ok(a);
        if (op === "Transpose") values.set(name, tf.transpose(a, [...(b?.dataSync() ?? [])]));
        else if (op === "Conv2D") values.set(name, tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "valid"));
        else if (op === "BiasAdd") values.set(name, tf.add(a, b as tf.Tensor1D));
        else if (op === "Relu") values.set(name, tf.relu(a));
        else assert.fail(op);
        last = name;
      }
      const output = values.get(last);
      assert.deepEqual(output?.shape, shape);
      assertClose(output.dataSync(), runLayers(network, input));
    });

    it(`load and compute in the real loader: ${what}`, async () => {
      const { modelTopology, signature, format, weightsManifest } = parsed(files);
      const weightData = Uint8Array.from(files.get("group1-shard1of1.bin") ?? []).buffer;
      const weightSpecs = [...(weightsManifest[0]?.weights ?? [])];
      const artifacts = { modelTopology, signature: signature as object, format, weightData, weightSpecs };
      const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
      const output = model.predict(tf.tensor(input, shape)) as tf.Tensor;
      assert.deepEqual(output?.shape, shape);
      assertClose(output.dataSync(), runLayers(network, input));
    });
  }
});

describe("models of others for TensorFlow.js", () => {
  // One frame: conv1 [2, 1], conv2 [1, 2].
  const weights = (names: readonly string[]): [string, Uint8Array] => [
    "w.bin",
    Buffer.concat(names.map((_, i) => Buffer.from(Float32Array.of(i + 1, i + 2).buffer))),
  ];
  const manifest = (...names: readonly string[]) => [
    {
      paths: ["w.bin"],
      weights: names.map((name, i) => ({ name, shape: i === 0 ? [1, 1, 1, 2] : [1, 1, 2, 1], dtype: "float32" })),
    },
  ];
  const expected = { frames: 1, conv1: Float64Array.of(1, 2), bias1: null, conv2: Float64Array.of(2, 3), bias2: null };
  const filesOf = (model: unknown, names: readonly string[]): Files =>
    new Map([["model.json", Buffer.from(JSON.stringify(model))], weights(names)]);

  const conv = (name: string, activation: string, more: object = {}) => ({
    class_name: "Conv2D",
    config: {
      name,
      kernel_size: [1, 1],
      strides: [1, 1],
      activation,
      use_bias: false,
      data_format: "channels_last",
      ...more,
    },
  });
  const keras = (layers: readonly unknown[], kind = "Sequential") =>
    filesOf(
      {
        format: "layers-model",
        modelTopology: { keras_version: "2.15.0", model_config: { class_name: kind, config: { name: "net", layers } } },
        weightsManifest: manifest("c1/kernel", "c2/kernel"),
      },
      ["c1/kernel", "c2/kernel"],
    );

  it("a sequential model of Keras gives its network", async () => {
    assert.deepEqual(await read(keras([conv("c1", "linear"), conv("c2", "relu")])), expected);
    const apart = [conv("c1", "linear"), conv("c2", "linear"), { class_name: "ReLU", config: { name: "r" } }];
    assert.deepEqual(await read(keras(apart)), expected);
  });

  it("a functional one too, where it is one chain", async () => {
    const layers = [
      { class_name: "InputLayer", config: { name: "i" }, inbound_nodes: [] },
      { ...conv("c1", "linear"), inbound_nodes: [[["i", 0, 0, {}]]] },
      { ...conv("c2", "relu"), inbound_nodes: [[["c1", 0, 0, {}]]] },
    ];
    assert.deepEqual(await read(keras(layers, "Functional")), expected);
    const skipping = [...layers.slice(0, 2), { ...conv("c2", "relu"), inbound_nodes: [[["i", 0, 0, {}]]] }];
    await assert.rejects(read(keras(skipping, "Functional")), refusal("unsupported", "not one chain"));
  });

  const graph = (nodes: readonly unknown[]) =>
    filesOf({ format: "graph-model", modelTopology: { node: nodes }, weightsManifest: manifest("k1", "k2") }, [
      "k1",
      "k2",
    ]);
  const plain = { strides: { list: { i: ["1", "1", "1", "1"] } }, data_format: { s: btoa("NHWC") } };
  const x = { name: "x", op: "Placeholder" };
  const first = { name: "a", op: "Conv2D", input: ["x", "k1"], attr: plain };
  const second = { name: "b", op: "Conv2D", input: ["a:0", "k2"], attr: plain };
  const relu = { name: "y", op: "Relu", input: ["b"] };

  it("a graph with its channels at the end gives its network", async () => {
    assert.deepEqual(
      await read(graph([x, first, second, relu, { name: "out", op: "Identity", input: ["y"] }])),
      expected,
    );
  });

  for (const [what, message, files] of [
    ["no ReLU", "no ReLU", keras([conv("c1", "linear"), conv("c2", "linear")])],
    ["a ReLU between the layers", "before its last layer", keras([conv("c1", "relu"), conv("c2", "relu")])],
    ["another activation", "sigmoid", keras([conv("c1", "linear"), conv("c2", "sigmoid")])],
    ["another layer", "LSTM", keras([{ class_name: "LSTM", config: {} }])],
    ["strides", "strides 2", keras([conv("c1", "linear", { strides: [2, 2] }), conv("c2", "relu")])],
    ["another operation", "MatMul", graph([x, first, { ...second, op: "MatMul" }, relu])],
    ["channels first", "NCHW", graph([x, { ...first, attr: { data_format: { s: "NCHW" } } }, second, relu])],
    ["two ends", "2 outputs", graph([x, first, second, relu, { ...relu, name: "z" }])],
    ["a circle", "0 outputs", graph([x, { ...first, input: ["b", "k1"] }, second])],
  ] as const) {
    it(`${what} is refused`, async () => {
      await assert.rejects(read(files), refusal("unsupported", "model.json", message));
    });
  }

  it("weights that are not there, or say more than there is, are refused", async () => {
    const whole = keras([conv("c1", "linear"), conv("c2", "relu")]);
    const without = new Map([...whole].filter(([name]) => name !== "w.bin"));
    await assert.rejects(read(without), refusal("bad-input", "w.bin", "not there"));
    await assert.rejects(
      read(new Map([...whole, ["w.bin", new Uint8Array(4)]])),
      refusal("bad-input", "not in the 4 bytes"),
    );
    for (const shape of [[1, 1, 2 ** 30, 2 ** 30], [-1, -1, -1, -1], ["1", 1, 1, 2], [2 ** 60]]) {
      const model = JSON.parse(Buffer.from(whole.get("model.json") ?? []).toString()) as Record<string, unknown>;
      model["weightsManifest"] = [{ paths: ["w.bin"], weights: [{ name: "c1/kernel", shape, dtype: "float32" }] }];
      const files = new Map([...whole, ["model.json", Buffer.from(JSON.stringify(model))]] as const);
      await assert.rejects(read(files), refusal(shape[0] === -1 ? "unsupported" : "bad-input"));
    }
    await assert.rejects(read(new Map([["model.json", Buffer.from("{")]])), refusal("bad-input", "is not JSON"));
    await assert.rejects(read(new Map([["model.json", Buffer.from("[]")]])), refusal("unsupported", "no layers"));
  });
});
