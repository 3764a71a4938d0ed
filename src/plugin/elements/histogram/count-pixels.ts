import type { SampleArray } from "../../../core/frames.js";
import type { ContrastLimits } from "../../host/contrast.js";

/** How many pixels have which values. */
export interface PixelCounts {
  /** Left edge of the first bin, in the unit of the samples; so is its width. */
  readonly from: number;
  /** A whole number for samples that are counts, so that no bin holds one count more than its neighbours. */
  readonly binWidth: number;
  readonly counts: Uint32Array;
}

const maximumBins = 256;

/**
 * Counts the pixels between two values, in at most 256 bins.
 *
 * @param range - lowest and highest value of interest; what is outside is not counted
 */
export function countPixels(samples: SampleArray, [low, high]: ContrastLimits): PixelCounts {
  const isWhole = !(samples instanceof Float32Array);
  const from = isWhole ? Math.floor(low) : low;
  const span = isWhole ? Math.ceil(high) + 1 - from : Math.max(high - from, Number.MIN_VALUE);
  const binWidth = isWhole ? Math.max(1, Math.ceil(span / maximumBins)) : span / maximumBins;
  const counts = new Uint32Array(isWhole ? Math.ceil(span / binWidth) : maximumBins);
  const last = counts.length - 1;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    // Not-a-numbers fail both.
    if (value >= low && value <= high) counts[Math.min(last, Math.floor((value - from) / binWidth))]!++;
  }
  return { from, binWidth, counts };
}
