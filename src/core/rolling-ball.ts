import { SlnetError } from "./errors.js";
import type { SampleArray } from "./frames.js";

/** Radius of the ball, in pixels. What is wider than the ball is background. */
export const ballRadiusLimits = { minimum: 1, maximum: 500 } as const;

/** That of ImageJ. */
export const defaultBallRadius = 50;

/** A ball, or rather a square patch of its top, for a frame that is made smaller first. */
interface Ball {
  /** Pixels of a frame, in either direction, that become one. */
  readonly shrink: number;
  /** Pixels from the middle of the patch to its edge. */
  readonly reach: number;
  /** `[2·reach + 1, 2·reach + 1]`: heights above the centre of the ball, in ADU. */
  readonly heights: Float64Array;
}

/**
 * The background of single frames by a rolling ball (Sternberg, Computer 16(1), 22 (1983)): a ball rolls under the surface
 * that the readings of a frame make, and what it reaches is background. It is the grey opening by a ball, with the choices of
 * ImageJ's "Subtract Background" (`BackgroundSubtracter`, since 1.39f) so that its results can be compared, without smoothing:
 *
 * - of radius R above 10, 30 and 100 the frame is made 2, 4 and 8 times smaller, each pixel the least of a square, and the
 *   background is enlarged bilinearly, at the edges by extrapolation;
 * - the ball gets smaller in all three directions, so heights in ADU do too;
 * - only a patch of the ball is used, 24 %, 32 % (R above 30) or 40 % (above 100) less wide than it, with height 0 where a
 *   corner of the patch is outside of the ball;
 * - the middle of the ball may be outside of the frame, as far as the patch still touches it.
 */
export interface RollingBall {
  /**
   * Finds the background of a frame, and pauses a few hundred times on the way.
   *
   * @param frame - `[height, width]`
   * @param out - of its length, in the unit of the frame; whole when there is no further pause
   */
  roll(frame: SampleArray, out: Float32Array): Generator<undefined, void, undefined>;
}

/**
 * @param height - of the frames, in pixels
 * @param radius - in pixels
 * @throws {@link SlnetError} `bad-input` for a radius out of range
 */
export function createRollingBall(height: number, width: number, radius: number): RollingBall {
  const ball = ballOf(radius);
  const { shrink, reach, heights } = ball;
  const rows = Math.ceil(height / shrink);
  const columns = Math.ceil(width / shrink);
  const side = 2 * reach + 1;
  /** Places of the ball in a row and in all; at place [i, j] its middle is in row i − reach and column j − reach. */
  const places = columns + 2 * reach;
  const levels = new Float64Array((rows + 2 * reach) * places);
  const small = new Float64Array(rows * columns);
  const lifted = new Float64Array(rows * columns);
  const across = interpolationOf(width, columns, shrink);
  const down = interpolationOf(height, rows, shrink);

  /** How high the ball gets at all places of row i: until it touches. */
  const raiseBalls = (i: number): void => {
    const top = Math.max(0, i - 2 * reach);
    const bottom = Math.min(rows - 1, i);
    for (let j = 0; j < places; j++) {
      const left = Math.max(0, j - 2 * reach);
      const right = Math.min(columns - 1, j);
      let level = Infinity;
      for (let row = top; row <= bottom; row++) {
        const shift = (row - i + 2 * reach) * side - j + 2 * reach;
        for (let column = left, p = row * columns + left; column <= right; column++, p++) {
          const here = small[p] - heights[shift + column];
          if (here < level) level = here;
        }
      }
      levels[i * places + j] = level;
    }
  };

  /** How high the pixels of a row are reached by any of the balls. */
  const liftPixels = (row: number): void => {
    for (let column = 0; column < columns; column++) {
      let highest = -Infinity;
      for (let down = 0; down < side; down++) {
        // The ball whose patch has the pixel at [2·reach − down, 2·reach − right]; the patch is the same from all sides.
        const shift = down * side;
        for (let right = 0, p = (row + down) * places + column; right < side; right++, p++) {
          const here = levels[p] + heights[shift + right];
          if (here > highest) highest = here;
        }
      }
      lifted[row * columns + column] = highest;
    }
  };

  const enlarge = (out: Float32Array): void => {
    for (let y = 0; y < height; y++) {
      const upper = down.first[y] * columns;
      const lower = down.second[y] * columns;
      const v = down.weights[y];
      for (let x = 0; x < width; x++) {
        const [left, right, u] = [across.first[x], across.second[x], across.weights[x]];
        const above = lifted[upper + left] * u + lifted[upper + right] * (1 - u);
        const below = lifted[lower + left] * u + lifted[lower + right] * (1 - u);
        out[y * width + x] = above * v + below * (1 - v);
      }
    }
  };

  return {
    *roll(frame, out) {
      shrinkFrame(frame, width, shrink, columns, small);
      for (let i = 0; i < rows + 2 * reach; i++) {
        raiseBalls(i);
        yield;
      }
      for (let row = 0; row < rows; row++) {
        liftPixels(row);
        yield;
      }
      if (shrink > 1) enlarge(out);
      else out.set(lifted);
    },
  };
}

/** The background of one frame at once. See {@link RollingBall}. */
export function rollingBallBackground(
  frame: SampleArray,
  height: number,
  width: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(frame.length);
  for (const _ of createRollingBall(height, width, radius).roll(frame, out));
  return out;
}

function ballOf(radius: number): Ball {
  const { minimum, maximum } = ballRadiusLimits;
  if (!(radius >= minimum && radius <= maximum)) {
    throw new SlnetError(
      "bad-input",
      `the radius of the rolling ball is ${String(radius)} pixels, expected ${minimum} to ${maximum}`,
    );
  }
  const [shrink, trimPercent] = radius <= 10 ? [1, 24] : radius <= 30 ? [2, 24] : radius <= 100 ? [4, 32] : [8, 40];
  const size = Math.max(1, radius / shrink);
  const reach = Math.round(size - Math.floor(Math.floor(trimPercent * size) / 100));
  const side = 2 * reach + 1;
  const heights = new Float64Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const square = size ** 2 - (column - reach) ** 2 - (row - reach) ** 2;
      heights[row * side + column] = square > 0 ? Math.sqrt(square) : 0;
    }
  }
  return { shrink, reach, heights };
}

/** Each pixel the least of a square of the frame, which at the right and bottom edges may be cut off. */
function shrinkFrame(frame: SampleArray, width: number, shrink: number, columns: number, small: Float64Array): void {
  small.fill(Infinity);
  for (let p = 0, y = 0; p < frame.length; y++) {
    const row = Math.floor(y / shrink) * columns;
    for (let x = 0; x < width; x++, p++) {
      const at = row + Math.floor(x / shrink);
      if (frame[p] < small[at]) small[at] = frame[p];
    }
  }
}

/** Which two pixels of the small frame each pixel of the large one lies between, and the weight of the first. */
function interpolationOf(length: number, smallLength: number, shrink: number) {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const weights = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const place = Math.max(0, Math.min(Math.floor((i - shrink / 2) / shrink), smallLength - 2));
    first[i] = place;
    second[i] = Math.min(place + 1, smallLength - 1);
    weights[i] = 1 - ((i + 0.5) / shrink - (place + 0.5));
  }
  return { first, second, weights };
}
