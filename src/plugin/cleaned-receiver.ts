import type { StackShape } from "../core/frames.js";
import type { CleanedBlock } from "../protocol/api.js";

/** Takes the frames of each cleaning beside the viewer. A method that rejects ends the cleaning with its error. */
export interface CleanedReceiver {
  /** Before the first block of frames `[from, to)`. */
  begin(
    cleaning: { readonly shape: StackShape; readonly from: number; readonly to: number; readonly lowRank: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** The next block is computed once this has resolved. The block stays the viewer's: it must not be changed. */
  take(block: CleanedBlock, signal: AbortSignal): Promise<void>;
}
