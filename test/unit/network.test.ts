import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { cloneNetwork, composeNetwork, createNetwork, networkParameters } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";

const options = { weightMultiplier: 0.5, useBias: false };

describe("createNetwork", () => {
  it("draws the weights of both layers from the published ranges", () => {
    for (const frames of [1, 3, 9]) {
      const random = createRandom(1, "init");
      const conv1: number[] = [];
      const conv2: number[] = [];
      for (let i = 0; i < 500; i++) {
        const network = createNetwork(frames, options, random);
        conv1.push(...network.conv1);
        conv2.push(...network.conv2);
      }
      for (const [values, bound] of [
        [conv1, 0.5 * Math.sqrt(2 / frames)],
        [conv2, 0.5 * Math.sqrt(1 / frames)],
      ] as const) {
        assert.ok(values.every((value) => value >= 0 && value < bound));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        assert.ok(Math.abs(mean - bound / 2) < (4 * bound) / Math.sqrt(12 * values.length));
      }
    }
  });

  it("has no bias unless asked, and then one that the multiplier leaves alone", () => {
    assert.equal(createNetwork(3, options, createRandom(1, "init")).bias1, null);
    const network = createNetwork(3, { weightMultiplier: 1e-9, useBias: true }, createRandom(1, "init"));
    assert.equal(network.bias1?.length, 6);
    assert.equal(network.bias2?.length, 3);
    assert.ok(network.bias1.every((value) => Math.abs(value) <= 1 / Math.sqrt(3)));
    assert.ok(network.bias2.every((value) => Math.abs(value) <= 1 / Math.sqrt(6)));
    assert.ok([...network.bias1, ...network.bias2].some((value) => value < -0.01));
    assert.ok([...network.bias1, ...network.bias2].some((value) => value > 0.01));
  });

  it("gives the same weights for the same seed", () => {
    assert.deepEqual(
      createNetwork(3, options, createRandom(7, "init")),
      createNetwork(3, options, createRandom(7, "init")),
    );
  });
});

describe("composeNetwork", () => {
  const network = {
    frames: 1,
    conv1: Float64Array.of(2, 3),
    bias1: Float64Array.of(10, 20),
    conv2: Float64Array.of(5, 7),
    bias2: Float64Array.of(1),
  };

  it("multiplies both layers out", () => {
    const { matrix, bias } = composeNetwork(network);
    assert.deepEqual([...matrix], [2 * 5 + 3 * 7]);
    assert.deepEqual([...bias], [10 * 5 + 20 * 7 + 1]);
  });

  it("gives what the layers give one after the other", () => {
    const random = createRandom(3, "init");
    const three = createNetwork(3, { weightMultiplier: 1, useBias: true }, random);
    const x = [0.2, -1, 3];
    const layer = (weights: Float64Array, bias: Float64Array | null, input: readonly number[]): number[] =>
      Array.from(bias ?? [], (value, row) =>
        input.reduce((sum, item, column) => sum + item * (weights[row * input.length + column] ?? NaN), value),
      );
    const { matrix, bias } = composeNetwork(three);
    const expected = layer(three.conv2, three.bias2, layer(three.conv1, three.bias1, x));
    layer(matrix, bias, x).forEach((value, row) => assert.ok(Math.abs(value - (expected[row] ?? NaN)) < 1e-14));
  });
});

describe("networkParameters", () => {
  it("lists the weights in the order of Adam's moments", () => {
    const biased = createNetwork(2, { weightMultiplier: 1, useBias: true }, createRandom(1, "init"));
    const parameters = networkParameters(biased);
    assert.deepEqual(
      parameters.map((parameter) => [biased.conv1, biased.bias1, biased.conv2, biased.bias2].indexOf(parameter)),
      [0, 1, 2, 3],
    );
    assert.equal(networkParameters(createNetwork(2, options, createRandom(1, "init"))).length, 2);
  });
});

describe("cloneNetwork", () => {
  it("gives equal weights that change alone", () => {
    const network = createNetwork(3, { weightMultiplier: 1, useBias: true }, createRandom(1, "init"));
    const clone = cloneNetwork(network);
    assert.deepEqual(clone, network);
    for (const parameter of networkParameters(clone)) parameter.fill(9);
    assert.ok(networkParameters(network).every((parameter) => !parameter.includes(9)));
  });
});
