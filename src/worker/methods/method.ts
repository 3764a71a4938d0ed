import type { EngineReport } from "../../protocol/api.js";
import type { OutputArray } from "../engines/engine.js";

/** Frames as a method gives them. The arrays are used again by the second call after it. */
export interface CleanedFrames {
  /** `[frames, height, width]`, `null` where it is not wanted. */
  readonly sparse: OutputArray | null;
  readonly lowRank: OutputArray | null;
  /** Values that did not fit 16 bits and were set to the nearest limit. */
  readonly clipped: number;
}

/** A way to find the background, opened on one stack. Any frames may be asked for, in any order. */
export interface BackgroundMethod {
  /** Frames it can clean: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Most frames of one call. */
  readonly blockFrames: number;
  /** `null` where a method needs no engine. */
  readonly engine: EngineReport | null;
  readonly notices: readonly string[];
  /** Cleans frames [from, to). One call at a time. */
  clean(from: number, to: number, signal: AbortSignal): Promise<CleanedFrames>;
  /** Frees what it holds. */
  close(): void;
}

/** Bytes of one float32 output of a block. */
const blockBytes = 8e6;
const maximumBlockFrames = 256;

/** How many frames of so many pixels are cleaned together: enough to hide the cost of a call, few enough for memory. */
export function blockFramesFor(pixels: number): number {
  return Math.max(1, Math.min(maximumBlockFrames, Math.floor(blockBytes / (4 * pixels))));
}
