import { createSamples, sampleTypeOf, type SampleArray } from "./frames.js";

/** Frames that a window may have; shorter stacks make it shorter. */
export const medianWindowLimits = { minimum: 3, maximum: 2001 } as const;

/** Windows that emitters leave in a few frames, and in which a background changes little. */
export const defaultMedianWindowFrames = 50;

/**
 * First frame of the window whose median is the background of a frame. A window of W frames has ⌊W/2⌋ frames before the
 * frame; at both ends of the stack it is moved inward, so that it always holds min(W, frameCount) frames.
 *
 * @param frame - index in the stack
 * @param windowFrames - W, at least 1
 */
export function medianWindowStart(frame: number, frameCount: number, windowFrames: number): number {
  const size = Math.min(windowFrames, frameCount);
  return Math.max(0, Math.min(frame - Math.floor(size / 2), frameCount - size));
}

/**
 * Running medians, each of W consecutive frames: of W even the lower of the two middle values, so that every median is a
 * value that the pixel had. For each pixel the values of one window are kept sorted.
 *
 * @param frames - W frames and one more for each further median
 * @param windowFrames - W, at least 1
 * @param medians - as many as there are windows, of the type of the frames; pixels [from, to) are written
 */
export function slideMedians(
  frames: readonly SampleArray[],
  windowFrames: number,
  medians: readonly SampleArray[],
  from: number,
  to: number,
): void {
  const middle = (windowFrames - 1) >> 1;
  const sorted = createSamples(sampleTypeOf(frames[0]), windowFrames);
  for (let pixel = from; pixel < to; pixel++) {
    for (let frame = 0; frame < windowFrames; frame++) sorted[frame] = frames[frame][pixel];
    sorted.sort();
    medians[0][pixel] = sorted[middle];
    for (let window = 1; window < medians.length; window++) {
      replace(sorted, frames[window - 1][pixel], frames[window - 1 + windowFrames][pixel]);
      medians[window][pixel] = sorted[middle];
    }
  }
}

/** Takes one value out of a sorted array and puts another in. */
function replace(sorted: SampleArray, oldValue: number, newValue: number): void {
  const gone = lowerBound(sorted, oldValue);
  const place = lowerBound(sorted, newValue);
  if (place > gone) {
    sorted.copyWithin(gone, gone + 1, place);
    sorted[place - 1] = newValue;
  } else {
    sorted.copyWithin(place + 1, place, gone);
    sorted[place] = newValue;
  }
}

/** Position of the first value that is not below another. */
function lowerBound(sorted: SampleArray, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
