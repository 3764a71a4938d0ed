import assert from "node:assert/strict";
import { test } from "node:test";

import { BackgroundSums } from "../../src/core/evaluation/background-figures.js";
import { decorrelationResolution } from "../../src/core/evaluation/decorrelation.js";
import { fourierRingCorrelation } from "../../src/core/evaluation/fourier-ring-correlation.js";
import { fourierTransform } from "../../src/core/evaluation/fourier-transform.js";
import { matchEmitters } from "../../src/core/evaluation/match-emitters.js";
import { nearestNeighbourPrecision } from "../../src/core/evaluation/nearest-neighbour-precision.js";
import type { Positions } from "../../src/core/evaluation/positions.js";
import { residualAutocorrelation } from "../../src/core/evaluation/residual-autocorrelation.js";
import { superResolutionErrors } from "../../src/core/evaluation/super-resolution-errors.js";
import { truthFigures } from "../../src/core/evaluation/truth-figures.js";
import { gaussianBlur } from "../../src/core/gaussian-blur.js";
import { createRandom } from "../../src/core/random.js";

type Row = readonly [frame: number, xNm: number, yNm: number, photons: number];

function positions(rows: readonly Row[]): Positions {
  return {
    frame: rows.map(([frame]) => frame),
    xNm: rows.map(([, x]) => x),
    yNm: rows.map(([, , y]) => y),
    photons: rows.map(([, , , photons]) => photons),
  };
}

function isNear(value: number | null, expected: number, tolerance: number, what: string): void {
  assert.ok(value !== null && Math.abs(value - expected) <= tolerance, `${what} is ${value}, expected ${expected}`);
}

test("localizations are matched one to one, the nearest pair first, within their frame", () => {
  const truth = positions([
    [0, 1000, 1000, 500],
    [0, 1100, 1000, 500],
    [2, 5000, 5000, 500],
    [3, 0, 0, 500],
  ]);
  const found = positions([
    // Between the two, nearer to the second: that one gets it, and the first the one further away.
    [0, 1060, 1000, 500],
    [0, 850, 1000, 500],
    [1, 5000, 5000, 500],
    [2, 5000, 5240, 500],
    [2, 5000, 4900, 500],
    [4, 0, 0, 500],
  ]);
  const { foundOfTrue, trueOfFound } = matchEmitters(truth, found, 250);
  assert.deepEqual([...foundOfTrue], [1, 0, 4, -1]);
  assert.deepEqual([...trueOfFound], [1, 0, -1, -1, 2, -1]);
  assert.deepEqual([...matchEmitters(truth, positions([]), 250).foundOfTrue], [-1, -1, -1, -1]);
});

test("figures against a truth are those of the formulas", () => {
  const truth = positions([
    [0, 1000, 1000, 1000],
    [0, 3000, 1000, 1000],
    [1, 1000, 1000, 1000],
    [1, 3000, 1000, 20],
  ]);
  const found = positions([
    [0, 1030, 1040, 500],
    [1, 1000, 1000, 700],
    [1, 3000, 1000, 30],
    [1, 9000, 9000, 300],
  ]);
  const figures = truthFigures(truth, found);
  assert.deepEqual([figures.truePositives, figures.falsePositives, figures.falseNegatives], [3, 1, 1]);
  isNear(figures.jaccard, 3 / 5, 1e-12, "Jaccard index");
  isNear(figures.recall, 3 / 4, 1e-12, "recall");
  isNear(figures.precision, 3 / 4, 1e-12, "precision");
  const rmse = Math.sqrt(2500 / 3);
  isNear(figures.rmseNm, rmse, 1e-12, "RMSE");
  isNear(figures.efficiency, 1 - Math.sqrt(0.4 ** 2 + (0.01 * rmse) ** 2), 1e-12, "efficiency");
  isNear(figures.photonRatio, 0.7, 1e-12, "photon ratio");
  isNear(figures.biasXNm, 10, 1e-12, "bias in x");
  // The dim emitter is neither missed nor found, and the localization on it is no false one.
  const bright = truthFigures(truth, found, { leastPhotons: 100 });
  assert.deepEqual([bright.truePositives, bright.falsePositives, bright.falseNegatives], [2, 1, 1]);
  const nothing = truthFigures(truth, positions([]));
  assert.deepEqual([nothing.jaccard, nothing.rmseNm, nothing.photonRatio, nothing.efficiency], [0, null, null, 0]);
});

test("background figures leave out the pixels with molecules, and tell how much light is kept", () => {
  const sums = new BackgroundSums(100, 5);
  sums.add([112, 118, 500, 110], [110, 120, 130, 110], [0, 0, 80, 1], [0, 0, 40, 0]);
  const { bias, rmse, relativeBias, keptLight, pixels } = sums.figures();
  assert.equal(pixels, 3);
  isNear(bias, 0, 1e-12, "bias");
  isNear(rmse, Math.sqrt(8 / 3), 1e-12, "RMSE");
  isNear(relativeBias, 0, 1e-12, "relative bias");
  isNear(keptLight, (40 * 80) / (80 * 80 + 1), 1e-12, "light kept");
});

test("the precision from neighbours in time is that of the scatter, with and without a crowd", () => {
  for (const [sigma, crowd] of [
    [8, 0],
    [15, 40],
    [30, 10],
  ] as const) {
    const random = createRandom(3, `neighbours ${sigma}`);
    const rows: Row[] = [];
    for (let frame = 0; frame < 400; frame++) {
      // Each pair of frames has molecules of its own that are on in both.
      const pairRandom = createRandom(frame >> 1, "pair");
      for (let i = 0; i < 10; i++) {
        const [x, y] = [20_000 * pairRandom.next(), 20_000 * pairRandom.next()];
        rows.push([frame, x + sigma * random.normal(), y + sigma * random.normal(), 500]);
      }
      for (let i = 0; i < crowd; i++) rows.push([frame, 20_000 * random.next(), 20_000 * random.next(), 500]);
    }
    // 2,000 pairs: the standard error is 1.6 %; neighbours that are taken for the same add a little.
    isNear(nearestNeighbourPrecision(positions(rows)), sigma, 0.08 * sigma, `precision with ${crowd} others`);
  }
});

test("the precision from neighbours in time is not told where no molecule comes twice", () => {
  const random = createRandom(1, "lonely");
  const rows: Row[] = [];
  for (let frame = 0; frame < 300; frame++) {
    for (let i = 0; i < 30; i++) rows.push([frame, 10_000 * random.next(), 10_000 * random.next(), 500]);
  }
  assert.equal(nearestNeighbourPrecision(positions(rows)), null);
  assert.equal(nearestNeighbourPrecision(positions([])), null);
});

test("the Fourier transform is that of the definition", () => {
  const side = 8;
  const random = createRandom(1, "transform");
  const [real, imaginary] = [0, 1].map(() => Float64Array.from({ length: 64 }, () => random.normal())) as [
    Float64Array,
    Float64Array,
  ];
  const expected = [0, 11, 38, 63].map((index) => {
    const [u, v] = [index % side, index >> 3];
    let [re, im] = [0, 0];
    for (let i = 0; i < 64; i++) {
      const angle = (-2 * Math.PI * (u * (i % side) + v * (i >> 3))) / side;
      re += real[i]! * Math.cos(angle) - imaginary[i]! * Math.sin(angle);
      im += real[i]! * Math.sin(angle) + imaginary[i]! * Math.cos(angle);
    }
    return { index, re, im };
  });
  fourierTransform(real, imaginary, side);
  for (const { index, re, im } of expected) {
    isNear(real[index]!, re, 1e-12, "real part");
    isNear(imaginary[index]!, im, 1e-12, "imaginary part");
  }
});

/** Points drawn as single pixels; each again elsewhere, by a normal scatter, in a second image. */
function scatteredTwice(side: number, sigmaPixels: number): readonly [Float32Array, Float32Array] {
  const random = createRandom(2, "scattered");
  const images = [new Float32Array(side * side), new Float32Array(side * side)] as const;
  for (let point = 0; point < 4000; point++) {
    const [x, y] = [side * (0.15 + 0.7 * random.next()), side * (0.15 + 0.7 * random.next())];
    for (const image of images) {
      const column = Math.floor(x + sigmaPixels * random.normal());
      const row = Math.floor(y + sigmaPixels * random.normal());
      if (column >= 0 && row >= 0 && column < side && row < side) image[row * side + column]! += 1;
    }
  }
  return images;
}

test("the ring correlation of points seen once in each half is exp(−4π²σ²q²), and its resolution follows", () => {
  const side = 256;
  const pixelNm = 10;
  const sigma = 2.5;
  const { frequencies, correlations, resolutionNm } = fourierRingCorrelation(
    ...scatteredTwice(side, sigma),
    side,
    pixelNm,
  );
  const sigmaNm = Math.hypot(sigma, 1 / Math.sqrt(12)) * pixelNm;
  for (let ring = 8; ring < 40; ring += 4) {
    const expected = Math.exp(-4 * Math.PI ** 2 * sigmaNm ** 2 * frequencies[ring]! ** 2);
    // The points of a ring of k periods: about 2πk waves, so the scatter is 1/√(2πk).
    isNear(correlations[ring]!, expected, 4 / Math.sqrt(2 * Math.PI * ring), `correlation of ring ${ring}`);
  }
  const expected = (2 * Math.PI * sigmaNm) / Math.sqrt(Math.log(7));
  isNear(resolutionNm, expected, 0.12 * expected, "resolution");
});

test("the same image twice has no end of its ring correlation, and noise no beginning", () => {
  const side = 128;
  const random = createRandom(5, "rings");
  const image = Float32Array.from({ length: side * side }, () => random.normal());
  const other = Float32Array.from({ length: side * side }, () => random.normal());
  const same = fourierRingCorrelation(image, image, side, 10);
  assert.equal(same.resolutionNm, null);
  assert.ok(same.correlations.every((value) => Math.abs(value - 1) < 1e-9));
  const different = fourierRingCorrelation(image, other, side, 10);
  assert.ok(different.correlations.slice(20).every((value) => Math.abs(value) < 0.4));
});

test("decorrelation finds the frequency at which an image was cut off", () => {
  const side = 256;
  for (const cutOff of [0.25, 0.5]) {
    const random = createRandom(7, "decorrelation");
    const real = Float64Array.from({ length: side * side }, () => random.normal());
    const imaginary = new Float64Array(side * side);
    fourierTransform(real, imaginary, side);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const [u, v] = [row, column].map((k) => (k <= side / 2 ? k : k - side)) as [number, number];
        if (Math.hypot(u, v) / (side / 2) <= cutOff) continue;
        real[row * side + column] = 0;
        imaginary[row * side + column] = 0;
      }
    }
    // Back by the transform of the conjugate; then a little noise at every frequency.
    for (let i = 0; i < imaginary.length; i++) imaginary[i] = -imaginary[i]!;
    fourierTransform(real, imaginary, side);
    const image = Float32Array.from(real, (value) => value / (side * side) + 0.02 * random.normal());
    const pixelNm = 20;
    const expected = (2 * pixelNm) / cutOff;
    isNear(decorrelationResolution(image, side, pixelNm), expected, 0.1 * expected, `resolution at ${cutOff}`);
  }
  assert.equal(decorrelationResolution(new Float32Array(side * side), side, 20), null);
});

test("errors of a super-resolution image: the blur, scale and offset that made the wide-field image are found", () => {
  const [width, height] = [64, 48];
  const random = createRandom(9, "squirrel");
  const fine = new Float32Array(width * height);
  for (let i = 0; i < 60; i++) fine[random.integer(fine.length)]! += 1 + random.next();
  const wideField = gaussianBlur(fine, width, height, 1.7).map((value) => 40 * value + 300);
  const exact = superResolutionErrors(fine, wideField, width, height);
  isNear(exact.sigmaPixels, 1.7, 0.01, "sigma");
  isNear(exact.correlation, 1, 1e-6, "correlation");
  isNear(exact.error, 0, 1e-3, "error");
  // A missing part shows in the map where it is missing.
  const missing = fine.slice();
  const brightest = wideField.indexOf(Math.max(...wideField));
  for (let i = 0; i < missing.length; i++) {
    const [dx, dy] = [(i % width) - (brightest % width), Math.floor(i / width) - Math.floor(brightest / width)];
    if (Math.hypot(dx, dy) < 4) missing[i] = 0;
  }
  const damaged = superResolutionErrors(missing, wideField, width, height);
  assert.ok(damaged.correlation < 0.99);
  assert.equal(damaged.map.indexOf(Math.max(...damaged.map)), brightest);
});

test("the residual's autocorrelation is that of the process: 0 for white noise, φ to the lag for a first-order one", () => {
  const [pixels, frames] = [200, 500];
  const random = createRandom(4, "residual");
  const white = Float64Array.from({ length: pixels * frames }, () => random.normal());
  // The mean of each trace is taken off, which costs 1/frames.
  isNear(residualAutocorrelation(white, frames, 1), -1 / frames, 0.012, "white noise");
  const slow = white.slice();
  for (let i = 0; i < slow.length; i++) if (i % frames !== 0) slow[i] = 0.8 * slow[i - 1]! + white[i]!;
  isNear(residualAutocorrelation(slow, frames, 1), 0.8, 0.03, "lag 1");
  isNear(residualAutocorrelation(slow, frames, 3), 0.512, 0.05, "lag 3");
  assert.equal(residualAutocorrelation(new Float32Array(100), 50, 1), null);
});
