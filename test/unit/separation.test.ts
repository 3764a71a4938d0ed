import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { NormType } from "../../src/core/configuration.js";
import { composeNetwork, createNetwork } from "../../src/core/network.js";
import { affineOf } from "../../src/core/normalisation.js";
import { createRandom } from "../../src/core/random.js";
import { separate, separationMap } from "../../src/core/separation.js";
import {
  golden,
  goldenFrame,
  goldenNetwork,
  goldenNormalisation,
  goldenSide,
  relativeDifference,
} from "../golden/golden.js";

const forwards = [
  ["n3_init", [5, 54, 104]],
  ["n3_trained", [5, 54, 104]],
  ["n3_bias_init", [5, 54, 104]],
  ["n5_init", [5, 29, 54, 79, 104]],
] as const;

/** Rows 40 to 103 and columns 24 to 119 of a whole golden frame, as the golden forwards hold it. */
function part(frame: Float64Array): Float64Array {
  const found = new Float64Array(64 * 96);
  for (let row = 0; row < 64; row++) {
    const from = (40 + row) * goldenSide + 24;
    found.set(frame.subarray(from, from + 96), row * 96);
  }
  return found;
}

describe("separate", () => {
  for (const [weights, frames] of forwards) {
    it(`gives the golden parts of the network ${weights}`, () => {
      const normalisation = goldenNormalisation(2);
      const map = separationMap(goldenNetwork(weights), normalisation);
      const window = frames.map(goldenFrame);
      const sparse = new Float64Array(frames.length * 64 * 96);
      const lowRank = new Float64Array(frames.length * 64 * 96);
      frames.forEach((_, channel) => {
        const s = new Float64Array(goldenSide ** 2);
        const l = new Float64Array(goldenSide ** 2);
        separate(map, window, channel, s, l);
        sparse.set(part(s), channel * 64 * 96);
        lowRank.set(part(l), channel * 64 * 96);
      });
      const normalised = (values: Float64Array): Float64Array => values.map((value) => value / normalisation.maximum);
      assert.ok(relativeDifference(normalised(lowRank), golden(`forward_${weights}_t5_L_f64`).values) < 1e-12);
      assert.ok(relativeDifference(normalised(sparse), golden(`forward_${weights}_t5_S_f64`).values) < 1e-12);
    });
  }

  it("gives for every normalisation, with offset and bias, what the network gives on normalised counts", () => {
    const random = createRandom(2, "separation");
    for (const frames of [1, 2, 3, 7]) {
      for (const type of [-1, 0, 1, 2, 3] as NormType[]) {
        const network = createNetwork(frames, { weightMultiplier: 0.9, useBias: true }, random);
        const normalisation = { ...goldenNormalisation(type), offsetAdu: 90 };
        const { shift, scale } = affineOf(normalisation);
        const window = Array.from({ length: frames }, () =>
          Uint16Array.from({ length: 50 }, () => random.integer(700)),
        );
        const { matrix, bias } = composeNetwork(network);
        const channel = random.integer(frames);
        const sparse = new Float64Array(50);
        const lowRank = new Float64Array(50);
        separate(separationMap(network, normalisation), window, channel, sparse, lowRank);
        for (let pixel = 0; pixel < 50; pixel++) {
          let sum = bias[channel] ?? NaN;
          window.forEach((frame, k) => {
            sum += ((matrix[channel * frames + k] ?? NaN) * ((frame[pixel] ?? NaN) - shift)) / scale;
          });
          const low = Math.max(sum, 0) * scale + shift;
          const high = Math.max((window[channel]?.[pixel] ?? NaN) - low, 0);
          assert.ok(Math.abs((lowRank[pixel] ?? NaN) - low) < 1e-9);
          assert.ok(Math.abs((sparse[pixel] ?? NaN) - high) < 1e-9);
        }
      }
    }
  });

  it("keeps S at least 0 and at most the frame, where counts are not negative and nothing is subtracted", () => {
    const random = createRandom(3, "laws");
    for (const frames of [3, 4]) {
      const map = separationMap(
        createNetwork(frames, { weightMultiplier: 0.6, useBias: false }, random),
        goldenNormalisation(2),
      );
      const window = Array.from({ length: frames }, () =>
        Uint16Array.from({ length: 500 }, () => random.integer(65_536)),
      );
      const sparse = new Float64Array(500);
      separate(map, window, 1, sparse, null);
      assert.ok(sparse.every((value, i) => value >= 0 && value <= (window[1]?.[i] ?? NaN)));
      assert.ok(sparse.some((value) => value > 0));
    }
  });

  it("scales with the counts where the network has no bias", () => {
    const map = separationMap(goldenNetwork("n3_trained"), goldenNormalisation(0));
    const window = [5, 54, 104].map((frame) => Float32Array.from(goldenFrame(frame).subarray(0, 2000)));
    const once = new Float64Array(2000);
    const fourTimes = new Float64Array(2000);
    separate(map, window, 2, once, null);
    separate(
      map,
      window.map((frame) => frame.map((value) => 4 * value)),
      2,
      fourTimes,
      null,
    );
    assert.ok(
      relativeDifference(
        fourTimes,
        once.map((value) => 4 * value),
      ) < 1e-14,
    );
  });

  it("writes only where it is told to, longer frames than one chunk included", () => {
    for (const frames of [3, 5]) {
      const network = goldenNetwork(frames === 3 ? "n3_trained" : "n5_init");
      const map = separationMap(network, goldenNormalisation(2));
      const window = Array.from({ length: frames }, (_, k) => goldenFrame(20 * k).subarray(0, 2500));
      const both = [new Float64Array(2504).fill(-1), new Float64Array(2504).fill(-1)] as const;
      separate(map, window, 0, both[0], both[1], 2);
      const alone = new Float64Array(2500);
      separate(map, window, 0, alone, null);
      assert.deepEqual(both[0].subarray(2, 2502), alone);
      for (const out of both) assert.deepEqual([out[0], out[1], out[2502], out[2503]], [-1, -1, -1, -1]);
      separate(map, window, 0, null, alone);
      assert.deepEqual(both[1].subarray(2, 2502), alone);
    }
  });
});
