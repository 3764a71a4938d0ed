import { SlnetError } from "./errors.js";
import type { Random } from "./random.js";

/** The camera whose noise is added. */
export interface CameraNoiseOptions {
  /** The window is first scaled so that its largest pixel has this value, in ADU. */
  readonly targetMaximum: number;
  /** Divide counts by it to get electrons. */
  readonly aduPerElectron?: number;
  /** Electrons for each photon, above 0, at most 1. */
  readonly quantumEfficiency?: number;
  /** Standard deviation of the read noise, in electrons. */
  readonly readNoiseElectrons?: number;
  /** Added to each pixel at the end, in ADU. */
  readonly baselineAdu?: number;
}

/** The camera of the published noise model. */
export const publishedCamera = {
  aduPerElectron: 5.88,
  quantumEfficiency: 0.82,
  readNoiseElectrons: 2.29,
  baselineAdu: 0,
} as const satisfies Omit<Required<CameraNoiseOptions>, "targetMaximum">;

/** Keeps a pixel without light from being exactly dark, as in the published model. Photons. */
const leastPhotons = 1e-5;
const largestCount = 65535;

/**
 * Replaces a window by what a camera could have recorded of it: scaled to a chosen signal power, to photons, Poisson
 * noise, to electrons, read noise, to whole counts from 0 to 65535.
 *
 * @param window - any shape, in ADU, changed in place; negative counts are taken as 0
 * @returns `window`
 * @throws {@link SlnetError} `bad-input` if a pixel or a camera constant is not finite, or one that divides is not above 0
 */
export function addCameraNoise(window: Float64Array, options: CameraNoiseOptions, random: Random): Float64Array {
  const { targetMaximum, aduPerElectron, quantumEfficiency, readNoiseElectrons, baselineAdu } = {
    ...publishedCamera,
    ...options,
  };
  const positive = { targetMaximum, aduPerElectron, quantumEfficiency };
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && value < Infinity)) {
      throw new SlnetError("bad-input", `camera noise: ${name} is ${value}, expected a number above 0`);
    }
  }
  let maximum = 0;
  for (let i = 0; i < window.length; i++) if (window[i] > maximum) maximum = window[i];
  const scale = maximum > 0 ? targetMaximum / maximum : 1;
  for (let i = 0; i < window.length; i++) {
    const photons = (Math.max(window[i], 0) * scale) / aduPerElectron / quantumEfficiency;
    const electrons = random.poisson(photons + leastPhotons) * quantumEfficiency + readNoiseElectrons * random.normal();
    const counts = Math.trunc(electrons * aduPerElectron) + baselineAdu;
    window[i] = Math.min(Math.max(counts, 0), largestCount);
  }
  return window;
}
