import { expect, fixture, html, waitUntil } from "@open-wc/testing";

import { defineElements } from "../../src/plugin/define-elements.js";
import { decimate, mergeCurves } from "../../src/plugin/elements/loss-plot/decimate.js";
import type { SlnetLossPlot } from "../../src/plugin/elements/loss-plot/loss-plot.js";
import { appendLosses, type LossPoint } from "../../src/core/loss-history.js";

const curve = (length: number, loss: (step: number) => number): LossPoint[] =>
  Array.from({ length }, (_, index) => ({ step: index + 1, loss: loss(index + 1) }));

async function createPlot(scheme: string): Promise<SlnetLossPlot> {
  defineElements();
  const box = await fixture(html`<div><slnet-loss-plot></slnet-loss-plot></div>`);
  (box as HTMLElement).style.cssText = `width: 300px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
  return box.querySelector("slnet-loss-plot")!;
}

const plotCanvas = (plot: SlnetLossPlot): HTMLCanvasElement | null => plot.renderRoot.querySelector("canvas");

/** True where anything is drawn on the canvas. */
function hasInk(canvas: HTMLCanvasElement): boolean {
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value !== 0);
}

describe("slnet-loss-plot", () => {
  it("keeps its height from before the first loss to the last", async () => {
    const plot = await createPlot("dark");
    const before = plot.getBoundingClientRect().height;
    plot.training = curve(100, (step) => 1 / step);
    plot.validation = curve(3, (step) => 1 / step);
    await waitUntil(() => plotCanvas(plot) !== null, "the plot is loaded");
    expect(plot.getBoundingClientRect().height).to.equal(before);
  });

  it("draws the curve as wide as the element, also after that changes", async () => {
    const plot = await createPlot("dark");
    plot.training = curve(500, (step) => 1 / step);
    await waitUntil(() => plotCanvas(plot) !== null, "the plot is loaded");
    await waitUntil(() => hasInk(plotCanvas(plot)!), "something is drawn");
    (plot.parentElement as HTMLElement).style.width = "200px";
    await waitUntil(() => plotCanvas(plot)!.width === 200 * devicePixelRatio, "the canvas follows");
  });

  it("says the same in a table, in at most a few dozen rows", async () => {
    const plot = await createPlot("dark");
    plot.training = curve(1000, (step) => 1000 - step);
    plot.validation = [{ step: 500, loss: 2.5 }];
    await plot.updateComplete;
    const rows = [...plot.renderRoot.querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows.length).to.be.within(10, 40);
    expect(rows[0]).to.deep.equal(["1", "999.0", ""]);
    expect(rows.at(-1)).to.deep.equal(["1000", "0.000", ""]);
    expect(rows).to.deep.include(["500", "", "2.500"]);
  });

  it("draws at most the points asked for and loses no spike", () => {
    const points = curve(50_000, (step) => (step === 33_333 ? 9 : 1));
    const drawn = decimate(points, 1000);
    expect(drawn.length).to.be.at.most(1000);
    expect(Math.max(...drawn.map(({ loss }) => loss))).to.equal(9);
    const steps = drawn.map(({ step }) => step);
    expect(steps).to.deep.equal([...steps].sort((a, b) => a - b));
  });

  it("puts both curves on one axis of steps", () => {
    const rows = mergeCurves(
      curve(2, () => 5),
      [
        { step: 2, loss: 7 },
        { step: 4, loss: 8 },
      ],
    );
    expect(rows).to.deep.equal([
      { step: 1, training: 5, validation: null },
      { step: 2, training: 5, validation: 7 },
      { step: 4, training: null, validation: 8 },
    ]);
  });

  it("keeps no more than 4000 points of a long training, with their mean", () => {
    let kept: readonly LossPoint[] = [];
    const points = curve(20_000, (step) => step);
    for (let i = 0; i < points.length; i += 100) kept = appendLosses(kept, points.slice(i, i + 100));
    expect(kept.length).to.be.within(2000, 4000);
    expect(kept.at(-1)?.step).to.equal(20_000);
    const steps = kept.map(({ step }) => step);
    expect(steps.every((step, index) => index === 0 || step > steps[index - 1]!)).to.equal(true);
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page`, async () => {
      const plot = await createPlot(scheme);
      await expect(plot).to.be.accessible();
      plot.training = curve(100, (step) => 1 / step);
      await plot.updateComplete;
      await expect(plot).to.be.accessible();
    });
  }
});
