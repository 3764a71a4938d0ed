/** Curves over one axis, fit for drawing: what is not there is `null`. */
export interface DrawnCurves {
  readonly x: readonly number[];
  readonly curves: readonly (readonly (number | null)[])[];
}

/**
 * Curves with at most `maximum` points: of each stretch the lowest and the highest value in their order, so that no
 * spike is lost. All curves share the axis.
 *
 * @param curves - of one length; not-a-numbers are not there yet
 * @param from - first index that is drawn
 * @param to - the one after the last
 * @param origin - of the axis: where index 0 stands
 */
export function extremes(
  curves: readonly Float32Array[],
  from: number,
  to: number,
  origin: number,
  maximum: number,
): DrawnCurves {
  if (to - from <= maximum) {
    return {
      x: Array.from({ length: to - from }, (_, i) => origin + from + i),
      curves: curves.map((values) => Array.from(values.subarray(from, to), orNull)),
    };
  }
  const stretches = Math.floor(maximum / 2);
  const edge = (stretch: number): number => from + Math.floor((stretch * (to - from)) / stretches);
  return {
    x: Array.from({ length: 2 * stretches }, (_, point) => {
      const [start, end] = [edge(point >> 1), edge((point >> 1) + 1)];
      return origin + (point % 2 === 0 ? start : (start + end) / 2);
    }),
    curves: curves.map((values) =>
      Array.from({ length: stretches }, (_, stretch) => {
        const [lowest, highest] = extremesAt(values, edge(stretch), edge(stretch + 1));
        const pair = [orNull(values[lowest]), orNull(values[highest])];
        return lowest <= highest ? pair : pair.reverse();
      }).flat(),
    ),
  };
}

/** Where the lowest and the highest value of a stretch are; not-a-numbers count only where there is nothing else. */
export function extremesAt(values: Float32Array, from: number, to: number): readonly [lowest: number, highest: number] {
  let [lowest, highest] = [from, from];
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    if (value < values[lowest]! || Number.isNaN(values[lowest])) lowest = i;
    if (value > values[highest]! || Number.isNaN(values[highest])) highest = i;
  }
  return [lowest, highest];
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
