import { framePixels } from "./frames.js";
import { createRandom } from "./random.js";
import { createBackground } from "./simulation-background.js";
import { createCamera, type SensorMaps } from "./simulation-camera.js";
import { createEmitterTimeline, type Emitter } from "./simulation-emitters.js";
import type { SimulationOptions } from "./simulation-options.js";
import { addPointSpread } from "./simulation-point-spread.js";
import { drawStructure } from "./simulation-structure.js";

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
  /** The sensor's pixels: `[height, width]` each, or one value where all are alike. */
  readonly sensor: SensorMaps;
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
  /** The emitters that are on in one frame. Those far out of focus are background and none of them. */
  emittersIn(index: number): readonly Emitter[];
  /** The emitters of all frames, one row for each frame in which one is on, sorted by frame: all in memory. */
  emitters(): readonly Emitter[];
}

/** A molecule out of focus has a spot wider by a factor between these two. */
const defocusFactors = [1.3, 2.2] as const;

/** Emitters far out of focus: width in pixels, and how long and how bright they are against those in focus. */
const farSigmaPixels = 6;
const farOnFactor = 3;
const farPhotonsFactor = 4;

/**
 * Prepares a simulated recording: a structure with molecules that blink, a background with parts of several sizes that
 * bleaches and may move, and a camera with shot noise, read noise and, where asked for, electron multiplication or pixels
 * that differ. Memory does not grow with its length.
 *
 * @param options - from `createSimulationOptions`
 */
export function createSimulation(options: SimulationOptions): Simulation {
  const { width, height, frames, seed, psfSigmaPixels } = options;
  const pixels = framePixels(options);
  const { places, density } = drawStructure(options, createRandom(seed, "structure"));
  const sigmas = drawSigmas(options, places.x.length);
  const background = createBackground(options, density);
  const timeline = createEmitterTimeline(options, places.x.length, "emitters");
  const far = createEmitterTimeline(
    {
      ...options,
      emittersPerFrame: options.outOfFocusEmitters,
      meanOnFrames: farOnFactor * options.meanOnFrames,
      meanOffFrames: 0,
    },
    pixels,
    "far emitters",
  );
  const camera = createCamera(options);
  const photons = new Float32Array(pixels);

  const writeBackground = (index: number, out: Float32Array): void => {
    background.write(index, out);
    far.visit(index, (_id, place, light) => {
      const x = (place % width) + 0.5;
      const y = Math.floor(place / width) + 0.5;
      addPointSpread(out, width, height, x, y, farSigmaPixels * Math.max(1, psfSigmaPixels), farPhotonsFactor * light);
    });
  };
  const addSignal = (index: number, out: Float32Array): void => {
    timeline.visit(index, (_id, place, light) => {
      addPointSpread(out, width, height, places.x[place], places.y[place], sigmas[place], light);
    });
  };
  const emittersIn = (index: number): Emitter[] => {
    const rows: Emitter[] = [];
    timeline.visit(index, (id, place, light) => {
      const [xPixels, yPixels, sigmaPixels] = [places.x[place], places.y[place], sigmas[place]];
      rows.push({ frame: index, id, xPixels, yPixels, photons: light, sigmaPixels });
    });
    return rows;
  };

  return {
    options,
    sensor: camera.maps,
    frame(index, out = new Uint16Array(pixels)) {
      writeBackground(index, photons);
      addSignal(index, photons);
      camera.expose(photons, createRandom(seed, `noise ${index}`), out);
      return out;
    },
    background(index, out = new Float32Array(pixels)) {
      writeBackground(index, out);
      camera.toCounts(out, true);
      return out;
    },
    signal(index, out = new Float32Array(pixels)) {
      out.fill(0);
      addSignal(index, out);
      camera.toCounts(out, false);
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

/** Width of the spot of a molecule at each place, in pixels. */
function drawSigmas({ seed, psfSigmaPixels, defocusedShare }: SimulationOptions, places: number): Float64Array {
  const random = createRandom(seed, "focus");
  const [least, most] = defocusFactors;
  return Float64Array.from({ length: places }, () =>
    random.next() < defocusedShare ? psfSigmaPixels * (least + (most - least) * random.next()) : psfSigmaPixels,
  );
}
