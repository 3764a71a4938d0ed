import { defaultConfiguration } from "../build/src/core/configuration.js";
import { createGradient } from "../build/src/core/loss.js";
import { createNetwork, networkParameters } from "../build/src/core/network.js";
import { createStatistics } from "../build/src/core/normalisation.js";
import { createRandom } from "../build/src/core/random.js";
import { drawBatches, drawCrop } from "../build/src/core/training-schedule.js";
import { fillWithFrames, side, temporalShifts } from "./frames.mjs";

const starts = Array.from({ length: 100 }, (_, start) => start);

/** Loss and gradient of batches as the default training draws them: 8 windows of 3 frames, crops of 128². */
export function createTrainStep(engine) {
  const count = starts.length + temporalShifts.at(-1);
  const samples = new Uint16Array(count * side * side);
  fillWithFrames(samples);
  const statistics = createStatistics();
  statistics.add(samples);
  const shape = { frames: count, height: side, width: side, type: "uint16" };
  const frames = { samples, shape, normalisation: statistics.finish(2, 0) };
  const network = createNetwork(temporalShifts.length, defaultConfiguration, createRandom(1, "weights"));
  const gradient = createGradient(networkParameters(network));
  const random = createRandom(1, "crops");
  const { batchSize, cropSize } = defaultConfiguration;
  let batches = [];

  return {
    /** Milliseconds for one step, over about `budgetMs` and at least one. */
    async turn(budgetMs) {
      const start = performance.now();
      let steps = 0;
      do {
        if (batches.length === 0) batches = drawBatches(starts, batchSize, random);
        const windows = batches.pop().map((first) => temporalShifts.map((shift) => first + shift));
        const batch = { windows, ...drawCrop(side, side, cropSize, random), side: cropSize };
        await engine.trainStep(network, frames, batch, defaultConfiguration, gradient);
        steps++;
      } while (performance.now() - start < budgetMs);
      return (performance.now() - start) / steps;
    },
  };
}
