import { greyPicture, greyScaleOf } from "./grey-picture.js";

/** Longest side of a small picture, in pixels. */
const longestSide = 256;

/**
 * A small grey picture of a frame as PNG: means of squares of pixels, on a scale on which nearly all of them are shades of
 * grey.
 *
 * @param frame - `[height, width]`
 */
export async function thumbnail(frame: ArrayLike<number>, width: number, height: number): Promise<Uint8Array> {
  const square = Math.ceil(Math.max(width, height) / longestSide);
  const columns = Math.ceil(width / square);
  const rows = Math.ceil(height / square);
  const sums = new Float64Array(columns * rows);
  const counts = new Float64Array(columns * rows);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = Math.floor(y / square) * columns + Math.floor(x / square);
      sums[to] += frame[y * width + x];
      counts[to]++;
    }
  }
  const means = sums.map((sum, i) => sum / counts[i]);
  return (await greyPicture(means, columns, rows, greyScaleOf(means))).png;
}
