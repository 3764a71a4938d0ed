import type { SpotCounts } from "../core/localization/frame-localizer.js";
import type { Localizations } from "../core/localization/localization.js";
import type { LocalizerOptions, LocalizerRequest } from "../core/localization/localizer-options.js";
import type { CleaningMethod, CleaningOptions, CleaningPlan, JobId, Progress, StackId } from "./api.js";
import type { Reply } from "./reply.js";

/** Which frames to localize, how the background is found, and how spots are. */
export interface LocalizationOptions extends Omit<CleaningOptions, "lowRank"> {
  /** What is missing takes its default, or what the stack says. */
  readonly localizer: LocalizerRequest;
}

export interface LocalizationPlan extends CleaningPlan {
  /** As they are used. */
  readonly localizer: LocalizerOptions;
}

/** The emitters found in frames `[from, to)`. The buffers of its columns are moved, not copied. */
export interface LocalizationBlock {
  readonly from: number;
  readonly to: number;
  readonly localizations: Localizations;
  readonly counts: SpotCounts;
  readonly progress: Progress;
}

/** The part of the worker's API that localizes emitters. */
export interface LocalizationApi {
  /** @param method - how the background is found; `null`: it is not known, and a flat one is fitted under each spot */
  openLocalization(
    stack: StackId,
    method: CleaningMethod | null,
    options: LocalizationOptions,
  ): Promise<Reply<{ readonly job: JobId; readonly plan: LocalizationPlan }>>;
  nextLocalizations(job: JobId): Promise<Reply<LocalizationBlock | null>>;
}
