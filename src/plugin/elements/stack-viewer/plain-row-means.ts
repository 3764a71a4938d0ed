import type { HostFrame } from "../../host/contract.js";
import { type Coverage, extentOf, totalWeight, weightAt } from "./coverage.js";
import type { RowMeans } from "./shrink-frame.js";

type Frame = Pick<HostFrame, "samples" | "width">;

/** The means of a frame's rows where the kernel cannot be had. */
export function plainRowMeans(frame: Frame, rows: Coverage, columns: Coverage): RowMeans {
  const [left, right] = extentOf(columns);
  const sums = new Float64Array(right - left);
  const shares = Float64Array.from(columns.from, (_, column) => 1 / totalWeight(columns, column));
  return (row, means) => {
    sumRows(frame, rows, row, left, sums);
    combineColumns(sums, columns, left, shares, 1 / totalWeight(rows, row), means);
  };
}

function sumRows({ samples, width }: Frame, rows: Coverage, row: number, left: number, sums: Float64Array): void {
  const [from, to] = [rows.from[row]!, rows.to[row]!];
  const first = from * width + left;
  const firstWeight = rows.firstWeight[row]!;
  if (to - from === 1) {
    for (let x = 0; x < sums.length; x++) sums[x] = firstWeight * samples[first + x]!;
    return;
  }
  const second = first + width;
  const secondWeight = weightAt(rows, row, from + 1);
  for (let x = 0; x < sums.length; x++) {
    sums[x] = firstWeight * samples[first + x]! + secondWeight * samples[second + x]!;
  }
  for (let y = from + 2; y < to; y++) {
    const weight = weightAt(rows, row, y);
    const at = y * width + left;
    for (let x = 0; x < sums.length; x++) sums[x]! += weight * samples[at + x]!;
  }
}

function combineColumns(
  sums: Float64Array,
  { from, to, firstWeight, lastWeight }: Coverage,
  left: number,
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
