import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type uPlot from "uplot";

import { partsOf, shownFrames, type FrameRange, type Profile } from "../../profile.js";
import { plotStrings } from "../../strings/plots.js";
import { CurvePlot, curvePlotRightInset } from "../curves/curve-plot.js";
import { curvePlotStyles } from "../curves/curve-plot.styles.js";
import { extremes, extremesAt } from "../curves/extremes.js";
import { partName } from "../curves/part-names.js";
import { themeStyles } from "../theme.styles.js";

/** Points drawn of one curve; the plot is some hundred pixels wide. */
const maximumPoints = 1000;
/** Rows of the table that stands in for the picture. */
const tableRows = 20;
const height = 150;
const axisWidth = 52;
/** Of the horizontal axis, with its numbers. */
const footHeight = 24;

/**
 * The values of one pixel over the frames: raw, background and cleaned.
 *
 * @tagname slnet-trace-plot
 * @fires frame-chosen - A person goes to a frame: `detail.frame`.
 * @fires range-chosen - A person marks frames to look at them closer: `detail.range`, or `null` for all frames.
 */
export class SlnetTracePlot extends LitElement {
  static override styles = [
    themeStyles,
    curvePlotStyles,
    css`
      :host {
        display: block;
      }

      .key.raw::before,
      .probe.raw {
        color: var(--_muted);
      }

      .key.lowRank::before,
      .probe.lowRank {
        border-top-style: dashed;
        color: var(--_warning);
      }

      .key.sparse::before,
      .probe.sparse {
        border-top-width: 3px;
        color: var(--_accent);
      }
    `,
  ];

  /** Of one pixel, `positions` 1; `null`: none yet. */
  @property({ attribute: false }) profile: Profile | null = null;
  /** Frames shown; `null`: all. */
  @property({ attribute: false }) range: FrameRange | null = null;
  /** The current frame; `null`: none. */
  @property({ attribute: false }) frame: number | null = null;
  @property() unit = "ADU";

  readonly #plot = new CurvePlot(this, {
    height,
    axisWidth,
    curves: () => [
      { name: "raw", width: 1 },
      { name: "lowRank", width: 1.5, dash: [5, 3] },
      { name: "sparse", width: 1.5 },
    ],
    data: () => this.#data(),
    range: () => {
      const [from, to] = this.#shown;
      return [from - 0.5, to - 0.5];
    },
  });

  override render(): TemplateResult {
    const text = plotStrings();
    const { profile } = this;
    if (!profile) return html`${this.#plot.area(text.noTrace)}`;
    const [x, y] = profile.path.from;
    const label = text.traceOf(x, y);
    return html`
      <div class="head">
        <strong>${label}, ${this.unit}</strong>
        ${partsOf(profile).map(([part]) => html`<span class="key ${part}">${partName(part)}</span>`)}
      </div>
      <slnet-frame-axis
        .range=${this.#shown}
        .frame=${this.frame}
        .label=${`${label}: ${text.frame.toLowerCase()}`}
        .text=${this.#frameText(profile)}
        .insets=${[axisWidth, curvePlotRightInset, footHeight]}
      >
        ${this.#plot.area(null)}
      </slnet-frame-axis>
      ${this.#table(profile, label)}
    `;
  }

  get #shown(): FrameRange {
    return this.profile ? shownFrames(this.profile, this.range) : [0, 1];
  }

  #data(): uPlot.AlignedData | null {
    const { profile } = this;
    if (!profile || profile.done <= profile.from) return null;
    const { from, raw, lowRank, sparse } = profile;
    const [first, last] = this.#shown;
    const nothingThere = new Float32Array(raw.length).fill(NaN);
    const drawn = extremes(
      [raw, lowRank ?? nothingThere, sparse ?? nothingThere],
      first - from,
      last - from,
      from,
      maximumPoints,
    );
    return [[...drawn.x], ...drawn.curves.map((curve) => [...curve])] as uPlot.AlignedData;
  }

  #frameText(profile: Profile): string {
    const { frame } = this;
    const text = plotStrings();
    if (frame === null || frame < profile.from || frame >= profile.done)
      return frame === null ? "" : text.frameText(frame);
    const values = partsOf(profile).map(([part, all]) => [partName(part), all[frame - profile.from]!] as const);
    return text.traceText(frame, values, this.unit);
  }

  #table(profile: Profile, caption: string): TemplateResult | typeof nothing {
    const text = plotStrings();
    const [first, end] = this.#shown;
    const last = Math.min(end, profile.done);
    if (last <= first) return nothing;
    const stride = Math.ceil((last - first) / tableRows);
    const parts = partsOf(profile);
    const rows = Array.from({ length: Math.ceil((last - first) / stride) }, (_, row) => {
      const from = first + row * stride;
      return [from, Math.min(from + stride, last)] as const;
    });
    const cell = (values: Float32Array, from: number, to: number): string => {
      const [lowest, highest] = extremesAt(values, from - profile.from, to - profile.from);
      return text.valueRange(values[lowest]!, values[highest]!);
    };
    return html`<div class="visually-hidden">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text.frames}</th>
            ${parts.map(([part]) => html`<th scope="col">${text.lowestToHighest(partName(part), this.unit)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([from, to]) =>
              html`<tr>
                <th scope="row">${text.frameRange(from, to - 1)}</th>
                ${parts.map(([, values]) => html`<td>${cell(values, from, to)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
