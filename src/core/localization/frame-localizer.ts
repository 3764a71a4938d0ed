import type { SampleArray } from "../frames.js";
import { createFitWindow } from "./fit-window.js";
import { createGaussianFitter, fitParameters, type FitOutcome } from "./gaussian-fit.js";
import type { Localization, LocalizationList } from "./localization.js";
import type { LocalizerOptions } from "./localizer-options.js";
import { createPhasorFitter } from "./phasor-fit.js";
import { createSpotDetector } from "./spot-detection.js";

/** What became of the spots that were detected. */
export interface SpotCounts {
  readonly detected: number;
  /** Left out, since the fit window reaches beyond the edge of the frame. */
  readonly nearEdge: number;
  /** Left out, since the fit did not come to an end. */
  readonly notConverged: number;
  /** Left out, since there is no light, or position or width are not those of a spot here. */
  readonly implausible: number;
  readonly localized: number;
}

export interface FrameLocalizer {
  /**
   * Finds and fits the emitters of one frame.
   *
   * @param index - of the frame
   * @param raw - as the camera read it: `[height, width]`, in ADU, finite
   * @param background - what it would have read without emitters, offset included, same shape and unit; `null` where it is
   *   not known
   * @param list - where the localizations are added
   */
  localize(index: number, raw: SampleArray, background: SampleArray | null, list: LocalizationList): SpotCounts;
}

/**
 * A localizer for frames of one size. With a known background spots are detected in what is above it; `mle` fits the raw
 * counts with the background as a known part of what each pixel expects, `phasor` fits what is above the background.
 */
export function createFrameLocalizer(height: number, width: number, options: LocalizerOptions): FrameLocalizer {
  const { fit, windowPixels: side, psfSigmaPixels, fitSigma, detectIn, thresholdFactor, camera } = options;
  const detector = createSpotDetector(height, width, thresholdFactor);
  const window = createFitWindow(side);
  const readVariance = camera.readNoiseElectrons * camera.readNoiseElectrons;
  window.readVariance.fill(readVariance);
  const fitters = [false, true].map((fitBackground) => ({
    phasor: createPhasorFitter(side, psfSigmaPixels, fitBackground),
    gaussian: createGaussianFitter(side, { sigmaPixels: psfSigmaPixels, fitSigma, fitBackground }),
  }));
  const residual = new Float32Array(height * width);
  const sparse = new Float32Array(detectIn === "sparse" ? height * width : 0);
  const half = (side - 1) / 2;
  const found: Localization = {
    frame: 0,
    xPixels: 0,
    yPixels: 0,
    sigmaPixels: 0,
    photons: 0,
    backgroundPhotons: 0,
    backgroundDeviationPhotons: 0,
    uncertaintyPixels: 0,
  };

  const detect = (raw: SampleArray, background: SampleArray | null): ReturnType<typeof detector.detect> => {
    if (!background) return detector.detect(raw);
    for (let i = 0; i < residual.length; i++) residual[i] = raw[i] - background[i];
    if (detectIn === "residual") return detector.detect(residual);
    for (let i = 0; i < sparse.length; i++) sparse[i] = Math.max(0, residual[i]);
    return detector.detect(sparse, residual);
  };

  /** Fills the window whose top left pixel is given. Returns the mean of the known background, in photoelectrons. */
  const fill = (raw: SampleArray, background: SampleArray | null, top: number, left: number): number => {
    const electronsPerAdu = 1 / camera.aduPerElectron;
    let sum = 0;
    for (let row = 0, i = 0; row < side; row++) {
      const start = (top + row) * width + left;
      for (let column = 0; column < side; column++, i++) {
        window.counts[i] = (raw[start + column] - camera.offsetAdu) * electronsPerAdu;
        if (!background) continue;
        const known = Math.max(0, (background[start + column] - camera.offsetAdu) * electronsPerAdu);
        window.background[i] = known;
        sum += known;
      }
    }
    return sum / (side * side);
  };

  /** Fits the window, whose spot is in its middle, into `found`, in pixels of the window and in photoelectrons. */
  const fitWindow = (hasBackground: boolean, known: number): FitOutcome => {
    const { phasor, gaussian } = fitters[!hasBackground || options.fitBackground ? 1 : 0];
    const estimate = phasor.fit(window);
    if (fit === "phasor") {
      if (!(estimate.photons > 0)) return "no-signal";
      found.xPixels = estimate.x;
      found.yPixels = estimate.y;
      found.sigmaPixels = psfSigmaPixels;
      found.photons = estimate.photons;
      found.backgroundPhotons = Math.max(0, known + estimate.background);
      found.uncertaintyPixels = meanError(estimate.xError, estimate.yError);
      return Math.abs(estimate.x - side / 2) > half || Math.abs(estimate.y - side / 2) > half
        ? "at-bound"
        : "converged";
    }
    const { values, errors } = gaussian;
    const outcome = gaussian.fit(window, estimate);
    found.xPixels = values[fitParameters.x];
    found.yPixels = values[fitParameters.y];
    found.sigmaPixels = values[fitParameters.sigma];
    found.photons = values[fitParameters.photons];
    found.backgroundPhotons = Math.max(0, known + values[fitParameters.background]);
    found.uncertaintyPixels = meanError(errors[fitParameters.x], errors[fitParameters.y]);
    return outcome;
  };

  return {
    localize(index, raw, background, list) {
      const { count, columns, rows } = detect(raw, background);
      const counts = { detected: count, nearEdge: 0, notConverged: 0, implausible: 0, localized: 0 };
      if (!background) window.background.fill(0);
      for (let spot = 0; spot < count; spot++) {
        const left = columns[spot] - half;
        const top = rows[spot] - half;
        if (left < 0 || top < 0 || left + side > width || top + side > height) {
          counts.nearEdge++;
          continue;
        }
        const known = fill(raw, background, top, left);
        const outcome = fitWindow(background !== null, known);
        switch (outcome) {
          case "converged":
            found.frame = index;
            found.xPixels += left;
            found.yPixels += top;
            inPhotons(found, camera.quantumEfficiency, camera.excessNoise, readVariance);
            list.push(found);
            counts.localized++;
            break;
          case "iteration-limit":
          case "singular":
            counts.notConverged++;
            break;
          case "at-bound":
          case "no-signal":
            counts.implausible++;
            break;
          default:
            outcome satisfies never;
        }
      }
      return counts;
    },
  };
}

/** The error along one axis that has the same square on average. */
function meanError(alongX: number, alongY: number): number {
  return Math.sqrt((alongX * alongX + alongY * alongY) / 2);
}

/** Turns photoelectrons into photons, and errors of Poisson counts into those of the camera. */
function inPhotons(found: Localization, quantumEfficiency: number, excessNoise: number, readVariance: number): void {
  found.backgroundDeviationPhotons =
    Math.sqrt(excessNoise * found.backgroundPhotons + readVariance) / quantumEfficiency;
  found.photons /= quantumEfficiency;
  found.backgroundPhotons /= quantumEfficiency;
  found.uncertaintyPixels *= Math.sqrt(excessNoise);
}
