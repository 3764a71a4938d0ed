import type { SampleArray } from "../../core/frames.js";

/** Values drawn black and white, in ADU. */
export type ContrastLimits = readonly [low: number, high: number];

export interface ContrastProposal {
  readonly limits: ContrastLimits;
  /** Smallest and largest value seen, in ADU. */
  readonly range: ContrastLimits;
}

/** Share of the pixels that ImageJ's automatic contrast lets saturate, half of it at each end. */
const saturatedShare = 0.0035;
/** Sorting this many takes a few milliseconds, and its quantiles are those of the frame to a fraction of a grey level. */
const maximumSamples = 65_536;

/** Contrast limits at which 0.35 % of the pixels saturate, as ImageJ's automatic contrast does it. */
export function autoContrast(samples: SampleArray): ContrastProposal {
  const stride = Math.max(1, Math.ceil(samples.length / maximumSamples));
  const sorted = new Float32Array(Math.ceil(samples.length / stride));
  for (let i = 0; i < sorted.length; i++) sorted[i] = samples[i * stride]!;
  sorted.sort();
  const last = sorted.length - 1;
  const least = sorted[0] ?? 0;
  const most = sorted[last] ?? 1;
  const low = sorted[Math.floor((last * saturatedShare) / 2)] ?? least;
  let high = sorted[Math.ceil(last * (1 - saturatedShare / 2))] ?? most;
  if (high <= low) high = most > low ? most : low + 1;
  return { limits: [low, high], range: [least, Math.max(most, high)] };
}
