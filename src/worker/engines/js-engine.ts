import { lossAndGradient } from "../../core/loss.js";
import { separate } from "../../core/separation.js";
import type { Engine } from "./engine.js";
import { gatherCrops } from "./gather-crops.js";
import { createPlainSeparator } from "./plain-separator.js";

/** Plain TypeScript in float64: the oracle of the tests and the engine that always works. */
export function createJsEngine(): Engine {
  let crops = new Float64Array(0);
  const release = (): void => {
    crops = new Float64Array(0);
  };
  return {
    name: "js",
    adapter: "JavaScript, 64-bit floats",
    createSeparator: async (plan) =>
      createPlainSeparator(plan, async ({ map, windows, channels, sparse, lowRank }) => {
        windows.forEach((window, index) => {
          separate(map, window, channels[index], sparse, lowRank, index * plan.pixels);
        });
      }),
    async trainStep(network, frames, batch, options, gradient) {
      const pixels = batch.side ** 2;
      const length = batch.windows.length * network.frames * pixels;
      if (crops.length < length) crops = new Float64Array(length);
      gatherCrops(frames, batch, crops);
      const items = { crops: crops.subarray(0, length), batch: batch.windows.length, frames: network.frames, pixels };
      return lossAndGradient(network, items, options, gradient);
    },
    release,
    dispose: release,
  };
}
