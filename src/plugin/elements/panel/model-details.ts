import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import type { ModelFile } from "../../../core/model.js";
import { steeringStrings } from "../../strings/steering.js";
import { themeStyles } from "../theme.styles.js";
import { formStyles } from "./form.styles.js";
import { panelStyles } from "./panel.styles.js";

/** What is known of a model: what it was trained on, and what it has learned. */
export class SlnetModelDetails extends LitElement {
  static override styles = [
    themeStyles,
    panelStyles,
    formStyles,
    css`
      h4 {
        margin: 0;
        font-size: inherit;
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) model: ModelFile | null = null;

  /** Whether the heat map of the weights was asked for. */
  #asked = false;

  protected override updated(): void {
    if (this.model === null || this.#asked) return;
    this.#asked = true;
    // Without it the weights are not drawn, and all else is there.
    void import("../../define-plots.js").then(
      ({ definePlots }) => definePlots(),
      () => undefined,
    );
  }

  override render(): TemplateResult | typeof nothing {
    const { model } = this;
    if (!model) return nothing;
    const texts = steeringStrings();
    const { configuration, region, temporalShifts, epoch, steps, validationLoss, versions } = model;
    return html`
      <h4 id="learned">${texts.learned}</h4>
      <slnet-weight-map role="group" aria-labelledby="learned" .model=${model}></slnet-weight-map>
      <details>
        <summary>${texts.model}</summary>
        <dl>
          ${
            configuration.stack === ""
              ? nothing
              : html`<dt>${texts.modelStack}</dt>
                  <dd>${configuration.stack}</dd>`
          }
          <dt>${texts.trainedPart}</dt>
          <dd>${region ? texts.region(region) : texts.wholeStack}</dd>
          <dt>${texts.modelShifts}</dt>
          <dd>${temporalShifts.join(", ")}</dd>
          <dt>${texts.modelTrained}</dt>
          <dd>${texts.modelEpochs(epoch, steps)}</dd>
          ${
            validationLoss === null
              ? nothing
              : html`<dt>${texts.modelLoss}</dt>
                  <dd>${validationLoss.toPrecision(4)}</dd>`
          }
          <dt>${texts.modelEngine}</dt>
          <dd>${versions.engine}</dd>
        </dl>
      </details>
    `;
  }
}
