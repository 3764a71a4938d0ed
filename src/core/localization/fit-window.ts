import { SlnetError } from "../errors.js";

/** Sides that a fit window may have. */
export const fitWindowLimits = { minimum: 5, maximum: 21 } as const;

/**
 * The pixels around one spot, row-major, in photoelectrons. Positions within it are in pixels from its top left corner;
 * pixel i spans [i, i + 1).
 */
export interface FitWindow {
  /** Pixels along each side, odd. */
  readonly side: number;
  /** What was measured, `[side, side]`. */
  readonly counts: Float64Array;
  /** Background known beforehand, `[side, side]`; zero where none is known. It is part of `counts`. */
  readonly background: Float64Array;
  /** Variance of the read noise of each pixel, `[side, side]`, in electrons squared. */
  readonly readVariance: Float64Array;
}

/**
 * A window of zeros, to be filled again and again.
 *
 * @throws {@link SlnetError} `bad-input` for a side that is even or out of range
 */
export function createFitWindow(side: number): FitWindow {
  const { minimum, maximum } = fitWindowLimits;
  if (!Number.isInteger(side) || side % 2 !== 1 || side < minimum || side > maximum) {
    throw new SlnetError(
      "bad-input",
      `the fit window is ${side} pixels, expected an odd number from ${minimum} to ${maximum}`,
    );
  }
  const pixels = side * side;
  return {
    side,
    counts: new Float64Array(pixels),
    background: new Float64Array(pixels),
    readVariance: new Float64Array(pixels),
  };
}
