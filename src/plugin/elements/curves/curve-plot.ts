import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import type uPlot from "uplot";

/** One curve. Its colour is that of the class `probe` together with its name in the element's styles. */
export interface Curve {
  readonly name: string;
  readonly width?: number;
  readonly dash?: readonly [on: number, off: number];
  /** Mark each point, for curves of few. */
  readonly points?: boolean;
}

export interface CurvePlotSettings {
  /** In CSS pixels. */
  readonly height: number;
  /** Space left of the curves for the numbers of the vertical axis, in CSS pixels. */
  readonly axisWidth: number;
  curves(): readonly Curve[];
  /** One list for the horizontal axis and one for each curve; `null`: there is nothing to draw. */
  data(): uPlot.AlignedData | null;
  logarithmic?(): boolean;
  /** Ends of the horizontal axis; without it, those of the data. */
  range?(): readonly [from: number, to: number];
}

/** Space right of the curves, in CSS pixels: half of the last number of the axis. */
export const curvePlotRightInset = 10;

/**
 * Curves that an element draws by uPlot: loads it when there is something to draw, takes the colours of the theme, follows
 * the width of the element, and ends with it. The element renders {@link CurvePlot.area}.
 */
export class CurvePlot implements ReactiveController {
  readonly #host: LitElement;
  readonly #settings: CurvePlotSettings;
  readonly #resizes = new ResizeObserver(() => this.#resize());
  #plot: uPlot | null = null;
  #loading = false;
  #drawRequest = 0;

  constructor(host: LitElement, settings: CurvePlotSettings) {
    this.#host = host;
    this.#settings = settings;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#resizes.disconnect();
    cancelAnimationFrame(this.#drawRequest);
    this.#drawRequest = 0;
    this.reset();
  }

  hostUpdated(): void {
    const area = this.#area;
    if (area) this.#resizes.observe(area);
    if (this.#drawRequest === 0) this.#drawRequest = requestAnimationFrame(() => this.#draw());
  }

  /** Makes the plot anew with the next drawing: after curves or axes changed. */
  reset(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** @param empty - what is said while there is nothing to draw, or `null` */
  area(empty: string | null): TemplateResult {
    const probes = ["axis", "grid", ...this.#settings.curves().map(({ name }) => name)];
    // A content security policy without `unsafe-inline` forbids the attribute `style`, not the property.
    return html`<div class="area" aria-hidden="true" .style=${`height: ${this.#settings.height}px`}>
      ${empty === null ? nothing : html`<div class="empty">${empty}</div>`}
      ${probes.map((name) => html`<i class="probe ${name}"></i>`)}
    </div>`;
  }

  get #area(): HTMLElement | null {
    return this.#host.renderRoot.querySelector(".area");
  }

  #draw(): void {
    this.#drawRequest = 0;
    const data = this.#settings.data();
    if (data === null) this.reset();
    else if (this.#plot) this.#plot.setData(data);
    else void this.#load();
  }

  /** Plotting costs fifty kilobytes, so it is loaded when there is something to plot. */
  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const { default: Plot } = await import("uplot");
      const area = this.#area;
      const data = this.#settings.data();
      if (area && data && this.#host.isConnected && !this.#plot) {
        this.#plot = new Plot(this.#options(area.clientWidth), data, area);
      }
    } finally {
      this.#loading = false;
    }
  }

  #options(width: number): uPlot.Options {
    const { height, axisWidth, curves, logarithmic, range } = this.#settings;
    const axis: uPlot.Axis = {
      stroke: () => this.#colour("axis"),
      grid: { stroke: () => this.#colour("grid"), width: 1 },
      ticks: { stroke: () => this.#colour("grid"), width: 1, size: 4 },
      font: `11px ${getComputedStyle(this.#host).fontFamily}`,
    };
    // The enum of uPlot exists only in its types: 1 is linear, 3 logarithmic.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
    const distr: uPlot.Scale.Distr = logarithmic?.() ? 3 : 1;
    return {
      width,
      height,
      padding: [8, curvePlotRightInset, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, ...(range && { range: () => [...range()] as [number, number] }) },
        y: { distr },
      },
      axes: [
        { ...axis, size: 24, gap: 2, space: 60 },
        { ...axis, size: axisWidth, gap: 2, space: 28, values: (_, values) => values.map(axisText) },
      ],
      series: [
        {},
        ...curves().map(({ name, width: line = 1.5, dash, points = false }) => ({
          stroke: () => this.#colour(name),
          width: line,
          ...(dash && { dash: [...dash] }),
          spanGaps: true,
          points: points ? { show: true, size: 5 } : { show: false },
        })),
      ],
    };
  }

  /** A canvas does not know custom properties; an element that uses one does. */
  #colour(name: string): string {
    const probe = this.#host.renderRoot.querySelector(`.probe.${name}`);
    return probe ? getComputedStyle(probe).color : "gray";
  }

  #resize(): void {
    const width = this.#area?.clientWidth ?? 0;
    const { height } = this.#settings;
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height });
  }
}

function axisText(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(6)));
}
