import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createRandom } from "../../src/core/random.js";
import { drawBatches, drawCrop, drawShifts, fitCropSize, splitWindows } from "../../src/core/training-schedule.js";

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("splitWindows", () => {
  it("keeps the published share for validation and every window once", () => {
    const { training, validation } = splitWindows(100, 0.1, true, createRandom(1, "split"));
    assert.equal(validation.length, 10);
    assert.deepEqual(ascending([...training, ...validation]), upTo(100));
    assert.notDeepEqual(validation, upTo(10));
  });

  it("rounds the share up, takes the first windows without a shuffle, and leaves one for training", () => {
    const random = createRandom(1, "split");
    assert.deepEqual(splitWindows(11, 0.1, false, random), { validation: [0, 1], training: upTo(11).slice(2) });
    assert.deepEqual(splitWindows(1, 0.1, true, random), { validation: [], training: [0] });
    assert.deepEqual(splitWindows(2, 0.9, false, random), { validation: [0], training: [1] });
    assert.deepEqual(splitWindows(3, 0, false, random), { validation: [], training: [0, 1, 2] });
  });
});

describe("drawBatches", () => {
  it("gives every index once, in full batches and a short last one, in a fresh order each time", () => {
    const random = createRandom(2, "order");
    const indices = upTo(90).map((index) => index + 5);
    const first = drawBatches(indices, 8, random);
    assert.deepEqual(
      first.map((batch) => batch.length),
      [...new Array<number>(11).fill(8), 2],
    );
    assert.deepEqual(ascending(first.flat()), indices);
    assert.notDeepEqual(drawBatches(indices, 8, random), first);
    assert.deepEqual(
      indices,
      upTo(90).map((index) => index + 5),
    );
  });
});

describe("drawCrop", () => {
  it("reaches every row and column, the last ones included, independently on a frame that is not square", () => {
    const random = createRandom(3, "crops");
    const tops = new Set<number>();
    const lefts = new Set<number>();
    for (let i = 0; i < 500; i++) {
      const { top, left } = drawCrop(10, 13, 8, random);
      tops.add(top);
      lefts.add(left);
    }
    assert.deepEqual(ascending([...tops]), [0, 1, 2]);
    assert.deepEqual(ascending([...lefts]), [0, 1, 2, 3, 4, 5]);
  });

  it("takes the whole frame where the crop fits exactly", () => {
    assert.deepEqual(drawCrop(128, 128, 128, createRandom(1, "crops")), { top: 0, left: 0 });
  });
});

describe("fitCropSize", () => {
  it("is what was wanted, or the shorter side of the frame", () => {
    assert.equal(fitCropSize(128, 512, 256), 128);
    assert.equal(fitCropSize(128, 102, 108), 102);
    assert.equal(fitCropSize(128, 300, 64), 64);
  });
});

describe("drawShifts", () => {
  it("gives 0 and different shifts up to the largest, ascending, each equally often", () => {
    const random = createRandom(4, "shifts");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 9000; i++) {
      const shifts = drawShifts([0, 4, 9], random);
      assert.equal(shifts[0], 0);
      assert.equal(new Set(shifts).size, 3);
      assert.deepEqual(shifts, ascending(shifts));
      for (const shift of shifts) counts[shift] = (counts[shift] ?? 0) + 1;
    }
    for (const count of counts.slice(1)) assert.ok(Math.abs(count - 2000) < 5 * Math.sqrt(2000));
  });

  it("gives the only choice there is, and ends for a single frame and for a wide range", () => {
    const random = createRandom(5, "shifts");
    assert.deepEqual(drawShifts([0, 1, 2, 3], random), [0, 1, 2, 3]);
    assert.deepEqual(drawShifts([0], random), [0]);
    assert.equal(drawShifts([0, 1, 1_000_000], random).length, 3);
  });

  it("refuses more shifts than there are numbers for", () => {
    assert.throws(
      () => drawShifts([0, 1, 1], createRandom(1, "shifts")),
      /largest temporal shift is 1, expected at least 2/,
    );
  });
});
