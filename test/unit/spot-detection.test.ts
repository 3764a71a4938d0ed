import assert from "node:assert/strict";
import { test } from "node:test";

import { createSpotDetector } from "../../src/core/localization/spot-detection.js";
import { createWaveletFilter } from "../../src/core/localization/wavelet-filter.js";
import { createRandom } from "../../src/core/random.js";
import { addPointSpread } from "../../src/core/simulation-point-spread.js";

/** The two planes straight from their definition, with whole two-dimensional kernels. */
function planesByDefinition(image: Float32Array, height: number, width: number): { f1: number[]; f2: number[] } {
  const mirrored = (index: number, size: number): number => {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const inPeriod = ((index % period) + period) % period;
    return inPeriod < size ? inPeriod : period - inPeriod;
  };
  const smooth = (values: ArrayLike<number>, gap: number): number[] => {
    const kernel = [1, 4, 6, 4, 1].map((tap) => tap / 16);
    return Array.from({ length: height * width }, (_, i) => {
      let sum = 0;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          const y = mirrored(Math.floor(i / width) + dy * gap, height);
          const x = mirrored((i % width) + dx * gap, width);
          sum += kernel[dy + 2]! * kernel[dx + 2]! * values[y * width + x]!;
        }
      }
      return sum;
    });
  };
  const v1 = smooth(image, 1);
  const v2 = smooth(v1, 2);
  return { f1: v1.map((value, i) => image[i]! - value), f2: v2.map((value, i) => v1[i]! - value) };
}

test("the wavelet planes are those of the definition, up to the edges and in images smaller than the kernel", () => {
  const random = createRandom(1, "image");
  for (const [height, width] of [
    [23, 31],
    [4, 9],
    [3, 2],
    [1, 1],
  ] as const) {
    const image = Float32Array.from({ length: height * width }, () => 100 * random.next());
    const filter = createWaveletFilter(height, width);
    const deviation = filter.apply(image);
    const { f1, f2 } = planesByDefinition(image, height, width);
    f2.forEach((value, i) => assert.ok(Math.abs(value - filter.spots[i]!) < 1e-3, `${height}×${width}, pixel ${i}`));
    const mean = f1.reduce((sum, value) => sum + value, 0) / f1.length;
    const expected = Math.sqrt(f1.reduce((sum, value) => sum + (value - mean) ** 2, 0) / f1.length);
    assert.ok(Math.abs(deviation - expected) < 1e-3, `${deviation}, expected ${expected}`);
    assert.equal(filter.noise(image), deviation);
  }
});

test("a slope and an offset leave nothing in the plane of the spots, away from the edges", () => {
  const [height, width] = [40, 40];
  const slope = Float32Array.from({ length: height * width }, (_, i) => 500 + 3 * (i % width) - Math.floor(i / width));
  const filter = createWaveletFilter(height, width);
  filter.apply(slope);
  for (let row = 6; row < height - 6; row++) {
    for (let column = 6; column < width - 6; column++) {
      assert.ok(Math.abs(filter.spots[row * width + column]!) < 1e-3);
    }
  }
});

/** Poisson noise around a background and spots. */
function noisyFrame(
  [height, width]: readonly [number, number],
  background: number,
  spots: readonly (readonly [x: number, y: number, photons: number])[],
  seed: number,
): Float32Array {
  const frame = new Float32Array(height * width).fill(background);
  for (const [x, y, photons] of spots) addPointSpread(frame, width, height, x, y, 1.3, photons);
  const random = createRandom(seed, "noise");
  return frame.map((expected) => random.poisson(expected));
}

test("bright spots are found where they are, in a corner and at an edge too, and noise is not", () => {
  const spots = [
    [0.5, 0.5, 3000],
    [63.2, 20.7, 2000],
    [30.4, 31.6, 1200],
    [40.5, 12.1, 1200],
  ] as const;
  const detector = createSpotDetector(48, 64, 1.5);
  for (let seed = 0; seed < 20; seed++) {
    const { count, columns, rows, threshold } = detector.detect(noisyFrame([48, 64], 50, spots, seed));
    const found = Array.from({ length: count }, (_, i) => [columns[i]!, rows[i]!] as const);
    assert.equal(count, spots.length, `seed ${seed}: ${JSON.stringify(found)}`);
    for (const [x, y] of spots) {
      const isNear = ([column, row]: readonly [number, number]): boolean =>
        Math.hypot(column + 0.5 - x, row + 0.5 - y) < 1.5;
      assert.ok(found.some(isNear), `seed ${seed}: no spot at ${x}, ${y}`);
    }
    assert.ok(threshold > 5 && threshold < 30, `${threshold}`);
  }
});

test("a clipped frame needs the threshold of the frame before clipping", () => {
  const background = 50;
  const detector = createSpotDetector(96, 96, 1.2);
  let falseInClipped = 0;
  let falseWithNoise = 0;
  for (let seed = 0; seed < 10; seed++) {
    const residual = noisyFrame([96, 96], background, [[48.3, 48.8, 1500]], seed).map((value) => value - background);
    // What a background estimate a little too high leaves of the noise.
    const clipped = residual.map((value) => Math.max(0, value - 12));
    falseInClipped += detector.detect(clipped).count - 1;
    const found = detector.detect(clipped, residual);
    assert.ok(found.count >= 1);
    falseWithNoise += found.count - 1;
  }
  assert.ok(falseInClipped > 10, `${falseInClipped} false spots by the clipped frame's own threshold`);
  assert.equal(falseWithNoise, 0);
});

test("of a plateau one pixel counts, and a flat frame has no spot", () => {
  const detector = createSpotDetector(20, 20, 0.5);
  assert.equal(detector.detect(new Uint16Array(400).fill(300)).count, 0);
  const two = new Uint16Array(400);
  two[9 * 20 + 9] = two[9 * 20 + 10] = 500;
  const { count, columns, rows } = detector.detect(two);
  assert.deepEqual([count, columns[0], rows[0]], [1, 9, 9]);
});

test("more spots than the first room holds are all found", () => {
  const side = 160;
  const grid = new Float32Array(side * side);
  for (let y = 4; y < side; y += 8) for (let x = 4; x < side; x += 8) grid[y * side + x] = 100;
  assert.equal(createSpotDetector(side, side, 0.1).detect(grid).count, 400);
});
