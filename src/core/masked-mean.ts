import type { SampleArray } from "./frames.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { correctByNear, sumTiles, tileGridOf } from "./near-correction.js";
import { medianWindowStart } from "./running-median.js";

/*
 * The masked mean: SLNet says where molecules are, and the camera's own counts say what is behind them. The published
 * S = max(0, x − L) is a good image to detect in, but each molecule is a part of its own L, so S has too few photons. Here
 * S only decides which pixels of which frames are left out of a mean over time:
 *
 *     A_t = mean of x_f over the frames f of the window around t in which the pixel is not masked
 *     B_t = A_t + what the unmasked pixels of the nearest frames differ from A_t by, averaged over tiles
 *     output = x_t − B_t, with its sign
 *
 * A pixel is masked in the frames before and after a molecule's too, in which it may have begun or ended to shine. The rule
 * and its numbers (1 pixel, 3 standard deviations, 2 pixels, 1 frame, three tenths of the window, a seventh of those at the ends,
 * tiles of 8 pixels) were
 * compared with others on simulated stacks with a known background (docs/quality.md says which). It is no part of the SLNet
 * paper.
 */

/** Frames that a window may have; shorter stacks make it shorter. Shorter windows never have enough unmasked frames. */
export const maskedWindowLimits = { minimum: 6, maximum: 2001 } as const;

/** Long enough for the noise of the mean to vanish beside that of a frame. */
export const defaultMaskedWindowFrames = 100;

/** What S is blurred with before it is compared, in pixels: about the size of a molecule. */
export const maskBlurSigmaPixels = 1;
/** How far above its mean a pixel of the blurred frame is masked, in standard deviations of that frame. */
const maskDeviations = 3;
/** How far a mask grows in each direction, in pixels, for the skirts of molecules. */
const maskGrowthPixels = 2;
/** A pixel that is masked in all but so many frames of a window, or less, takes the mean of all of them. */
export const fewestUnmaskedFrames = 5;

/** Of a window, the share that is near: fewer frames follow faster, more of them hold less of what masks have missed. */
const nearShare = 0.3;
const mostNearFrames = 60;
/** Of the near frames, the share that stays on the one side of the first or the last frame of the stack. */
const endShare = 0.15;

/**
 * Added before rounding to 16 bits, in ADU, where no offset above 0 is known: an output of the masked mean keeps its sign, and
 * without one half of the noise would be cut off.
 */
export const maskedPedestalAdu = 100;

/**
 * Where molecules are in a frame: 1 where S, blurred by a Gaussian, is above its mean by three standard deviations, and in
 * the square of 5 × 5 pixels around each such pixel; else 0.
 *
 * @param sparse - S of SLNet, `[height, width]`, any unit
 */
export function maskMolecules(sparse: Float32Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const blurred = gaussianBlur(sparse, width, height, maskBlurSigmaPixels);
  const limit = maskLimit(blurred);
  return grow(
    Uint8Array.from(blurred, (value) => (value > limit ? 1 : 0)),
    width,
    height,
  );
}

/**
 * Mean plus three standard deviations, in float32 as the values are. Sums are taken of the differences to the first
 * value, so that equal values have a deviation of exactly 0 and none of them is above the limit.
 */
function maskLimit(values: Float32Array): number {
  const [first] = values;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    const difference = value - first;
    sum += difference;
    squares += difference * difference;
  }
  const mean = sum / values.length;
  const variance = Math.max(0, squares / values.length - mean * mean);
  return Math.fround(first + mean + maskDeviations * Math.sqrt(variance));
}

/** Each pixel the largest within two pixels in both directions. */
function grow(mask: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(mask.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (mask[row * width + column] === 0) continue;
      const left = Math.max(0, column - maskGrowthPixels);
      const right = Math.min(width, column + maskGrowthPixels + 1);
      const bottom = Math.min(height, row + maskGrowthPixels + 1);
      for (let y = Math.max(0, row - maskGrowthPixels); y < bottom; y++)
        out.fill(1, y * width + left, y * width + right);
    }
  }
  return out;
}

/** Frames around a frame by which the mean of its window is corrected: three tenths of the window, at most 60. */
export function nearFramesOf(windowFrames: number): number {
  return Math.min(mostNearFrames, Math.max(1, Math.round(nearShare * windowFrames)));
}

/**
 * The frames near a frame, `[from, to)`: ⌊W/2⌋ before it and the others behind it. Towards the ends of the stack there are
 * as many on both sides as there are on the shorter one, or where these are too few a seventh of W: the middle of W frames at the
 * end would lie W/2 frames away from the last one, and a background that bleaches has another level there.
 *
 * @param nearFrames - W, see {@link nearFramesOf}
 */
export function nearRange(
  frame: number,
  frameCount: number,
  nearFrames: number,
): { readonly from: number; readonly to: number } {
  const fewest = Math.max(1, Math.floor(endShare * nearFrames));
  const reach = Math.max(fewest, Math.min(frame, frameCount - 1 - frame));
  if (reach >= Math.floor(nearFrames / 2)) {
    const from = medianWindowStart(frame, frameCount, nearFrames);
    return { from, to: from + Math.min(nearFrames, frameCount) };
  }
  return { from: Math.max(0, frame - reach), to: Math.min(frameCount, frame + reach + 1) };
}

/**
 * Where molecules are in a frame, the one before it or the one after it.
 *
 * @param masks - of the frames of a stack, as {@link maskMolecules} makes them
 */
export function maskedAround(masks: readonly Uint8Array[], frame: number): Uint8Array<ArrayBuffer> {
  const around = masks.slice(Math.max(0, frame - 1), frame + 2);
  return Uint8Array.from(masks[frame], (_, pixel) => (around.some((mask) => mask[pixel] !== 0) ? 1 : 0));
}

/**
 * The mean of a window, in float64: at each pixel of the frames in which it is not masked where these are more than five,
 * else of all frames.
 *
 * @param frames - of the window, each `[pixels]`, in ADU
 * @param masks - one for each frame
 * @returns `[pixels]`, in ADU
 */
export function maskedMean(frames: readonly SampleArray[], masks: readonly Uint8Array[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(frames[0].length);
  for (let pixel = 0; pixel < out.length; pixel++) {
    let total = 0;
    let sum = 0;
    let count = 0;
    for (let frame = 0; frame < frames.length; frame++) {
      const value = frames[frame][pixel];
      total += value;
      if (masks[frame][pixel] !== 0) continue;
      sum += value;
      count++;
    }
    out[pixel] = count > fewestUnmaskedFrames ? sum / count : total / frames.length;
  }
  return out;
}

/**
 * The background of the frame that a window is around. It is the yardstick of what the worker does.
 *
 * @param frames - of the window, each `[height, width]`, in ADU
 * @param masks - one for each frame, as {@link maskedAround} makes them
 * @param near - the frames of the window that are near, from one to before another
 * @returns `[height, width]`, in ADU
 */
export function maskedBackground(
  frames: readonly SampleArray[],
  masks: readonly Uint8Array[],
  near: { readonly from: number; readonly to: number },
  width: number,
  height: number,
): Float32Array<ArrayBuffer> {
  const background = Float32Array.from(maskedMean(frames, masks));
  const grid = tileGridOf(width, height);
  const sums = new Float64Array(grid.columns * grid.rows);
  const ofFrame = new Float64Array(sums.length);
  const counts = new Uint8Array(background.length);
  for (let frame = near.from; frame < near.to; frame++) {
    sumTiles(frames[frame], masks[frame], grid, ofFrame);
    for (let tile = 0; tile < sums.length; tile++) sums[tile] += ofFrame[tile];
    for (let pixel = 0; pixel < counts.length; pixel++) if (masks[frame][pixel] === 0) counts[pixel]++;
  }
  correctByNear(background, { sums, counts }, grid, !(frames[0] instanceof Float32Array));
  return background;
}
