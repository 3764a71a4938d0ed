import type { Simulation } from "../simulation.js";
import type { Positions } from "./positions.js";

/** What was there in the scored frames of a simulated recording. */
export interface RecordingTruth {
  /** Indices in the recording, ascending. */
  readonly frames: readonly number[];
  /**
   * All emitters of these frames. Those near the edge, where spots are cut off, have no photons and so are neither
   * missed nor found.
   */
  readonly emitters: Positions;
  /** Emitters with less light than this are neither missed nor found. Above 0. */
  readonly leastPhotons: number;
  /** Emitters that count. */
  readonly countedEmitters: number;
  /** One for each frame: `[height, width]`, in ADU, offset included. */
  readonly backgrounds: readonly Float32Array[];
  /** Expected light of the emitters, one for each frame: `[height, width]`, in ADU. */
  readonly signals: readonly Float32Array[];
}

/** Emitters nearer to the edge than this do not count, in pixels: half a fit window, and a radius of matching. */
export const edgePixels = 6;

/** Emitters that shone through less than this share of a frame do not count: they are beyond every method. */
export const leastPhotonsShare = 0.2;

/**
 * The truth of some frames. It takes 8 bytes for each of their pixels.
 *
 * @param frames - ascending
 */
export function truthOf(simulation: Simulation, frames: readonly number[]): RecordingTruth {
  const { width, height, pixelSizeNm, photonsMin } = simulation.options;
  const leastPhotons = Math.max(Number.MIN_VALUE, leastPhotonsShare * photonsMin);
  const frame: number[] = [];
  const xNm: number[] = [];
  const yNm: number[] = [];
  const photons: number[] = [];
  let countedEmitters = 0;
  for (const index of frames) {
    for (const emitter of simulation.emittersIn(index)) {
      const { xPixels: x, yPixels: y } = emitter;
      const isInside = Math.min(x, y, width - x, height - y) >= edgePixels;
      frame.push(index);
      xNm.push(x * pixelSizeNm);
      yNm.push(y * pixelSizeNm);
      photons.push(isInside ? emitter.photons : 0);
      if (isInside && emitter.photons >= leastPhotons) countedEmitters++;
    }
  }
  return {
    frames,
    emitters: { frame, xNm, yNm, photons },
    leastPhotons,
    countedEmitters,
    backgrounds: frames.map((index) => simulation.background(index)),
    signals: frames.map((index) => simulation.signal(index)),
  };
}
