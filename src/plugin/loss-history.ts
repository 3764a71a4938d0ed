/** One point of a loss curve. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** Points kept of a curve. When there are more, neighbours are merged, so a long training takes no more memory. */
const maximumPoints = 4000;

/** The curve with some points more; beyond 4000 points each two neighbours become their mean. */
export function appendLosses(curve: readonly LossPoint[], added: readonly LossPoint[]): readonly LossPoint[] {
  if (added.length === 0) return curve;
  let points = [...curve, ...added];
  while (points.length > maximumPoints) points = mergedPairs(points);
  return points;
}

function mergedPairs(points: readonly LossPoint[]): LossPoint[] {
  const merged: LossPoint[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const first = points[i]!;
    const second = points[i + 1] ?? first;
    merged.push({ step: second.step, loss: (first.loss + second.loss) / 2 });
  }
  return merged;
}
