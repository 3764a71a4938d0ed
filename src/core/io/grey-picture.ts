import { encodeGreyPng } from "./png-writer.js";
import type { Picture } from "../models/tensorboard.js";

export interface GreyScale {
  /** What is black, and what is white. */
  readonly low: number;
  readonly high: number;
}

/** Share of the pixels that may be black or white. */
const clippedShare = 0.002;

/** A scale on which nearly all of the values are shades of grey. */
export function greyScaleOf(values: ArrayLike<number>): GreyScale {
  const sorted = Float64Array.from(values).sort();
  const clipped = Math.floor(clippedShare * sorted.length);
  const low = sorted[clipped] ?? 0;
  return { low, high: Math.max(low + 1e-6, sorted[sorted.length - 1 - clipped] ?? 0) };
}

/** @param values - `[height, width]` */
export async function greyPicture(
  values: ArrayLike<number>,
  width: number,
  height: number,
  { low, high }: GreyScale,
): Promise<Picture> {
  // Clamped and rounded by the array.
  const grey = Uint8ClampedArray.from(values, (value) => (255 * (value - low)) / (high - low));
  return { png: await encodeGreyPng(new Uint8Array(grey.buffer), width, height), width, height };
}
