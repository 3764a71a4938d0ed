import { framePixels, type StackReader, type StackShape } from "../frames.js";
import { createSimulation, simulationMetadata, type SimulationOptions } from "../simulation.js";
import { requireFrameRange } from "./frame-range.js";

/** Stacks up to this size keep the frames that were made: making one takes longer than all that is done with it. */
const keptBytes = 64e6;

/** A simulated recording as a stack: 16-bit counts, made when they are first read. */
export function openSimulation(options: SimulationOptions): StackReader {
  const simulation = createSimulation(options);
  const { frames, height, width, seed } = options;
  const shape: StackShape = { frames, height, width, type: "uint16" };
  const pixels = framePixels(options);
  const made = 2 * frames * pixels <= keptBytes ? new Map<number, Uint16Array>() : null;
  const readFrame = (index: number, out: Uint16Array): void => {
    const kept = made?.get(index);
    if (kept) {
      out.set(kept);
      return;
    }
    simulation.frame(index, out);
    made?.set(index, out.slice());
  };
  return {
    description: {
      shape,
      name: `simulated-seed-${seed}`,
      format: "simulated",
      compression: "none",
      byteOrder: "little-endian",
      storedType: "uint16",
      ...simulationMetadata(options),
      notices: [],
    },
    readFrames: (from, to, out, signal) =>
      new Promise((resolve) => {
        requireFrameRange("simulation", shape, from, to, out);
        const counts = out as Uint16Array;
        for (let index = from; index < to; index++) {
          signal?.throwIfAborted();
          readFrame(index, counts.subarray((index - from) * pixels, (index - from + 1) * pixels));
        }
        resolve();
      }),
    close: () => Promise.resolve(),
  };
}
