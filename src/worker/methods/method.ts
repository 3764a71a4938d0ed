import type { EngineReport } from "../../protocol/api.js";

/** A way to find the background, opened on one stack. Any frames may be asked for, in any order. */
export interface BackgroundMethod {
  /** Frames it can clean: [from, to). */
  readonly from: number;
  readonly to: number;
  /** `null` where a method needs no engine. */
  readonly engine: EngineReport | null;
  readonly notices: readonly string[];
  /**
   * Cleans frames [from, to).
   *
   * @param sparse - written: `[to − from, height, width]`, in ADU
   * @param lowRank - written where given, of the same shape
   */
  clean(
    from: number,
    to: number,
    sparse: Float32Array,
    lowRank: Float32Array | null,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Most frames that a job asks for at once. */
export const maximumBlockFrames = 16;
