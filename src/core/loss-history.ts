/** One point of a loss curve. */
export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** Points kept of a curve that is drawn. When there are more, neighbours are merged, so a long training takes no more memory. */
const drawnPoints = 4000;

/**
 * The curve with some points more.
 *
 * @param most - points that it may have: beyond them each two neighbours become their mean
 */
export function appendLosses(
  curve: readonly LossPoint[],
  added: readonly LossPoint[],
  most = drawnPoints,
): readonly LossPoint[] {
  if (added.length === 0) return curve;
  let points = [...curve, ...added];
  while (points.length > most) points = mergedPairs(points);
  return points;
}

function mergedPairs(points: readonly LossPoint[]): LossPoint[] {
  const merged: LossPoint[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const first = points[i];
    const second = points[i + 1] ?? first;
    merged.push({ step: second.step, loss: (first.loss + second.loss) / 2 });
  }
  return merged;
}
