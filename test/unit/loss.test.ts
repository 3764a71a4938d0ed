import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { adamUpdate, createAdam } from "../../src/core/adam.js";
import { lossAndGradient, type CropBatch } from "../../src/core/loss.js";
import { createNetwork, networkParameters, type Network } from "../../src/core/network.js";
import { affineOf } from "../../src/core/normalisation.js";
import { createRandom } from "../../src/core/random.js";
import {
  golden,
  goldenFrame,
  goldenNetwork,
  goldenNormalisation,
  goldenSide,
  goldenValues,
  relativeDifference,
  type GoldenStep,
} from "../golden/golden.js";

type CropChoice = Pick<GoldenStep, "items" | "temporal_shifts" | "crop_centre_row_col" | "crop_half" | "norm_type">;

function goldenBatch({ items, temporal_shifts, crop_centre_row_col, crop_half, norm_type }: CropChoice): CropBatch {
  const { shift, scale } = affineOf(goldenNormalisation(norm_type));
  const side = 2 * crop_half;
  const crops = new Float64Array(items.length * temporal_shifts.length * side * side);
  let at = 0;
  for (const item of items) {
    for (const temporalShift of temporal_shifts) {
      const frame = goldenFrame(item + temporalShift);
      for (let row = 0; row < side; row++) {
        const from = (crop_centre_row_col[0] - crop_half + row) * goldenSide + crop_centre_row_col[1] - crop_half;
        for (let column = 0; column < side; column++) crops[at++] = ((frame[from + column] ?? NaN) - shift) / scale;
      }
    }
  }
  return { crops, batch: items.length, frames: temporal_shifts.length, pixels: side * side };
}

const zeros = (network: Network): Float64Array[] =>
  networkParameters(network).map((parameter) => new Float64Array(parameter.length));

const parameterNames = (network: Network): string[] =>
  network.bias1 ? ["conv1_weight", "conv1_bias", "conv2_weight", "conv2_bias"] : ["conv1_weight", "conv2_weight"];

function assertClose(found: number, expected: number, tolerance: number, what: string): void {
  const difference = Math.abs(found - expected) / Math.abs(expected);
  assert.ok(difference <= tolerance, `${what} is ${found}, expected ${expected}: off by ${difference}`);
}

describe("lossAndGradient", () => {
  for (const [name, step] of Object.entries(goldenValues.steps)) {
    it(`gives loss, parts and gradient of the golden step ${name} to 1e-9`, () => {
      const network = goldenNetwork(step.weights);
      const gradient = zeros(network);
      const options = { rank: step.rank, singularValueThreshold: step.mu, sparsityWeight: step.alpha };
      const terms = lossAndGradient(network, goldenBatch(step), options, gradient);
      assertClose(terms.total, step.loss, 1e-9, "loss");
      assertClose(terms.reconstruction, step.recon_l1, 1e-9, "reconstruction");
      assertClose(terms.sparsity, step.alpha * step.sparse_mean, 1e-9, "sparsity");
      if (step.resid_mean > 0) assertClose(terms.residual, step.resid_mean, 1e-9, "residual");
      parameterNames(network).forEach((part, index) => {
        const difference = relativeDifference(gradient[index] ?? [], golden(`step_${name}_grad_${part}`).values);
        assert.ok(difference < 1e-9, `gradient of ${part} is off by ${difference}`);
      });
    });
  }

  it("gives the same loss without a gradient", () => {
    const step = goldenValues.steps["eval_crop"] as GoldenStep;
    const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
    for (const weights of ["n3_trained", "n3_bias_init"]) {
      const network = goldenNetwork(weights);
      const batch = goldenBatch(step);
      assert.deepEqual(
        lossAndGradient(network, batch, options, null),
        lossAndGradient(network, batch, options, zeros(network)),
      );
    }
  });

  it("gives the same for three frames without bias and with a bias of zeros, which is computed in another way", () => {
    const random = createRandom(5, "paths");
    const crops = Float64Array.from({ length: 2 * 3 * 400 }, () => 0.2 + random.normal());
    const batch = { crops, batch: 2, frames: 3, pixels: 400 };
    for (const [rank, singularValueThreshold] of [
      [3, 0.01],
      [2, 0.01],
      [1, 3],
      [3, 0],
    ] as const) {
      const plain = createNetwork(3, { weightMultiplier: 0.9, useBias: false }, random);
      plain.conv2.set(plain.conv2.map((weight, at) => (at % 4 === 0 ? -weight : weight)));
      const biased = { ...plain, bias1: new Float64Array(6), bias2: new Float64Array(3) };
      const options = { rank, singularValueThreshold, sparsityWeight: 7 };
      const [conv1, conv2] = zeros(plain) as [Float64Array, Float64Array];
      const gradient = zeros(biased);
      const fused = lossAndGradient(plain, batch, options, [conv1, conv2]);
      const general = lossAndGradient(biased, batch, options, gradient);
      assertClose(fused.total, general.total, 1e-13, "loss");
      assert.equal(fused.keptShare, general.keptShare);
      assert.ok(relativeDifference(conv1, gradient[0] ?? []) < 1e-11);
      assert.ok(relativeDifference(conv2, gradient[2] ?? []) < 1e-11);
    }
  });

  for (const frames of [1, 2, 3, 4, 6]) {
    for (const useBias of [false, true]) {
      it(`has the gradient that differences show: ${frames} frames, ${useBias ? "with" : "without"} bias`, () => {
        const random = createRandom(frames, "differences");
        const network = createNetwork(frames, { weightMultiplier: 0.8, useBias }, random);
        const pixels = 24;
        const crops = Float64Array.from({ length: 3 * frames * pixels }, () => 0.5 + 0.4 * random.normal());
        const batch = { crops, batch: 3, frames, pixels };
        const options = { rank: Math.max(1, frames - 1), singularValueThreshold: 0.2, sparsityWeight: 5 };
        const gradient = zeros(network);
        lossAndGradient(network, batch, options, gradient);
        const loss = (): number => lossAndGradient(network, batch, options, null).total;
        // A step this small crosses no kink of the few pixels but by bad luck; a fixed seed has it or not.
        const step = 1e-7;
        networkParameters(network).forEach((parameter, which) => {
          const differences = parameter.map((value, at) => {
            parameter[at] = value + step;
            const above = loss();
            parameter[at] = value - step;
            const below = loss();
            parameter[at] = value;
            return (above - below) / (2 * step);
          });
          const difference = relativeDifference(gradient[which] ?? [], differences);
          assert.ok(difference < 2e-6, `parameter ${which} is off by ${difference}`);
        });
      });
    }
  }

  it("counts the share of the pixels above their background, and is nearly 0 for the identity", () => {
    const identity = {
      frames: 1,
      conv1: Float64Array.of(1, 0),
      bias1: null,
      conv2: Float64Array.of(1, 0),
      bias2: null,
    };
    const half = { ...identity, conv1: Float64Array.of(0.5, 0) };
    const options = { rank: 1, singularValueThreshold: 0, sparsityWeight: 12 };
    const batch = { crops: Float64Array.of(1, 2, 0, 4), batch: 1, frames: 1, pixels: 4 };
    assert.ok(lossAndGradient(identity, batch, options, null).total < 1e-15);
    const terms = lossAndGradient(half, batch, options, null);
    assert.equal(terms.keptShare, 0.75);
    assertClose(terms.sparsity, (12 * 3.5) / 4, 1e-15, "sparsity");
  });

  it("gives zeros and no NaN for dark crops", () => {
    for (const frames of [3, 4]) {
      const network = createNetwork(frames, { weightMultiplier: 0.5, useBias: false }, createRandom(1, "dark"));
      const gradient = zeros(network);
      const batch = { crops: new Float64Array(frames * 9), batch: 1, frames, pixels: 9 };
      const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
      assert.equal(lossAndGradient(network, batch, options, gradient).total, 0);
      assert.ok(gradient.every((part) => part.every((slope) => slope === 0)));
    }
  });
});

describe("training by lossAndGradient and adamUpdate", () => {
  for (const run of ["lr1e4", "lr1e3", "bias_lr1e3", "rank2_lr1e3"] as const) {
    it(`follows the golden trajectory ${run} for 60 steps to 1e-9`, () => {
      const { schedule, cropHalf, [run]: expected } = goldenValues.trajectory;
      const network = goldenNetwork(expected.weights_at_start ?? "n3_init");
      const parameters = networkParameters(network);
      const gradient = zeros(network);
      const options = { rank: expected.rank ?? 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
      let adam = createAdam(parameters);
      schedule.forEach((entry, index) => {
        for (const step of [1, 10]) {
          if (step !== index || expected.weights_at_60) continue;
          parameterNames(network).forEach((part, which) => {
            const right = golden(`trajectory_${run}_step${step}_${part}`).values;
            assert.ok(relativeDifference(parameters[which] ?? [], right) < 1e-9, `${part} after ${step} steps`);
          });
        }
        const batch = goldenBatch({ ...entry, temporal_shifts: [0, 49, 99], crop_half: cropHalf, norm_type: 2 });
        const { total } = lossAndGradient(network, batch, options, gradient);
        assertClose(total, expected.loss[index] ?? NaN, 1e-9, `loss at step ${index}`);
        adam = adamUpdate(parameters, gradient, adam, { learningRate: expected.lr });
      });
      assert.equal(adam.step, 60);
      parameterNames(network).forEach((part, which) => {
        const right = expected.weights_at_60
          ? (expected.weights_at_60[part.replace("_", ".")] ?? []).flat()
          : golden(`trajectory_${run}_step60_${part}`).values;
        const difference = relativeDifference(parameters[which] ?? [], right);
        assert.ok(difference < 1e-9, `${part} after 60 steps is off by ${difference}`);
      });
    });
  }
});

describe("adamUpdate", () => {
  it("moves each parameter by the learning rate at the first step, whatever the size of the gradient", () => {
    const parameters = [Float64Array.of(1, 1), Float64Array.of(1)];
    const state = adamUpdate(parameters, [Float64Array.of(5, -1e-3), Float64Array.of(0)], createAdam(parameters), {
      learningRate: 0.1,
    });
    assertClose(parameters[0]?.[0] ?? NaN, 0.9, 1e-8, "first");
    assertClose(parameters[0]?.[1] ?? NaN, 1.1, 1e-5, "second");
    assert.equal(parameters[1]?.[0], 1);
    assert.equal(state.step, 1);
  });

  it("goes on from a copied state as if it had not stopped", () => {
    const step = (parameters: Float64Array[], state = createAdam(parameters)): ReturnType<typeof createAdam> =>
      adamUpdate(parameters, [Float64Array.of(0.3, (parameters[0]?.[1] ?? NaN) / 2)], state, { learningRate: 0.01 });
    const whole = [Float64Array.of(1, -2)];
    const state = step(whole, step(whole));
    const resumed = [whole[0]?.slice() ?? new Float64Array()];
    const copy = structuredClone(state);
    step(whole, state);
    step(resumed, copy);
    assert.deepEqual(resumed, whole);
  });
});
