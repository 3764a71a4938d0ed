import type { SpotCounts } from "../core/localization/frame-localizer.js";
import type { Localizations } from "../core/localization/localization.js";
import type { LocalizationFigures } from "../core/localization/localization-figures.js";
import type { LocalizerOptions, LocalizerRequest } from "../core/localization/localizer-options.js";
import type { CleaningMethod, CleaningOptions, CleaningPlan, JobId, Progress, StackId } from "./api.js";
import type { Reply } from "./reply.js";

/** Which frames to localize, how the background is found, and how spots are. */
export interface LocalizationOptions extends Omit<CleaningOptions, "lowRank"> {
  /** What is missing takes its default, or what the stack says. */
  readonly localizer: LocalizerRequest;
  /** Default `null`: none is drawn. */
  readonly picture?: PictureRequest | null;
}

/** The super-resolution image to be drawn. */
export interface PictureRequest {
  /** Pixels of the image along the side of a camera pixel: a whole number. */
  readonly magnification: number;
  /** Side of a camera pixel, for the figures. */
  readonly pixelSizeNm: number;
}

/** All localizations of a job, drawn as Gaussians as wide as their uncertainties, and what is said of them. */
export interface LocalizationPicture {
  readonly height: number;
  readonly width: number;
  /** Localizations per pixel: `[height, width]`. Its buffer is moved. */
  readonly image: Float32Array<ArrayBuffer>;
  readonly figures: LocalizationFigures;
}

/** What a localization is going to do, known before its first block. */
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
  /** `null` until the last block, and where none was asked for. */
  readonly picture: LocalizationPicture | null;
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
