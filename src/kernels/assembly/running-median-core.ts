import { groupBytes, highest, lowest } from "./running-median-lanes";
import { mergeRuns, sortEights } from "./running-median-merge";

/** Zero-based rank of the median among W: the lower of the two middle ones. */
export function medianRank(w: i32): i32 {
  return (w - 1) >> 1;
}

/** Values below every pixel that are added to the core, so that it has B ranks up to that of the median. */
function lowestGroups(w: i32, b: i32): i32 {
  return max(0, b - 1 - medianRank(w));
}

/** Length of the core with what is added to it: a power of two. */
export function coreGroups(w: i32, b: i32): i32 {
  const needed = lowestGroups(w, b) + max(w - b, medianRank(w)) + 1;
  return 1 << max(3, 32 - clz(needed - 1));
}

/**
 * Sorts the frames that B windows of W share.
 *
 * @param frames - the frames of the windows, a run of W + B − 1
 * @param core - written: a run of {@link coreGroups}
 */
export function sortCore<T>(frames: usize, core: usize, w: i32, b: i32): void {
  const count = coreGroups(w, b);
  const shared = w - b + 1;
  const wholeEights = shared & ~7;
  const from = frames + ((<usize>(b - 1)) << 4);
  const rest = core + ((<usize>wholeEights) << 4);
  sortEights<T>(from, core, wholeEights, 0);
  let at = rest;
  for (let i = wholeEights; i < shared; i++, at += groupBytes) v128.store(at, v128.load(from + ((<usize>i) << 4)));
  for (let i = lowestGroups(w, b); i > 0; i--, at += groupBytes) v128.store(at, lowest<T>());
  for (const end = core + ((<usize>count) << 4); at < end; at += groupBytes) v128.store(at, highest<T>());
  sortEights<T>(rest, rest, count - wholeEights, 0);
  for (let n = 8; n < count; n <<= 1) mergeRuns<T>(core, core, count, n);
}
