import type { SampleArray } from "./frames.js";

/*
 * What a long mean over time misses of a background that moves or bleaches, a shorter mean has, but with more noise. The
 * difference of the two is smooth over the frame, so it is taken as a mean over tiles of 8 × 8 pixels, and is linear between
 * their middles: its noise is that of a hundred times as many counts.
 */

const tilePixels = 8;
const half = tilePixels / 2;

/** Tiles of a frame. The last of a row or column is 4 to 11 pixels wide, or as wide as a frame that is narrower. */
export interface TileGrid {
  readonly width: number;
  readonly height: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
}

/** @param width - in pixels, like `height` */
export function tileGridOf(width: number, height: number): TileGrid {
  const countOf = (size: number): number => Math.max(1, Math.floor((size + half) / tilePixels));
  return { width, height, columns: countOf(width), rows: countOf(height) };
}

/**
 * Sums of the unmasked pixels of a frame.
 *
 * @param mask - not 0 where masked
 * @param out - `[rows, columns]`, in ADU
 */
export function sumTiles(
  frame: SampleArray,
  mask: Uint8Array,
  { width, height, columns, rows }: TileGrid,
  out: Float64Array,
): void {
  out.fill(0);
  for (let row = 0; row < height; row++) {
    const tiles = tileOf(row, rows) * columns;
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      if (mask[pixel] === 0) out[tiles + tileOf(column, columns)] += frame[pixel];
    }
  }
}

/**
 * Adds to the means of a long window what those of a near one differ from them by.
 *
 * Of integer frames all sums are exact, so that no order of adding changes a bit: for them the long means are compared as
 * rounded to 1/256 ADU.
 *
 * @param means - `[height, width]`, in ADU; changed in place
 * @param near - of the frames of the near window: sums of {@link sumTiles}, and how often each pixel was unmasked
 * @param areIntegers - whether the frames are
 */
export function correctByNear(
  means: Float32Array,
  near: { readonly sums: Float64Array; readonly counts: ArrayLike<number> },
  { width, height, columns, rows }: TileGrid,
  areIntegers: boolean,
): void {
  const expected = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let row = 0; row < height; row++) {
    const tiles = tileOf(row, rows) * columns;
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const tile = tiles + tileOf(column, columns);
      const mean = areIntegers ? roundedToEven(means[pixel] * 256) / 256 : means[pixel];
      expected[tile] += near.counts[pixel] * mean;
      counts[tile] += near.counts[pixel];
    }
  }
  const differences = Float32Array.from(counts, (count, tile) =>
    count > 0 ? (near.sums[tile] - expected[tile]) / count : 0,
  );
  // Each step is rounded to float32, so that the kernel in `src/kernels/assembly/near-correction.ts` gives the same bits.
  for (let row = 0; row < height; row++) {
    const down = between(row, rows);
    for (let column = 0; column < width; column++) {
      const across = between(column, columns);
      const valueAt = (tile: number): number =>
        mixed(differences[down.first * columns + tile], differences[down.second * columns + tile], down.share);
      means[row * width + column] += mixed(valueAt(across.first), valueAt(across.second), across.share);
    }
  }
}

function tileOf(position: number, count: number): number {
  return Math.min(count - 1, Math.floor(position / tilePixels));
}

/** The tiles whose middles a pixel lies between, and the share of the second; beyond the last middles twice the same. */
function between(position: number, count: number): { first: number; second: number; share: number } {
  const first = Math.floor((position - half) / tilePixels);
  const share = (position - half - first * tilePixels + 0.5) / tilePixels;
  return { first: Math.min(count - 1, Math.max(0, first)), second: Math.min(count - 1, first + 1), share };
}

function mixed(first: number, second: number, share: number): number {
  return Math.fround(Math.fround(first * (1 - share)) + Math.fround(second * share));
}

/** The nearest whole number, of two the even one. */
function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
