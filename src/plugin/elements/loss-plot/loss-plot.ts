import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type uPlot from "uplot";

import type { LossPoint } from "../../../core/loss-history.js";
import { strings } from "../../strings/index.js";
import { CurvePlot } from "../curves/curve-plot.js";
import { curvePlotStyles } from "../curves/curve-plot.styles.js";
import { themeStyles } from "../theme.styles.js";
import { decimate, mergeCurves, type CurveRow } from "./decimate.js";
import { lossPlotStyles } from "./loss-plot.styles.js";

/** Points drawn of one curve; the plot is some hundred pixels wide. */
const maximumPoints = 1000;
/** Rows of the table that stands in for the picture. */
const tableRows = 20;

/**
 * The loss over the training steps, as a plot and, for those who cannot see it, as a table.
 *
 * @tagname slnet-loss-plot
 */
export class SlnetLossPlot extends LitElement {
  /** @internal */
  static override styles = [themeStyles, curvePlotStyles, lossPlotStyles];

  /** Training loss by step, ascending. */
  @property({ attribute: false }) training: readonly LossPoint[] = [];
  /** Validation loss by step, ascending. */
  @property({ attribute: false }) validation: readonly LossPoint[] = [];

  @state() private logarithmic = false;

  readonly #plot = new CurvePlot(this, {
    height: 150,
    axisWidth: 52,
    curves: () => [{ name: "training" }, { name: "validation", dash: [5, 3], points: true }],
    data: () => (this.training.length === 0 ? null : columns(this.#rows())),
    logarithmic: () => this.logarithmic,
  });

  override render(): TemplateResult {
    const text = strings().basics;
    const empty = this.training.length === 0;
    return html`
      <div class="head">
        <span class="key training">${text.trainingLoss}</span>
        <span class="key validation">${text.validation}</span>
        <label>
          <input
            type="checkbox"
            .checked=${this.logarithmic}
            @change=${(event: Event) => (this.logarithmic = (event.target as HTMLInputElement).checked)}
          />
          ${text.logScale}
        </label>
      </div>
      ${this.#plot.area(empty ? text.noLoss : null)} ${empty ? nothing : this.#table()}
    `;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("logarithmic")) this.#plot.reset();
  }

  #table(): TemplateResult {
    const text = strings().basics;
    const stride = Math.max(1, Math.ceil(this.training.length / tableRows));
    const rows = mergeCurves(
      this.training.filter((_, index) => index % stride === 0 || index === this.training.length - 1),
      decimate(this.validation, tableRows),
    );
    return html`
      <div class="visually-hidden">
        <table>
          <caption>
            ${text.lossByStep}
          </caption>
          <thead>
            <tr>
              <th scope="col">${text.step}</th>
              <th scope="col">${text.trainingLoss}</th>
              <th scope="col">${text.validationLoss}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ step, training, validation }) => html`
                <tr>
                  <th scope="row">${step}</th>
                  <td>${lossText(training)}</td>
                  <td>${lossText(validation)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #rows(): CurveRow[] {
    return mergeCurves(decimate(this.training, maximumPoints), decimate(this.validation, maximumPoints));
  }
}

function columns(rows: readonly CurveRow[]): uPlot.AlignedData {
  return [rows.map((row) => row.step), rows.map((row) => row.training), rows.map((row) => row.validation)];
}

function lossText(loss: number | null): string {
  return loss === null ? "" : loss.toPrecision(4);
}
