import type { SlnetConfiguration } from "../core/configuration.js";
import type { SampleType, StackMetadata, StackSelection } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { CleaningMethod, CleaningOptions, SavedPart, SaveFormat } from "./api.js";
import type { runFormat } from "./run-format.js";

/** What tells one stack from another, and where it came from. */
export interface RecordedStack {
  readonly name: string;
  /** Of a stack on a web server, else `null`. */
  readonly address: string | null;
  /** Part of its file that was chosen. */
  readonly selection: StackSelection;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  readonly format: string;
  /** Of its file, `null` where it is none. */
  readonly fileBytes: number | null;
  /** ISO date at which its file was changed last, `null` where nobody says. */
  readonly fileChangedAt: string | null;
  /** SHA-256 of the samples of frame 0, little-endian, hexadecimal; `null` where it could not be taken. */
  readonly firstFrameSha256: string | null;
}

/** How the background is found, the model apart. */
export type RecordedMethod = WithoutModel<CleaningMethod>;

type WithoutModel<Method> = Method extends { readonly model: ModelFile } ? Omit<Method, "model"> : Method;

/** The training of a run. */
export interface RecordedTraining {
  /** Where it went on from, `null` for a training from nothing. */
  readonly checkpoint: ModelFile | null;
  readonly steps: number;
  readonly plannedSteps: number;
  readonly epochs: number;
  /** Of the last step, and of the last validation. */
  readonly loss: number | null;
  readonly validationLoss: number | null;
  readonly keptShare: number | null;
  readonly selfWeight: number | null;
  readonly warnings: readonly string[];
}

/** The cleaning of a run. */
export interface RecordedCleaning {
  readonly method: RecordedMethod;
  readonly tail: CleaningOptions["tail"];
  readonly lowRank: boolean;
  /** Frames [from, to) were cleaned. */
  readonly from: number;
  readonly to: number;
}

/** The file that a run has written. */
export interface RecordedSaving {
  readonly part: SavedPart["part"];
  readonly type: SavedPart["type"];
  readonly format: SaveFormat;
  readonly compression: "none" | "deflate";
  /** Added to every pixel, in ADU. */
  readonly offsetAdu: number;
  readonly name: string;
  readonly frames: number;
  readonly bytes: number;
  readonly clippedPixels: number;
}

/**
 * One run of a session as plain data: what was done to which stack with what, and what came of it. It is written as JSON
 * unchanged, and holds no pixels.
 */
export interface RunRecord {
  readonly format: typeof runFormat;
  readonly formatVersion: number;
  readonly action: "train" | "clean" | "save";
  /** As a person called it. */
  readonly title: string;
  /** ISO date. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly ending: "finished" | "cancelled" | "failed";
  /** One sentence, of a run that failed. */
  readonly error: string | null;
  readonly slnetWeb: string;
  readonly stack: RecordedStack;
  /** What was known of the stack, and what of it a person said in place of its file. */
  readonly metadata: StackMetadata;
  readonly metadataSaid: Partial<StackMetadata>;
  readonly configuration: SlnetConfiguration;
  readonly engine: { readonly name: string; readonly adapter: string; readonly reason: string } | null;
  /** That a training made, or that cleaned. */
  readonly model: ModelFile | null;
  /** True where a finished training on this stack, from nothing, made the model: then its configuration gives it again. */
  readonly modelTrainedHere: boolean;
  readonly training: RecordedTraining | null;
  readonly cleaning: RecordedCleaning | null;
  readonly saving: RecordedSaving | null;
}
