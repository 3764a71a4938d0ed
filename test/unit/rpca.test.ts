import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createRandom } from "../../src/core/random.js";
import { decompose, decompositionBytes, startDecomposition, type RpcaOptions } from "../../src/core/rpca.js";
import { golden, relativeDifference } from "../golden/golden.js";

const pixels = 32 * 32;
const input = Float64Array.from(golden("sldec_input").values);
/** The published settings: ten iterations, no stopping. */
const published = { iterations: 10, tolerance: 0 };

/** Item `item` of a golden decomposition, `[n, pixels]`. */
function goldenPart(name: string, item: number, n: number): ArrayLike<number> {
  return golden(name).values.slice(item * n * pixels, (item + 1) * n * pixels);
}

function assertGolden(name: string, item: number, n: number, frames: Float64Array, options: RpcaOptions): void {
  const { lowRank, sparse, multiplier } = decompose(frames, n, pixels, options);
  for (const [part, found] of [
    ["L", lowRank],
    ["S", sparse],
    ["Y", multiplier],
  ] as const) {
    const difference = relativeDifference(found, goldenPart(`${name}_${part}`, item, n));
    assert.ok(difference < 1e-9, `${part} is off by ${difference}`);
  }
}

describe("decompose", () => {
  it("gives the golden decomposition with the published default constants", () => {
    const sparsityWeight = 0.05 / Math.sqrt(pixels);
    assertGolden("sldec_default", 0, 6, input, { sparsityWeight, penalty: 10 * sparsityWeight, ...published });
  });

  it("gives the golden decomposition with constants given", () => {
    assertGolden("sldec_lam_mu", 0, 6, input, { sparsityWeight: 0.03, penalty: 0.3, ...published });
  });

  it("gives the golden first item of a batch, and for the second its own singular values, unlike the published code", () => {
    const options = { sparsityWeight: 0.03, penalty: 0.3, ...published };
    assertGolden("sldec_batch2", 0, 3, input.slice(0, 3 * pixels), options);
    const second = decompose(input.slice(3 * pixels), 3, pixels, options);
    const difference = relativeDifference(second.lowRank, goldenPart("sldec_batch2_L", 1, 3));
    assert.ok(difference > 1e-4 && difference < 0.5, `L of the second item differs by ${difference}`);
  });

  it("takes a low-rank matrix with sparse spikes apart, with constants from the data", () => {
    const random = createRandom(1, "rpca");
    const n = 12;
    const size = 400;
    const image = Float64Array.from({ length: size }, () => 50 + 100 * random.next());
    const truth = Float64Array.from(
      { length: n * size },
      (_, at) => (image[at % size] ?? NaN) * (1 - 0.02 * Math.floor(at / size)),
    );
    const spikes = truth.map(() => (random.next() < 0.05 ? 300 * random.next() + 50 : 0));
    const x = truth.map((value, at) => value + (spikes[at] ?? NaN));
    const options = { sparsityWeight: null, penalty: null, iterations: 500 };
    const { lowRank, sparse, relativeErrors } = decompose(x, n, size, options);
    assert.ok(relativeErrors.length < 500, "it stops by itself");
    assert.ok((relativeErrors.at(-1) ?? NaN) < 1e-7);
    assert.ok(relativeDifference(lowRank, truth) < 1e-3);
    assert.ok(relativeDifference(sparse, spikes) < 1e-3);
  });

  it("keeps both parts at 0 or above and gives finite errors for frames with negative counts", () => {
    const random = createRandom(2, "rpca");
    const frames = Float64Array.from({ length: 4 * 300 }, () => random.normal());
    const found = decompose(frames, 4, 300, { sparsityWeight: null, penalty: null, iterations: 30 });
    assert.ok([...found.lowRank, ...found.sparse].every((value) => value >= 0));
    assert.ok(found.relativeErrors.every(Number.isFinite));
  });

  it("gives zeros for dark frames and does not change its input", () => {
    const dark = decompose(new Float64Array(20), 2, 10, { sparsityWeight: null, penalty: null, iterations: 5 });
    assert.ok([...dark.lowRank, ...dark.sparse].every((value) => value === 0));
    const copy = input.slice();
    decompose(input, 6, pixels, { sparsityWeight: 0.03, penalty: 0.3, ...published });
    assert.deepEqual(input, copy);
  });

  it("does not depend on the unit of the counts, with constants from the data", () => {
    const options = { sparsityWeight: null, penalty: null, iterations: 15, tolerance: 0 };
    const once = decompose(input, 6, pixels, options);
    const scaled = decompose(
      input.map((value) => 700 * value),
      6,
      pixels,
      options,
    );
    assert.ok(
      relativeDifference(
        scaled.sparse,
        once.sparse.map((value) => 700 * value),
      ) < 1e-9,
    );
  });

  it("refuses options out of range and sizes that do not fit", () => {
    const good: RpcaOptions = { sparsityWeight: null, penalty: null, iterations: 5 };
    const refused = (frames: Float64Array, n: number, options: RpcaOptions): void =>
      assert.throws(
        () => decompose(frames, n, 10, options),
        (error) => error instanceof SlnetError && error.code === "bad-input",
      );
    refused(new Float64Array(19), 2, good);
    refused(new Float64Array(0), 0, good);
    refused(new Float64Array(20), 2, { ...good, iterations: 0 });
    refused(new Float64Array(20), 2, { ...good, iterations: 1.5 });
    refused(new Float64Array(20), 2, { ...good, penalty: 0 });
    refused(new Float64Array(20), 2, { ...good, sparsityWeight: -1 });
    refused(new Float64Array(20), 2, { ...good, sparsityWeight: NaN });
    refused(new Float64Array(20), 2, { ...good, tolerance: -1 });
  });
});

describe("startDecomposition", () => {
  it("does one iteration at a time, to the same result, and then no more", () => {
    const options = { sparsityWeight: 0.03, penalty: 0.3, iterations: 4, tolerance: 0 };
    const running = startDecomposition(input, 6, pixels, options);
    const answers = Array.from({ length: 6 }, () => running.iterate());
    assert.deepEqual(answers, [true, true, true, false, false, false]);
    assert.equal(running.relativeErrors.length, 4);
    assert.deepEqual(running.lowRank, decompose(input, 6, pixels, options).lowRank);
  });
});

describe("decompositionBytes", () => {
  it("counts the frames and the three parts, and little else", () => {
    const parts = 4 * 8 * 20 * 65_536;
    assert.ok(decompositionBytes(20, 65_536) >= parts);
    assert.ok(decompositionBytes(20, 65_536) < 1.01 * parts);
  });
});
