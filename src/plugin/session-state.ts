import type { SlnetConfiguration } from "../core/configuration.js";
import type { Choice, SlnetErrorCode } from "../core/errors.js";
import type { StackDescription, StackMetadata, StackRegion } from "../core/frames.js";
import { keptShare } from "../core/kept-share.js";
import type { ModelFile } from "../core/model.js";
import { largestOffsetAdu, sparseOffset } from "../core/sparse-offset.js";
import type {
  CleaningMethod,
  CleaningOptions,
  EngineReport,
  Progress,
  RunEstimate,
  SavedPart,
  StackSurvey,
  TrainingPlan,
} from "../protocol/api.js";
import { checkOptions, type ConfigurationOptions } from "./configuration-errors.js";
import type { LossPoint } from "../core/loss-history.js";
import type { MetadataOverrides } from "./metadata-fields.js";

/** What a session is doing; one thing at a time. */
export type SessionActivity = "idle" | "opening" | "training" | "cleaning" | "saving";

/** A stack that is being opened. */
export interface OpeningState {
  /** Empty where it is not known yet. */
  readonly name: string;
  /** Files found so far while folders are read; `null` once the stack itself is read. */
  readonly files: number | null;
}

/** What a person has to choose before the stack can be opened; the one that was open stays until then. */
export interface PendingChoice extends Choice {
  /** Name of the file. */
  readonly name: string;
}

/** A part of a file that was chosen; another of `labels` can be taken in its place. */
export interface ChosenPart extends Choice {
  /** Position in `labels`. */
  readonly index: number;
}

/** How the last training goes or went. */
export interface TrainingState {
  readonly plan: TrainingPlan;
  /** The part of the stack that it trains on, `null`: all of it. */
  readonly region: StackRegion | null;
  readonly epoch: number;
  readonly step: number;
  /** Share of the pixels above the background in the last step, `null` before the first. */
  readonly keptShare: number | null;
  /** About what the loss aims at: 2/(3+α). */
  readonly expectedShare: number;
  /** Mean weight of a frame in its own background, 0 to 1, `null` before the first step. */
  readonly selfWeight: number | null;
  readonly losses: readonly LossPoint[];
  readonly validations: readonly LossPoint[];
  readonly warnings: readonly string[];
}

/** What the last cleaning made. Frames `[from, done)` are finished, `[done, to)` are still to come or were cancelled. */
export interface CleaningResult {
  readonly from: number;
  readonly to: number;
  readonly done: number;
  readonly method: CleaningMethod;
  readonly tail: CleaningOptions["tail"];
  readonly lowRank: boolean;
}

/** The file that was saved last. */
export interface SavedFile {
  readonly name: string;
  readonly part: SavedPart["part"];
  readonly frames: number;
  readonly bytes: number;
  /** Added to every pixel, in ADU. */
  readonly offsetAdu: number;
  /** Pixels that did not fit the sample type and were set to its nearest limit. */
  readonly clipped: number;
  readonly pixels: number;
}

/** Why the last action failed. */
export interface SessionError {
  readonly code: SlnetErrorCode;
  /** One sentence for a person. */
  readonly message: string;
}

/** All that an interface needs to draw. Each change is a new record. */
export interface SessionState {
  readonly activity: SessionActivity;
  /** Whether a person halted what is under way. */
  readonly paused: boolean;
  /** `null` while idle and before the first report. */
  readonly progress: Progress | null;
  /** `null` unless a stack is being opened. */
  readonly opening: OpeningState | null;
  /** Asked after an opening that came upon several stacks; `null` otherwise. */
  readonly choice: PendingChoice | null;
  readonly stack: StackDescription | null;
  /** Parts of its file that were chosen for the open stack, in the order in which they were asked for. */
  readonly chosen: readonly ChosenPart[];
  /** What a person says about the stack in place of its file. */
  readonly metadata: MetadataOverrides;
  /** The part of the stack to train on, `null`: all of it. */
  readonly region: StackRegion | null;
  /** What a look at the open stack found, `null` before it or where it failed. */
  readonly survey: StackSurvey | null;
  /** Why it failed, one sentence. */
  readonly surveyError: string | null;
  /** What a run with the options as they were last would take, `null` where that is not known. */
  readonly estimate: RunEstimate | null;
  /** Options that differ from the defaults, as given: perhaps wrong. */
  readonly options: ConfigurationOptions;
  /** The checked configuration, `null` while an option is wrong. */
  readonly configuration: SlnetConfiguration | null;
  readonly optionErrors: Readonly<Record<string, string>>;
  /** The engine that worked last. */
  readonly engine: EngineReport | null;
  readonly training: TrainingState | null;
  readonly model: ModelFile | null;
  readonly result: CleaningResult | null;
  readonly saved: SavedFile | null;
  /** Things worth knowing about the last action, one sentence each. */
  readonly notices: readonly string[];
  /** How the last action ended, one sentence. */
  readonly outcome: string | null;
  /** Kept until the next action or until dismissed. */
  readonly error: SessionError | null;
}

export function initialSessionState(options: ConfigurationOptions): SessionState {
  const { configuration, errors } = checkOptions(options, null);
  return {
    activity: "idle",
    paused: false,
    progress: null,
    opening: null,
    choice: null,
    stack: null,
    chosen: [],
    metadata: {},
    region: null,
    survey: null,
    surveyError: null,
    estimate: null,
    options,
    configuration,
    optionErrors: errors,
    engine: null,
    training: null,
    model: null,
    result: null,
    saved: null,
    notices: [],
    outcome: null,
    error: null,
  };
}

/** What is known of the open stack: what a person says, else what the file says. `null` without a stack. */
export function stackMetadata({ stack, metadata }: Pick<SessionState, "stack" | "metadata">): StackMetadata | null {
  return stack && { ...stack, ...metadata };
}

/** The way in which frames were cleaned, or else the model at hand; `null`: there is none yet. */
export function methodAtHand({ result, model }: Pick<SessionState, "result" | "model">): CleaningMethod | null {
  return result?.method ?? (model && { type: "slnet", model });
}

/**
 * Added to the saved sparse frames, in ADU: as configured; else as {@link sparseOffset} has it.
 *
 * @param method - that cleans them
 */
export function sparseOffsetAdu(
  state: SessionState,
  type: SavedPart["type"],
  method: CleaningMethod["type"] | undefined,
): number {
  if (state.options["sparseOffsetAdu"] !== undefined) return state.configuration?.sparseOffsetAdu ?? 0;
  const cameraOffsetAdu = stackMetadata(state)?.cameraOffsetAdu ?? null;
  // In a session its options stand for those of the model.
  return sparseOffset({ type, isSigned: method === "masked-mean", cameraOffsetAdu, modelOffsetAdu: null }).offsetAdu;
}

/** The offset of the camera where it is known and 16-bit pixels can hold it. */
export function knownCameraOffsetAdu(state: Pick<SessionState, "stack" | "metadata">): number | null {
  const offset = stackMetadata(state)?.cameraOffsetAdu ?? null;
  return offset !== null && offset >= 0 && offset <= largestOffsetAdu ? offset : null;
}

/** A training that has not made a step yet. */
export function startedTraining(plan: TrainingPlan, region: StackRegion | null, sparsityWeight: number): TrainingState {
  return {
    plan,
    region,
    epoch: 0,
    step: 0,
    keptShare: null,
    expectedShare: keptShare(sparsityWeight),
    selfWeight: null,
    losses: [],
    validations: [],
    warnings: [],
  };
}
