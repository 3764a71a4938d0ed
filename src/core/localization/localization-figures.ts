import { medianOf } from "../evaluation/median-of.js";
import { nearestNeighbourPrecision } from "../evaluation/nearest-neighbour-precision.js";
import type { Localizations } from "./localization.js";

/** What is said of localizations without knowing the truth. `null` where there are too few for it. */
export interface LocalizationFigures {
  readonly medianPhotons: number | null;
  /** What the fits claim for one coordinate. */
  readonly medianUncertaintyNm: number | null;
  /** What molecules that are on in two frames running show: see `nearestNeighbourPrecision`. */
  readonly precisionNm: number | null;
}

/** The columns that the figures are made of. */
export type FiguredLocalizations = Pick<
  Localizations,
  "frames" | "xPixels" | "yPixels" | "photons" | "uncertaintyPixels"
>;

/**
 * Takes about a second for a million localizations.
 *
 * @param blocks - in the order of their frames
 */
export function localizationFigures(blocks: readonly FiguredLocalizations[], pixelSizeNm: number): LocalizationFigures {
  const count = blocks.reduce((sum, { frames }) => sum + frames.length, 0);
  const column = (of: (block: FiguredLocalizations) => ArrayLike<number>, scale = 1): Float64Array => {
    const all = new Float64Array(count);
    let at = 0;
    for (const block of blocks) {
      const values = of(block);
      for (let i = 0; i < values.length; i++) all[at++] = values[i] * scale;
    }
    return all;
  };
  const photons = column((block) => block.photons);
  const uncertainties = column((block) => block.uncertaintyPixels).filter((value) => value > 0);
  const uncertainty = medianOf(uncertainties);
  return {
    medianPhotons: medianOf(photons),
    medianUncertaintyNm: uncertainty === null ? null : uncertainty * pixelSizeNm,
    precisionNm: nearestNeighbourPrecision({
      frame: column((block) => block.frames),
      xNm: column((block) => block.xPixels, pixelSizeNm),
      yNm: column((block) => block.yPixels, pixelSizeNm),
      photons,
    }),
  };
}
