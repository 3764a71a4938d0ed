import type { SampleArray } from "../../core/frames.js";

/** Values drawn black and white, in ADU. */
export type ContrastLimits = readonly [low: number, high: number];

/** What {@link autoContrast} found. */
export interface ContrastProposal {
  readonly limits: ContrastLimits;
  /** Smallest and largest value seen, in ADU. */
  readonly range: ContrastLimits;
}

/** Percent of the pixels that may be drawn fully black, and fully white; each from 0 to below 50. */
export interface SaturatedPercent {
  readonly dark: number;
  readonly bright: number;
}

/** What ImageJ's automatic contrast lets saturate: 0.35 % of the pixels, half of it at each end. */
export const imagejSaturation: SaturatedPercent = { dark: 0.175, bright: 0.175 };

/** Sorting this many takes a few milliseconds, and its quantiles are those of the frame to a fraction of a grey level. */
const maximumSamples = 65_536;

/** Contrast limits between two percentiles of the pixels; by default as ImageJ's automatic contrast does it. */
export function autoContrast(samples: SampleArray, { dark, bright } = imagejSaturation): ContrastProposal {
  const stride = Math.max(1, Math.ceil(samples.length / maximumSamples));
  const sorted = new Float32Array(Math.ceil(samples.length / stride));
  for (let i = 0; i < sorted.length; i++) sorted[i] = samples[i * stride]!;
  sorted.sort();
  const last = sorted.length - 1;
  const least = sorted[0] ?? 0;
  const most = sorted[last] ?? 1;
  const low = sorted[Math.floor((last * dark) / 100)] ?? least;
  let high = sorted[Math.ceil(last * (1 - bright / 100))] ?? most;
  if (high <= low) high = most > low ? most : low + 1;
  return { limits: [low, high], range: [least, Math.max(most, high)] };
}

/** Smallest and largest of all pixels; not-a-numbers do not count. */
export function fullRange(samples: SampleArray): ContrastLimits {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return [0, 1];
  return [least, most > least ? most : least + 1];
}
