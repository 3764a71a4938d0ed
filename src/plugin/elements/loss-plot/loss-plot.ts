import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type uPlot from "uplot";

import type { LossPoint } from "../../loss-history.js";
import { themeStyles } from "../theme.styles.js";
import { decimate, mergeCurves, type CurveRow } from "./decimate.js";
import { lossPlotStyles } from "./loss-plot.styles.js";

/** Points drawn of one curve; the plot is some hundred pixels wide. */
const maximumPoints = 1000;
/** Rows of the table that stands in for the picture. */
const tableRows = 20;
const plotHeight = 150;

/**
 * The loss over the training steps, as a plot and, for those who cannot see it, as a table.
 *
 * @tagname slnet-loss-plot
 */
export class SlnetLossPlot extends LitElement {
  static override styles = [themeStyles, lossPlotStyles];

  /** Training loss by step, ascending. */
  @property({ attribute: false }) training: readonly LossPoint[] = [];
  /** Validation loss by step, ascending. */
  @property({ attribute: false }) validation: readonly LossPoint[] = [];

  @state() private logarithmic = false;
  @query(".area") private area!: HTMLElement | null;

  #plot: uPlot | null = null;
  #loading = false;
  #drawRequest = 0;
  readonly #resizes = new ResizeObserver(() => this.#resize());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    cancelAnimationFrame(this.#drawRequest);
    this.#drawRequest = 0;
    this.#plot?.destroy();
    this.#plot = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const empty = this.training.length === 0;
    return html`
      <div class="head">
        <span class="key training">Training loss</span>
        <span class="key validation">Validation</span>
        <label>
          <input
            type="checkbox"
            .checked=${this.logarithmic}
            @change=${(event: Event) => (this.logarithmic = (event.target as HTMLInputElement).checked)}
          />
          Log scale
        </label>
      </div>
      <div class="area" aria-hidden="true">
        ${empty ? html`<div class="empty">The loss appears here while training</div>` : nothing}
        <i class="probe training"></i><i class="probe validation"></i><i class="probe axis"></i
        ><i class="probe grid"></i>
      </div>
      ${empty ? nothing : this.#table()}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.area) this.#resizes.observe(this.area);
    if (changed.has("logarithmic")) {
      this.#plot?.destroy();
      this.#plot = null;
    }
    if (this.#drawRequest === 0) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  #table(): TemplateResult {
    const stride = Math.max(1, Math.ceil(this.training.length / tableRows));
    const rows = mergeCurves(
      this.training.filter((_, index) => index % stride === 0 || index === this.training.length - 1),
      decimate(this.validation, tableRows),
    );
    return html`
      <table class="visually-hidden">
        <caption>
          Loss by training step
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Training loss</th>
            <th scope="col">Validation loss</th>
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
    `;
  }

  #draw(): void {
    this.#drawRequest = 0;
    if (!this.#plot) return void this.#load();
    const rows = this.#rows();
    this.#plot.setData(columns(rows));
    if (rows.length === 0) {
      this.#plot.destroy();
      this.#plot = null;
    }
  }

  #rows(): CurveRow[] {
    return mergeCurves(decimate(this.training, maximumPoints), decimate(this.validation, maximumPoints));
  }

  /** Plotting costs fifty kilobytes, so it is loaded when there is something to plot. */
  async #load(): Promise<void> {
    if (this.#loading || this.training.length === 0) return;
    this.#loading = true;
    try {
      const { default: Plot } = await import("uplot");
      const area = this.area;
      if (area && this.isConnected && !this.#plot) {
        this.#plot = new Plot(this.#options(area.clientWidth), columns(this.#rows()), area);
      }
    } finally {
      this.#loading = false;
    }
  }

  #options(width: number): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: () => this.#colour("axis"),
      grid: { stroke: () => this.#colour("grid"), width: 1 },
      ticks: { stroke: () => this.#colour("grid"), width: 1, size: 4 },
      font: `11px ${getComputedStyle(this).fontFamily}`,
    };
    // The enum of uPlot exists only in its types: 1 is linear, 3 logarithmic.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
    const distr: uPlot.Scale.Distr = this.logarithmic ? 3 : 1;
    return {
      width,
      height: plotHeight,
      padding: [8, 10, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false }, y: { distr } },
      axes: [
        { ...axis, size: 24, gap: 2, space: 60 },
        { ...axis, size: 52, gap: 2, space: 28, values: (_, values) => values.map(axisText) },
      ],
      series: [
        {},
        { stroke: () => this.#colour("training"), width: 1.5, spanGaps: true, points: { show: false } },
        {
          stroke: () => this.#colour("validation"),
          width: 1.5,
          dash: [5, 3],
          spanGaps: true,
          points: { show: true, size: 5 },
        },
      ],
    };
  }

  /** A canvas does not know custom properties; an element that uses one does. */
  #colour(name: "training" | "validation" | "axis" | "grid"): string {
    const probe = this.renderRoot.querySelector(`.probe.${name}`);
    return probe ? getComputedStyle(probe).color : "gray";
  }

  #resize(): void {
    const width = this.area?.clientWidth ?? 0;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: plotHeight });
  }
}

function columns(rows: readonly CurveRow[]): uPlot.AlignedData {
  return [rows.map((row) => row.step), rows.map((row) => row.training), rows.map((row) => row.validation)];
}

function lossText(loss: number | null): string {
  return loss === null ? "" : loss.toPrecision(4);
}

function axisText(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(3)));
}
