import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { adamUpdate, createAdam } from "../../src/core/adam.js";
import type { EngineName } from "../../src/core/configuration.js";
import { networkParameters } from "../../src/core/network.js";
import { separate, separationMap } from "../../src/core/separation.js";
import type { Engine, TrainingBatch, TrainingFrames } from "../../src/worker/engines/engine.js";
import {
  golden,
  goldenFrame,
  goldenNetwork,
  goldenNormalisation,
  goldenSide,
  goldenStack,
  goldenValues,
  relativeDifference,
  type GoldenStep,
} from "../golden/golden.js";

// The engines as they are bundled for Node: TensorFlow.js cannot be imported from its packages there.
const root = new URL("../../../", import.meta.url);
const { EngineRoom } = (await import(
  new URL("build/bundles/node/engines.js", root).href
)) as typeof import("../../src/worker/engines/start-engine.js");
const { tensorCount } = (await import(
  new URL("build/bundles/node/tfjs-engine.js", root).href
)) as typeof import("../../src/worker/engines/tfjs-engine.js");
const assets = pathToFileURL(join(new URL("dist/assets", root).pathname, "/")).href;
const room = new EngineRoom(() => assets);

/** Relative to the largest value; float32 engines as far as float32 goes. */
const engines: readonly { readonly name: EngineName; readonly tolerance: number }[] = [
  { name: "js", tolerance: 1e-9 },
  { name: "tfjs-cpu", tolerance: 1e-5 },
  { name: "tfjs-wasm", tolerance: 1e-5 },
];

const shape = { frames: 110, height: goldenSide, width: goldenSide, type: "uint16" } as const;

function framesOf(step: Pick<GoldenStep, "norm_type">): TrainingFrames {
  return { samples: goldenStack(), shape, normalisation: goldenNormalisation(step.norm_type) };
}

function batchOf({ items, crop_centre_row_col, crop_half, temporal_shifts }: GoldenStep): TrainingBatch {
  const [row, column] = crop_centre_row_col;
  return {
    windows: items.map((item) => temporal_shifts.map((shift) => item + shift)),
    top: row - crop_half,
    left: column - crop_half,
    side: 2 * crop_half,
  };
}

const gradientNames = (biased: boolean): string[] =>
  biased ? ["conv1_weight", "conv1_bias", "conv2_weight", "conv2_bias"] : ["conv1_weight", "conv2_weight"];

for (const { name, tolerance } of engines) {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await room.start(name);
    });
    after(() => {
      if (name !== "js") assert.equal(tensorCount(), 0, "tensors are left");
      room.discard(engine);
    });

    for (const [stepName, step] of Object.entries(goldenValues.steps)) {
      it(`gives loss and gradient of the golden step ${stepName}`, async () => {
        const network = goldenNetwork(step.weights);
        const gradient = networkParameters(network).map((parameter) => new Float64Array(parameter.length));
        const options = { rank: step.rank, singularValueThreshold: step.mu, sparsityWeight: step.alpha };
        const terms = await engine.trainStep(network, framesOf(step), batchOf(step), options, gradient);
        const close = (found: number, expected: number, what: string): void => {
          const difference = Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-12);
          assert.ok(difference <= tolerance, `${what} is ${found}, expected ${expected}: off by ${difference}`);
        };
        close(terms.total, step.loss, "loss");
        close(terms.reconstruction, step.recon_l1, "reconstruction");
        close(terms.sparsity, step.alpha * step.sparse_mean, "sparsity");
        if (step.resid_mean > 1e-9) close(terms.residual, step.resid_mean, "residual");
        gradientNames(network.bias1 !== null).forEach((part, index) => {
          const difference = relativeDifference(gradient[index] ?? [], golden(`step_${stepName}_grad_${part}`).values);
          assert.ok(difference <= tolerance, `gradient of ${part} is off by ${difference}`);
        });
      });
    }

    it("gives the saved golden frame", async () => {
      const map = separationMap(goldenNetwork("n3_trained"), goldenNormalisation(2));
      const window = [5, 54, 104].map(goldenFrame);
      const sparse = new Float32Array(goldenSide ** 2);
      await engine.apply({ map, windows: [window], channels: [0], sparse, lowRank: null });
      const difference = relativeDifference(sparse, golden("sparse_counts_n3_trained_t5_channel0").values);
      // The expected frame itself is rounded to float32.
      assert.ok(difference < 1e-6, `off by ${difference}`);
    });

    it("gives every channel as the oracle does, with bias, five frames and odd sizes, in one call", async () => {
      for (const [weights, type, indices] of [
        ["n3_bias_init", 1, [5, 54, 104]],
        ["n5_init", 2, [5, 29, 54, 79, 104]],
      ] as const) {
        const map = separationMap(goldenNetwork(weights), goldenNormalisation(type));
        const window = indices.map((index) => goldenFrame(index).subarray(0, 1237));
        const channels = indices.map((_, channel) => channel);
        const sparse = new Float32Array(channels.length * 1237);
        const lowRank = new Float32Array(channels.length * 1237);
        await engine.apply({ map, windows: channels.map(() => window), channels, sparse, lowRank });
        for (const channel of channels) {
          const expectedSparse = new Float64Array(1237);
          const expectedLowRank = new Float64Array(1237);
          separate(map, window, channel, expectedSparse, expectedLowRank);
          const part = (all: Float32Array): Float32Array => all.subarray(channel * 1237, (channel + 1) * 1237);
          assert.ok(relativeDifference(part(lowRank), expectedLowRank) < 1e-6, `${weights} background ${channel}`);
          assert.ok(relativeDifference(part(sparse), expectedSparse) < 1e-5, `${weights} sparse ${channel}`);
        }
      }
    });

    for (const run of ["lr1e4", "lr1e3", "bias_lr1e3", "rank2_lr1e3"] as const) {
      it(
        `follows the golden trajectory ${run}`,
        { skip: name === "tfjs-cpu" && run !== "lr1e3" ? "slow" : false },
        async () => {
          const { schedule, cropHalf, [run]: expected } = goldenValues.trajectory;
          const network = goldenNetwork(expected.weights_at_start ?? "n3_init");
          const parameters = networkParameters(network);
          const gradient = parameters.map((parameter) => new Float64Array(parameter.length));
          let adam = createAdam(parameters);
          const options = { rank: expected.rank ?? 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
          for (const [index, entry] of schedule.entries()) {
            const batch = batchOf({
              ...(goldenValues.steps["base"] as GoldenStep),
              ...entry,
              crop_half: cropHalf,
            });
            const { total } = await engine.trainStep(network, framesOf({ norm_type: 2 }), batch, options, gradient);
            const right = expected.loss[index] ?? NaN;
            assert.ok(
              Math.abs(total - right) <= tolerance * right,
              `loss ${total} at step ${index}, expected ${right}`,
            );
            adam = adamUpdate(parameters, gradient, adam, { learningRate: expected.lr });
          }
          const names = gradientNames(network.bias1 !== null);
          const finalWeights = expected.weights_at_60
            ? Object.values(expected.weights_at_60).map((rows) => rows.flat())
            : names.map((part) => Array.from(golden(`trajectory_${run}_step60_${part}`).values));
          for (const weights of finalWeights) {
            const same = parameters.find(
              (parameter) => relativeDifference(lengthened(parameter, weights.length), weights) <= tolerance,
            );
            assert.ok(same, `no parameter ends at ${weights.slice(0, 3).join(", ")} …`);
          }
        },
      );
    }
  });
}

/** The parameter, or NaNs where it is of another length. */
function lengthened(parameter: Float64Array, length: number): Float64Array {
  return parameter.length === length ? parameter : new Float64Array(length).fill(NaN);
}
