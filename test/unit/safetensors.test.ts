import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf } from "../../src/core/model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { damagedCopies } from "./damaged-copies.js";
import { buildModel, rounded } from "./model-builder.js";
import { refusal } from "./reading.js";
import { pythonWith } from "./python.js";

const write = async (model = buildModel()): Promise<Buffer> =>
  Buffer.from((await writeModel("a.safetensors", model)).bytes);
const read = (bytes: Uint8Array, facts = {}) => readModel("a.bin", Uint8Array.from(bytes), facts);

/** A file by the book: eight bytes of length, the header, the tensors. */
function fileOf(header: unknown, body: Buffer): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, body]);
}

// One frame: conv1 [2, 1, 1, 1] as 64-bit floats, conv2 [1, 2, 1, 1] as 32-bit ones.
const body = Buffer.concat([
  Buffer.from(Float64Array.of(0.1, 0.2).buffer),
  Buffer.from(Float32Array.of(0.5, 0.25).buffer),
]);
const conv1 = { dtype: "F64", shape: [2, 1, 1, 1], data_offsets: [0, 16] };
const conv2 = { dtype: "F32", shape: [1, 2, 1, 1], data_offsets: [16, 24] };
const header = { "conv1.weight": conv1, "conv2.weight": conv2 };

describe("safetensors", () => {
  it("of ours give back the very model, whatever their name", async () => {
    for (const model of [buildModel(), buildModel({ temporalShifts: [0, 5], useBias: true, normType: 1 })]) {
      const found = await read(await write(model));
      assert.deepEqual(found, { model, notices: [] });
    }
  });

  it("hold the weights as 32-bit floats under their names in PyTorch", async () => {
    const bytes = await write();
    const length = Number(bytes.readBigUInt64LE(0));
    assert.equal(length % 8, 0);
    const found = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
      string,
      { shape: number[]; data_offsets: number[] }
    >;
    assert.deepEqual(Object.keys(found), ["__metadata__", "conv1.weight", "conv2.weight"]);
    assert.deepEqual(found["conv2.weight"], { dtype: "F32", shape: [3, 6, 1, 1], data_offsets: [72, 144] });
    const values = Array.from({ length: 18 }, (_, i) => bytes.readFloatLE(8 + length + 4 * i));
    assert.deepEqual(values, [...rounded(networkOf(buildModel())).conv1]);
  });

  it("of others give their weights, and need what they do not say", async () => {
    await assert.rejects(read(fileOf(header, body)), refusal("bad-input", "does not say their temporal shifts"));
    const { model, notices } = await read(fileOf(header, body), { temporalShifts: [0] });
    assert.deepEqual(networkOf(model), {
      frames: 1,
      conv1: Float64Array.of(0.1, 0.2),
      bias1: null,
      conv2: Float64Array.of(0.5, 0.25),
      bias2: null,
    });
    assert.match(notices.join(" "), /largest pixel .* cancels out/);
  });

  it("whose weights were trained further lose the record of the old ones", async () => {
    const bytes = await write();
    bytes.writeFloatLE(0.125, bytes.length - 4);
    const { model, notices } = await read(bytes);
    assert.equal(model.weights.conv2.at(-1), 0.125);
    assert.equal(model.optimizer, null);
    assert.match(notices.join(" "), /of other weights/);
  });

  for (const [what, message, bytes] of [
    [
      "a header longer than the file",
      "header of 1000 bytes",
      Buffer.concat([Buffer.from([0xe8, 3, 0, 0, 0, 0, 0, 0]), Buffer.from("{}  ")]),
    ],
    ["a header of terabytes", "header of", Buffer.concat([Buffer.from([1, 0, 0, 0, 9, 0, 0, 0]), Buffer.from("{}  ")])],
    ["a header that is no JSON", "is not JSON", fileOf("{,}", body)],
    [
      "offsets behind the end",
      "not where",
      fileOf({ ...header, "conv2.weight": { ...conv2, data_offsets: [16, 24e9] } }, body),
    ],
    [
      "offsets before the beginning",
      "not where",
      fileOf({ ...header, "conv2.weight": { ...conv2, data_offsets: [-8, 0] } }, body),
    ],
    [
      "tensors that overlap",
      "do not fill it",
      fileOf({ ...header, "conv2.weight": { ...conv2, data_offsets: [8, 16] } }, body),
    ],
    ["bytes behind the tensors", "do not fill it", fileOf(header, Buffer.concat([body, Buffer.alloc(8)]))],
    [
      "sizes that do not fit",
      "not where",
      fileOf({ ...header, "conv2.weight": { ...conv2, shape: [1, 2, 2 ** 52, 2] } }, body),
    ],
    ["sizes that are no numbers", "not where", fileOf({ ...header, "conv2.weight": { ...conv2, shape: ["2"] } }, body)],
    ["a record that is no model", "model in a.bin", fileOf({ ...header, __metadata__: { slnet_web: "{}" } }, body)],
  ] as const) {
    it(`with ${what} are refused as broken`, async () => {
      await assert.rejects(read(bytes, { temporalShifts: [0] }), refusal("bad-input", "a.bin", message));
    });
  }

  for (const [what, message, bytes] of [
    ["other tensors", "lm_head", fileOf({ ...header, lm_head: conv2 }, body)],
    ["another type", "I8", fileOf({ ...header, "conv2.weight": { ...conv2, dtype: "I8" } }, body)],
    ["no tensors", "no conv1.weight", fileOf({}, Buffer.alloc(8, 0x20).subarray(0, 0))],
    [
      "a prototype as a tensor",
      "__proto__",
      fileOf('{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', Buffer.alloc(4)),
    ],
  ] as const) {
    it(`with ${what} are refused as another network`, async () => {
      await assert.rejects(read(bytes, { temporalShifts: [0] }), refusal("unsupported", "a.bin", message));
    });
  }

  it("cut off or with a byte changed give a model or an error of ours", async () => {
    for (const { at, bytes } of damagedCopies(fileOf(header, body), 9)) {
      try {
        await read(bytes, { temporalShifts: [0] });
      } catch (error) {
        assert.ok(isSlnetError(error, "bad-input", "unsupported"), `byte ${at}: ${String(error)}`);
      }
    }
  });

  const python = pythonWith("safetensors", "numpy");
  it(
    "are read by the library of that name",
    { skip: python === undefined ? "safetensors is not installed for Python" : false },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "slnet-safetensors-"));
      try {
        const path = join(folder, "a.safetensors");
        await writeFile(path, await write());
        const program = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "numpy") as file:
    print(json.dumps([{k: file.get_tensor(k).flatten().tolist() for k in file.keys()}, json.loads(file.metadata()["slnet_web"])]))
`;
        const answer = execFileSync(python ?? "", ["-c", program, path], { encoding: "utf8" });
        const { conv1, conv2 } = rounded(networkOf(buildModel()));
        assert.deepEqual(JSON.parse(answer), [
          { "conv1.weight": [...conv1], "conv2.weight": [...conv2] },
          buildModel(),
        ]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
