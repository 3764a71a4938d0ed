import type { SampleArray, SampleType } from "./frames.js";

/** What the brightest and darkest pixels read, in ADU. */
export interface StackLevels {
  readonly minimum: number;
  readonly maximum: number;
  /** The reading at which the camera is full; `null` where no pixel shows it. */
  readonly saturationLevel: number | null;
  /** Share of the pixels at that level. */
  readonly saturatedShare: number;
  /** One pixel in a hundred reads this or less. */
  readonly darkAdu: number;
  readonly medianAdu: number;
  /** Standard deviation of the noise of a typical pixel. */
  readonly noiseAdu: number;
}

/** Gathers the levels frame by frame. */
export interface LevelSums {
  add(frame: SampleArray): void;
  /** Of the frames added, at least one. */
  finish(): StackLevels;
}

/** What converters of 8, 10, 12, 14 and 16 bits give when they are full. */
const fullScales = [255, 1023, 4095, 16383, 65535];
/** Pixels that must be at the largest value for it to be a limit: few where a converter is full, more at any other. */
const fullScalePixels = 3;
const plateauPixels = 10;
/** A limit collects what lies above it: so many times more pixels than at any of the values next below. */
const plateauFactor = 3;
const gapFactor = 5;
const topValues = 5;

/** About so many pixels of all frames together are kept for quantiles. */
const keptPixels = 400_000;

/** @param expected - pixels that will be added, about */
export function createLevelSums(type: SampleType, expected: number): LevelSums {
  const stride = Math.max(1, Math.ceil(expected / keptPixels));
  const kept: number[] = [];
  const steps: number[] = [];
  let previous: SampleArray | null = null;
  let minimum = Infinity;
  let count = 0;
  /** The largest values met, descending, and how often. */
  const top: { readonly value: number; count: number }[] = [];
  let enough = -Infinity;

  const countTop = (value: number): void => {
    const place = top.findIndex((entry) => entry.value <= value);
    if (place >= 0 && top[place].value === value) {
      top[place].count++;
    } else {
      top.splice(place < 0 ? top.length : place, 0, { value, count: 1 });
      if (top.length > topValues) top.pop();
      if (top.length === topValues) enough = top[topValues - 1].value;
    }
  };
  return {
    add(frame) {
      for (const value of frame) {
        if (value < minimum) minimum = value;
        if (value >= enough) countTop(value);
      }
      // Another first pixel in each frame, so that not the same pixels are kept.
      for (let i = count % stride; i < frame.length; i += stride) {
        kept.push(frame[i]);
        if (previous) steps.push(Math.abs(frame[i] - previous[i]));
      }
      previous = frame.slice();
      count += frame.length;
    },
    finish() {
      const sorted = Float64Array.from(kept).sort();
      const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
      const [largest, ...below] = top;
      // Nothing is next below where a gap, unlike those between the values below it, parts the largest from the others.
      const spacing =
        below.length > 1 ? (below[0].value - below[below.length - 1].value) / (below.length - 1) : Infinity;
      const isApart = below.length > 0 && largest.value - below[0].value > gapFactor * spacing;
      const isFullScale = fullScales.includes(largest.value) && (type !== "uint8" || largest.value === 255);
      const isLimit =
        largest.count >= (isFullScale ? fullScalePixels : plateauPixels) &&
        (isApart || below.every((entry) => largest.count > plateauFactor * entry.count)) &&
        (isFullScale || below.length > 0);
      return {
        minimum,
        maximum: largest.value,
        saturationLevel: isLimit ? largest.value : null,
        saturatedShare: isLimit ? largest.count / count : 0,
        darkAdu: quantile(0.01),
        medianAdu: quantile(0.5),
        // As for the traces of molecules: half of the steps of Gaussian noise are below 0.6745·√2 deviations.
        noiseAdu: steps.length === 0 ? 0 : steps.sort((a, b) => a - b)[(steps.length - 1) >> 1] / (0.6745 * Math.SQRT2),
      };
    },
  };
}
