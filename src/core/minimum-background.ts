import { SlnetError } from "./errors.js";
import { createMinimumInverse } from "./expected-minimum.js";
import type { SampleArray, StackMetadata } from "./frames.js";
import { localizerCameraRanges } from "./localization/localizer-options.js";

/** Frames of a window, as in Ma et al.: a background changes little in them, and each pixel is dark in some. */
export const defaultMinimumWindowFrames = 100;

/** The noise of a camera, from which follows how far below its background the least of some readings lies. */
export interface NoiseCamera {
  /** Reading with the shutter closed, in ADU. */
  readonly offsetAdu: number;
  /** ADU per photoelectron, electron multiplication included. */
  readonly aduPerElectron: number;
  /** Standard deviation of the read noise, in photoelectrons (for an electron-multiplying camera, divided by that gain). */
  readonly readNoiseElectrons: number;
  /** Variance of the counts over that of Poisson counts: 1, or 2 for an electron-multiplying camera. */
  readonly excessNoise: number;
}

/** A {@link NoiseCamera} as somebody asks for it. */
export interface NoiseCameraRequest extends Omit<NoiseCamera, "offsetAdu" | "aduPerElectron"> {
  /** `null`: what the stack says. */
  readonly offsetAdu: number | null;
  readonly aduPerElectron: number | null;
}

/** The camera of the stack, with Poisson counts and nothing else. */
export const cameraOfStack: NoiseCameraRequest = {
  offsetAdu: null,
  aduPerElectron: null,
  readNoiseElectrons: 0,
  excessNoise: 1,
};

/**
 * The camera that is asked for, completed by what the stack says.
 *
 * @param name - of the stack
 * @throws {@link SlnetError} `bad-input` for a value out of range, or where nobody says offset or gain: a guess would
 *   give a background that is wrong without a sign
 */
export function completeNoiseCamera(
  name: string,
  request: NoiseCameraRequest,
  known: Pick<StackMetadata, "cameraOffsetAdu" | "aduPerElectron">,
): NoiseCamera {
  const { readNoiseElectrons, excessNoise } = request;
  const offsetAdu = request.offsetAdu ?? known.cameraOffsetAdu;
  const aduPerElectron = request.aduPerElectron ?? known.aduPerElectron;
  if (offsetAdu === null || aduPerElectron === null) {
    const missing =
      offsetAdu === null && aduPerElectron === null ? "offset and gain" : offsetAdu === null ? "offset" : "gain";
    throw new SlnetError(
      "bad-input",
      `${name} does not say the ${missing} of its camera, expected to be told: the method minimum needs offset and gain`,
    );
  }
  const camera = { offsetAdu, aduPerElectron, readNoiseElectrons, excessNoise };
  for (const key of Object.keys(camera) as (keyof NoiseCamera)[]) {
    const { minimum, maximum } = localizerCameraRanges[key];
    if (camera[key] >= minimum && camera[key] <= maximum) continue;
    throw new SlnetError(
      "bad-input",
      `method minimum: camera ${key} is ${String(camera[key])}, expected ${minimum} to ${maximum}`,
    );
  }
  return camera;
}

/**
 * How the least reading of a pixel becomes its background: the background whose readings have that expected minimum. That is
 * extreme value-based emitter recovery, EVER (Ma, Jiang, Xu, Liu, Scientific Reports 11, 20417 (2021)), for a background
 * that is steady within the window and without smoothing over pixels. With F the excess noise, g the gain, o the offset
 * and σ² the variance of the read noise in photoelectrons,
 *
 *     N = (x − o)/(g·F) + σ²/F²
 *
 * is taken for a Poisson count, whose mean and variance are the same as those of N (for F = 1 as Huang et al., Nature Methods 10,
 * 653 (2013) do). Its mean follows from the minimum by {@link createMinimumInverse}.
 *
 * @param frames - readings that the minimum is of, at least 1
 * @returns background in ADU, offset included, for a least reading in ADU
 */
export function createMinimumCorrection(
  frames: number,
  { offsetAdu, aduPerElectron, readNoiseElectrons, excessNoise }: NoiseCamera,
): (minimumAdu: number) => number {
  const meanOf = createMinimumInverse(frames);
  const unit = aduPerElectron * excessNoise;
  const readVariance = (readNoiseElectrons / excessNoise) ** 2;
  return (minimumAdu) => offsetAdu + unit * (meanOf((minimumAdu - offsetAdu) / unit + readVariance) - readVariance);
}

/** The smaller of two values of each pixel; `out` may be one of the two. */
export function lesserPixels(a: SampleArray, b: SampleArray, out: SampleArray): void {
  for (let i = 0; i < out.length; i++) {
    const x = a[i];
    const y = b[i];
    out[i] = x < y ? x : y;
  }
}

/**
 * The background of the frames of one window.
 *
 * @param window - at least one frame, `[pixels]` each
 * @param correction - for as many frames
 * @returns `[pixels]`, in ADU
 */
export function minimumBackground(
  window: readonly SampleArray[],
  correction: (minimumAdu: number) => number,
): Float32Array<ArrayBuffer> {
  const least = window[0].slice();
  for (const frame of window) lesserPixels(least, frame, least);
  return Float32Array.from(least, correction);
}
