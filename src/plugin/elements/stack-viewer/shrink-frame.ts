import type { SampleArray } from "../../../core/frames.js";
import type { HostFrame } from "../../host/contract.js";
import { type Coverage, weightAt } from "./coverage.js";
import { plainRowMeans } from "./plain-row-means.js";
import { ShrinkKernel } from "./shrink-kernel.js";

export { coverageOf } from "./coverage.js";

/** Of all viewers of the page: it is done with a frame when {@link shrinkFrame} returns. */
const sharedKernel = ShrinkKernel.create();

/** Computes one row of the result. */
export type RowMeans = (row: number, means: Float32Array) => void;

/**
 * The mean of what each pixel of the screen covers of a frame, each pixel of the frame weighted by the part of it that is
 * covered. What is not a number does not count; where nothing else is covered, the mean is none either.
 *
 * @param out - gets the means, `[rows, columns]`
 * @param kernel - computes the same, some three times faster than plain JavaScript
 */
export function shrinkFrame(
  frame: Pick<HostFrame, "samples" | "width">,
  rows: Coverage,
  columns: Coverage,
  out: Float32Array,
  kernel: ShrinkKernel | null = sharedKernel,
): void {
  const meansOf = kernel?.rowMeans(frame, rows, columns) ?? plainRowMeans(frame, rows, columns);
  const count = columns.from.length;
  for (let row = 0; row < rows.from.length; row++) {
    const means = out.subarray(row * count, (row + 1) * count);
    meansOf(row, means);
    if (!(frame.samples instanceof Float32Array)) continue;
    for (let column = 0; column < count; column++) {
      // Only what is not a number makes a mean none.
      if (Number.isNaN(means[column])) {
        means[column] = meanOfNumbers(frame.samples, frame.width, rows, row, columns, column);
      }
    }
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
