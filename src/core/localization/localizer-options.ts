import { SlnetError } from "../errors.js";
import type { StackMetadata } from "../frames.js";
import { fitWindowLimits } from "./fit-window.js";

/** How counts become photons. */
export interface LocalizerCamera {
  /** Reading with the shutter closed, in ADU. */
  readonly offsetAdu: number;
  /** ADU per photoelectron, electron multiplication included. */
  readonly aduPerElectron: number;
  /** Photoelectrons per photon; 1 gives photoelectrons for photons. */
  readonly quantumEfficiency: number;
  /** Standard deviation of the read noise, in photoelectrons (for an electron-multiplying camera, divided by that gain). */
  readonly readNoiseElectrons: number;
  /**
   * Variance of the counts over that of Poisson counts: 1, or 2 for an electron-multiplying camera. The errors are
   * multiplied by its root.
   */
  readonly excessNoise: number;
}

/** How spots are found and fitted. */
export interface LocalizerOptions {
  /** Position by phases on the frame less its background, or by maximum likelihood on the raw frame. */
  readonly fit: "phasor" | "mle";
  /** A spot stands out by this many standard deviations of F1, the finest plane of the wavelet filter. */
  readonly thresholdFactor: number;
  /** Where spots are looked for: in the frame less its background, or in that clipped at 0, as SLNet writes it. */
  readonly detectIn: "residual" | "sparse";
  /** Side of the fit window, odd. */
  readonly windowPixels: number;
  /** Standard deviation of a spot, to start from or to assume. */
  readonly psfSigmaPixels: number;
  /** Whether `mle` fits the width of each spot. */
  readonly fitSigma: boolean;
  /** Whether a flat background is fitted on top of a known one. Without a known one it always is. */
  readonly fitBackground: boolean;
  readonly camera: LocalizerCamera;
}

/** Options to change; what is missing or undefined takes its default, or what the stack says. */
export type LocalizerRequest = {
  readonly [K in Exclude<keyof LocalizerOptions, "camera">]?: LocalizerOptions[K] | undefined;
} & {
  readonly camera?: { readonly [K in keyof LocalizerCamera]?: LocalizerCamera[K] | undefined } | undefined;
};

interface NumberRange {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const localizerRanges = {
  thresholdFactor: { default: 1.2, minimum: 0.01, maximum: 1000 },
  windowPixels: { default: 7, ...fitWindowLimits },
  psfSigmaPixels: { default: 1.3, minimum: 0.4, maximum: 8 },
} as const satisfies Partial<Record<keyof LocalizerOptions, NumberRange>>;

/** Offset and gain have no default that would be right: they are 0 and 1 where nobody knows. */
export const localizerCameraRanges = {
  offsetAdu: { default: 0, minimum: -1e6, maximum: 1e6 },
  aduPerElectron: { default: 1, minimum: 1e-9, maximum: 1e9 },
  quantumEfficiency: { default: 1, minimum: 0.001, maximum: 1 },
  readNoiseElectrons: { default: 0, minimum: 0, maximum: 10_000 },
  excessNoise: { default: 1, minimum: 1, maximum: 2 },
} as const satisfies Record<keyof LocalizerCamera, NumberRange>;

/** Complete options, and what a person should know about how they were completed. */
export interface CompletedOptions {
  readonly options: LocalizerOptions;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/**
 * Complete options from some of them and from what the stack says of its camera.
 *
 * @throws {@link SlnetError} `bad-input` for an unknown name, or a value of another type or out of range
 */
export function completeLocalizerOptions(
  request: LocalizerRequest,
  { cameraOffsetAdu, aduPerElectron }: Pick<StackMetadata, "cameraOffsetAdu" | "aduPerElectron">,
): CompletedOptions {
  if (typeof (request as unknown) !== "object" || (request as unknown) === null) {
    throw new SlnetError("bad-input", `localize: the options are ${typeof request}, expected an object`);
  }
  requireKnown(
    request,
    ["fit", "detectIn", "fitSigma", "fitBackground", "camera", ...Object.keys(localizerRanges)],
    "",
  );
  const asked = request.camera ?? {};
  requireKnown(asked, Object.keys(localizerCameraRanges), "camera ");
  const known = { offsetAdu: cameraOffsetAdu ?? undefined, aduPerElectron: aduPerElectron ?? undefined };
  const given = { ...known, ...withoutUndefined(asked) };
  const windowPixels = numberIn(request.windowPixels, localizerRanges.windowPixels, "windowPixels");
  if (windowPixels % 2 !== 1) {
    throw new SlnetError("bad-input", `localize: windowPixels is ${windowPixels}, expected an odd number`);
  }
  const options: LocalizerOptions = {
    fit: oneOf(request.fit, ["mle", "phasor"], "fit"),
    thresholdFactor: numberIn(request.thresholdFactor, localizerRanges.thresholdFactor, "thresholdFactor"),
    detectIn: oneOf(request.detectIn, ["residual", "sparse"], "detectIn"),
    windowPixels,
    psfSigmaPixels: numberIn(request.psfSigmaPixels, localizerRanges.psfSigmaPixels, "psfSigmaPixels"),
    fitSigma: truth(request.fitSigma, true, "fitSigma"),
    fitBackground: truth(request.fitBackground, false, "fitBackground"),
    camera: {
      offsetAdu: numberIn(given.offsetAdu, localizerCameraRanges.offsetAdu, "camera offsetAdu"),
      aduPerElectron: numberIn(given.aduPerElectron, localizerCameraRanges.aduPerElectron, "camera aduPerElectron"),
      quantumEfficiency: numberIn(
        given.quantumEfficiency,
        localizerCameraRanges.quantumEfficiency,
        "camera quantumEfficiency",
      ),
      readNoiseElectrons: numberIn(
        given.readNoiseElectrons,
        localizerCameraRanges.readNoiseElectrons,
        "camera readNoiseElectrons",
      ),
      excessNoise: numberIn(given.excessNoise, localizerCameraRanges.excessNoise, "camera excessNoise"),
    },
  };
  const notices: string[] = [];
  if (given.aduPerElectron === undefined) {
    notices.push(
      "the gain of the camera is not known, so one ADU is taken for one photoelectron: photons and uncertainties are in that unit",
    );
  }
  if (given.offsetAdu === undefined) {
    notices.push(
      "the offset of the camera is not known and taken for 0: it counts as background, and the uncertainties are too large",
    );
  }
  return { options, notices };
}

function requireKnown(request: object, names: readonly string[], what: string): void {
  const unknown = Object.keys(request).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new SlnetError("bad-input", `localize: ${what}${unknown} is no option, expected one of ${names.join(", ")}`);
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function numberIn(given: unknown, range: NumberRange, name: string): number {
  const value: unknown = given ?? range.default;
  if (typeof value === "number" && value >= range.minimum && value <= range.maximum) return value;
  throw new SlnetError(
    "bad-input",
    `localize: ${name} is ${String(value)}, expected a number from ${range.minimum} to ${range.maximum}`,
  );
}

/** The first choice is the default. */
function oneOf<T extends string>(given: unknown, choices: readonly [T, ...T[]], name: string): T {
  const found = given === undefined ? choices[0] : choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw new SlnetError("bad-input", `localize: ${name} is ${String(given)}, expected one of ${choices.join(", ")}`);
}

function truth(given: unknown, byDefault: boolean, name: string): boolean {
  const value: unknown = given ?? byDefault;
  if (typeof value === "boolean") return value;
  throw new SlnetError("bad-input", `localize: ${name} is ${String(value)}, expected true or false`);
}
