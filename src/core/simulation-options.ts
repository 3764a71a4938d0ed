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
  /** Standard deviation of the read noise, in electrons that leave the sensor; of an sCMOS camera, the median pixel's. */
  readonly readNoiseElectrons: number;
  /** Electron multiplication, no unit; 1 for a camera without it (sCMOS). */
  readonly emGain: number;
  /** Standard deviation over the pixels of their offsets, in ADU. */
  readonly offsetSpreadAdu: number;
  /** Standard deviation over the pixels of their gains, as a share of `aduPerElectron`. */
  readonly gainSpread: number;
  /** Standard deviation over the pixels of the natural logarithm of their read noise. */
  readonly readNoiseSpread: number;
}

/** Where the molecules are. */
export const simulationStructures = ["filaments", "rings", "grid", "scattered"] as const;
export type SimulationStructure = (typeof simulationStructures)[number];

/**
 * How bright the molecules are, with `photonsMin` and `photonsMax`:
 * - `uniform`: evenly between the two,
 * - `log-normal`: a twentieth of them below the one, a twentieth above the other,
 * - `exponential`: with their middle as the mean.
 */
export const photonDistributions = ["uniform", "log-normal", "exponential"] as const;
export type PhotonDistribution = (typeof photonDistributions)[number];

/** Everything that decides a simulated stack. The same options give the same pixels on the same JavaScript engine. */
export interface SimulationOptions {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly frames: number;
  readonly seed: number;
  readonly structure: SimulationStructure;
  /** Number of filaments or rings, of lines of a grid in each direction, or of clusters. */
  readonly structureCount: number;
  /** Mean number of emitters that are on at any one instant, in the whole image; with bleaching, at the start. */
  readonly emittersPerFrame: number;
  /** Photons that reach the camera from one emitter that is on during a whole frame. */
  readonly photonsMin: number;
  readonly photonsMax: number;
  readonly photonDistribution: PhotonDistribution;
  /** Mean of the exponential time for which an emitter stays on, in frames. */
  readonly meanOnFrames: number;
  /** Mean of the exponential time for which it stays off, in frames; 0: there are molecules without end. */
  readonly meanOffFrames: number;
  /** Mean number of times that a molecule comes on before it bleaches; 0: it never does. Needs `meanOffFrames`. */
  readonly blinksPerMolecule: number;
  /** Standard deviation of the Gaussian point-spread function in focus, in pixels. */
  readonly psfSigmaPixels: number;
  /** Share of the molecules out of focus, whose spots are up to 2.2 times as wide. */
  readonly defocusedShare: number;
  /** Mean background of the first frame, in photons per pixel and frame, without the three kinds that follow. */
  readonly backgroundPhotons: number;
  /** Frames after which the bleaching part of the background has fallen to 1/e. */
  readonly bleachFrames: number;
  /** Pixels by which the structured background moves in a frame. */
  readonly driftPixels: number;
  /** Number of steady spots of the size of the point-spread function, like beads or clumps of dye. */
  readonly punctaCount: number;
  /** Photons at the brightest pixel of the brightest of them. */
  readonly punctaPhotons: number;
  /** Mean number of emitters far out of focus that are on at any one instant: wide, blinking spots. */
  readonly outOfFocusEmitters: number;
  readonly pixelSizeNm: number;
  readonly frameIntervalSeconds: number;
  readonly camera: SimulationCamera;
}

type ChoiceKey = "structure" | "photonDistribution";
type NumberKey = Exclude<keyof SimulationOptions, "camera" | ChoiceKey>;

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

/** Default and range of every number but those of the camera, in the order of {@link SimulationOptions}. */
export const simulationRanges = {
  width: { default: 192, minimum: 8, maximum: 4096, integer: true },
  height: { default: 192, minimum: 8, maximum: 4096, integer: true },
  frames: { default: 400, minimum: 1, maximum: 10_000_000, integer: true },
  seed: { default: 1, minimum: 0, maximum: 4_294_967_295, integer: true },
  structureCount: { default: 9, minimum: 1, maximum: 200, integer: true },
  emittersPerFrame: { default: 16, minimum: 0, maximum: 10_000 },
  photonsMin: { default: 700, minimum: 0, maximum: 1_000_000 },
  photonsMax: { default: 1500, minimum: 0, maximum: 1_000_000 },
  meanOnFrames: { default: 2.5, minimum: 0.1, maximum: 10_000 },
  meanOffFrames: { default: 0, minimum: 0, maximum: 1_000_000 },
  blinksPerMolecule: { default: 0, minimum: 0, maximum: 1_000_000 },
  psfSigmaPixels: { default: 1.3, minimum: 0.3, maximum: 20 },
  defocusedShare: { default: 0, minimum: 0, maximum: 1 },
  backgroundPhotons: { default: 50, minimum: 0, maximum: 1_000_000 },
  bleachFrames: { default: 300, minimum: 1, maximum: 1_000_000_000 },
  driftPixels: { default: 0, minimum: 0, maximum: 10 },
  punctaCount: { default: 0, minimum: 0, maximum: 100_000, integer: true },
  punctaPhotons: { default: 200, minimum: 0, maximum: 1_000_000 },
  outOfFocusEmitters: { default: 0, minimum: 0, maximum: 1000 },
  pixelSizeNm: { default: 108, minimum: 1, maximum: 100_000 },
  frameIntervalSeconds: { default: 0.03, minimum: 0.000_001, maximum: 86_400 },
} as const satisfies Record<NumberKey, NumberRange>;

/** What each choice can be, its default first. */
export const simulationChoices = {
  structure: simulationStructures,
  photonDistribution: photonDistributions,
} as const satisfies { readonly [K in ChoiceKey]: readonly SimulationOptions[K][] };

/** Default and range of every camera option. The defaults are a common scientific CMOS camera. */
export const simulationCameraRanges = {
  offsetAdu: { default: 100, minimum: 0, maximum: 65_535 },
  aduPerElectron: { default: 2.17, minimum: 0.001, maximum: 10_000 },
  quantumEfficiency: { default: 0.82, minimum: 0.001, maximum: 1 },
  readNoiseElectrons: { default: 1.6, minimum: 0, maximum: 10_000 },
  emGain: { default: 1, minimum: 1, maximum: 10_000 },
  offsetSpreadAdu: { default: 0, minimum: 0, maximum: 10_000 },
  gainSpread: { default: 0, minimum: 0, maximum: 0.3 },
  readNoiseSpread: { default: 0, minimum: 0, maximum: 2 },
} as const satisfies Record<keyof SimulationCamera, NumberRange>;

/** Each is a few bytes for the whole recording. */
const maximumMolecules = 5_000_000;

/**
 * Complete options from some of them.
 *
 * @throws {@link SlnetError} `bad-input` for an unknown name, a value of another type or out of range, `photonsMin`
 * above `photonsMax` or 0 where the distribution is log-normal, bleaching without `meanOffFrames`, or more molecules
 * than fit into memory
 */
export function createSimulationOptions(request: SimulationRequest = {}): SimulationOptions {
  const { camera, structure, photonDistribution, ...numbers } = request;
  const options: SimulationOptions = {
    ...checkNumbers(numbers, simulationRanges, "simulate: "),
    structure: checkChoice("structure", structure, simulationStructures),
    photonDistribution: checkChoice("photonDistribution", photonDistribution, photonDistributions),
    camera: checkNumbers(camera ?? {}, simulationCameraRanges, "simulate: camera "),
  };
  const { photonsMin, photonsMax, meanOffFrames } = options;
  if (photonsMin > photonsMax) {
    throw new SlnetError(
      "bad-input",
      `simulate: photonsMin is ${photonsMin}, expected at most photonsMax, which is ${photonsMax}`,
    );
  }
  if (options.photonDistribution === "log-normal" && photonsMin === 0) {
    throw new SlnetError("bad-input", "simulate: photonsMin is 0, expected more where the distribution is log-normal");
  }
  if (options.blinksPerMolecule > 0 && meanOffFrames === 0) {
    throw new SlnetError(
      "bad-input",
      "simulate: meanOffFrames is 0, expected more where molecules bleach after blinksPerMolecule",
    );
  }
  const molecules = moleculeCount(options);
  if (molecules > maximumMolecules) {
    throw new SlnetError(
      "bad-input",
      `simulate: emittersPerFrame and meanOffFrames make ${molecules} molecules, expected at most ${maximumMolecules}`,
    );
  }
  return options;
}

/** Molecules that there are where they stay off for `meanOffFrames`: so many that `emittersPerFrame` of them are on. */
export function moleculeCount({
  emittersPerFrame,
  meanOnFrames,
  meanOffFrames,
}: Pick<SimulationOptions, "emittersPerFrame" | "meanOnFrames" | "meanOffFrames">): number {
  return Math.round((emittersPerFrame * (meanOnFrames + meanOffFrames)) / meanOnFrames);
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

/**
 * The noise of a simulated camera as what computes with counts wants it: read noise in photoelectrons before the
 * multiplication, and the factor by which that raises the variance.
 */
export function simulatedNoise({ camera: { readNoiseElectrons, emGain } }: Pick<SimulationOptions, "camera">): {
  readonly readNoiseElectrons: number;
  readonly excessNoise: number;
} {
  return { readNoiseElectrons: readNoiseElectrons / emGain, excessNoise: emGain > 1 ? 2 : 1 };
}

function checkChoice<T extends string>(name: string, value: T | undefined, choices: readonly [T, ...T[]]): T {
  const chosen = value ?? choices[0];
  if (choices.includes(chosen)) return chosen;
  throw new SlnetError("bad-input", `simulate: ${name} is ${String(value)}, expected one of ${choices.join(", ")}`);
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
