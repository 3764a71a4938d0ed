import { createRandom } from "./random.js";
import type { SimulationOptions } from "./simulation-options.js";

/** An emitter in one frame. */
export interface Emitter {
  readonly frame: number;
  /** The molecule; it may come on again later, at the same place. */
  readonly id: number;
  /** Position from the left edge; pixel i spans [i, i + 1). */
  readonly xPixels: number;
  /** Position from the top edge; pixel i spans [i, i + 1). */
  readonly yPixels: number;
  /** Photons that reach the camera in this frame, on average. */
  readonly photons: number;
}

/** Where the molecules are, in pixels; molecule i is at `(x[i], y[i])`. */
export interface Molecules {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface EmitterTimeline {
  /** Calls back for each emitter that is on in a frame, in the order in which they came on. */
  visit(frame: number, callback: (id: number, xPixels: number, yPixels: number, photons: number) => void): void;
}

/**
 * Draws when which molecule is on. Blinks begin as a Poisson process and last for an exponential time, so the number that
 * is on at an instant is Poisson with mean `emittersPerFrame`, from the first frame on.
 */
export function createEmitterTimeline(options: SimulationOptions, molecules: Molecules): EmitterTimeline {
  const { frames, emittersPerFrame, meanOnFrames, photonsMin, photonsMax } = options;
  const random = createRandom(options.seed, "emitters");
  const exponential = (mean: number): number => -Math.log(1 - random.next()) * mean;

  const ids: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const brightness: number[] = [];
  const rowsOfFrame = new Uint32Array(frames + 1);
  const begin = (start: number): void => {
    const end = start + exponential(meanOnFrames);
    ids.push(random.integer(molecules.x.length));
    starts.push(start);
    ends.push(end);
    brightness.push(photonsMin + random.next() * (photonsMax - photonsMin));
    const last = lastFrame(end, frames);
    for (let frame = Math.floor(start); frame <= last; frame++) rowsOfFrame[frame + 1]++;
  };

  if (emittersPerFrame > 0) {
    // Exponential times have no memory: what is on at the start goes on as if it had just begun.
    const onAtStart = random.poisson(emittersPerFrame);
    for (let i = 0; i < onAtStart; i++) begin(0);
    const gap = meanOnFrames / emittersPerFrame;
    for (let start = exponential(gap); start < frames; start += exponential(gap)) begin(start);
  }

  // The blinks of frame f are blinkOfRow[rowsOfFrame[f]] up to blinkOfRow[rowsOfFrame[f + 1] − 1].
  for (let frame = 0; frame < frames; frame++) rowsOfFrame[frame + 1] += rowsOfFrame[frame];
  const blinkOfRow = new Uint32Array(rowsOfFrame[frames]);
  const filled = rowsOfFrame.slice(0, frames);
  for (let blink = 0; blink < ids.length; blink++) {
    const last = lastFrame(ends[blink], frames);
    for (let frame = Math.floor(starts[blink]); frame <= last; frame++) blinkOfRow[filled[frame]++] = blink;
  }

  return {
    visit(frame, callback) {
      for (let row = rowsOfFrame[frame]; row < rowsOfFrame[frame + 1]; row++) {
        const blink = blinkOfRow[row];
        const shareOn = Math.min(ends[blink], frame + 1) - Math.max(starts[blink], frame);
        const id = ids[blink];
        callback(id, molecules.x[id], molecules.y[id], brightness[blink] * shareOn);
      }
    },
  };
}

function lastFrame(end: number, frames: number): number {
  return Math.min(frames - 1, Math.ceil(end) - 1);
}
