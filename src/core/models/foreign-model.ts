import { defaultConfiguration } from "../configuration.js";
import { SlnetError } from "../errors.js";
import type { ModelFile } from "../model.js";
import { missingStatistics, type Normalisation } from "../normalisation.js";

/** What a person knows about a model that its file may not say. */
export interface ModelFacts {
  readonly temporalShifts?: readonly number[];
  /** The largest pixel of the frames it was trained on, in ADU. */
  readonly maximumAdu?: number;
}

/** A model out of another program's file, and what should be known about it: whole sentences. */
export interface ForeignModel {
  readonly model: ModelFile;
  readonly notices: readonly string[];
}

/**
 * The temporal shifts of a model: those of the file, else those of the caller, else the default ones with a notice.
 *
 * @param frames - of the network
 * @throws {@link SlnetError} `bad-input` where they are not known, or are too few or too many
 */
export function foreignShifts(
  name: string,
  frames: number,
  stated: readonly number[] | null,
  facts: ModelFacts,
  notices: string[],
): readonly number[] {
  const shifts = stated ?? facts.temporalShifts ?? null;
  if (shifts) {
    const list = `[${shifts.join(", ")}]`;
    if (shifts.length !== frames) {
      throw new SlnetError(
        "bad-input",
        `${name} has a network for ${frames} frames, and the temporal shifts ${stated ? "in it" : "that are set"} are ${list}, expected ${frames} of them`,
      );
    }
    if (!stated) notices.push(`The file does not say the temporal shifts of its frames; ${list}, as set, are taken.`);
    return shifts;
  }
  const { temporalShifts: usual } = defaultConfiguration;
  if (frames !== usual.length) {
    throw new SlnetError(
      "bad-input",
      `${name} has a network for ${frames} frames and does not say their temporal shifts; say them, on the command line by --model-shifts`,
    );
  }
  notices.push(`The file does not say the temporal shifts of its frames; the usual [${usual.join(", ")}] are taken.`);
  return usual;
}

/**
 * The normalisation of a model, with what the caller knows in it.
 *
 * @throws {@link SlnetError} `bad-input` where a statistic is missing that the result depends on
 */
export function foreignNormalisation(
  name: string,
  stated: Normalisation,
  useBias: boolean,
  { maximumAdu }: ModelFacts,
  notices: string[],
): Normalisation {
  const normalisation = { ...stated, maximum: stated.maximum ?? maximumAdu ?? null };
  const missing = missingStatistics(normalisation).map((statistic) => statisticNames[statistic]);
  if (missing.length === 0) return normalisation;
  const what = `${missing.join(" and ")} of the frames that it was trained on`;
  if (useBias || normalisation.type === 1) {
    throw new SlnetError(
      "bad-input",
      `${name} does not hold the ${what}, on which its result depends${useBias ? ", as it has a bias" : ""}` +
        (missing.includes(statisticNames.maximum) ? "; say it, on the command line by --model-maximum" : ""),
    );
  }
  notices.push(`The file does not hold the ${what}. Without a bias it cancels out: the cleaned frames are the same.`);
  return normalisation;
}

const statisticNames = {
  maximum: "largest pixel",
  mean: "mean pixel",
  standardDeviation: "standard deviation of the pixels",
} as const;
