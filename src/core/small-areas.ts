import type { SampleArray } from "./frames.js";

/** Side of the area whose light is followed: about as wide as a molecule looks. */
const innerSide = 3;
/** Side of the square around it, whose mean is taken off: background is smooth on this scale. */
const outerSide = 9;
const margin = (outerSide - 1) / 2;

/** Follows small areas, side by side, over the frames of one burst. */
export interface SmallAreas {
  /** Takes the next frame, `[height, width]`, in ADU. */
  add(frame: SampleArray): void;
  /** Calls back with the mean of each area above its surroundings over time, in ADU. The array is used again. */
  visit(use: (trace: Float32Array) => void): void;
}

/** @param frames - that will be added */
export function createSmallAreas(height: number, width: number, frames: number): SmallAreas {
  const columns = Math.max(0, Math.floor((width - outerSide) / innerSide) + 1);
  const rows = Math.max(0, Math.floor((height - outerSide) / innerSide) + 1);
  // Sums of all pixels above and to the left: the sum of any rectangle is four of them.
  const sums = new Float64Array((height + 1) * (width + 1));
  const values = new Float32Array(frames * rows * columns);
  let added = 0;

  const meanOf = (top: number, left: number, side: number): number => {
    const upper = top * (width + 1) + left;
    const lower = upper + side * (width + 1);
    return (sums[lower + side] - sums[lower] - sums[upper + side] + sums[upper]) / (side * side);
  };
  return {
    add(frame) {
      for (let row = 0; row < height; row++) {
        let inRow = 0;
        for (let column = 0; column < width; column++) {
          inRow += frame[row * width + column];
          const at = (row + 1) * (width + 1) + column + 1;
          sums[at] = sums[at - width - 1] + inRow;
        }
      }
      const inset = margin - (innerSide - 1) / 2;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const [top, left] = [row * innerSide, column * innerSide];
          const inner = meanOf(top + inset, left + inset, innerSide);
          values[(row * columns + column) * frames + added] = inner - meanOf(top, left, outerSide);
        }
      }
      added++;
    },
    visit(use) {
      for (let area = 0; area < rows * columns; area++) use(values.subarray(area * frames, area * frames + added));
    },
  };
}
