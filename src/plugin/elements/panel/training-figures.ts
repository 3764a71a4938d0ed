import { html, nothing, type TemplateResult } from "lit";

import type { TrainingState } from "../../session-state.js";
import { strings } from "../../strings/index.js";

/** A lone molecule keeps about one minus this weight of its light; a run that drifted to 0.83 kept a tenth. */
const highSelfWeight = 0.7;

/** How a training goes: where it is, its loss, and what tells whether it finds the background. */
export function trainingFigures(training: TrainingState | null): TemplateResult | typeof nothing {
  if (!training) return nothing;
  const texts = strings().panel;
  const { plan, epoch, step, keptShare, expectedShare, selfWeight, losses, warnings } = training;
  const loss = losses.at(-1)?.loss;
  return html`
    <dl>
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
    ${warnings.map((warning) => html`<div class="message"><p>${warning}</p></div>`)}
    ${
      selfWeight !== null && selfWeight > highSelfWeight && warnings.length === 0
        ? html`<div class="message"><p>${texts.drifts}</p></div>`
        : nothing
    }
  `;
}
