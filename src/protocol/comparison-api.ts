import type { EngineRequest } from "../core/configuration.js";
import type { OwnFigures } from "../core/evaluation/own-report.js";
import type { LocalizerRequest } from "../core/localization/localizer-options.js";
import type { CleaningMethod, JobId, Progress, StackId } from "./api.js";
import type { Reply, WireError } from "./reply.js";

/** Ways to find the background, to be measured side by side; `null`: it is not known, and a flat one is fitted. */
export type ComparedMethods = readonly (CleaningMethod | null)[];

/** What is compared on, and how emitters are found: the same for every method. */
export interface ComparisonOptions {
  /** Frames `[from, to)`, one after the other: what is said of precision needs molecules that stay on. */
  readonly from: number;
  readonly to: number;
  readonly localizer: LocalizerRequest;
  /** Side of a camera pixel. */
  readonly pixelSizeNm: number;
  readonly engine: EngineRequest;
}

/** What became of one method: its figures, or why there are none. */
export interface ComparedMethod {
  /** Position in the list of methods. */
  readonly index: number;
  readonly figures: OwnFigures | null;
  /** It costs the other methods nothing. */
  readonly error: WireError | null;
}

export interface ComparisonReport {
  readonly progress: Progress;
  /** The method that is worked on, `null`: the images that all of them are compared with. */
  readonly index: number | null;
  /** A method that is done, `null` where none just was. */
  readonly done: ComparedMethod | null;
  /** Things worth knowing, one sentence each. */
  readonly notices: readonly string[];
}

/** What a comparison of some methods takes here. */
export interface ComparisonEstimate {
  /** For any number of frames. */
  readonly fixedSeconds: number;
  readonly secondsPerFrame: number;
}

/** The part of the worker's API that measures methods without a truth. */
export interface ComparisonApi {
  openComparison(
    stack: StackId,
    methods: ComparedMethods,
    options: ComparisonOptions,
  ): Promise<Reply<{ readonly job: JobId }>>;
  nextComparisonReport(job: JobId): Promise<Reply<ComparisonReport | null>>;
  /** Found by trying each method on some of the frames, in about a second where frames are not large. */
  estimateComparison(
    stack: StackId,
    methods: ComparedMethods,
    options: ComparisonOptions,
  ): Promise<Reply<ComparisonEstimate>>;
}
