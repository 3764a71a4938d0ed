import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { backgroundWeights } from "../../../core/background-weights.js";
import type { ModelFile } from "../../../core/model.js";
import { plotStrings } from "../../strings/plots.js";
import { themeStyles } from "../theme.styles.js";
import { weightsSentence } from "./weights-sentence.js";

/** Percent of the colour in the cell of the strongest weight: its number has to stay readable. */
const strongestPercent = 40;

/**
 * What a model has learned: the weight of each frame of its window in the background of each, as a table with colours,
 * and in words.
 *
 * @tagname slnet-weight-map
 */
export class SlnetWeightMap extends LitElement {
  static override styles = [
    themeStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--_space-2);
      }

      p {
        margin: 0;
      }

      .muted {
        color: var(--_muted);
      }

      .scroll {
        overflow-x: auto;
      }

      table {
        border-collapse: separate;
        border-spacing: 2px;
        font-size: 12px;
      }

      caption {
        padding-bottom: var(--_space-1);
        color: var(--_muted);
        text-align: left;
      }

      th {
        padding: 2px var(--_space-2);
        color: var(--_muted);
        font-weight: normal;
        text-align: right;
        white-space: nowrap;
      }

      .corner {
        padding-left: 0;
        color: var(--_muted);
        text-align: left;
      }

      td {
        min-width: 48px;
        padding: var(--_space-1) var(--_space-2);
        border-radius: 3px;
        text-align: right;
      }

      @media (forced-colors: active) {
        td {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];

  @property({ attribute: false }) model: ModelFile | null = null;

  override render(): TemplateResult {
    const text = plotStrings();
    if (!this.model) return html`<p class="muted">${text.noWeights}</p>`;
    const weights = backgroundWeights(this.model);
    const { shifts, rows, constantsAdu } = weights;
    const most = Math.max(...rows.flat().map(Math.abs), Number.MIN_VALUE);
    const hasConstants = constantsAdu.some((constant) => Math.abs(constant) >= 0.05);
    return html`
      <p>${weightsSentence(weights)}</p>
      <div class="scroll" tabindex="0" role="group" aria-label=${text.weightsCaption}>
        <table>
          <caption>
            ${text.weightsCaption}
          </caption>
          <thead>
            <tr>
              <td class="corner">${text.backgroundOf}</td>
              ${shifts.map((shift) => html`<th scope="col">${text.windowFrame(shift)}</th>`)}
              ${hasConstants ? html`<th scope="col">${text.constant}</th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row, index) =>
                html`<tr>
                  <th scope="row">${text.windowFrame(shifts[index] ?? 0)}</th>
                  ${row.map((weight) => this.#cell(weight, most))}
                  ${hasConstants ? html`<td>${(constantsAdu[index] ?? 0).toFixed(1)}</td>` : nothing}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  /** The stronger a weight, the more of the colour; the sign is in the number too. */
  #cell(weight: number, most: number): TemplateResult {
    const share = Math.round((strongestPercent * Math.abs(weight)) / most);
    const colour = weight < 0 ? "var(--_warning)" : "var(--_accent)";
    return html`<td .style=${`background: color-mix(in srgb, ${colour} ${share}%, var(--_surface))`}>
      ${weight.toFixed(2).replace("-", "−")}
    </td>`;
  }
}
