import { affineOf } from "../../core/normalisation.js";
import type { TrainingBatch, TrainingFrames } from "./engine.js";

/**
 * Copies the crops of a batch, normalised, into `out`: `[items, n, side, side]`.
 *
 * @param out - at least items · n · side² long
 */
export function gatherCrops(
  { samples, shape, normalisation }: TrainingFrames,
  { windows, top, left, side }: TrainingBatch,
  out: Float32Array | Float64Array,
): void {
  const { shift, scale } = affineOf(normalisation);
  const { height, width } = shape;
  let write = 0;
  for (const window of windows) {
    for (const frame of window) {
      for (let row = top; row < top + side; row++) {
        let read = (frame * height + row) * width + left;
        for (const end = read + side; read < end; read++) out[write++] = (samples[read] - shift) / scale;
      }
    }
  }
}
