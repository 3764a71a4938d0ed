import { SlnetError } from "../errors.js";
import { framePixels, sampleTypeOf, unknownMetadata, type StackReader } from "../frames.js";
import { createSimulation, type SimulationOptions } from "../simulation.js";

/** Stacks up to this size keep the frames that were made: making one takes longer than all that is done with it. */
const keptBytes = 64e6;

/** A simulated recording as a stack: 16-bit counts, made when they are first read. */
export function openSimulation(options: SimulationOptions): StackReader {
  const simulation = createSimulation(options);
  const { frames, height, width, seed, pixelSizeNm, frameIntervalSeconds } = options;
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
      shape: { frames, height, width, type: "uint16" },
      name: `simulated-seed-${seed}`,
      format: "simulated",
      compression: "none",
      byteOrder: "little-endian",
      storedType: "uint16",
      ...unknownMetadata,
      pixelSizeNm,
      frameIntervalSeconds,
      notices: [],
    },
    readFrames: (from, to, out, signal) =>
      new Promise((resolve) => {
        if (!(from >= 0 && from <= to && to <= frames) || !Number.isInteger(from) || !Number.isInteger(to)) {
          throw new SlnetError("bad-input", `simulation: frames ${from} to ${to} asked for, it has ${frames} frames`);
        }
        const expected = (to - from) * pixels;
        if (!(out instanceof Uint16Array) || out.length !== expected) {
          throw new SlnetError(
            "bad-input",
            `simulation: ${out.length} ${sampleTypeOf(out)} pixels given to read into, expected ${expected} uint16`,
          );
        }
        for (let index = from; index < to; index++) {
          signal?.throwIfAborted();
          readFrame(index, out.subarray((index - from) * pixels, (index - from + 1) * pixels));
        }
        resolve();
      }),
    close: () => Promise.resolve(),
  };
}
