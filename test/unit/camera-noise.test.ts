import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { addCameraNoise, publishedCamera } from "../../src/core/camera-noise.js";
import { SlnetError } from "../../src/core/errors.js";
import { createRandom } from "../../src/core/random.js";

function momentsAt(
  counts: number,
  options: Partial<Parameters<typeof addCameraNoise>[1]> = {},
): { mean: number; variance: number } {
  const window = new Float64Array(100_000).fill(counts);
  addCameraNoise(window, { targetMaximum: counts, ...options }, createRandom(1, "noise"));
  const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
  return { mean, variance: window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length };
}

describe("addCameraNoise", () => {
  it("keeps the mean and adds shot noise and read noise as the camera constants say", () => {
    const { aduPerElectron, quantumEfficiency, readNoiseElectrons } = publishedCamera;
    for (const counts of [900, 3600]) {
      const { mean, variance } = momentsAt(counts);
      // Cutting to whole counts takes off half a count.
      assert.ok(Math.abs(mean - (counts - 0.5)) < 0.01 * counts);
      const expected = counts * aduPerElectron * quantumEfficiency + (readNoiseElectrons * aduPerElectron) ** 2;
      assert.ok(Math.abs(variance / expected - 1) < 0.03, `variance ${variance}, expected ${expected}`);
    }
  });

  it("scales the window so that its largest pixel has the wanted signal", () => {
    const window = Float64Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 10 : 5));
    addCameraNoise(window, { targetMaximum: 2000, readNoiseElectrons: 0 }, createRandom(2, "noise"));
    const mean = (start: number): number => {
      let sum = 0;
      for (let i = start; i < window.length; i += 2) sum += window[i] ?? NaN;
      return sum / (window.length / 2);
    };
    assert.ok(Math.abs(mean(0) / 2000 - 1) < 0.01);
    assert.ok(Math.abs(mean(1) / 1000 - 1) < 0.01);
  });

  it("gives whole counts from 0 to 65535", () => {
    const window = Float64Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? -50 : 65_535));
    addCameraNoise(window, { targetMaximum: 65_535, readNoiseElectrons: 50 }, createRandom(3, "noise"));
    assert.ok(window.every((value) => Number.isInteger(value) && value >= 0 && value <= 65_535));
    assert.ok(window.includes(0) && window.includes(65_535));
  });

  it("adds the baseline, also to a dark window, which keeps its scale", () => {
    const window = new Float64Array(100);
    addCameraNoise(window, { targetMaximum: 1000, readNoiseElectrons: 0, baselineAdu: 100 }, createRandom(4, "noise"));
    assert.equal(window.filter((value) => value === 100).length, 100);
  });

  it("gives the same counts for the same seed", () => {
    const noisy = (): Float64Array =>
      addCameraNoise(new Float64Array(50).fill(20), { targetMaximum: 900 }, createRandom(5, "noise"));
    assert.deepEqual(noisy(), noisy());
  });

  it("refuses constants that cannot be divided by, and pixels that are infinite", () => {
    const random = createRandom(6, "noise");
    const refused = (window: Float64Array, options: Parameters<typeof addCameraNoise>[1]): void =>
      assert.throws(
        () => addCameraNoise(window, options, random),
        (error) => error instanceof SlnetError && error.code === "bad-input",
      );
    refused(Float64Array.of(1), { targetMaximum: 0 });
    refused(Float64Array.of(1), { targetMaximum: 900, aduPerElectron: 0 });
    refused(Float64Array.of(1), { targetMaximum: 900, quantumEfficiency: NaN });
    refused(Float64Array.of(1, NaN), { targetMaximum: 900 });
    refused(Float64Array.of(1, Infinity), { targetMaximum: 900 });
  });
});
