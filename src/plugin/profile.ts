import type { PixelPath } from "../protocol/api.js";

/** The parts of a frame that a profile has. */
export type ProfilePart = "raw" | "lowRank" | "sparse";

/** The pixels of a path over the frames `[from, to)`. A value that is not known yet is not a number. */
export interface Profile {
  readonly path: PixelPath;
  readonly from: number;
  readonly to: number;
  /** Frames `[from, done)` are there. */
  readonly done: number;
  /** Pixels of the path. */
  readonly positions: number;
  /** `[to − from, positions]`, in ADU; so are the others. */
  readonly raw: Float32Array;
  readonly lowRank: Float32Array | null;
  readonly sparse: Float32Array | null;
}

/** Frames `[from, to)`. */
export type FrameRange = readonly [from: number, to: number];

/** The parts that a profile has, in the order in which they are shown. */
export function partsOf(profile: Profile): readonly (readonly [part: ProfilePart, values: Float32Array])[] {
  const parts = [
    ["raw", profile.raw],
    ["lowRank", profile.lowRank],
    ["sparse", profile.sparse],
  ] as const;
  return parts.filter((entry): entry is [ProfilePart, Float32Array] => entry[1] !== null);
}

/** The frames of a profile that lie in a range, at least one; `null`: all. */
export function shownFrames({ from, to }: Profile, range: FrameRange | null): FrameRange {
  if (!range) return [from, to];
  const first = Math.min(Math.max(from, range[0]), to - 1);
  return [first, Math.min(Math.max(first + 1, range[1]), to)];
}
