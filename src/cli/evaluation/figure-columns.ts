import type { SeedStatistics } from "../../core/evaluation/seed-statistics.js";
import type { MethodReport } from "./quality-report.js";

/** One figure of a method as people read it. */
export interface FigureColumn {
  readonly key: keyof MethodReport["overSeeds"];
  /** Short, for a head. */
  readonly title: string;
  /** What it is, and what it does not say. */
  readonly meaning: string;
  readonly digits: number;
  /** The figure is multiplied by it. */
  readonly scale: number;
}

/** Every figure of the report, in its order. */
export const figureColumns: readonly FigureColumn[] = [
  {
    key: "jaccard",
    title: "Jaccard",
    meaning:
      "TP / (TP + FP + FN) of localizations paired one to one with emitters of the same frame. 1 is best. It says nothing of how near the pairs are.",
    digits: 3,
    scale: 1,
  },
  {
    key: "rmseNm",
    title: "RMSE, nm",
    meaning:
      "Root of the mean squared distance in the plane between the two of a pair. Overlapping emitters are in it. A method that finds only bright emitters has a small one: read it with Jaccard.",
    digits: 1,
    scale: 1,
  },
  {
    key: "efficiency",
    title: "Efficiency",
    meaning:
      "1 − √((1 − Jaccard)² + (0.01 nm⁻¹ · RMSE)²), Sage et al. 2019. 1 is best. One number for both, with a weight between them that is a convention. It does not know photons.",
    digits: 3,
    scale: 1,
  },
  {
    key: "photonRatio",
    title: "Photons",
    meaning:
      "Median of fitted over true photons. 1 is right. A fit of overlapping emitters has the light of both, so that even with the true background it comes out a few hundredths above 1 where they are dense.",
    digits: 3,
    scale: 1,
  },
  {
    key: "backgroundBias",
    title: "Background bias, %",
    meaning:
      "Mean of (background − truth) over the mean true background, away from molecules. 0 is right. Errors of both signs cancel in it: read it with the RMSE.",
    digits: 2,
    scale: 100,
  },
  {
    key: "backgroundRmsePhotons",
    title: "Background RMSE, photons",
    meaning:
      "Root of the mean squared error of the background there, per pixel. It is taken where no molecule is, so light that a method takes from molecules is not in it: see kept light.",
    digits: 2,
    scale: 1,
  },
  {
    key: "keptLight",
    title: "Kept light",
    meaning:
      "Σ S·E / Σ E², with S what is left of the frame and E the expected light of the molecules. 1: all of it is left. Also background that is left in S under molecules counts.",
    digits: 3,
    scale: 1,
  },
  {
    key: "lostFrames",
    title: "Lost frames",
    meaning: "Frames of the recording for which the method gives nothing. Emitters in them are missed.",
    digits: 0,
    scale: 1,
  },
  {
    key: "cleaningSeconds",
    title: "Cleaning, s",
    meaning:
      "Time to clean the whole recording from memory, both parts sent to the program; without simulating, training, reading or writing a file. Depends on the machine and on what else it does.",
    digits: 2,
    scale: 1,
  },
];

/** Mean ± standard deviation, or the mean alone where there is one seed or all are alike. */
export function figureText({ digits, scale }: FigureColumn, statistics: SeedStatistics | null): string {
  if (statistics === null) return "–";
  const { mean, standardDeviation } = statistics;
  const text = (value: number): string => withMinus((value * scale).toFixed(digits));
  if (standardDeviation === null || (digits === 0 && standardDeviation === 0)) return text(mean);
  return `${text(mean)} ± ${text(standardDeviation)}`;
}

/** A number with a real minus sign, and no minus before zeros. */
export function withMinus(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−");
}
