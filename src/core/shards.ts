import { SlnetError } from "./errors.js";

/** One of several parts of a recording that are cleaned apart from each other. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** Each shard is a process and two files; more of them would be a mistake. */
export const largestShardCount = 10_000;

/** @throws {@link SlnetError} `bad-input` for numbers that cannot be */
export function requireShard({ index, count }: Shard): void {
  const isPossible =
    Number.isInteger(count) &&
    count >= 1 &&
    count <= largestShardCount &&
    Number.isInteger(index) &&
    index >= 1 &&
    index <= count;
  if (isPossible) return;
  throw new SlnetError(
    "bad-input",
    `the shard is ${index}/${count}, expected one of 1/1 to ${largestShardCount}/${largestShardCount}, the first number not above the second`,
  );
}

/**
 * The frames of a shard, [from, to), counted from the first frame that is cleaned. Shards follow each other without gaps,
 * begin at multiples of `unit` and differ by one unit at most. Where there are fewer units than shards some hold no frame.
 *
 * @param frames - of all shards together
 * @param unit - frames that are not to be divided between shards
 */
export function shardRange(
  frames: number,
  unit: number,
  { index, count }: Shard,
): { readonly from: number; readonly to: number } {
  const units = Math.ceil(frames / unit);
  const borderOf = (position: number): number => Math.min(frames, Math.floor((position * units) / count) * unit);
  return { from: borderOf(index - 1), to: borderOf(index) };
}
