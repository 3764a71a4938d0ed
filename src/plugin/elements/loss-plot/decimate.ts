import type { LossPoint } from "../../../core/loss-history.js";

/** The curve with at most `maximum` points: of each stretch the lowest and the highest, so that no spike is lost. */
export function decimate(points: readonly LossPoint[], maximum: number): readonly LossPoint[] {
  if (points.length <= maximum) return points;
  const stretches = Math.floor(maximum / 2);
  const kept: LossPoint[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    let lowest = points[from]!;
    let highest = lowest;
    for (let i = from + 1; i < to; i++) {
      const point = points[i]!;
      if (point.loss < lowest.loss) lowest = point;
      if (point.loss > highest.loss) highest = point;
    }
    if (lowest.step < highest.step) kept.push(lowest, highest);
    else if (lowest.step > highest.step) kept.push(highest, lowest);
    else kept.push(lowest);
  }
  return kept;
}

/** One row of a table or one place on the x axis. */
export interface CurveRow {
  readonly step: number;
  readonly training: number | null;
  readonly validation: number | null;
}

/** Both curves over one ascending axis of steps. */
export function mergeCurves(training: readonly LossPoint[], validation: readonly LossPoint[]): CurveRow[] {
  const rows: CurveRow[] = [];
  let t = 0;
  let v = 0;
  while (t < training.length || v < validation.length) {
    const trained = training[t];
    const validated = validation[v];
    const step = Math.min(trained?.step ?? Infinity, validated?.step ?? Infinity);
    rows.push({
      step,
      training: trained?.step === step ? trained.loss : null,
      validation: validated?.step === step ? validated.loss : null,
    });
    if (trained?.step === step) t++;
    if (validated?.step === step) v++;
  }
  return rows;
}
