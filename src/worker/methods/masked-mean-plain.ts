import { createSamples, framePixels } from "../../core/frames.js";
import { fewestUnmaskedFrames, maskMolecules } from "../../core/masked-mean.js";
import { correctByNear, sumTiles, tileGridOf } from "../../core/near-correction.js";
import { OutputBlock } from "../engines/output-block.js";
import { foundPlaces, type MaskedMeanPlan } from "./masked-mean-plan.js";
import { sumNear, type MaskedMeanSums } from "./masked-mean-sums.js";
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
  const found = Array.from({ length: foundPlaces }, () => new Uint8Array(pixels));
  const background = new Float32Array(pixels);
  const grid = tileGridOf(width, height);
  const tiles = Array.from({ length: slots }, () => new Float64Array(grid.columns * grid.rows));
  const near = { sums: new Float64Array(grid.columns * grid.rows), counts: new Uint8Array(pixels) };
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
    find: (place, sparse) => found[place].set(maskMolecules(sparse, width, height)),
    mask(slot, [before, place, after]) {
      const mask = masks[slot];
      for (let i = 0; i < pixels; i++) mask[i] = found[before][i] | found[place][i] | found[after][i];
      sumTiles(frames[slot], mask, grid, tiles[slot]);
    },
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
    clearNear: () => near.counts.fill(0),
    slideNear(entering, leaving) {
      for (let i = 0; i < pixels; i++) {
        if (masks[entering][i] === 0) near.counts[i]++;
        if (leaving >= 0 && masks[leaving][i] === 0) near.counts[i]--;
      }
    },
    estimate(nearSlots) {
      for (let i = 0; i < pixels; i++) {
        background[i] = counts[i] > fewestUnmaskedFrames ? sums[i] / counts[i] : totals[i] / windowFrames;
      }
      sumNear(tiles, nearSlots, near.sums);
      correctByNear(background, near, grid, type !== "float32");
    },
    write(slot, place, into) {
      const { sparseValues, lowRankValues } = blocks[into];
      const frame = frames[slot];
      const start = place * pixels;
      for (let i = 0; i < pixels; i++) {
        if (sparseValues) sparseValues[start + i] = frame[i] - background[i];
        if (lowRankValues) lowRankValues[start + i] = background[i];
      }
      return blocks[into].encode(start + pixels, start);
    },
  };
}
