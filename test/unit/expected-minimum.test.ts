import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createMinimumInverse, expectedMinimum } from "../../src/core/expected-minimum.js";

/** By the definition, from k = 0 on, with shares from their logarithms. */
function directMinimum(mean: number, count: number): number {
  let logFactorial = 0;
  let below = 0;
  let sum = 0;
  for (let k = 0; k < mean + 60 * Math.sqrt(mean) + 60; k++) {
    if (k > 0) logFactorial += Math.log(k);
    below += Math.exp(k * Math.log(mean) - mean - logFactorial);
    sum += Math.max(0, 1 - below) ** count;
  }
  return sum;
}

describe("the expected minimum of Poisson counts", () => {
  it("of one count is its mean, and of no light is 0", () => {
    for (const mean of [1e-6, 0.3, 1, 7, 95, 300, 4e3, 1e5]) {
      assert.ok(Math.abs(expectedMinimum(mean, 1) / mean - 1) < 1e-8, `mean ${mean}: ${expectedMinimum(mean, 1)}`);
    }
    assert.equal(expectedMinimum(0, 100), 0);
  });

  it("of small means is 1 − the chance of a zero, to first order", () => {
    // Of two counts of mean m: P(both ≥ 1) + P(both ≥ 2) + …
    const chance = 1 - Math.exp(-0.01);
    const twice = chance - 0.01 * Math.exp(-0.01);
    assert.ok(Math.abs(expectedMinimum(0.01, 2) - chance ** 2 - twice ** 2) < 1e-10);
  });

  it("agrees with the sum of its definition", () => {
    for (const mean of [0.5, 3, 20, 94, 150, 1000, 12_000]) {
      for (const count of [2, 50, 100, 2001]) {
        const [found, expected] = [expectedMinimum(mean, count), directMinimum(mean, count)];
        assert.ok(Math.abs(found - expected) < 1e-6 * (1 + expected), `${mean}, ${count}: ${found}, ${expected}`);
      }
    }
  });

  it("of bright counts comes near to that of normal ones", () => {
    // The least of 100 normal values lies 2.50759 standard deviations below their mean (Harter, Biometrika 48 (1961)).
    const mean = 1e6;
    assert.ok(Math.abs((mean - expectedMinimum(mean, 100)) / Math.sqrt(mean) - 2.50759) < 2e-3);
  });
});

describe("the mean for an expected minimum", () => {
  for (const count of [1, 3, 50, 100, 2001]) {
    it(`is found again within 0.01 % of it or 0.02, for ${count} counts`, () => {
      const inverse = createMinimumInverse(count);
      for (let mean = count === 1 ? 0.5 : 3 + Math.log(count); mean < 1e6; mean *= 1.37) {
        const found = inverse(expectedMinimum(mean, count));
        assert.ok(Math.abs(found - mean) < 0.02 + 1e-4 * mean, `${mean}: ${found}`);
      }
    });
  }

  it("rises, without a jump where the table ends, and is the value itself below 0", () => {
    const inverse = createMinimumInverse(100);
    assert.deepEqual([inverse(-3.5), inverse(0)], [-3.5, 0]);
    for (let minimum = 16_000; minimum < 16_800; minimum++) {
      const step = inverse(minimum + 1) - inverse(minimum);
      assert.ok(step > 1 && step < 1.03, `from ${minimum}: ${step}`);
    }
  });
});
