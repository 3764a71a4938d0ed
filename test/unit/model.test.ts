import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { defaultConfiguration } from "../../src/core/configuration.js";
import { SlnetError } from "../../src/core/errors.js";
import { checkedModel, createModelFile, networkOf, parseModelFile, type ModelFile } from "../../src/core/model.js";
import { createNetwork, networkParameters } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";

function model(useBias: boolean, withOptimizer = true): ModelFile {
  const network = createNetwork(3, { weightMultiplier: 0.5, useBias }, createRandom(1, "init"));
  const moments = (): number[][] =>
    networkParameters(network).map((parameter) => [...parameter].map((value) => value / 3));
  return createModelFile({
    network,
    temporalShifts: [0, 49, 99],
    normalisation: { type: 2, offsetAdu: 100, maximum: 717, mean: 211.07, standardDeviation: 67.2 },
    configuration: defaultConfiguration,
    region: null,
    seed: 7,
    epoch: 101,
    steps: 1212,
    loss: 0.0771,
    validationLoss: null,
    optimizer: withOptimizer ? { step: 1212, firstMoments: moments(), secondMoments: moments() } : null,
    versions: { slnetWeb: "0.1.0", engine: "js" },
  });
}

type Plain = Record<string, unknown>;

/** A model as plain data, changed by `change`. */
function changed(change: (value: Plain) => void, useBias = false): unknown {
  const value = JSON.parse(JSON.stringify(model(useBias))) as Plain;
  change(value);
  return value;
}

const inside = (value: Plain, key: string): Plain => value[key] as Plain;

describe("model files", () => {
  for (const useBias of [false, true]) {
    for (const withOptimizer of [false, true]) {
      it(`come back from text as they were, ${useBias ? "with" : "without"} bias, ${withOptimizer ? "with" : "without"} moments`, () => {
        const written = model(useBias, withOptimizer);
        assert.deepEqual(parseModelFile(JSON.stringify(written), "m.json"), written);
      });
    }
  }

  it("give back the very weights, to the last bit", () => {
    const network = createNetwork(3, { weightMultiplier: 0.5, useBias: true }, createRandom(1, "init"));
    assert.deepEqual(networkOf(parseModelFile(JSON.stringify(model(true)), "m.json")), network);
  });

  it("say on which part of the stack they were trained, and may come from before there were regions", () => {
    const region = { x: 3, y: 0, width: 20, height: 9, from: 5, to: 80 };
    assert.deepEqual(checkedModel(changed((value) => (value["region"] = { ...region, more: 1 }))).region, region);
    assert.equal(checkedModel(changed((value) => delete value["region"])).region, null);
    for (const wrong of [7, "all", [], { ...region, width: 0 }, { ...region, to: 5 }, { ...region, x: -1 }, { x: 1 }]) {
      const read = (): ModelFile => checkedModel(changed((value) => (value["region"] = wrong)));
      assert.throws(read, (error) => error instanceof SlnetError && /"region" is/.test(error.message));
    }
  });

  it("carry the composed matrix of their weights, whatever the file says it is", () => {
    const checked = checkedModel(changed((value) => (value["matrix"] = [9])));
    assert.deepEqual(checked.matrix, model(false).matrix);
  });

  it("lose parts that are not known", () => {
    const checked = checkedModel(changed((value) => (value["extra"] = { big: "thing" })));
    assert.ok(!("extra" in checked));
  });

  it("need not know what they divide by where it cancels out, and must where it does not", () => {
    const without = (type: number, useBias: boolean): unknown =>
      changed((value) => {
        Object.assign(inside(value, "normalisation"), { type, maximum: null, mean: null, standardDeviation: null });
      }, useBias);
    assert.equal(checkedModel(without(2, false)).normalisation.maximum, null);
    const { matrix } = checkedModel(without(0, false));
    assert.equal(matrix.length, 9);
    assert.throws(() => checkedModel(without(2, true)), /its normalisation has no maximum/);
    assert.throws(() => checkedModel(without(3, true)), /its normalisation has no standardDeviation/);
    assert.throws(() => checkedModel(without(1, false)), /its normalisation has no standardDeviation and mean/);
    assert.equal(checkedModel(without(-1, true)).normalisation.type, -1);
  });

  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ["no object", 5, /not an SLNet model file/],
    ["a list", [], /not an SLNet model file/],
    ["another format", changed((value) => (value["format"] = "other")), /not an SLNet model file/],
    ["no weights", changed((value) => delete value["weights"]), /"weights" is missing, expected an object/],
    [
      "weights of another size",
      changed((value) => (inside(value, "weights")["conv1"] = [1, 2, 3])),
      /conv1 has 3 numbers, expected 18/,
    ],
    [
      "a weight that is no number",
      changed((value) => (inside(value, "weights")["conv2"] = new Array<string>(18).fill("1"))),
      /conv2 holds/,
    ],
    [
      "a weight that is null",
      changed((value) => (inside(value, "weights")["conv2"] = new Array<null>(18).fill(null))),
      /conv2 holds/,
    ],
    [
      "one bias without the other",
      changed((value) => (inside(value, "weights")["bias2"] = null), true),
      /bias2 is missing/,
    ],
    [
      "shifts that do not fit the weights",
      changed((value) => (value["temporalShifts"] = [0, 1])),
      /conv1 has 18 numbers, expected 8/,
    ],
    [
      "no shifts",
      changed((value) => (value["temporalShifts"] = [])),
      /"temporalShifts" has 0 entries, expected 1 to 16/,
    ],
    [
      "shifts that do not ascend",
      changed((value) => (value["temporalShifts"] = [0, 9, 4])),
      /temporalShifts is \[0, 9, 4\]/,
    ],
    [
      "an unknown normalisation",
      changed((value) => (inside(value, "normalisation")["type"] = 4)),
      /normalisation type is 4/,
    ],
    [
      "a negative deviation",
      changed((value) => (inside(value, "normalisation")["standardDeviation"] = -1)),
      /"standardDeviation" is -1/,
    ],
    [
      "a missing constant",
      changed((value) => delete inside(value, "normalisation")["maximum"]),
      /"maximum" is missing/,
    ],
    ["no configuration", changed((value) => delete value["configuration"]), /"configuration" is missing/],
    [
      "an option out of range",
      changed((value) => (inside(value, "configuration")["batchSize"] = 0)),
      /batchSize is 0, expected a whole number from 1 to 256/,
    ],
    ["a negative epoch", changed((value) => (value["epoch"] = -1)), /"epoch" is -1, expected a number of at least 0/],
    ["a loss that is a text", changed((value) => (value["loss"] = "small")), /"loss" is "small", expected a number/],
    ["no versions", changed((value) => delete value["versions"]), /"versions" is missing/],
    [
      "an optimizer of another kind",
      changed((value) => (value["optimizer"] = 3)),
      /"optimizer" is 3, expected an object or null/,
    ],
    [
      "moments that do not fit",
      changed((value) => (inside(value, "optimizer")["firstMoments"] = [[1]])),
      /optimizer firstMoments does not fit the weights, expected 2 lists/,
    ],
  ];
  for (const [what, value, pattern] of bad) {
    it(`are refused with one sentence: ${what}`, () => {
      assert.throws(
        () => checkedModel(value, "m.json"),
        (error) => error instanceof SlnetError && error.code === "bad-input" && pattern.test(error.message),
      );
    });
  }

  it("are refused as unsupported from a later version", () => {
    assert.throws(
      () => checkedModel(changed((value) => (value["formatVersion"] = 2))),
      (error) => error instanceof SlnetError && error.code === "unsupported" && /format version 2/.test(error.message),
    );
  });

  it("are refused where the text is not JSON, with the name of the file", () => {
    for (const text of ["", "{", "II*\0"]) {
      assert.throws(
        () => parseModelFile(text, "m.json"),
        (error) =>
          error instanceof SlnetError &&
          error.code === "bad-input" &&
          error.message.startsWith("model m.json is not JSON"),
      );
    }
  });
});
