import { planRunningMedian } from "../build/src/worker/methods/running-median-plan.js";
import { fillWithFrames, side } from "./frames.mjs";
import { median, takeTurns } from "./timing.mjs";

/** Frames of the windows that are compared. */
export const medianWindows = [50, 500];

/**
 * The running median alone, on one thread, from frames in memory to medians in memory.
 *
 * @param {object} bundles - `loadKernels` and `createKernelFinder`, as bundled for the platform
 */
export async function measureMedianKernel({ loadKernels, createKernelFinder }, { quick }) {
  const budgetMs = quick ? 30 : 200;
  const kernels = await loadKernels();
  const shape = { frames: 10_000, height: side, width: side, type: "uint16" };
  const finders = medianWindows.map((windowFrames) => {
    const plan = planRunningMedian("stack of the benchmark", shape, windowFrames);
    const finder = createKernelFinder(kernels, plan, { plans: { sparse: null, lowRank: null }, frames: 1 });
    finder.frames.forEach((frame, slot) => fillWithFrames(frame, slot));
    finder.prepare(finder.frames.map((_, slot) => slot));
    // Milliseconds for one median.
    return async () => {
      const start = performance.now();
      let medians = 0;
      do {
        finder.find(0, side * side);
        medians += plan.blockFrames;
      } while (performance.now() - start < budgetMs);
      return (performance.now() - start) / medians;
    };
  });
  const times = await takeTurns(finders, quick ? 3 : 5);
  return medianWindows.map((windowFrames, index) => ({ windowFrames, framesPerSecond: 1000 / median(times[index]) }));
}
