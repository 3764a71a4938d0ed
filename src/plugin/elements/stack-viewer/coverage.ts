/** Where a pixel of the frame ends this close to the end of one of the screen, it does not reach into the next one. */
const rounding = 1e-6;

/**
 * What consecutive pixels of the screen cover along one axis of a frame: its pixels `[from, to)`, of the first and the last
 * of them perhaps only a part. The others count 1; a last one that is also the first has no weight of its own.
 */
export interface Coverage {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly firstWeight: Float64Array;
  readonly lastWeight: Float64Array;
}

/**
 * Coverage of the pixels of the screen `[first, first + count)`, counted from where the frame begins.
 *
 * @param size - pixels of the frame
 * @param step - pixels of the frame for each of the screen; up to 1 a pixel of the screen has the one at its middle
 */
export function coverageOf(size: number, step: number, first: number, count: number): Coverage {
  const coverage: Coverage = {
    from: new Int32Array(count),
    to: new Int32Array(count),
    firstWeight: new Float64Array(count).fill(1),
    lastWeight: new Float64Array(count),
  };
  const { from, to, firstWeight, lastWeight } = coverage;
  for (let i = 0; i < count; i++) {
    if (step <= 1) {
      from[i] = Math.min(Math.max(Math.floor((first + i + 0.5) * step - 1 / 8192), 0), size - 1);
      to[i] = from[i]! + 1;
      continue;
    }
    const start = (first + i) * step;
    const end = Math.min(start + step, size);
    from[i] = Math.min(Math.floor(start + rounding), size - 1);
    to[i] = Math.max(Math.ceil(end - rounding), from[i]! + 1);
    firstWeight[i] = Math.min(from[i]! + 1, end) - start;
    if (to[i]! - from[i]! > 1) lastWeight[i] = end - (to[i]! - 1);
  }
  return coverage;
}

/** Weight of a pixel of the frame in the `i`-th of the screen, which covers it. */
export function weightAt({ from, to, firstWeight, lastWeight }: Coverage, i: number, pixel: number): number {
  if (pixel === from[i]) return firstWeight[i]!;
  return pixel === to[i]! - 1 ? lastWeight[i]! : 1;
}

/** Σ of the weights of all that the `i`-th pixel of the screen covers. */
export function totalWeight({ from, to, firstWeight, lastWeight }: Coverage, i: number): number {
  return firstWeight[i]! + lastWeight[i]! + Math.max(0, to[i]! - from[i]! - 2);
}

/** The pixels of the frame, `[left, right)`, that any of the pixels of the screen covers. */
export function extentOf({ from, to }: Coverage): readonly [left: number, right: number] {
  return [from[0] ?? 0, to.at(-1) ?? 0];
}
