import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { NormType } from "../../src/core/configuration.js";
import { SlnetError } from "../../src/core/errors.js";
import { affineOf, createStatistics } from "../../src/core/normalisation.js";
import { golden, goldenFrame, goldenNormalisation, goldenSide, relativeDifference } from "../golden/golden.js";

const types: readonly NormType[] = [-1, 0, 1, 2, 3];

function refused(call: () => unknown, pattern: RegExp): void {
  assert.throws(
    call,
    (error) => error instanceof SlnetError && error.code === "bad-input" && pattern.test(error.message),
  );
}

describe("createStatistics", () => {
  it("finds the golden constants frame by frame", () => {
    const statistics = createStatistics();
    for (let frame = 0; frame < 109; frame++) statistics.add(goldenFrame(frame));
    const found = statistics.finish(2, 0);
    const expected = goldenNormalisation(2);
    assert.equal(found.maximum, expected.maximum);
    assert.ok(Math.abs(found.mean / expected.mean - 1) < 1e-12);
    assert.ok(Math.abs(found.standardDeviation / expected.standardDeviation - 1) < 1e-12);
  });

  it("loses no digits of the deviation far from zero", () => {
    const statistics = createStatistics();
    statistics.add(Float32Array.of(16_777_213, 16_777_214));
    statistics.add(Float32Array.of(16_777_215));
    assert.equal(statistics.finish(3, 0).standardDeviation, 1);
  });

  it("subtracts the camera offset from maximum and mean, and not from the deviation", () => {
    const statistics = createStatistics();
    statistics.add(Uint16Array.of(110, 120, 130));
    assert.deepEqual(statistics.finish(1, 100), {
      type: 1,
      offsetAdu: 100,
      maximum: 30,
      mean: 20,
      standardDeviation: 10,
    });
  });

  it("refuses equal pixels only where the type divides by their deviation", () => {
    const statistics = createStatistics();
    statistics.add(new Uint16Array(9).fill(7));
    for (const type of [0, 1, 3] as const) refused(() => statistics.finish(type, 0), /all pixels are equal \(7 ADU\)/);
    assert.equal(statistics.finish(2, 0).maximum, 7);
    assert.equal(statistics.finish(-1, 0).standardDeviation, 0);
  });

  it("refuses a maximum that is not above the offset, with both numbers", () => {
    const statistics = createStatistics();
    statistics.add(Uint16Array.of(90, 100));
    refused(
      () => statistics.finish(2, 100),
      /largest pixel is 100 ADU, expected more than the camera offset of 100 ADU/,
    );
  });

  it("refuses to finish without a pixel", () => {
    refused(() => createStatistics().finish(-1, 0), /no pixels/);
    const statistics = createStatistics();
    statistics.add(new Uint8Array(0));
    refused(() => statistics.finish(-1, 0), /no pixels/);
  });
});

describe("affineOf", () => {
  for (const type of types) {
    it(`scales as the published type ${type}`, () => {
      const { shift, scale } = affineOf(goldenNormalisation(type));
      const frame = goldenFrame(0);
      const found: number[] = [];
      for (let row = 60; row < 68; row++) {
        for (let column = 60; column < 68; column++) {
          found.push(((frame[row * goldenSide + column] ?? NaN) - shift) / scale);
        }
      }
      const name = `norm_type_${type === -1 ? "m1" : type}_forward`;
      assert.ok(relativeDifference(found, golden(name).values) < 1e-12);
    });
  }

  it("has the camera offset in its shift", () => {
    const shifts = types.map((type) => affineOf({ ...goldenNormalisation(type), offsetAdu: 5, mean: 20 }).shift);
    assert.deepEqual(shifts, [5, 5, 25, 5, 5]);
  });
});
