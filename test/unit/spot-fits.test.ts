import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { errorFunction } from "../../src/core/error-function.js";
import { isSlnetError } from "../../src/core/errors.js";
import { createAxisProfile } from "../../src/core/localization/axis-profile.js";
import { createFitWindow, type FitWindow } from "../../src/core/localization/fit-window.js";
import { createGaussianFitter, fitParameters, type GaussianFitter } from "../../src/core/localization/gaussian-fit.js";
import { createPhasorFitter } from "../../src/core/localization/phasor-fit.js";
import { invertPositive, solvePositive } from "../../src/core/localization/positive-system.js";
import { leastSquaresPrecision, maximumLikelihoodPrecision } from "../../src/core/localization/precision-formula.js";
import { createRandom, type Random } from "../../src/core/random.js";

const side = 7;

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly photons: number;
  readonly background: number;
  readonly sigma: number;
}

/** The share of a Gaussian that falls into a pixel, by Simpson's rule: nothing of the code under test. */
function integratedShare(pixel: number, centre: number, sigma: number): number {
  const steps = 64;
  const density = (at: number): number =>
    Math.exp(-((at - centre) ** 2) / (2 * sigma * sigma)) / (Math.sqrt(2 * Math.PI) * sigma);
  let sum = density(pixel) + density(pixel + 1);
  for (let k = 1; k < steps; k++) sum += (k % 2 === 1 ? 4 : 2) * density(pixel + k / steps);
  return sum / (3 * steps);
}

/** What each pixel expects of a spot. */
function expectation({ x, y, photons, background, sigma }: Spot, size: number): Float64Array {
  const columns = Array.from({ length: size }, (_, pixel) => integratedShare(pixel, x, sigma));
  const rows = Array.from({ length: size }, (_, pixel) => integratedShare(pixel, y, sigma));
  return Float64Array.from(
    { length: size * size },
    (_, i) => photons * columns[i % size]! * rows[Math.floor(i / size)]! + background,
  );
}

function drawSpot(random: Random): Spot {
  return {
    x: 3 + random.next(),
    y: 3 + random.next(),
    photons: 200 + 5000 * random.next(),
    background: 1 + 100 * random.next(),
    sigma: 1 + 0.8 * random.next(),
  };
}

describe("the profile of a Gaussian along one axis", () => {
  it("is that of the error function, and its derivatives are those of the profile", () => {
    const random = createRandom(2, "profile");
    const [profile, before, after] = [createAxisProfile(9), createAxisProfile(9), createAxisProfile(9)];
    for (let trial = 0; trial < 50; trial++) {
      const [centre, sigma] = [9 * random.next(), 0.4 + 3 * random.next()];
      profile.set(centre, sigma);
      const edge = (at: number): number => errorFunction((at - centre) / (Math.SQRT2 * sigma));
      for (let i = 0; i < 9; i++) {
        // The error function of the simulator is good to 1.5e-7.
        assert.ok(Math.abs(profile.shares[i]! - (edge(i + 1) - edge(i)) / 2) < 2e-7);
      }
      const h = 1e-5;
      for (const [derivative, centreStep, sigmaStep] of [
        [profile.byCentre, h, 0],
        [profile.bySigma, 0, h],
      ] as const) {
        before.set(centre - centreStep, sigma - sigmaStep);
        after.set(centre + centreStep, sigma + sigmaStep);
        for (let i = 0; i < 9; i++) {
          const expected = (after.shares[i]! - before.shares[i]!) / (2 * h);
          assert.ok(Math.abs(derivative[i]! - expected) < 2e-6, `${derivative[i]} at ${centre}, ${sigma}: ${expected}`);
        }
      }
    }
  });

  it("agrees with numerical integration to 1e-9, and far tails are nothing", () => {
    const profile = createAxisProfile(side);
    for (const [centre, sigma] of [
      [3.37, 1.21],
      [0.1, 1.9],
      [6.5, 0.9],
    ] as const) {
      profile.set(centre, sigma);
      for (let i = 0; i < side; i++) {
        assert.ok(Math.abs(profile.shares[i]! - integratedShare(i, centre, sigma)) < 1e-9, `pixel ${i}`);
      }
    }
    profile.set(-100, 0.5);
    assert.deepEqual(
      [...profile.shares, ...profile.byCentre],
      Array.from({ length: 2 * side }, () => 0),
    );
  });
});

describe("small systems of equations", () => {
  it("solve and invert, and say where they cannot", () => {
    const matrix = [4, 2, 0.5, 2, 5, 1, 0.5, 1, 3];
    const x = [1, -2, 3];
    const b = Float64Array.from([0, 1, 2], (row) =>
      x.reduce((sum, value, column) => sum + value * matrix[3 * row + column]!, 0),
    );
    assert.ok(solvePositive(Float64Array.from(matrix), b, 3));
    x.forEach((value, i) => assert.ok(Math.abs(b[i]! - value) < 1e-12));
    const inverse = new Float64Array(9);
    assert.ok(invertPositive(Float64Array.from(matrix), inverse, 3));
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += matrix[3 * row + k]! * inverse[3 * k + column]!;
        assert.ok(Math.abs(sum - (row === column ? 1 : 0)) < 1e-12);
      }
    }
    assert.equal(solvePositive(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1), 2), false);
    assert.equal(invertPositive(Float64Array.of(1, NaN, NaN, 1), new Float64Array(4), 2), false);
  });
});

describe("the phasor fit", () => {
  it("finds positions to 0.01 pixels without noise, and the light of a spot of the assumed width", () => {
    const random = createRandom(3, "spots");
    const window = createFitWindow(side);
    for (let trial = 0; trial < 100; trial++) {
      const spot = { ...drawSpot(random), sigma: 1 + 0.3 * random.next() };
      window.counts.set(expectation(spot, side));
      const { x, y, photons, background } = createPhasorFitter(side, spot.sigma, true).fit(window);
      assert.ok(Math.hypot(x - spot.x, y - spot.y) < 0.01, `${x - spot.x}, ${y - spot.y}`);
      assert.ok(Math.abs(photons / spot.photons - 1) < 1e-3 && Math.abs(background - spot.background) < 0.5);
    }
  });

  it("is not moved by a flat background, by a slope by what its phase says", () => {
    const window = createFitWindow(side);
    const fitter = createPhasorFitter(side, 1.2, true);
    const spot = { x: 3.5, y: 3.5, photons: 1000, background: 0, sigma: 1.2 };
    const clean = expectation(spot, side);
    window.counts.set(clean);
    assert.ok(Math.abs(fitter.fit(window).x - 3.5) < 1e-12);
    window.counts.set(clean.map((value) => value + 1e5));
    assert.ok(Math.abs(fitter.fit(window).x - 3.5) < 1e-6, "flat");

    // 4 photons more from pixel to pixel. The first coefficient of the slope, with phases from the middle of the window:
    // its real part is 0, its imaginary part Σ 7·4·k·sin(2πk/7) over k from −3 to 3.
    const slope = 4;
    window.counts.set(clean.map((value, i) => value + 100 + slope * (i % side)));
    const columns = Array.from({ length: side }, (_, k) => {
      let sum = 0;
      for (let row = 0; row < side; row++) sum += clean[row * side + k]!;
      return sum;
    });
    const real = columns.reduce((sum, value, k) => sum + value * Math.cos((2 * Math.PI * (k - 3)) / side), 0);
    let imaginary = 0;
    for (let k = -3; k <= 3; k++) imaginary += side * slope * k * Math.sin((2 * Math.PI * k) / side);
    const shift = (side / (2 * Math.PI)) * Math.atan2(imaginary, real);
    assert.ok(shift > 0.4, `a slope of 4 photons a pixel moves a spot of 1,000 by ${shift} pixels`);
    assert.ok(Math.abs(fitter.fit(window).x - 3.5 - shift) < 1e-9);
    assert.ok(Math.abs(fitter.fit(window).y - 3.5) < 1e-9);

    // Subtracting it as a known background takes the bias away.
    window.background.set(clean.map((_, i) => 100 + slope * (i % side)));
    const { x, photons } = createPhasorFitter(side, 1.2, false).fit(window);
    assert.ok(Math.abs(x - 3.5) < 1e-9 && Math.abs(photons - 1000) < 1e-3);
  });

  it("scatters as its errors say, near the bound where the background is low and above it where it is high", () => {
    const random = createRandom(4, "noise");
    const window = createFitWindow(side);
    const repeats = 3000;
    for (const [background, readVariance, least, most] of [
      [2, 0, 1, 1.15],
      [100, 0, 1.1, 1.4],
      [20, 9, 1, 1.3],
    ] as const) {
      window.readVariance.fill(readVariance);
      for (const isKnown of [false, true]) {
        window.background.fill(isKnown ? background : 0);
        const fitter = createPhasorFitter(side, 1.3, !isKnown);
        let squares = 0;
        let variances = 0;
        for (let repeat = 0; repeat < repeats; repeat++) {
          const spot = { ...drawSpot(random), photons: 1000, background, sigma: 1.3 };
          const noise = Math.sqrt(readVariance);
          window.counts.set(expectation(spot, side).map((value) => random.poisson(value) + noise * random.normal()));
          const { x, y, xError, yError } = fitter.fit(window);
          squares += (x - spot.x) ** 2 + (y - spot.y) ** 2;
          variances += xError ** 2 + yError ** 2;
        }
        const stated = Math.sqrt(squares / variances);
        assert.ok(Math.abs(stated - 1) < 0.06, `background ${background}: ${stated} times what is stated`);
        const inputs = { sigmaPixels: 1.3, photons: 1000, background: background + readVariance };
        const ratio = Math.sqrt(squares / repeats / 2) / maximumLikelihoodPrecision(inputs);
        assert.ok(ratio > least && ratio < most, `background ${background}: ${ratio} times the bound`);
      }
    }
  });
});

/** Fits a window from where the phasor fit puts the spot. */
function fitFromPhasor(fitter: GaussianFitter, window: FitWindow, sigma: number, fitBackground: boolean): string {
  return fitter.fit(window, createPhasorFitter(side, sigma, fitBackground).fit(window));
}

describe("the maximum-likelihood fit", () => {
  it("finds every parameter to 1e-6 without noise, whatever is fitted and known", () => {
    const random = createRandom(5, "spots");
    const window = createFitWindow(side);
    for (let trial = 0; trial < 200; trial++) {
      const spot = drawSpot(random);
      const [fitSigma, isKnown] = [trial % 2 === 0, trial % 4 < 2];
      const start = fitSigma ? 1.3 : spot.sigma;
      window.counts.set(expectation(spot, side));
      window.background.fill(isKnown ? spot.background : 0);
      const fitter = createGaussianFitter(side, { sigmaPixels: start, fitSigma, fitBackground: !isKnown });
      assert.equal(fitFromPhasor(fitter, window, start, !isKnown), "converged");
      const { values, errors } = fitter;
      const expected = [spot.x, spot.y, spot.photons, isKnown ? 0 : spot.background, spot.sigma];
      expected.forEach((value, i) => {
        const off = Math.abs(values[i]! - value) / Math.max(1, value);
        assert.ok(off < 1e-6, `trial ${trial}, parameter ${i}: ${values[i]} instead of ${value}`);
      });
      assert.equal(errors[fitParameters.background] === 0, isKnown);
      assert.equal(errors[fitParameters.sigma] === 0, !fitSigma);
    }
  });

  it("uses the structure of a known background, and fits what is left of it", () => {
    const window = createFitWindow(side);
    const spot = { x: 3.2, y: 3.9, photons: 800, background: 0, sigma: 1.3 };
    const known = Float64Array.from({ length: side * side }, (_, i) => 20 + 3 * (i % side) + (i % 5) * 4);
    window.background.set(known);
    window.counts.set(expectation(spot, side).map((value, i) => value + known[i]! - 6));
    const fitter = createGaussianFitter(side, { sigmaPixels: 1.3, fitSigma: true, fitBackground: true });
    assert.equal(fitFromPhasor(fitter, window, 1.3, true), "converged");
    // The background was too high by 6.
    for (const [index, value] of [3.2, 3.9, 800, -6, 1.3].entries()) {
      assert.ok(Math.abs(fitter.values[index]! - value) < 1e-5 * Math.max(1, Math.abs(value)), `parameter ${index}`);
    }
  });

  it("has errors that are the inverse of the information, summed from its definition", () => {
    const window = createFitWindow(side);
    const spot = { x: 3.3, y: 3.6, photons: 900, background: 25, sigma: 1.35 };
    window.counts.set(expectation(spot, side));
    window.readVariance.fill(4);
    const fitter = createGaussianFitter(side, { sigmaPixels: 1.3, fitSigma: true, fitBackground: true });
    assert.equal(fitFromPhasor(fitter, window, 1.3, true), "converged");
    const names = ["x", "y", "photons", "background", "sigma"] as const;
    const slopes = names.map((name) => {
      const h = 1e-4 * Math.max(1, spot[name]);
      const after = expectation({ ...spot, [name]: spot[name] + h }, side);
      const before = expectation({ ...spot, [name]: spot[name] - h }, side);
      return after.map((value, i) => (value - before[i]!) / (2 * h));
    });
    const expected = expectation(spot, side);
    const information = Float64Array.from({ length: 25 }, (_, entry) =>
      expected.reduce(
        (sum, value, i) => sum + (slopes[Math.floor(entry / 5)]![i]! * slopes[entry % 5]![i]!) / (value + 4),
        0,
      ),
    );
    const inverse = new Float64Array(25);
    assert.ok(invertPositive(information, inverse, 5));
    names.forEach((name, i) => {
      const bound = Math.sqrt(inverse[6 * i]!);
      assert.ok(Math.abs(fitter.errors[i]! / bound - 1) < 1e-4, `${name}: ${fitter.errors[i]} instead of ${bound}`);
    });
  });

  it("has errors of the position near the closed formulas, down to no background", () => {
    const window = createFitWindow(21);
    const fitter = createGaussianFitter(21, { sigmaPixels: 2, fitSigma: false, fitBackground: true });
    for (const background of [0.5, 5, 50]) {
      const spot = { x: 10.5, y: 10.5, photons: 2000, background, sigma: 2 };
      window.counts.set(expectation(spot, 21));
      assert.equal(fitter.fit(window, spot), "converged");
      const formula = maximumLikelihoodPrecision({ sigmaPixels: 2, photons: 2000, background });
      const ratio = fitter.errors[fitParameters.x]! / formula;
      assert.ok(Math.abs(ratio - 1) < 0.03, `background ${background}: ${ratio}`);
      assert.ok(leastSquaresPrecision({ sigmaPixels: 2, photons: 2000, background }) > formula);
    }
    // Fixed width, no background: I_xx = N Σ E'²/E → N/σ² for small pixels; the pixel adds 1/12 to the variance.
    const lone = { x: 10.5, y: 10.5, photons: 2000, background: 0, sigma: 2 };
    window.counts.set(expectation(lone, 21));
    const bare = createGaussianFitter(21, { sigmaPixels: 2, fitSigma: false, fitBackground: false });
    assert.equal(bare.fit(window, lone), "converged");
    assert.ok(Math.abs(bare.errors[fitParameters.x]! / Math.sqrt((4 + 1 / 12) / 2000) - 1) < 2e-3);
    assert.ok(Math.abs(bare.errors[fitParameters.photons]! / Math.sqrt(2000) - 1) < 1e-3);
  });

  for (const [title, isKnown, readVariance] of [
    ["with a fitted background", false, 0],
    ["with a known background", true, 0],
    ["with the read noise of a scientific camera", false, 2.56],
  ] as const) {
    it(`scatters as its errors say, without bias: 2,000 spots ${title}`, () => {
      const random = createRandom(6, `noise ${title}`);
      const window = createFitWindow(side);
      window.readVariance.fill(readVariance);
      const fitter = createGaussianFitter(side, { sigmaPixels: 1.3, fitSigma: true, fitBackground: !isKnown });
      const sums = new Float64Array(5);
      const squares = new Float64Array(5);
      const variances = new Float64Array(5);
      const repeats = 2000;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const spot = { ...drawSpot(random), photons: 1000, background: 20, sigma: 1.3 };
        window.background.fill(isKnown ? 20 : 0);
        window.counts.set(
          expectation(spot, side).map((value) => random.poisson(value) + Math.sqrt(readVariance) * random.normal()),
        );
        assert.equal(fitFromPhasor(fitter, window, 1.3, !isKnown), "converged");
        const truth = [spot.x, spot.y, spot.photons, isKnown ? 0 : 20, spot.sigma];
        truth.forEach((value, i) => {
          const off = fitter.values[i]! - value;
          sums[i] = sums[i]! + off;
          squares[i] = squares[i]! + off * off;
          variances[i] = variances[i]! + fitter.errors[i]! ** 2;
        });
      }
      for (const [name, i] of Object.entries(fitParameters)) {
        if (isKnown && name === "background") continue;
        // 2,000 spots give a standard deviation to 1.6 %.
        const ratio = Math.sqrt(squares[i]! / variances[i]!);
        assert.ok(Math.abs(ratio - 1) < 0.06, `${name} scatters ${ratio} times its error`);
        const bias = sums[i]! / repeats;
        const error = Math.sqrt(variances[i]!) / repeats;
        assert.ok(
          Math.abs(bias) < (name === "x" || name === "y" ? 4 * error : Infinity),
          `${name}: ${bias} ± ${error}`,
        );
      }
      const photons = 1 + sums[fitParameters.photons]! / repeats / 1000;
      assert.ok(photons > 0.98 && photons < 1.02, `photons ${photons}`);
    });
  }

  it("says so where there is nothing to fit, and its numbers stay numbers", () => {
    const random = createRandom(7, "nonsense");
    const window = createFitWindow(side);
    const fitter = createGaussianFitter(side, { sigmaPixels: 1.3, fitSigma: true, fitBackground: true });
    const cases: readonly (readonly [string, () => number])[] = [
      ["nothing at all", () => 0],
      ["a flat window", () => 50],
      ["a dark camera below its offset", () => -20 - random.next()],
      ["noise", () => random.poisson(30)],
      ["noise around nothing", () => random.normal()],
      ["huge counts", () => 1e12 * random.next()],
      ["no number", () => NaN],
      ["infinity", () => Infinity],
    ];
    for (const [title, pixel] of cases) {
      for (let repeat = 0; repeat < 50; repeat++) {
        window.counts.forEach((_, i) => (window.counts[i] = pixel()));
        const outcome = fitter.fit(window, { x: 3.5, y: 3.5, photons: 100, background: 10 });
        assert.ok(fitter.values.every(Number.isFinite), `${title}: ${fitter.values.join(", ")}`);
        assert.equal(
          fitter.errors.every((error) => Number.isFinite(error)),
          outcome === "converged",
          title,
        );
        if (!/noise|huge/.test(title)) assert.notEqual(outcome, "converged", title);
        assert.ok(fitter.iterations <= 51);
      }
    }
    window.counts.fill(5);
    assert.notEqual(fitter.fit(window, { x: NaN, y: 3, photons: NaN, background: 1 }), "converged");
    assert.ok(fitter.values.every(Number.isFinite));
  });

  it("tells a spot that lies outside the window from one in it", () => {
    const window = createFitWindow(side);
    window.counts.set(expectation({ x: -1.5, y: 3.5, photons: 5000, background: 10, sigma: 1.3 }, side));
    const fitter = createGaussianFitter(side, { sigmaPixels: 1.3, fitSigma: true, fitBackground: true });
    assert.equal(fitter.fit(window, { x: 1, y: 3.5, photons: 1000, background: 10 }), "at-bound");
  });

  it("tells when it was not given enough steps", () => {
    const window = createFitWindow(side);
    window.counts.set(expectation({ x: 3.9, y: 3.1, photons: 500, background: 10, sigma: 1.7 }, side));
    const options = { sigmaPixels: 1.2, fitSigma: true, fitBackground: true, maximumIterations: 2 };
    const fitter = createGaussianFitter(side, options);
    assert.equal(fitter.fit(window, { x: 3.2, y: 3.5, photons: 100, background: 1 }), "iteration-limit");
    assert.equal(fitter.errors[0], Infinity);
  });
});

it("a fit window has an odd side in range", () => {
  for (const size of [3, 6, 23, 7.5, NaN]) {
    assert.throws(
      () => createFitWindow(size),
      (error) => isSlnetError(error, "bad-input"),
    );
  }
});
