import type { SampleArray } from "../../../core/frames.js";
import type { HostFrame } from "../../host/contract.js";

/** Where a pixel of the frame ends this close to the end of one of the screen, it does not reach into the next one. */
const rounding = 1e-6;

/**
 * What consecutive pixels of the screen cover along one axis of a frame: its pixels `[from, to)`, of the first and the last
 * of them perhaps only a part. The others count 1; a last one that is also the first has no weight of its own.
 */
export interface Coverage {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly firstWeight: Float64Array;
  readonly lastWeight: Float64Array;
}

/**
 * Coverage of the pixels of the screen `[first, first + count)`, counted from where the frame begins.
 *
 * @param size - pixels of the frame
 * @param step - pixels of the frame for each of the screen; up to 1 a pixel of the screen has the one at its middle
 */
export function coverageOf(size: number, step: number, first: number, count: number): Coverage {
  const coverage: Coverage = {
    from: new Int32Array(count),
    to: new Int32Array(count),
    firstWeight: new Float64Array(count).fill(1),
    lastWeight: new Float64Array(count),
  };
  const { from, to, firstWeight, lastWeight } = coverage;
  for (let i = 0; i < count; i++) {
    if (step <= 1) {
      from[i] = Math.min(Math.max(Math.floor((first + i + 0.5) * step - 1 / 8192), 0), size - 1);
      to[i] = from[i]! + 1;
      continue;
    }
    const start = (first + i) * step;
    const end = Math.min(start + step, size);
    from[i] = Math.min(Math.floor(start + rounding), size - 1);
    to[i] = Math.max(Math.ceil(end - rounding), from[i]! + 1);
    firstWeight[i] = Math.min(from[i]! + 1, end) - start;
    if (to[i]! - from[i]! > 1) lastWeight[i] = end - (to[i]! - 1);
  }
  return coverage;
}

/**
 * The mean of what each pixel of the screen covers of a frame, each pixel of the frame weighted by the part of it that is
 * covered. What is not a number does not count; where nothing else is covered, the mean is none either.
 *
 * The time it takes is that of reading each covered pixel once or, at the edges, twice.
 *
 * @param out - gets the means, `[rows, columns]`
 */
export function shrinkFrame(
  { samples, width }: Pick<HostFrame, "samples" | "width">,
  rows: Coverage,
  columns: Coverage,
  out: Float32Array,
): void {
  const left = columns.from[0] ?? 0;
  const right = columns.to.at(-1) ?? 0;
  let sums = new Float64Array(right - left);
  /** What the last row has for the next row of the screen, which it reaches into. */
  let rest = new Float64Array(right - left);
  const columnCount = columns.from.length;
  const shares = Float64Array.from({ length: columnCount }, (_, column) => 1 / totalWeight(columns, column));
  let isShared = false;
  for (let row = 0; row < rows.from.length; row++) {
    const last = rows.to[row]! - 1;
    let y = rows.from[row]!;
    if (isShared) {
      [sums, rest] = [rest, sums];
      y++;
    } else {
      sums.fill(0);
    }
    isShared = last > rows.from[row]! && rows.from[row + 1] === last;
    for (; y < last; y++) addRow(samples, y * width + left, weightAt(rows, row, y), sums);
    if (isShared) splitRow(samples, last * width + left, rows.lastWeight[row]!, rows.firstWeight[row + 1]!, sums, rest);
    else if (y === last) addRow(samples, last * width + left, weightAt(rows, row, last), sums);
    const means = out.subarray(row * columnCount, (row + 1) * columnCount);
    meansOf(sums, left, columns, shares, 1 / totalWeight(rows, row), means);
    if (!(samples instanceof Float32Array)) continue;
    for (let column = 0; column < columnCount; column++) {
      // Only what is not a number makes a sum none.
      if (Number.isNaN(means[column])) means[column] = meanOfNumbers(samples, width, rows, row, columns, column);
    }
  }
}

function addRow(samples: SampleArray, start: number, weight: number, sums: Float64Array): void {
  if (weight === 1) for (let x = 0; x < sums.length; x++) sums[x]! += samples[start + x]!;
  else for (let x = 0; x < sums.length; x++) sums[x]! += weight * samples[start + x]!;
}

/** Adds a row to two sums, reading it once. */
function splitRow(
  samples: SampleArray,
  start: number,
  weight: number,
  restWeight: number,
  sums: Float64Array,
  rest: Float64Array,
): void {
  for (let x = 0; x < sums.length; x++) {
    const value = samples[start + x]!;
    sums[x]! += weight * value;
    rest[x] = restWeight * value;
  }
}

function meansOf(
  sums: Float64Array,
  left: number,
  { from, to, firstWeight, lastWeight }: Coverage,
  shares: Float64Array,
  scale: number,
  means: Float32Array,
): void {
  for (let i = 0; i < means.length; i++) {
    const first = from[i]! - left;
    const last = to[i]! - left - 1;
    let sum = firstWeight[i]! * sums[first]! + lastWeight[i]! * sums[last]!;
    for (let x = first + 1; x < last; x++) sum += sums[x]!;
    means[i] = sum * (scale * shares[i]!);
  }
}

function meanOfNumbers(
  samples: SampleArray,
  width: number,
  rows: Coverage,
  row: number,
  columns: Coverage,
  column: number,
): number {
  let sum = 0;
  let total = 0;
  for (let y = rows.from[row]!; y < rows.to[row]!; y++) {
    for (let x = columns.from[column]!; x < columns.to[column]!; x++) {
      const value = samples[y * width + x]!;
      if (Number.isNaN(value)) continue;
      const weight = weightAt(rows, row, y) * weightAt(columns, column, x);
      sum += weight * value;
      total += weight;
    }
  }
  return sum / total;
}

function weightAt({ from, to, firstWeight, lastWeight }: Coverage, i: number, at: number): number {
  if (at === from[i]) return firstWeight[i]!;
  return at === to[i]! - 1 ? lastWeight[i]! : 1;
}

function totalWeight({ from, to, firstWeight, lastWeight }: Coverage, i: number): number {
  return firstWeight[i]! + lastWeight[i]! + Math.max(0, to[i]! - from[i]! - 2);
}
