import { framePixels } from "./frames.js";
import { createRandom } from "./random.js";
import { expose } from "./simulation-camera.js";
import { createEmitterTimeline, type Emitter } from "./simulation-emitters.js";
import type { SimulationOptions } from "./simulation-options.js";
import { addPointSpread } from "./simulation-point-spread.js";
import { createScene } from "./simulation-scene.js";

export type { Emitter } from "./simulation-emitters.js";
export {
  createSimulationOptions,
  simulationMetadata,
  type SimulationOptions,
  type SimulationRequest,
} from "./simulation-options.js";

/** A simulated STORM recording with its truth. Every frame is made on demand, in any order, always with the same pixels. */
export interface Simulation {
  readonly options: SimulationOptions;
  /**
   * What the camera reads: `[height, width]`, in ADU.
   *
   * @param out - where to write, height · width pixels; a new array where it is missing
   */
  frame(index: number, out?: Uint16Array): Uint16Array;
  /** What the camera would read on average without emitters, offset included: `[height, width]`, in ADU. */
  background(index: number, out?: Float32Array): Float32Array;
  /** What the emitters add to it on average: `[height, width]`, in ADU. */
  signal(index: number, out?: Float32Array): Float32Array;
  /** The emitters that are on in one frame. */
  emittersIn(index: number): readonly Emitter[];
  /** The emitters of all frames, one row for each frame in which one is on, sorted by frame. */
  emitters(): readonly Emitter[];
}

/**
 * Prepares a simulated recording: filaments as smooth random curves, molecules along them that blink, a background
 * structured at several scales that bleaches, and a camera with shot noise, read noise and, where asked for, electron
 * multiplication. Holds three images and the times at which emitters are on.
 *
 * @param options - from `createSimulationOptions`
 */
export function createSimulation(options: SimulationOptions): Simulation {
  const { width, height, frames, seed, camera } = options;
  const pixels = framePixels(options);
  const scene = createScene(options);
  const timeline = createEmitterTimeline(options, scene.molecules);
  const aduPerPhoton = camera.quantumEfficiency * camera.emGain * camera.aduPerElectron;
  const expectedPhotons = new Float32Array(pixels);

  const addSignal = (index: number, photonScale: number, out: Float32Array): void => {
    timeline.visit(index, (_id, xPixels, yPixels, photons) => {
      addPointSpread(out, width, height, xPixels, yPixels, options.psfSigmaPixels, photons * photonScale);
    });
  };

  const emittersIn = (index: number): Emitter[] => {
    const rows: Emitter[] = [];
    timeline.visit(index, (id, xPixels, yPixels, photons) =>
      rows.push({ frame: index, id, xPixels, yPixels, photons }),
    );
    return rows;
  };

  return {
    options,
    frame(index, out = new Uint16Array(pixels)) {
      scene.background(index, 1, 0, expectedPhotons);
      addSignal(index, 1, expectedPhotons);
      expose(expectedPhotons, camera, createRandom(seed, `noise ${index}`), out);
      return out;
    },
    background(index, out = new Float32Array(pixels)) {
      scene.background(index, aduPerPhoton, camera.offsetAdu, out);
      return out;
    },
    signal(index, out = new Float32Array(pixels)) {
      out.fill(0);
      addSignal(index, aduPerPhoton, out);
      return out;
    },
    emittersIn,
    emitters() {
      const rows: Emitter[] = [];
      for (let index = 0; index < frames; index++) rows.push(...emittersIn(index));
      return rows;
    },
  };
}
