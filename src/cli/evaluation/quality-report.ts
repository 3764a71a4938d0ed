import type { MethodVerdict } from "../../core/evaluation/method-verdict.js";
import type { SeedStatistics } from "../../core/evaluation/seed-statistics.js";
import type { RecordingFigures } from "./evaluate-recording.js";

/** What was measured and how: the file that `--figures` writes. docs/quality.md describes it for users. */
export interface QualityReport {
  readonly format: "slnet-quality-report";
  readonly formatVersion: 1;
  /** Of this package. */
  readonly version: string;
  readonly options: QualityOptions;
  readonly methods: readonly { readonly name: string; readonly title: string }[];
  readonly scenes: readonly SceneReport[];
  /** Engines that trained, of all recordings. */
  readonly engines: readonly string[];
  /** Of the whole evaluation. */
  readonly seconds: number;
}

export interface QualityOptions {
  /** Seeds of the recordings that the figures are of. */
  readonly seeds: readonly number[];
  /** Others, by which each method's detection threshold was chosen on each scene. */
  readonly tuningSeeds: readonly number[];
  /** The list it was chosen from: so many variants of each method were tried. */
  readonly thresholdFactors: readonly number[];
  /** Frames of each recording; `null`: those of the scene. */
  readonly frames: number | null;
  /** Side of the frames in pixels; `null`: that of the scene. */
  readonly side: number | null;
  /** Frames of each recording that are localized and scored. */
  readonly scoredFrames: number;
  readonly matchingRadiusNm: number;
  readonly edgePixels: number;
  readonly leastPhotonsShare: number;
  /** As asked for. */
  readonly engine: string;
  /** Recordings worked on at the same time, which makes `cleaningSeconds` longer. */
  readonly jobs: number;
}

export interface SceneReport {
  readonly name: string;
  readonly title: string;
  /** Emitters that count in the scored frames, summed over the seeds. */
  readonly emitters: number;
  /** Of one training; `null` where no method needed a model. */
  readonly trainingSeconds: SeedStatistics | null;
  readonly rows: readonly MethodReport[];
}

export interface MethodReport {
  readonly method: string;
  /** Taken, the best of the list on the tuning seeds. */
  readonly thresholdFactor: number;
  /** Mean efficiency on the tuning seeds for each threshold of the list. */
  readonly tuningEfficiencies: readonly number[];
  /** One for each seed, in their order. */
  readonly perSeed: readonly RecordingFigures[];
  readonly overSeeds: { readonly [K in keyof RecordingFigures]: SeedStatistics | null };
  /** `null` for a baseline. */
  readonly verdict: MethodVerdict | null;
}
