import { html, nothing, type TemplateResult } from "lit";

import type { TrainingState } from "../../session-state.js";
import { formStrings } from "../../strings/panel-forms.js";
import { steeringStrings } from "../../strings/steering.js";

/** A lone molecule keeps about one minus this weight of its light; a run that drifted to 0.83 kept a tenth. */
const highSelfWeight = 0.7;

/** Off by more than this factor, the share kept is told to be another than α aims at. */
const shareFactor = 1.6;

/** How a training goes: where it is, its loss, and what tells whether it finds the background. */
export function trainingFigures(training: TrainingState | null): TemplateResult | typeof nothing {
  if (!training) return nothing;
  const texts = formStrings();
  const { plan, region, epoch, step, keptShare, expectedShare, selfWeight, losses } = training;
  const loss = losses.at(-1)?.loss;
  return html`
    <dl>
      ${
        region
          ? html`<dt>${steeringStrings().trainedPart}</dt>
              <dd>${steeringStrings().region(region)}</dd>`
          : nothing
      }
      <dt>${texts.epoch}</dt>
      <dd>${texts.epochAndStep(epoch, plan.epochs, step, plan.steps)}</dd>
      <dt>${texts.windows}</dt>
      <dd>${texts.windowCounts(plan.trainingWindows, plan.validationWindows)}</dd>
      <dt>${texts.loss}</dt>
      <dd>${loss === undefined ? texts.unknown : loss.toPrecision(4)}</dd>
      <dt title=${texts.pixelsKeptHint}>${texts.pixelsKept}</dt>
      <dd>${texts.keptAndExpected(keptShare, expectedShare)}</dd>
      <dt title=${texts.ownWeightHint}>${texts.ownWeight}</dt>
      <dd>${selfWeight === null ? texts.unknown : selfWeight.toFixed(2)}</dd>
    </dl>
  `;
}

/**
 * What is wrong with a training, under its button, where it is seen.
 *
 * @param running - its last figures are still to come
 */
export function trainingWarnings(training: TrainingState | null, running: boolean): TemplateResult {
  const warnings = training ? warningsOf(training, running) : [];
  return html`<div class="warnings" role="status">
    ${warnings.map((warning) => html`<div class="message"><p class="sentence">${warning}</p></div>`)}
  </div>`;
}

function warningsOf(
  { warnings, selfWeight, keptShare, expectedShare }: TrainingState,
  running: boolean,
): readonly string[] {
  if (warnings.length > 0) return warnings;
  if (selfWeight !== null && selfWeight > highSelfWeight) return [formStrings().drifts];
  if (keptShare === null || running) return [];
  const texts = steeringStrings();
  if (keptShare > expectedShare * shareFactor) return [texts.keepsMore(keptShare, expectedShare)];
  if (keptShare < expectedShare / shareFactor) return [texts.keepsLess(keptShare, expectedShare)];
  return [];
}
