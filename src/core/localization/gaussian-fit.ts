import { createAxisProfile } from "./axis-profile.js";
import type { FitWindow } from "./fit-window.js";
import { invertPositive, solvePositive } from "./positive-system.js";

/**
 * How a fit ended.
 *
 * - `converged`: at the maximum of the likelihood; the background may be at its bound.
 * - `iteration-limit`: it is not known where the maximum is.
 * - `at-bound`: the position or the width wants to leave the range allowed.
 * - `no-signal`: there is no light, or the pixels are no numbers.
 * - `singular`: the parameters cannot be told apart.
 */
export type FitOutcome = "converged" | "iteration-limit" | "at-bound" | "no-signal" | "singular";

/** Numbers of the parameters in {@link GaussianFitter.values} and {@link GaussianFitter.errors}. */
export const fitParameters = { x: 0, y: 1, photons: 2, background: 3, sigma: 4 } as const;
const parameterCount = 5;

export interface GaussianFitOptions {
  /** Width to start with, or the width, in pixels. */
  readonly sigmaPixels: number;
  readonly fitSigma: boolean;
  /** Fit a flat background, on top of the known one. */
  readonly fitBackground: boolean;
  /** Default 50. */
  readonly maximumIterations?: number;
}

/** Where a fit begins, in the units of the parameters. */
export interface FitStart {
  readonly x: number;
  readonly y: number;
  readonly photons: number;
  readonly background: number;
}

export interface GaussianFitter {
  /** The parameters that the last fit found, in the order of {@link fitParameters}; always numbers. */
  readonly values: Float64Array;
  /**
   * The Cramér–Rao bound of the standard deviation of each; 0 for what was not fitted. Infinite unless the fit converged.
   */
  readonly errors: Float64Array;
  /** Of the last fit. */
  readonly iterations: number;
  fit(window: FitWindow, start: FitStart): FitOutcome;
}

/** No pixel expects less, in electrons: a spot far away from a pixel without background would expect exactly nothing. */
const leastExpected = 1e-6;
const leastPhotons = 1e-3;
const mostPhotons = 1e12;
/** Widths allowed, as multiples of the one to start with. */
const sigmaRange = { least: 0.35, most: 2.5 } as const;
/** Positions stay this far inside the window, in pixels. */
const positionMargin = 0.5;
/**
 * The iteration ends where the next step would be below 1e-4 of the standard error of the parameters: this is the square
 * of the step in units of the errors.
 */
const smallestDecrement = 1e-8;
/** What is still good enough where the last steps are slow: 1e-3 of the standard error. */
const acceptedDecrement = 1e-6;
const firstDamping = 1e-3;
const leastDamping = 1e-9;
const mostDamping = 1e8;
/**
 * Where counts and expectation differ much, the Fisher information is not the curvature, and steps overshoot again and
 * again or fall short. How much they do is seen by the slope that is left along the last step, and the next is scaled by it.
 */
const stepScales = { least: 0.4, most: 1.6 } as const;

/**
 * Maximum-likelihood fit of a Gaussian integrated over pixels to Poisson counts. Smith et al., "Fast, single-molecule
 * localization that achieves theoretically minimum uncertainty", Nature Methods 7 (2010). Pixel k expects
 *
 *     µ_k = N · E_x(k) · E_y(k) + b + B_k
 *
 * with B_k a background that is known for each pixel, b a flat one that is fitted (or 0), and N the photoelectrons of the
 * spot. Read noise of variance v_k is taken for Poisson noise of the same variance: the fit is of counts + v_k with the
 * expectation µ_k + v_k (Huang et al., Nature Methods 10 (2013)).
 *
 * Fisher scoring: steps δ from (I + λ diag I) δ = g, with the gradient g_i = Σ (c_k/µ_k − 1) ∂µ_k/∂θ_i and the Fisher
 * information I_ij = Σ (1/µ_k) ∂µ_k/∂θ_i ∂µ_k/∂θ_j, damped by λ as Levenberg and Marquardt do, so that the likelihood
 * never falls. The errors are the square roots of the diagonal of I⁻¹: for B_k they hold as far as B_k is exact.
 *
 * Counts + v_k below 0 are taken for 0.
 */
export function createGaussianFitter(
  side: number,
  { sigmaPixels, fitSigma, fitBackground, maximumIterations = 50 }: GaussianFitOptions,
): GaussianFitter {
  const profileX = createAxisProfile(side);
  const profileY = createAxisProfile(side);
  const values = new Float64Array(parameterCount);
  const errors = new Float64Array(parameterCount);
  const trial = new Float64Array(parameterCount);
  const step = new Float64Array(parameterCount);
  const lower = new Float64Array(parameterCount);
  const upper = new Float64Array(parameterCount);
  const isFree = new Uint8Array([1, 1, 1, fitBackground ? 1 : 0, fitSigma ? 1 : 0]);
  const isActive = new Uint8Array(parameterCount);
  /** Gradient and information at the best point so far, and at the point tried. Matrices are full, row-major. */
  let here = createDerivatives();
  let there = createDerivatives();
  const system = new Float64Array(parameterCount * parameterCount);
  const inverse = new Float64Array(parameterCount * parameterCount);

  lower[fitParameters.x] = lower[fitParameters.y] = positionMargin;
  upper[fitParameters.x] = upper[fitParameters.y] = side - positionMargin;
  lower[fitParameters.photons] = leastPhotons;
  upper[fitParameters.photons] = mostPhotons;
  upper[fitParameters.background] = mostPhotons;
  lower[fitParameters.sigma] = sigmaRange.least * sigmaPixels;
  upper[fitParameters.sigma] = sigmaRange.most * sigmaPixels;

  /** Into the range of a parameter; what is no number, to its lower end. */
  const clip = (index: number, value: number): number =>
    value > lower[index] ? Math.min(value, upper[index]) : lower[index];

  /** Solves for `step` at `here`. Returns the square of the step in units of the errors, NaN where it is singular. */
  const solveStep = (damping: number): number => {
    const { gradient, information } = here;
    for (let i = 0; i < parameterCount; i++) {
      const pushesOut = (values[i] <= lower[i] && gradient[i] < 0) || (values[i] >= upper[i] && gradient[i] > 0);
      isActive[i] = isFree[i] === 1 && !pushesOut ? 1 : 0;
      step[i] = isActive[i] === 1 ? gradient[i] : 0;
    }
    restrict(information, isActive, system);
    for (let i = 0; i < parameterCount; i++) system[i * parameterCount + i] *= 1 + damping;
    if (!solvePositive(system, step, parameterCount)) return NaN;
    let decrement = 0;
    for (let i = 0; i < parameterCount; i++) decrement += step[i] * gradient[i];
    return decrement;
  };

  const setErrors = (): boolean => {
    restrict(here.information, isFree, system);
    if (!invertPositive(system, inverse, parameterCount)) return false;
    for (let i = 0; i < parameterCount; i++) {
      errors[i] = isFree[i] === 1 ? Math.sqrt(inverse[i * parameterCount + i]) : 0;
    }
    return true;
  };

  /** Climbs from `values`. */
  const climb = (window: FitWindow): FitOutcome => {
    derive(window, values, profileX, profileY, here);
    if (!Number.isFinite(here.logLikelihood)) return "no-signal";
    let damping = firstDamping;
    let scale = 1;
    let decrement = Infinity;
    for (fitter.iterations = 1; fitter.iterations <= maximumIterations; fitter.iterations++) {
      decrement = solveStep(damping);
      if (!(decrement >= 0)) return "singular";
      for (let i = 0; i < parameterCount; i++)
        trial[i] = isActive[i] === 1 ? clip(i, values[i] + scale * step[i]) : values[i];
      const isLast = decrement < smallestDecrement && damping <= firstDamping;
      if (isLast) {
        values.set(trial);
        return "converged";
      }
      derive(window, trial, profileX, profileY, there);
      if (there.logLikelihood > here.logLikelihood) {
        let slopeBefore = 0;
        let slopeAfter = 0;
        for (let i = 0; i < parameterCount; i++) {
          slopeBefore += step[i] * here.gradient[i];
          slopeAfter += step[i] * there.gradient[i];
        }
        scale *= slopeBefore / (slopeBefore - slopeAfter);
        scale = scale > 0 ? Math.min(Math.max(scale, stepScales.least), stepScales.most) : 1;
        values.set(trial);
        [here, there] = [there, here];
        damping = Math.max(leastDamping, damping / 10);
      } else {
        damping *= 10;
        scale = Math.max(stepScales.least, scale / 2);
        if (damping > mostDamping) return "iteration-limit";
      }
    }
    return decrement < acceptedDecrement && damping <= firstDamping ? "converged" : "iteration-limit";
  };

  const fitter = {
    values,
    errors,
    iterations: 0,
    fit(window: FitWindow, start: FitStart): FitOutcome {
      errors.fill(Infinity);
      let leastBackground = Infinity;
      for (let i = 0; i < side * side; i++) leastBackground = Math.min(leastBackground, window.background[i]);
      // A known background may be too high, but nothing expects less than no light.
      lower[fitParameters.background] = Math.min(0, -leastBackground);
      values[fitParameters.x] = clip(fitParameters.x, start.x);
      values[fitParameters.y] = clip(fitParameters.y, start.y);
      values[fitParameters.photons] = clip(fitParameters.photons, start.photons);
      values[fitParameters.background] = fitBackground ? clip(fitParameters.background, start.background) : 0;
      values[fitParameters.sigma] = sigmaPixels;
      const outcome = climb(window);
      if (outcome !== "converged") return outcome;
      if (values[fitParameters.photons] <= leastPhotons) return "no-signal";
      for (const index of [fitParameters.x, fitParameters.y, fitParameters.sigma]) {
        if (isFree[index] === 1 && (values[index] <= lower[index] || values[index] >= upper[index])) return "at-bound";
      }
      return setErrors() ? "converged" : "singular";
    },
  };
  return fitter;
}

interface Derivatives {
  logLikelihood: number;
  /** `[5]` */
  readonly gradient: Float64Array;
  /** `[5, 5]` */
  readonly information: Float64Array;
}

function createDerivatives(): Derivatives {
  return {
    logLikelihood: 0,
    gradient: new Float64Array(parameterCount),
    information: new Float64Array(parameterCount * parameterCount),
  };
}

/** Log-likelihood (without its constant), its gradient and the Fisher information at a point. */
function derive(
  { side, counts, background, readVariance }: FitWindow,
  values: Float64Array,
  profileX: ReturnType<typeof createAxisProfile>,
  profileY: ReturnType<typeof createAxisProfile>,
  out: Derivatives,
): void {
  const photons = values[2];
  const flat = values[3];
  profileX.set(values[0], values[4]);
  profileY.set(values[1], values[4]);
  const { shares: sharesX, byCentre: movesX, bySigma: widensX } = profileX;
  const { shares: sharesY, byCentre: movesY, bySigma: widensY } = profileY;
  // In single variables, which stay in registers: the sums are taken for each pixel of each step.
  let logLikelihood = 0;
  let gx = 0;
  let gy = 0;
  let gn = 0;
  let gb = 0;
  let gs = 0;
  let xx = 0;
  let xy = 0;
  let xn = 0;
  let xb = 0;
  let xs = 0;
  let yy = 0;
  let yn = 0;
  let yb = 0;
  let ys = 0;
  let nn = 0;
  let nb = 0;
  let ns = 0;
  let bb = 0;
  let bs = 0;
  let ss = 0;
  for (let row = 0, i = 0; row < side; row++) {
    const shareY = sharesY[row];
    const moveY = photons * movesY[row];
    const photonsY = photons * shareY;
    const widenY = photons * widensY[row];
    for (let column = 0; column < side; column++, i++) {
      const shareX = sharesX[column];
      const dn = shareX * shareY;
      const variance = readVariance[i];
      const expected = Math.max(photons * dn + flat + background[i] + variance, leastExpected);
      const measured = Math.max(counts[i] + variance, 0);
      const weight = 1 / expected;
      const residual = measured * weight - 1;
      logLikelihood += measured * Math.log(expected) - expected;
      const dx = photonsY * movesX[column];
      const dy = moveY * shareX;
      const ds = photonsY * widensX[column] + widenY * shareX;
      gx += residual * dx;
      gy += residual * dy;
      gn += residual * dn;
      gb += residual;
      gs += residual * ds;
      const wx = weight * dx;
      const wy = weight * dy;
      const wn = weight * dn;
      const ws = weight * ds;
      xx += wx * dx;
      xy += wx * dy;
      xn += wx * dn;
      xb += wx;
      xs += wx * ds;
      yy += wy * dy;
      yn += wy * dn;
      yb += wy;
      ys += wy * ds;
      nn += wn * dn;
      nb += wn;
      ns += wn * ds;
      bb += weight;
      bs += ws;
      ss += ws * ds;
    }
  }
  out.logLikelihood = logLikelihood;
  const { gradient, information } = out;
  gradient[0] = gx;
  gradient[1] = gy;
  gradient[2] = gn;
  gradient[3] = gb;
  gradient[4] = gs;
  information[0] = xx;
  information[1] = information[5] = xy;
  information[2] = information[10] = xn;
  information[3] = information[15] = xb;
  information[4] = information[20] = xs;
  information[6] = yy;
  information[7] = information[11] = yn;
  information[8] = information[16] = yb;
  information[9] = information[21] = ys;
  information[12] = nn;
  information[13] = information[17] = nb;
  information[14] = information[22] = ns;
  information[18] = bb;
  information[19] = information[23] = bs;
  information[24] = ss;
}

/** A copy of a matrix in which the parameters that are left out neither move nor matter. */
function restrict(matrix: Float64Array, isKept: Uint8Array, out: Float64Array): void {
  for (let i = 0; i < parameterCount; i++) {
    for (let j = 0; j < parameterCount; j++) {
      const isKeptPair = isKept[i] === 1 && isKept[j] === 1;
      out[i * parameterCount + j] = isKeptPair ? matrix[i * parameterCount + j] : i === j ? 1 : 0;
    }
  }
}
