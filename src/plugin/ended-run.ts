import type { CleanRequest, SaveRequest, TrainRequest } from "./session-requests.js";
import type { SessionState } from "./session-state.js";

/** What was asked of a session. */
export type RunRequest =
  | { readonly action: "train"; readonly train: TrainRequest }
  | { readonly action: "clean"; readonly clean: CleanRequest }
  | { readonly action: "save"; readonly save: SaveRequest };

/** A training, cleaning or saving that is over. */
export interface EndedRun {
  readonly request: RunRequest;
  readonly startedAt: Date;
  /** From the click to the end, pauses too. */
  readonly seconds: number;
  readonly ending: "finished" | "cancelled" | "failed";
  /** When it started, and when it ended. */
  readonly before: SessionState;
  readonly after: SessionState;
}
