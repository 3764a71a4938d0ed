/** A loss and the step after which it was taken. */
export interface LossAtStep {
  readonly step: number;
  readonly loss: number;
}

/** Losses this far apart, as a share of all steps, say nothing about the last tenth. */
const widestGap = 0.35;

/**
 * By which share a loss fell over the last tenth of the steps, with a straight line between the losses that are known.
 *
 * @param losses - ascending in step, the last one at the end
 * @param steps - of the whole training
 * @returns `null` where there are too few losses to tell; below 0 where it rose
 */
export function fallAtEnd(losses: readonly LossAtStep[], steps: number): number | null {
  const last = losses.at(-1);
  const from = 0.9 * steps;
  const after = losses.findIndex(({ step }) => step >= from);
  if (!last || after < 0) return null;
  const before = losses[losses[after].step === from ? after : after - 1];
  const gap = before ? losses[after].step - before.step : Infinity;
  if (gap > widestGap * steps) return null;
  const share = gap > 0 ? (from - before.step) / gap : 0;
  const earlier = before.loss + share * (losses[after].loss - before.loss);
  return earlier > 0 ? 1 - last.loss / earlier : null;
}
