import type { MethodFigures } from "./method-score.js";
import { meanInterval, seedStatistics, type Interval } from "./seed-statistics.js";

/** What every method is held against. */
export const baselines = ["raw", "median-50", "median-100"] as const;

/** Photons of the fits over the true ones are right within these. */
export const rightPhotons = { least: 0.97, most: 1.03 } as const;

/** Whether a method is better than what there was before it, on one scene. */
export interface MethodVerdict {
  /** The baseline with the highest mean efficiency. */
  readonly bestBaseline: string;
  /** Efficiency less that of this baseline, by pairs of one seed. */
  readonly efficiencyGain: Interval;
  /** `better` or `worse` only where the interval leaves out 0. */
  readonly efficiency: "better" | "worse" | "not told apart";
  /** Whether the mean of the photon ratio is right; `null` without a match. */
  readonly photonsAreRight: boolean | null;
  /** The least of the medians' mean background errors, in photons per pixel. */
  readonly bestBackgroundRmsePhotons: number;
  /** Whether that of the method is no larger; `null` for a method without a background. */
  readonly backgroundIsNoWorse: boolean | null;
  /** Better efficiency, right photons and no worse a background, all three. */
  readonly wins: boolean;
}

/**
 * Holds a method against the baselines on the same seeds, in the same order.
 *
 * The trap: the best of three is taken by the very figures that are compared, which is in favour of the baselines by a little;
 * and of 20 verdicts of two equal methods one is `better` or `worse` by chance.
 *
 * @param method - its figures, one for each seed
 * @param others - those of each baseline
 */
export function verdictOn(
  method: readonly MethodFigures[],
  others: Readonly<Record<(typeof baselines)[number], readonly MethodFigures[]>>,
): MethodVerdict {
  const meanOf = (figures: readonly MethodFigures[], key: keyof MethodFigures): number | null =>
    seedStatistics(figures.map((one) => one[key]))?.mean ?? null;
  const efficiencyOf = (name: (typeof baselines)[number]): number => meanOf(others[name], "efficiency") ?? -Infinity;
  const bestBaseline = baselines.reduce((best, name) => (efficiencyOf(name) > efficiencyOf(best) ? name : best));
  const efficiencyGain = meanInterval(method.map((one, i) => one.efficiency - others[bestBaseline][i].efficiency));
  const efficiency = efficiencyGain.low > 0 ? "better" : efficiencyGain.high < 0 ? "worse" : "not told apart";

  const photonRatio = meanOf(method, "photonRatio");
  const photonsAreRight =
    photonRatio === null ? null : photonRatio >= rightPhotons.least && photonRatio <= rightPhotons.most;
  const bestBackgroundRmsePhotons = Math.min(
    ...baselines.map((name) => meanOf(others[name], "backgroundRmsePhotons") ?? Infinity),
  );
  const backgroundRmse = meanOf(method, "backgroundRmsePhotons");
  const backgroundIsNoWorse = backgroundRmse === null ? null : backgroundRmse <= bestBackgroundRmsePhotons;
  return {
    bestBaseline,
    efficiencyGain,
    efficiency,
    photonsAreRight,
    bestBackgroundRmsePhotons,
    backgroundIsNoWorse,
    wins: efficiency === "better" && photonsAreRight === true && backgroundIsNoWorse === true,
  };
}
