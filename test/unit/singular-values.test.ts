import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createRandom } from "../../src/core/random.js";
import { numericalRank, singularValues } from "../../src/core/singular-values.js";
import { shrinkSingularValues } from "../../src/core/singular-value-shrinkage.js";
import { symmetricEigen } from "../../src/core/symmetric-eigen.js";
import { relativeDifference } from "../golden/golden.js";

const random = createRandom(11, "matrices");
const noise = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());

/** a·b for `[rows, inner]` and `[inner, columns]`. */
function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += (a[row * inner + k] ?? NaN) * (b[k * columns + (at % columns)] ?? NaN);
    return sum;
  });
}

function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: a.length }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)] ?? NaN);
}

const gramOf = (a: Float64Array, n: number, pixels: number): Float64Array =>
  product(a, transpose(a, n, pixels), n, pixels, n);

describe("symmetricEigen", () => {
  for (const n of [1, 2, 3, 16, 64]) {
    it(`takes a matrix of ${n} rows apart and gives it back`, () => {
      const gram = gramOf(noise(n * 2 * n), n, 2 * n);
      const { values, vectors } = symmetricEigen(gram, n);
      assert.ok(values.every((value, i) => i === 0 || value <= (values[i - 1] ?? NaN)));
      const scaled = vectors.map((value, at) => value * (values[at % n] ?? NaN));
      assert.ok(relativeDifference(product(scaled, transpose(vectors, n, n), n, n, n), gram) < 1e-13);
      const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
      assert.ok(relativeDifference(product(vectors, transpose(vectors, n, n), n, n, n), identity) < 1e-13);
    });
  }

  it("handles zeros, equal values and values far apart", () => {
    assert.deepEqual([...symmetricEigen(new Float64Array(9), 3).values], [0, 0, 0]);
    assert.deepEqual([...symmetricEigen(Float64Array.of(5, 0, 0, 5), 2).values], [5, 5]);
    const { values } = symmetricEigen(Float64Array.of(1e20, 1, 1, 1e-20), 2);
    assert.ok(Math.abs((values[0] ?? NaN) / 1e20 - 1) < 1e-15);
  });
});

describe("singularValues", () => {
  it("gives those of matrices known by hand", () => {
    assert.ok(relativeDifference(singularValues([3, 0, 0, -4], 2, 2), [4, 3]) < 1e-15);
    assert.ok(relativeDifference(singularValues([1, 1, 1, 1, 1, 1], 2, 3), [Math.sqrt(6), 0]) < 1e-15);
    assert.deepEqual([...singularValues(new Float64Array(12), 4, 3)], [0, 0, 0]);
    assert.deepEqual([...singularValues([-2], 1, 1)], [2]);
    assert.equal(singularValues([], 0, 0).length, 0);
  });

  it("agrees with the square roots of the Gram matrix's eigenvalues, tall and wide", () => {
    for (const [rows, columns] of [
      [5, 40],
      [40, 5],
      [17, 17],
      [1, 6],
      [6, 1],
    ] as const) {
      const a = noise(rows * columns);
      const wide = rows <= columns ? a : transpose(a, rows, columns);
      const count = Math.min(rows, columns);
      const expected = symmetricEigen(gramOf(wide, count, Math.max(rows, columns)), count).values.map(Math.sqrt);
      assert.ok(relativeDifference(singularValues(a, rows, columns), expected) < 1e-13);
    }
  });

  it("keeps the sum of the squares, and equal values apart in number", () => {
    const n = 60;
    const { vectors } = symmetricEigen(gramOf(noise(n * n), n, n), n);
    assert.ok(singularValues(vectors, n, n).every((value) => Math.abs(value - 1) < 1e-13));
  });
});

describe("numericalRank", () => {
  it("counts the independent rows of a product", () => {
    for (const rank of [1, 2, 7]) {
      const matrix = product(noise(40 * rank), noise(rank * 25), 40, rank, 25);
      assert.equal(numericalRank(matrix, 40, 25), rank);
      assert.equal(numericalRank(transpose(matrix, 40, 25), 25, 40), rank);
    }
  });

  it("is 0 for zeros and full for noise", () => {
    assert.equal(numericalRank(new Float64Array(30), 5, 6), 0);
    assert.equal(numericalRank(noise(64 * 64), 64, 64), 64);
  });
});

describe("shrinkSingularValues", () => {
  const n = 4;
  const pixels = 30;

  it("takes the threshold off the largest values and drops the rest", () => {
    const d = noise(n * pixels);
    const before = singularValues(d, n, pixels);
    for (const rank of [1, 3, 9]) {
      const threshold = ((before[1] ?? NaN) + (before[2] ?? NaN)) / 2;
      const { matrix } = shrinkSingularValues(gramOf(d, n, pixels), n, { rank, singularValueThreshold: threshold });
      const expected = before.map((value, i) => (i < rank ? Math.max(value - threshold, 0) : 0));
      assert.ok(relativeDifference(singularValues(product(matrix, d, n, n, pixels), n, pixels), expected) < 1e-12);
    }
  });

  it("changes nothing without a threshold and with full rank, not even for a matrix of lower rank", () => {
    const d = product(noise(n * 2), noise(2 * pixels), n, 2, pixels);
    const shrinkage = shrinkSingularValues(gramOf(d, n, pixels), n, { rank: n, singularValueThreshold: 0 });
    assert.ok(relativeDifference(product(shrinkage.matrix, d, n, n, pixels), d) < 1e-12);
    assert.ok(shrinkage.gramGradient(noise(n * n)).every((value) => value === 0));
  });

  for (const [title, rank, threshold] of [
    ["all values kept", 4, 0.5],
    ["some below the threshold", 4, 5.2],
    ["fewer kept than there are", 2, 0.5],
    ["fewer kept, without threshold", 2, 0],
    ["all below the threshold", 4, 100],
  ] as const) {
    it(`has the derivative that differences show: ${title}`, () => {
      const gram = gramOf(noise(n * pixels), n, pixels);
      const options = { rank, singularValueThreshold: threshold };
      const weights = noise(n * n);
      const value = (g: Float64Array): number =>
        shrinkSingularValues(g, n, options).matrix.reduce((sum, item, at) => sum + item * (weights[at] ?? NaN), 0);
      const gradient = shrinkSingularValues(gram, n, options).gramGradient(weights);
      const differences = gram.map((_, at) => {
        // Along symmetric directions, in which alone the Gram matrix can move; an off-diagonal one has two elements.
        const mirror = (at % n) * n + Math.floor(at / n);
        const moved = (step: number): Float64Array =>
          gram.map((item, i) => item + (i === at ? step / 2 : 0) + (i === mirror ? step / 2 : 0));
        return (value(moved(1e-4)) - value(moved(-1e-4))) / 2e-4;
      });
      assert.ok(relativeDifference(gradient, differences) < 1e-6);
    });
  }

  it("stays finite where the last kept and the first dropped value are equal", () => {
    const gram = Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4);
    const { matrix, gramGradient } = shrinkSingularValues(gram, 3, { rank: 2, singularValueThreshold: 0.1 });
    assert.ok([...matrix, ...gramGradient(noise(9))].every(Number.isFinite));
  });

  it("gives zeros for a dark crop", () => {
    const dark = shrinkSingularValues(new Float64Array(9), 3, { rank: 3, singularValueThreshold: 0.01 });
    assert.ok([...dark.matrix, ...dark.gramGradient(noise(9))].every((value) => value === 0));
  });
});
