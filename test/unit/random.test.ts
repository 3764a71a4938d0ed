import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createRandom, type Random } from "../../src/core/random.js";

const take = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

function moments(count: number, draw: () => number): { mean: number; variance: number; skewness: number } {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const central = (power: number): number => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / count;
  return { mean, variance: central(2), skewness: central(3) / central(2) ** 1.5 };
}

describe("createRandom", () => {
  it("gives the same numbers for the same seed and stream", () => {
    assert.deepEqual(take(createRandom(5, "order"), 20), take(createRandom(5, "order"), 20));
  });

  it("gives other numbers for another seed or another stream", () => {
    const first = new Set(take(createRandom(5, "order"), 200));
    for (const other of [createRandom(6, "order"), createRandom(5, "crops"), createRandom(4_294_967_295, "order")]) {
      assert.ok(take(other, 200).every((value) => !first.has(value)));
    }
  });

  it("gives uniform numbers in [0, 1)", () => {
    const random = createRandom(1, "uniform");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const value = random.next();
      assert.ok(value >= 0 && value < 1);
      const bin = Math.floor(value * 10);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // χ² with 9 degrees of freedom exceeds 33.7 once in 10⁴ seeds.
    assert.ok(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0) < 33.7);
  });

  it("reaches every whole number below the limit and none else", () => {
    const random = createRandom(2, "integers");
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(7)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(random.integer(1), 0);
  });

  it("gives standard normal numbers", () => {
    const random = createRandom(3, "normal");
    const { mean, variance, skewness } = moments(200_000, () => random.normal());
    // Four standard errors each.
    assert.ok(Math.abs(mean) < 4 / Math.sqrt(200_000));
    assert.ok(Math.abs(variance - 1) < 4 * Math.sqrt(2 / 200_000));
    assert.ok(Math.abs(skewness) < 4 * Math.sqrt(6 / 200_000));
  });

  for (const mean of [0.3, 4, 9.99, 10, 35, 1000, 1e6]) {
    it(`gives whole Poisson numbers with the mean, variance and skewness of ${mean}`, () => {
      const random = createRandom(4, "poisson");
      const count = 100_000;
      const found = moments(count, () => {
        const value = random.poisson(mean);
        assert.ok(Number.isInteger(value) && value >= 0);
        return value;
      });
      assert.ok(Math.abs(found.mean - mean) < 4 * Math.sqrt(mean / count), `mean ${found.mean}`);
      const varianceError = Math.sqrt((mean + 2 * mean * mean) / count);
      assert.ok(Math.abs(found.variance - mean) < 4 * varianceError, `variance ${found.variance}`);
      assert.ok(Math.abs(found.skewness - 1 / Math.sqrt(mean)) < 0.1 * Math.max(1, 1 / Math.sqrt(mean)));
    });
  }

  it("gives each Poisson count as often as it is likely, on both sides of the change of method", () => {
    for (const mean of [9, 12]) {
      const random = createRandom(7, "poisson counts");
      const draws = 200_000;
      const counts = new Map<number, number>();
      for (let i = 0; i < draws; i++) {
        const value = random.poisson(mean);
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      let probability = Math.exp(-mean);
      for (let value = 0; value <= 2 * mean; value++) {
        const expected = draws * probability;
        const off = Math.abs((counts.get(value) ?? 0) - expected);
        assert.ok(off < 5 * Math.sqrt(expected) + 5, `${value} of mean ${mean}: off by ${off} of ${expected}`);
        probability *= mean / (value + 1);
      }
    }
  });

  it("gives 0 for a Poisson mean of 0 and refuses means that are none", () => {
    const random = createRandom(8, "edge");
    assert.equal(random.poisson(0), 0);
    for (const mean of [-1, NaN, Infinity]) {
      assert.throws(
        () => random.poisson(mean),
        (error) => error instanceof SlnetError && error.code === "bad-input",
      );
    }
  });

  it("shuffles in place into every order equally often", () => {
    const random = createRandom(9, "shuffle");
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const items = ["a", "b", "c"];
      assert.equal(random.shuffle(items), items);
      counts.set(items.join(""), (counts.get(items.join("")) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 5 * Math.sqrt(1000));
  });
});
