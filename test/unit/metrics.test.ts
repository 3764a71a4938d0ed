import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { frameFigures, lossDecibels } from "../../src/core/metrics.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { singularValues } from "../../src/core/singular-values.js";
import {
  goldenFrame,
  goldenNetwork,
  goldenNormalisation,
  goldenSide,
  goldenValues,
  relativeDifference,
} from "../golden/golden.js";

const shape = { height: goldenSide, width: goldenSide };

function lowRankOf(weights: string): Float64Array {
  const lowRank = new Float64Array(goldenSide ** 2);
  const map = separationMap(goldenNetwork(weights), goldenNormalisation(2));
  separate(map, [5, 54, 104].map(goldenFrame), 0, null, lowRank);
  return lowRank;
}

describe("frameFigures", () => {
  for (const weights of ["n3_trained", "n3_init"] as const) {
    it(`gives the golden figures of the network ${weights}`, () => {
      const expected = goldenValues.metrics[`${weights}_float64`];
      const found = frameFigures(goldenFrame(5), lowRankOf(weights), shape, 0.05);
      assert.equal(found.imageRank, expected.rank);
      // The published code computes this share in 32 bits.
      assert.equal(Math.fround(found.shareAboveThreshold), expected.L1);
      const close: readonly (readonly [number, number])[] = [
        [found.inputNorm, expected.fro_M],
        [found.overshootNorm, expected.fro],
        [found.overshootRatio, expected.fro_ratio],
        [-found.meanOvershoot, expected.mean_error],
        [found.sparseMaximum, expected.S_max],
      ];
      for (const [value, right] of close) {
        assert.ok(Math.abs(value - right) <= 1e-12 * Math.abs(right), `${value}, expected ${right}`);
      }
    });

    it(`finds the golden largest singular values of the background of ${weights}`, () => {
      const expected = (
        goldenValues.metrics[`${weights}_float64`] as unknown as { largest_singular_values_L: number[] }
      ).largest_singular_values_L;
      const found = singularValues(lowRankOf(weights), goldenSide, goldenSide).subarray(0, expected.length);
      assert.ok(relativeDifference(found, expected) < 1e-12);
    });
  }

  it("gives figures known by hand", () => {
    assert.deepEqual(frameFigures([3, 0, 0, 4], [1, 0, 2, 0], { height: 2, width: 2 }, 0.6), {
      imageRank: 1,
      inputNorm: 5,
      overshootNorm: 2,
      overshootRatio: 0.4,
      meanOvershoot: 0.5,
      sparseMaximum: 4,
      shareAboveThreshold: 0.25,
      keptShare: 0.5,
    });
  });

  it("gives 0, and no NaN, for a dark frame", () => {
    const figures = frameFigures(new Uint16Array(6), new Float32Array(6), { height: 2, width: 3 }, 0.05);
    assert.deepEqual(new Set(Object.values(figures)), new Set([0]));
  });

  it("leaves the rank out for sides above 1024 pixels", () => {
    const strip = new Float32Array(1025);
    assert.equal(frameFigures(strip, strip, { height: 1, width: 1025 }, 0.05).imageRank, null);
    assert.equal(frameFigures(strip.subarray(1), strip.subarray(1), { height: 1, width: 1024 }, 0.05).imageRank, 0);
  });
});

describe("lossDecibels", () => {
  it("gives the golden figure, which the published code computes in 32 bits", () => {
    const expected = goldenValues.metrics["psnr_at_mean_loss_0.03"];
    assert.ok(Math.abs(lossDecibels(717, 0.03) / expected - 1) < 1e-6);
  });
});
