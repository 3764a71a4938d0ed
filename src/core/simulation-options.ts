import { SlnetError } from "./errors.js";
import type { StackMetadata } from "./frames.js";

/** How the simulated camera turns photons into counts. */
export interface SimulationCamera {
  /** Reading with the shutter closed, in ADU. */
  readonly offsetAdu: number;
  /** ADU per electron that leaves the sensor, after electron multiplication. */
  readonly aduPerElectron: number;
  /** Photoelectrons per photon that reaches the sensor, above 0, at most 1. */
  readonly quantumEfficiency: number;
  /** Standard deviation of the read noise, in electrons that leave the sensor. */
  readonly readNoiseElectrons: number;
  /** Electron multiplication, no unit; 1 for a camera without it (sCMOS). */
  readonly emGain: number;
}

/** Everything that decides a simulated stack. The same options give the same pixels on the same JavaScript engine. */
export interface SimulationOptions {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly frames: number;
  readonly seed: number;
  readonly filamentCount: number;
  /** Mean number of emitters that are on at any one instant, in the whole image. */
  readonly emittersPerFrame: number;
  /** Photons that reach the camera from one emitter that is on during a whole frame: uniform from `photonsMin`. */
  readonly photonsMin: number;
  readonly photonsMax: number;
  /** Mean of the exponential time for which an emitter stays on, in frames. */
  readonly meanOnFrames: number;
  /** Standard deviation of the Gaussian point-spread function, in pixels. */
  readonly psfSigmaPixels: number;
  /** Mean background of the first frame, in photons per pixel and frame. */
  readonly backgroundPhotons: number;
  /** Frames after which the bleaching part of the background has fallen to 1/e. */
  readonly bleachFrames: number;
  readonly pixelSizeNm: number;
  readonly frameIntervalSeconds: number;
  readonly camera: SimulationCamera;
}

/** Options to change; what is missing or undefined takes its default. */
export type SimulationRequest = {
  readonly [K in Exclude<keyof SimulationOptions, "camera">]?: SimulationOptions[K] | undefined;
} & {
  readonly camera?: { readonly [K in keyof SimulationCamera]?: SimulationCamera[K] | undefined } | undefined;
};

interface NumberRange {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer?: boolean;
}

/** Default and range of every option but `camera`, in the order of {@link SimulationOptions}. */
export const simulationRanges = {
  width: { default: 192, minimum: 8, maximum: 4096, integer: true },
  height: { default: 192, minimum: 8, maximum: 4096, integer: true },
  frames: { default: 400, minimum: 1, maximum: 1_000_000, integer: true },
  seed: { default: 1, minimum: 0, maximum: 4_294_967_295, integer: true },
  filamentCount: { default: 9, minimum: 1, maximum: 200, integer: true },
  emittersPerFrame: { default: 16, minimum: 0, maximum: 10_000 },
  photonsMin: { default: 700, minimum: 0, maximum: 1_000_000 },
  photonsMax: { default: 1500, minimum: 0, maximum: 1_000_000 },
  meanOnFrames: { default: 2.5, minimum: 0.1, maximum: 10_000 },
  psfSigmaPixels: { default: 1.3, minimum: 0.3, maximum: 20 },
  backgroundPhotons: { default: 50, minimum: 0, maximum: 1_000_000 },
  bleachFrames: { default: 300, minimum: 1, maximum: 1_000_000_000 },
  pixelSizeNm: { default: 108, minimum: 1, maximum: 100_000 },
  frameIntervalSeconds: { default: 0.03, minimum: 0.000_001, maximum: 86_400 },
} as const satisfies Record<Exclude<keyof SimulationOptions, "camera">, NumberRange>;

/** Default and range of every camera option. The defaults are a common scientific CMOS camera. */
export const simulationCameraRanges = {
  offsetAdu: { default: 100, minimum: 0, maximum: 65_535 },
  aduPerElectron: { default: 2.17, minimum: 0.001, maximum: 10_000 },
  quantumEfficiency: { default: 0.82, minimum: 0.001, maximum: 1 },
  readNoiseElectrons: { default: 1.6, minimum: 0, maximum: 10_000 },
  emGain: { default: 1, minimum: 1, maximum: 10_000 },
} as const satisfies Record<keyof SimulationCamera, NumberRange>;

/** Rows of the emitter table, one for each emitter and frame; above this the table alone would take gigabytes. */
const maximumEmitterRows = 20_000_000;

/**
 * Complete options from some of them.
 *
 * @throws {@link SlnetError} `bad-input` for an unknown name, a value of another type or out of range, `photonsMin`
 * above `photonsMax`, or more emitters than a table can hold
 */
export function createSimulationOptions(request: SimulationRequest = {}): SimulationOptions {
  const { camera, ...numbers } = request;
  const options: SimulationOptions = {
    ...checkNumbers(numbers, simulationRanges, "simulate: "),
    camera: checkNumbers(camera ?? {}, simulationCameraRanges, "simulate: camera "),
  };
  if (options.photonsMin > options.photonsMax) {
    throw new SlnetError(
      "bad-input",
      `simulate: photonsMin is ${options.photonsMin}, expected at most photonsMax, which is ${options.photonsMax}`,
    );
  }
  const rows = options.emittersPerFrame * options.frames * (1 + 1 / options.meanOnFrames);
  if (rows > maximumEmitterRows) {
    throw new SlnetError(
      "bad-input",
      `simulate: ${options.emittersPerFrame} emitters on for ${options.meanOnFrames} frames each in ${options.frames} frames ` +
        `make about ${Math.round(rows)} rows of truth, expected at most ${maximumEmitterRows}`,
    );
  }
  return options;
}

/** How a simulated stack was recorded. Its gain is that from photoelectron to count, so it includes the multiplication. */
export function simulationMetadata({ camera, pixelSizeNm, frameIntervalSeconds }: SimulationOptions): StackMetadata {
  return {
    pixelSizeNm,
    frameIntervalSeconds,
    exposureSeconds: null,
    cameraOffsetAdu: camera.offsetAdu,
    aduPerElectron: camera.aduPerElectron * camera.emGain,
  };
}

function checkNumbers<K extends string>(
  request: { readonly [N in K]?: number | undefined },
  ranges: Readonly<Record<K, NumberRange>>,
  what: string,
): Record<K, number> {
  for (const name of Object.keys(request)) {
    if (!Object.hasOwn(ranges, name)) {
      throw new SlnetError(
        "bad-input",
        `${what}${name} is no option, expected one of ${Object.keys(ranges).join(", ")}`,
      );
    }
  }
  const checked = {} as Record<K, number>;
  for (const name of Object.keys(ranges) as K[]) {
    const range = ranges[name];
    const value: unknown = request[name] ?? range.default;
    const fits =
      typeof value === "number" &&
      value >= range.minimum &&
      value <= range.maximum &&
      (!range.integer || Number.isInteger(value));
    if (!fits) {
      const noun = range.integer ? "a whole number" : "a number";
      throw new SlnetError(
        "bad-input",
        `${what}${name} is ${String(value)}, expected ${noun} from ${range.minimum} to ${range.maximum}`,
      );
    }
    checked[name] = value;
  }
  return checked;
}
