import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { InferenceSession, Tensor } from "onnxruntime-web";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf } from "../../src/core/model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { readOnnx } from "../../src/core/onnx/onnx-reader.js";
import { writeOnnx } from "../../src/core/onnx/onnx-writer.js";
import { field, messageOf } from "../../src/core/io/protobuf.js";
import { createRandom } from "../../src/core/random.js";
import { goldenFile } from "../golden/golden.js";
import { buildModel, rounded, runLayers } from "./model-builder.js";
import { refusal } from "./reading.js";
import { pythonWith } from "./python.js";

const golden = (name: string): Uint8Array<ArrayBuffer> => Uint8Array.from(goldenFile(name));

/** A decoder of its own: every field of a message as `[number, value]`, numbers as they are and the rest as bytes. */
function decode(bytes: Buffer): [number, number | Buffer][] {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? NaN;
      value += (byte & 127) * factor;
      if (!(byte & 128)) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) fields.push([tag >> 3, varint()]);
    else {
      assert.equal(tag & 7, 2, "only numbers and bytes are written");
      const length = varint();
      fields.push([tag >> 3, bytes.subarray(at, at + length)]);
      at += length;
    }
  }
  assert.equal(at, bytes.length);
  return fields;
}

const all = (message: Buffer, number: number) =>
  decode(message).flatMap(([field, value]) => (field === number ? [value] : []));
const parts = (message: Buffer, number: number) => all(message, number).filter((value) => typeof value !== "number");
const texts = (message: Buffer, number: number) => parts(message, number).map(String);

/** A Python with ONNX and its runtime, by `SLNET_PYTHON` or the usual name. */
const python = pythonWith("onnx", "onnxruntime");

const random = createRandom(3, "crops");
const networks = [
  { what: "3 frames", network: networkOf(buildModel()) },
  {
    what: "5 frames with a bias",
    network: networkOf(buildModel({ temporalShifts: [0, 9, 19, 29, 39], useBias: true })),
  },
  { what: "1 frame", network: networkOf(buildModel({ temporalShifts: [0] })) },
];

describe("ONNX files of PyTorch", () => {
  it("give the weights that were exported", async () => {
    const { model } = await readModel("a.pt", golden("state_dict_n3.pt"));
    assert.deepEqual(await readOnnx("a.onnx", golden("onnx_n3.onnx")), networkOf(model));
    const facts = { temporalShifts: [0, 1, 2, 3, 4], maximumAdu: 1 };
    const biased = await readModel("b.pt", golden("state_dict_n5_bias_module_prefix.pt"), facts);
    assert.deepEqual(await readOnnx("b.onnx", golden("onnx_n5_bias.onnx")), networkOf(biased.model));
  });

  it("are refused whole wherever they are cut off, and never with anything but an error of ours", async () => {
    const bytes = golden("onnx_n5_bias.onnx");
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(
        async () => readOnnx("cut.onnx", bytes.subarray(0, length)),
        (error) => isSlnetError(error, "bad-input", "unsupported"),
        `${length} bytes`,
      );
    }
  });

  it("with any byte changed give a network or an error of ours", async () => {
    const bytes = golden("onnx_n3.onnx");
    for (let i = 0; i < bytes.length; i++) {
      for (const value of [0, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[i] = value;
        try {
          const { frames } = await readOnnx("changed.onnx", changed);
          assert.equal(frames, 3);
        } catch (error) {
          assert.ok(isSlnetError(error, "bad-input", "unsupported"), `byte ${i}: ${String(error)}`);
        }
      }
    }
  });
});

describe("ONNX files of ours", () => {
  for (const { what, network } of networks) {
    it(`hold the graph and the weights, by a decoder of its own: ${what}`, () => {
      const model = Buffer.from(writeOnnx(network));
      const [graph] = parts(model, 7);
      assert.ok(graph);
      assert.deepEqual(all(model, 1), [7]);
      assert.deepEqual(all(parts(model, 8)[0] ?? Buffer.of(), 2), [13]);
      const bias = network.bias1 ? 1 : 0;
      assert.deepEqual(
        parts(graph, 1).map((node) => [texts(node, 4)[0], texts(node, 1).length, texts(node, 2).length]),
        [
          ["Conv", 2 + bias, 1],
          ["Conv", 2 + bias, 1],
          ["Relu", 1, 1],
        ],
      );
      const found = parts(graph, 5).map((tensor) => {
        const raw = parts(tensor, 9)[0] ?? Buffer.of();
        return {
          name: texts(tensor, 8)[0],
          type: all(tensor, 2)[0],
          shape: all(tensor, 1),
          values: Array.from({ length: raw.length / 4 }, (_, i) => raw.readFloatLE(4 * i)),
        };
      });
      const { frames: n, conv1, bias1, conv2, bias2 } = rounded(network);
      assert.deepEqual(found, [
        { name: "conv1.weight", type: 1, shape: [2 * n, n, 1, 1], values: [...conv1] },
        ...(bias1 ? [{ name: "conv1.bias", type: 1, shape: [2 * n], values: [...bias1] }] : []),
        { name: "conv2.weight", type: 1, shape: [n, 2 * n, 1, 1], values: [...conv2] },
        ...(bias2 ? [{ name: "conv2.bias", type: 1, shape: [n], values: [...bias2] }] : []),
      ]);
    });

    it(`are read as what was written: ${what}`, async () => {
      assert.deepEqual(await readOnnx("a.onnx", writeOnnx(network)), rounded(network));
    });

    it(`compute in a runtime of JavaScript what the layers do: ${what}`, async () => {
      const session = await InferenceSession.create(writeOnnx(network));
      const input = Float32Array.from({ length: network.frames * 12 }, () => random.next());
      const tensor = new Tensor("float32", input, [1, network.frames, 3, 4]);
      const { output } = await session.run({ input: tensor });
      const expected = runLayers(network, input);
      const found = output?.data as Float32Array;
      assert.equal(found.length, expected.length);
      expected.forEach((value, i) => assert.ok(Math.abs((found[i] ?? NaN) - value) < 1e-5));
    });
  }

  it(
    "pass the checker of ONNX and compute in its runtime what the layers do",
    { skip: python === undefined ? "onnx and onnxruntime are not installed for Python" : false },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "slnet-onnx-"));
      try {
        for (const { network } of networks) {
          const path = join(folder, "a.onnx");
          await writeFile(path, writeOnnx(network));
          const input = Array.from({ length: network.frames * 12 }, () => Math.fround(random.next()));
          const answer = execFileSync(python ?? "", ["-c", checkAndRun, path], {
            input: JSON.stringify({ input, shape: [1, network.frames, 3, 4] }),
            encoding: "utf8",
          });
          const found = JSON.parse(answer) as number[];
          const expected = runLayers(network, input);
          assert.equal(found.length, expected.length);
          expected.forEach((value, i) => assert.ok(Math.abs((found[i] ?? NaN) - value) < 1e-5));
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

const checkAndRun = `
import json, sys, numpy, onnx, onnxruntime
onnx.checker.check_model(sys.argv[1], full_check=True)
asked = json.load(sys.stdin)
session = onnxInferenceSession(sys.argv[1])
image = numpy.array(asked["input"], "float32").reshape(asked["shape"])
print(json.dumps(session.run(None, {"input": image})[0].flatten().tolist()))
`;

describe("other ONNX graphs are refused", () => {
  const node = (operation: string, inputs: readonly string[], output: string, ...more: Uint8Array[]) =>
    field(1, messageOf(...inputs.map((input) => field(1, input)), field(2, output), field(4, operation), ...more));
  const value = (number: number, name: string) => field(number, messageOf(field(1, name)));
  const weight = (name: string, shape: readonly number[], ...more: Uint8Array[]) =>
    field(
      5,
      messageOf(
        ...shape.map((size) => field(1, size)),
        field(2, 1),
        field(8, name),
        field(9, new Uint8Array(4 * shape.reduce((a, b) => a * b, 1))),
        ...more,
      ),
    );
  const file = (...graph: Uint8Array[]) =>
    messageOf(field(1, 8), field(7, messageOf(...graph)), field(8, messageOf(field(1, ""), field(2, 9))));
  const w1 = weight("w1", [2, 1, 1, 1]);
  const w2 = weight("w2", [1, 2, 1, 1]);
  const ends = [value(11, "x"), value(12, "y")];
  const conv1 = node("Conv", ["x", "w1"], "h");
  const conv2 = node("Conv", ["h", "w2"], "l");
  const relu = node("Relu", ["l"], "y");

  it("but for the one that is an SLNet", async () => {
    assert.equal((await readOnnx("a", file(w1, w2, ...ends, relu, conv2, conv1))).frames, 1);
    // Older files list weights among the inputs.
    assert.equal((await readOnnx("a", file(w1, w2, ...ends, value(11, "w1"), conv1, conv2, relu))).frames, 1);
  });

  const attribute = (name: string, ...values: number[]) =>
    field(5, messageOf(field(1, name), ...values.map((each) => field(8, each))));
  for (const [what, message, graph] of [
    ["another operation", "the operation Sigmoid", [w1, w2, ...ends, conv1, conv2, node("Sigmoid", ["l"], "y")]],
    ["no ReLU", "no ReLU", [w1, w2, value(11, "x"), value(12, "l"), conv1, conv2]],
    [
      "a ReLU in the middle",
      "before its last layer",
      [w1, w2, ...ends, conv1, node("Relu", ["h"], "r"), node("Conv", ["r", "w2"], "l"), relu],
    ],
    ["a branch", "not one chain", [w1, w2, ...ends, conv1, conv2, node("Relu", ["h"], "z"), relu]],
    ["a circle", "not one chain", [w1, w2, ...ends, node("Conv", ["x", "w1"], "x")]],
    [
      "a larger kernel",
      "conv1.weight of shape [2, 1, 3, 3]",
      [weight("w1", [2, 1, 3, 3]), w2, ...ends, conv1, conv2, relu],
    ],
    [
      "strides",
      "strides 2,2",
      [w1, w2, ...ends, node("Conv", ["x", "w1"], "h", attribute("strides", 2, 2)), conv2, relu],
    ],
    [
      "weights in another file",
      "weights in another file",
      [weight("w1", [2, 1, 1, 1], field(14, 1)), w2, ...ends, conv1, conv2, relu],
    ],
    [
      "an unknown attribute",
      "secret",
      [w1, w2, ...ends, node("Conv", ["x", "w1"], "h", attribute("secret", 1)), conv2, relu],
    ],
    [
      "a foreign domain",
      "com.evil Conv",
      [w1, w2, ...ends, node("Conv", ["x", "w1"], "h", field(7, "com.evil")), conv2, relu],
    ],
  ] as const) {
    it(what, async () => {
      await assert.rejects(async () => readOnnx("a.onnx", file(...graph)), refusal("unsupported", "a.onnx", message));
    });
  }

  it("shapes that say more than there is", async () => {
    const huge = field(
      5,
      messageOf(field(1, 2 ** 40), field(1, 2 ** 40), field(2, 1), field(8, "w1"), field(9, new Uint8Array(8))),
    );
    await assert.rejects(
      async () => readOnnx("a", file(huge, w2, ...ends, conv1, conv2, relu)),
      refusal("bad-input", "is broken"),
    );
  });

  it("a million fields, without taking them apart", async () => {
    const many = new Uint8Array(2_000_000).map((_, i) => (i % 2 ? 1 : 8));
    await assert.rejects(async () => readOnnx("a", many), refusal("unsupported", "more than 10000 fields"));
  });
});
