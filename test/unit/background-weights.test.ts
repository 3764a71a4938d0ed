import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { backgroundWeights } from "../../src/core/background-weights.js";
import { defaultConfiguration, type NormType } from "../../src/core/configuration.js";
import { createModelFile, networkOf, type ModelFile } from "../../src/core/model.js";
import { createNetwork, type Network } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";
import { separate, separationMap } from "../../src/core/separation.js";

function modelOf(network: Network, type: NormType = 0): ModelFile {
  return createModelFile({
    network,
    temporalShifts: [0, 49, 99],
    normalisation: { type, offsetAdu: 100, maximum: 717, mean: 211.07, standardDeviation: 67.2 },
    configuration: defaultConfiguration,
    region: null,
    seed: 7,
    epoch: 1,
    steps: 1,
    loss: null,
    validationLoss: null,
    optimizer: null,
    versions: { slnetWeb: "0.1.0", engine: "js" },
  });
}

/** A network whose composed matrix is this one: conv1 repeats the frames, conv2 has the weights. */
function networkWith(matrix: readonly number[]): Network {
  const conv1 = new Float64Array(18);
  const conv2 = new Float64Array(18);
  for (let i = 0; i < 3; i++) {
    conv1[i * 3 + i] = 1;
    for (let j = 0; j < 3; j++) conv2[i * 6 + j] = matrix[i * 3 + j]!;
  }
  return { frames: 3, conv1, bias1: null, conv2, bias2: null };
}

/** Background of each frame of a window, as the separation computes it. */
function lowRankOf(model: ModelFile, counts: readonly number[]): number[] {
  const map = separationMap(networkOf(model), model.normalisation);
  return counts.map((_, channel) => {
    const out = new Float64Array(1);
    separate(
      map,
      counts.map((count) => Float32Array.of(count)),
      channel,
      null,
      out,
    );
    return out[0]!;
  });
}

describe("background weights", () => {
  it("are those of the composed matrix, and a lone molecule keeps what the frame itself does not give", () => {
    const model = modelOf(networkWith([0.35, 0.37, 0.33, 0.3, 0.4, 0.3, 0.2, 0.3, 0.5]));
    const { shifts, rows, lightKept } = backgroundWeights(model);
    assert.deepEqual(shifts, [0, 49, 99]);
    assert.deepEqual(rows[0], [0.35, 0.37, 0.33]);
    assert.deepEqual(rows[2], [0.2, 0.3, 0.5]);
    assert.ok(Math.abs(lightKept - 0.65) < 1e-12);
  });

  for (const type of [-1, 0, 1, 2, 3] as const) {
    it(`give the background that the separation computes, for normalisation type ${type} with bias`, () => {
      const network = createNetwork(3, { weightMultiplier: 0.5, useBias: true }, createRandom(3, "init"));
      const model = modelOf(network, type);
      const { rows, constantsAdu } = backgroundWeights(model);
      const counts = [4120, 3500, 3770];
      const computed = lowRankOf(model, counts);
      rows.forEach((weights, row) => {
        const above = weights.reduce((sum, weight, column) => sum + weight * (counts[column]! - 100), 0);
        const told = 100 + above + constantsAdu[row]!;
        assert.ok(Math.abs(told - computed[row]!) < 1e-3 * Math.abs(told), `${told} against ${computed[row]!}`);
      });
    });
  }

  it("tell the share of its light that a molecule keeps in the separation", () => {
    const model = modelOf(networkWith([0.35, 0.37, 0.33, 0.3, 0.4, 0.3, 0.2, 0.3, 0.5]));
    const [dark] = lowRankOf(model, [300, 300, 300]);
    const [lit] = lowRankOf(model, [800, 300, 300]);
    // Of 500 counts of light the background took this many.
    const taken = lit! - dark!;
    assert.ok(Math.abs(1 - taken / 500 - backgroundWeights(model).lightKept) < 1e-6);
  });

  it("keep between nothing and all of the light", () => {
    assert.equal(backgroundWeights(modelOf(networkWith([1.2, 0, 0, 0, 1, 0, 0, 0, 1]))).lightKept, 0);
    assert.equal(backgroundWeights(modelOf(networkWith([-0.1, 0.6, 0.5, 0, 1, 0, 0, 0, 1]))).lightKept, 1);
  });
});
