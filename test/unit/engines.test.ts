import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { adamUpdate, createAdam } from "../../src/core/adam.js";
import type { EngineName } from "../../src/core/configuration.js";
import { networkParameters } from "../../src/core/network.js";
import { separationMap } from "../../src/core/separation.js";
import type { Engine, TrainingBatch, TrainingFrames } from "../../src/worker/engines/engine.js";
import { engineCases } from "../engines/engine-cases.js";
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
  { name: "wasm", tolerance: 1e-5 },
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
    let oracle: Engine;
    before(async () => {
      engine = await room.start(name);
      oracle = await room.start("js");
    });
    after(() => {
      if (name.startsWith("tfjs")) assert.equal(tensorCount(), 0, "tensors are left");
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
      const pixels = goldenSide ** 2;
      const sparse = { type: "float32", offsetAdu: 0 } as const;
      const separator = await engine.createSeparator({
        pixels,
        type: "uint16",
        slots: 3,
        blockFrames: 1,
        sparse,
        lowRank: null,
      });
      [5, 54, 104].forEach((frame, slot) => separator.frames.set(goldenFrame(frame), slot * pixels));
      separator.refresh(0, 3);
      await separator.separate(map, [{ slots: [0, 1, 2], channel: 0 }], 0);
      const expected = golden("sparse_counts_n3_trained_t5_channel0").values;
      const difference = relativeDifference(separator.outputs[0].sparse ?? [], expected);
      separator.dispose();
      // The expected frame itself is rounded to float32.
      assert.ok(difference < 1e-6, `off by ${difference}`);
    });

    for (const { title, run } of engineCases) it(title, () => run(engine, oracle, Math.max(tolerance, 1e-6)));

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
