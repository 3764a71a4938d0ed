import { coreGroups, medianRank, sortCore } from "./running-median-core";
import { gatherLine, groupBytes, lineBytes, scatterLine } from "./running-median-lanes";
import { mergeRuns, sortEights } from "./running-median-merge";
import { selectFour, selectMiddle } from "./running-median-select";

/**
 * Running median of B consecutive windows of W frames, for 16 bytes of pixels at a time, without a branch on the pixels.
 *
 * The B windows share W − B + 1 frames, their core, and each has B − 1 more. So of the sorted core only B values can be
 * a median: that of the median's rank and the B − 1 below it. Half of the windows share B/2 more frames from before the
 * core, the other half B/2 from behind it; with those added, sorted before, only B/2 values are left for each half, and
 * so on down to one window. Sorted runs are made from those of half their length, so one median costs O(log² W) minima
 * and maxima, whatever the pixels are.
 */

let table: usize = 0;
let windowFrames: i32 = 0;
let windowCount: i32 = 0;
let scratch: usize = 0;
let medians: usize = 0;
let medianStride: usize = 0;

/**
 * Says what the next calls find.
 *
 * @param frameTable - addresses of the W + B − 1 frames, 4 bytes each
 * @param w - frames of a window, W
 * @param b - windows, B: a power of two from 4 to W + 1
 * @param scratchAddress - {@link runningMedianScratch} bytes, at a multiple of 16
 * @param out - address of the first median frame
 * @param outStride - bytes from one median frame to the next
 */
export function prepareRunningMedian(
  frameTable: usize,
  w: i32,
  b: i32,
  scratchAddress: usize,
  out: usize,
  outStride: usize,
): void {
  table = frameTable;
  windowFrames = w;
  windowCount = b;
  scratch = scratchAddress;
  medians = out;
  medianStride = outStride;
}

/** Bytes of working memory for W and B, as `runningMedian` lays it out. */
export function runningMedianScratch(w: i32, b: i32): i32 {
  return <i32>groupBytes * (coreGroups(w, b) + b * (6 + 2 * levelCount(b)) + 4 * (w + b + 1));
}

/** Each finds the medians of bytes [from, to) of each frame; both are multiples of 64. */
export function runningMedianUint8(from: usize, to: usize): void {
  runningMedian<u8>(from, to);
}

export function runningMedianUint16(from: usize, to: usize): void {
  runningMedian<u16>(from, to);
}

export function runningMedianFloat32(from: usize, to: usize): void {
  runningMedian<i32>(from, to);
}

/** Levels of sorted runs beside the core: of 4, 8, … frames, and two at least. */
function levelCount(b: i32): i32 {
  return max(2, ctz(b) - 2);
}

function runningMedian<T>(from: usize, to: usize): void {
  const w = windowFrames;
  const b = windowCount;
  const bytes = (<usize>b) << 4;
  const core = scratch;
  const halves = core + ((<usize>coreGroups(w, b)) << 4);
  const before = halves + 2 * bytes;
  const behind = before + bytes * levelCount(b);
  const found = behind + bytes * levelCount(b);
  // One group stands before the first: the runs of the frames before the core begin one frame early.
  const frames = found + 4 * bytes + groupBytes;
  const frameStride = (<usize>(w + b)) << 4;
  const tableEnd = table + ((<usize>(w + b - 1)) << 2);
  const firstRank = <usize>max(0, medianRank(w) - b + 1);
  for (let line = from; line < to; line += lineBytes) {
    gatherLine<T>(table, tableEnd, line, frames, frameStride);
    for (let group: usize = 0; group < 4; group++) {
      const first = frames + group * frameStride;
      const firstBehind = first + ((<usize>w) << 4);
      sortCore<T>(first, core, w, b);
      if (b > 4) sortRuns<T>(first - groupBytes, before, b);
      if (b > 4) sortRuns<T>(firstBehind, behind, b);
      const run = selectRuns<T>(core + (firstRank << 4), before, behind, b, halves);
      const out = found + group * bytes;
      for (let a: usize = 0; a < bytes; a += 64) selectFour<T>(run + a, first + a, firstBehind + a, out + a);
    }
    scatterLine(found, bytes, medians + line, medianStride);
  }
}

/** Sorts runs of 4, 8, … B/4, B/2 of B groups, one level behind the other. */
function sortRuns<T>(from: usize, levels: usize, b: i32): void {
  const bytes = (<usize>b) << 4;
  let level = levels + bytes;
  sortEights<T>(from, level, b, levels);
  for (let n = 8; n < b >> 1; n <<= 1, level += bytes) mergeRuns<T>(level, level + bytes, b, n);
}

/**
 * Goes from the B values of all windows to four values for each four windows.
 *
 * @param run - the B values, sorted
 * @param before - levels of sorted runs of the frames before the core, beginning one frame before the first window
 * @param behind - the same of the frames behind it
 * @param halves - room for twice B groups
 * @returns address of the values
 */
function selectRuns<T>(run: usize, before: usize, behind: usize, b: i32, halves: usize): usize {
  const bytes = (<usize>b) << 4;
  let flip: usize = 0;
  for (let n = b >> 1; n >= 4; n >>= 1) {
    const one = (<usize>n) << 4;
    const level = bytes * (ctz(n) - 2);
    const out = halves + flip;
    for (let a: usize = 0; a < bytes; a += 2 * one) {
      selectMiddle<T>(run + a, before + level + a + one, n, out + a);
      selectMiddle<T>(run + a, behind + level + a, n, out + a + one);
    }
    run = out;
    flip = bytes - flip;
  }
  return run;
}
