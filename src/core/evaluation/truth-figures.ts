import { matchEmitters } from "./match-emitters.js";
import { medianOf } from "./median-of.js";
import type { Positions } from "./positions.js";

/** How localizations compare with the emitters that were there. */
export interface TruthFigures {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** TP / (TP + FP + FN), 0 to 1. */
  readonly jaccard: number;
  /** TP / (TP + FN), 0 to 1. */
  readonly recall: number;
  /** TP / (TP + FP), 0 to 1. */
  readonly precision: number;
  /** Root of the mean squared distance in the plane, in nm; `null` without a match. Overlapping molecules are in it. */
  readonly rmseNm: number | null;
  /** 1 − √((1 − jaccard)² + (α · RMSE)²) with α = 0.01 per nm, at most 1. */
  readonly efficiency: number;
  /** Median of fitted over true photons; `null` without a match. */
  readonly photonRatio: number | null;
  /** Mean error along each axis, in nm; `null` without a match. */
  readonly biasXNm: number | null;
  readonly biasYNm: number | null;
}

/** Sage et al. (2019) match within this distance. */
export const defaultMatchingRadiusNm = 250;

export interface TruthFiguresOptions {
  /** Default {@link defaultMatchingRadiusNm}. */
  readonly radiusNm?: number;
  /**
   * Emitters dimmer than this are neither missed nor found: one that was on for a twentieth of a frame is beyond every
   * method. Default 0.
   */
  readonly leastPhotons?: number;
}

/** Weight of the lateral error against that of the Jaccard index, per nm. */
const efficiencyWeight = 0.01;

/**
 * Figures of Sage et al., Nature Methods 16 (2019), doi 10.1038/s41592-019-0364-4.
 *
 * The trap: thresholds chosen on the very frames that are scored flatter every method; choose them on others.
 */
export function truthFigures(truth: Positions, found: Positions, options: TruthFiguresOptions = {}): TruthFigures {
  const { radiusNm = defaultMatchingRadiusNm, leastPhotons = 0 } = options;
  const { foundOfTrue, trueOfFound } = matchEmitters(truth, found, radiusNm);
  let [truePositives, falseNegatives, falsePositives] = [0, 0, 0];
  let [squares, sumX, sumY] = [0, 0, 0];
  const ratios: number[] = [];
  for (let i = 0; i < foundOfTrue.length; i++) {
    if (truth.photons[i] < leastPhotons) continue;
    const j = foundOfTrue[i];
    if (j === -1) {
      falseNegatives++;
      continue;
    }
    truePositives++;
    const dx = found.xNm[j] - truth.xNm[i];
    const dy = found.yNm[j] - truth.yNm[i];
    sumX += dx;
    sumY += dy;
    squares += dx * dx + dy * dy;
    if (truth.photons[i] > 0) ratios.push(found.photons[j] / truth.photons[i]);
  }
  for (const emitter of trueOfFound) if (emitter === -1) falsePositives++;

  const all = truePositives + falsePositives + falseNegatives;
  const jaccard = share(truePositives, all);
  const rmseNm = truePositives > 0 ? Math.sqrt(squares / truePositives) : null;
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    jaccard,
    recall: share(truePositives, truePositives + falseNegatives),
    precision: share(truePositives, truePositives + falsePositives),
    rmseNm,
    efficiency: 1 - Math.hypot(1 - jaccard, efficiencyWeight * (rmseNm ?? 0)),
    photonRatio: medianOf(ratios),
    biasXNm: truePositives > 0 ? sumX / truePositives : null,
    biasYNm: truePositives > 0 ? sumY / truePositives : null,
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
