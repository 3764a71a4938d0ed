import { networkOf, type ModelFile } from "./model.js";
import { separationMap } from "./separation.js";

/** What a model makes the background of a frame from, while nothing is cut off at zero. */
export interface BackgroundWeights {
  /** Frames of a window, as offsets from its first. */
  readonly shifts: readonly number[];
  /** Row k: the weight of each frame of the window in the background of the frame at shift k. */
  readonly rows: readonly (readonly number[])[];
  /** What each row adds to the weighted counts, in ADU. Counts are those above the camera offset. */
  readonly constantsAdu: readonly number[];
  /**
   * Share of its light that a molecule keeps which is on in one frame of the window alone: 1 less the weight of that
   * frame in its own background, for the frame at shift 0, as nearly all are read. 0 to 1.
   */
  readonly lightKept: number;
}

/** The weights of a checked model, on camera counts. */
export function backgroundWeights(model: ModelFile): BackgroundWeights {
  const { frames, matrix, offset, pedestal } = separationMap(networkOf(model), model.normalisation);
  const { offsetAdu } = model.normalisation;
  const rows = Array.from({ length: frames }, (_, row) => [...matrix.subarray(row * frames, (row + 1) * frames)]);
  return {
    shifts: model.temporalShifts,
    rows,
    // L − c = M·(x − c) + constant, with c the camera offset.
    constantsAdu: rows.map(
      (weights, row) => offset[row] + pedestal + offsetAdu * (weights.reduce((sum, weight) => sum + weight, 0) - 1),
    ),
    lightKept: Math.min(Math.max(0, 1 - matrix[0]), 1),
  };
}
