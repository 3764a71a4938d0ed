import { createSimulation, createSimulationOptions } from "../build/src/core/simulation.js";

/** Pixels along a side of the stacks, where a figure does not say otherwise. */
export const side = 256;
/** As in the default configuration. */
export const temporalShifts = [0, 49, 99];

const pixels = side * side;
const patternFrames = 20;
let pattern = null;

/**
 * Fills an array with frames of a simulated recording: 20, then the same moved by a pixel, and so on, so that the noise
 * is new everywhere. To simulate gigabytes would take longer than to clean them.
 *
 * @param {Uint16Array} out - any number of pixels
 * @param {number} [firstFrame] - the one to begin with
 */
export function fillWithFrames(out, firstFrame = 0) {
  pattern ??= simulatedPattern();
  for (let at = 0, index = firstFrame; at < out.length; at += pixels, index++) {
    const frame = pattern.subarray((index % patternFrames) * pixels, ((index % patternFrames) + 1) * pixels);
    const moved = Math.floor(index / patternFrames) % pixels;
    const room = out.subarray(at, at + pixels);
    room.set(frame.subarray(moved, moved + room.length));
    if (room.length > pixels - moved) room.set(frame.subarray(0, room.length - (pixels - moved)), pixels - moved);
  }
}

function simulatedPattern() {
  const simulation = createSimulation(createSimulationOptions({ width: side, height: side, frames: patternFrames }));
  const samples = new Uint16Array(patternFrames * pixels);
  for (let index = 0; index < patternFrames; index++) samples.set(simulation.frame(index), index * pixels);
  return samples;
}
