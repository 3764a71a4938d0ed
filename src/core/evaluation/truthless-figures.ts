import type { StackShape } from "../frames.js";
import type { Localizations } from "../localization/localization.js";
import { localizationFigures, type LocalizationFigures } from "../localization/localization-figures.js";
import { createRendering } from "../localization/rendering.js";
import { decorrelationResolution } from "./decorrelation.js";
import { fourierRingCorrelation } from "./fourier-ring-correlation.js";
import { superResolutionErrors } from "./super-resolution-errors.js";

/** What can be said of localizations where no truth is known. `null` where there is too little for a figure. */
export interface LocalizedFigures extends LocalizationFigures {
  readonly localizations: number;
  /** Of `fourierRingCorrelation`, in nm. */
  readonly ringResolutionNm: number | null;
  /** Of `decorrelationResolution`, in nm. */
  readonly decorrelationNm: number | null;
  /** RSP against the mean of the frames, and against that less the background of a median. */
  readonly correlation: number | null;
  readonly correlationWithoutBackground: number | null;
  /** RSE against the mean of the frames less that background, as a share of its standard deviation. */
  readonly relativeError: number | null;
}

/** Images of the recording as a wide-field microscope would show it, each `[height, width]`, in ADU. */
export interface WideField {
  readonly mean: Float32Array;
  /** Mean of the frames less their running median: the molecules alone. */
  readonly meanWithoutBackground: Float32Array;
}

const magnification = 4;
/** Frames that go to the same half of the data one after the other: longer than most molecules stay on. */
const blockFrames = 20;
/** Localizations that figures of images need. */
const fewest = 50;
/** Side of the square in the middle that resolutions are taken in, in pixels of the image; a power of 2. */
const largestSide = 1024;

/** Side of the square, for frames of this size. */
export function figuresSide({ width, height }: Pick<StackShape, "width" | "height">): number {
  return Math.min(largestSide, 2 ** Math.floor(Math.log2(Math.min(width, height) * magnification)));
}

/**
 * @param frame - that was localized
 * @param wideField - `null` where it could not be made
 * @param pixelSizeNm - of the camera
 */
export function localizedFigures(
  found: Localizations,
  { width, height }: Pick<StackShape, "width" | "height">,
  wideField: WideField | null,
  pixelSizeNm: number,
): LocalizedFigures {
  const count = found.frames.length;
  const base = { localizations: count, ...localizationFigures([found], pixelSizeNm) };
  if (count < fewest) {
    return { ...base, ringResolutionNm: null, decorrelationNm: null, ...noErrors };
  }
  const side = figuresSide({ width, height });
  const squareOf = (part: Localizations, kind: "gaussian" | "histogram"): Float32Array => {
    const rendering = createRendering({ width, height, magnification, kind });
    rendering.add(part);
    return middleOf(rendering.image, rendering.width, rendering.height, side);
  };
  const halfOf = (half: number): Float32Array =>
    squareOf(
      rowsOf(found, (row) => Math.floor(found.frames[row] / blockFrames) % 2 === half),
      "histogram",
    );
  const pixelNm = pixelSizeNm / magnification;
  return {
    ...base,
    ringResolutionNm: fourierRingCorrelation(halfOf(0), halfOf(1), side, pixelNm).resolutionNm,
    decorrelationNm: decorrelationResolution(squareOf(found, "gaussian"), side, pixelNm),
    ...(wideField ? errorsOf(found, width, height, wideField) : noErrors),
  };
}

const noErrors = { correlation: null, correlationWithoutBackground: null, relativeError: null } as const;

function errorsOf(
  found: Localizations,
  width: number,
  height: number,
  { mean, meanWithoutBackground }: WideField,
): Pick<LocalizedFigures, keyof typeof noErrors> {
  const onCamera = createRendering({ width, height, magnification: 1, kind: "histogram" });
  onCamera.add(found);
  const without = superResolutionErrors(onCamera.image, meanWithoutBackground, width, height);
  const deviation = deviationOf(meanWithoutBackground);
  return {
    correlation: superResolutionErrors(onCamera.image, mean, width, height).correlation,
    correlationWithoutBackground: without.correlation,
    relativeError: deviation > 0 ? without.error / deviation : null,
  };
}

function rowsOf(all: Localizations, isKept: (row: number) => boolean): Localizations {
  const kept = (_: number, row: number): boolean => isKept(row);
  return {
    frames: all.frames.filter(kept),
    xPixels: all.xPixels.filter(kept),
    yPixels: all.yPixels.filter(kept),
    sigmaPixels: all.sigmaPixels.filter(kept),
    photons: all.photons.filter(kept),
    backgroundPhotons: all.backgroundPhotons.filter(kept),
    backgroundDeviationPhotons: all.backgroundDeviationPhotons.filter(kept),
    uncertaintyPixels: all.uncertaintyPixels.filter(kept),
  };
}

function middleOf(image: Float32Array, width: number, height: number, side: number): Float32Array {
  const out = new Float32Array(side * side);
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  for (let row = 0; row < side; row++) {
    const from = (top + row) * width + left;
    out.set(image.subarray(from, from + side), row * side);
  }
  return out;
}

function deviationOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
