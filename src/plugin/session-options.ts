import type { CleanedReceiver } from "./cleaned-receiver.js";
import type { ConfigurationOptions } from "./configuration-errors.js";
import type { ViewerHost } from "./host/contract.js";
import type { DeliverFile } from "./session-saving.js";
import type { WorkerOptions } from "./worker-client.js";

export interface SessionOptions extends WorkerOptions {
  /** Where layers are shown and errors are told; without one the work is the same, unseen. */
  readonly host?: ViewerHost;
  /** Memory for cleaned frames, in bytes; default 256 MB. Frames beyond it are computed again when looked at. */
  readonly memoryBudgetBytes?: number;
  /** Options to start with, by `SlnetConfiguration` name. */
  readonly configuration?: ConfigurationOptions;
  /** Gives a finished file to the person; default: a download of the browser. */
  readonly deliver?: DeliverFile;
  /** Takes the cleaned frames too, at its own pace. */
  readonly receiver?: CleanedReceiver;
  /** Where the history of the runs is kept: as long as the session (default), or in this browser. Never any pixels. */
  readonly keepHistory?: "memory" | "browser";
}
