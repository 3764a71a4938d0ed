import { createSamples, framePixels } from "../../core/frames.js";
import { fewestUnmaskedFrames, maskMolecules } from "../../core/masked-mean.js";
import { OutputBlock } from "../engines/output-block.js";
import type { MaskedMeanPlan } from "./masked-mean-plan.js";
import type { MaskedMeanSums } from "./masked-mean-sums.js";
import type { OutputRoom } from "./running-median-finder.js";

/** In a float64 sum a value so many times larger than the rest leaves it with 9 digits. */
const swamping = 1e6;

/** Sums in TypeScript, where there are no kernels. */
export function createPlainSums(plan: MaskedMeanPlan, room: OutputRoom): MaskedMeanSums {
  const { type, width, height, slots, windowFrames } = plan;
  const pixels = framePixels(plan);
  const frames = Array.from({ length: slots }, () => createSamples(type, pixels));
  const masks = Array.from({ length: slots }, () => new Uint8Array(pixels));
  const totals = new Float64Array(pixels);
  const sums = new Float64Array(pixels);
  const counts = new Uint16Array(pixels);
  const blockOf = (): OutputBlock => new OutputBlock(room.plans, room.frames * pixels);
  const blocks = [blockOf(), blockOf()] as const;

  /** A pixel of the whole window anew. Of integers sums are exact, and never need it. */
  const addUp = (leaving: number, pixel: number): void => {
    totals[pixel] = 0;
    sums[pixel] = 0;
    for (let k = 0; k < windowFrames; k++) {
      const slot = (leaving + 1 + k) % slots;
      totals[pixel] += frames[slot][pixel];
      if (masks[slot][pixel] === 0) sums[pixel] += frames[slot][pixel];
    }
  };

  return {
    frames,
    outputs: blocks,
    mask: (slot, sparse) => masks[slot].set(maskMolecules(sparse, width, height)),
    clear() {
      totals.fill(0);
      sums.fill(0);
      counts.fill(0);
    },
    slide(entering, leaving) {
      const [frame, mask] = [frames[entering], masks[entering]];
      for (let i = 0; i < pixels; i++) {
        totals[i] += frame[i];
        if (mask[i] !== 0) continue;
        sums[i] += frame[i];
        counts[i]++;
      }
      if (leaving < 0) return;
      const [oldFrame, oldMask] = [frames[leaving], masks[leaving]];
      for (let i = 0; i < pixels; i++) {
        totals[i] -= oldFrame[i];
        const wasKept = oldMask[i] === 0;
        if (wasKept) {
          sums[i] -= oldFrame[i];
          counts[i]--;
        }
        if (type !== "float32") continue;
        const size = Math.abs(oldFrame[i]);
        if (size > swamping * Math.abs(totals[i]) || (wasKept && size > swamping * Math.abs(sums[i]))) {
          addUp(leaving, i);
        }
      }
    },
    write(slot, place, into) {
      const { sparseValues, lowRankValues } = blocks[into];
      const frame = frames[slot];
      const start = place * pixels;
      for (let i = 0; i < pixels; i++) {
        const mean = counts[i] > fewestUnmaskedFrames ? sums[i] / counts[i] : totals[i] / windowFrames;
        if (sparseValues) sparseValues[start + i] = frame[i] - mean;
        if (lowRankValues) lowRankValues[start + i] = mean;
      }
      return blocks[into].encode(start + pixels, start);
    },
  };
}
