import { expect, fixture, html, waitUntil } from "@open-wc/testing";

import { definePlots } from "../../src/plugin/define-plots.js";
import { extremes } from "../../src/plugin/elements/curves/extremes.js";
import type { SlnetTracePlot } from "../../src/plugin/elements/trace-plot/trace-plot.js";
import { shownFrames, type Profile } from "../../src/plugin/profile.js";
import { FrameAxisHarness, profileOf } from "./profile-harness.js";

async function create(profile: Profile | null, scheme = "dark"): Promise<SlnetTracePlot> {
  definePlots();
  const box = await fixture<HTMLElement>(html`<div><slnet-trace-plot></slnet-trace-plot></div>`);
  box.style.cssText = `width: 330px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
  const plot = box.querySelector("slnet-trace-plot")!;
  plot.profile = profile;
  await plot.updateComplete;
  return plot;
}

/** Waits until uPlot has drawn and gives its canvas. */
async function drawn(plot: SlnetTracePlot): Promise<HTMLCanvasElement> {
  await waitUntil(() => plot.renderRoot.querySelector("canvas"), "the plot is loaded");
  return plot.renderRoot.querySelector("canvas")!;
}

describe("slnet-trace-plot", () => {
  it("loses no spike, high or low, however many frames there are", () => {
    const values = new Float32Array(100_000).fill(5);
    values[77_777] = 900;
    values[12_345] = -3;
    const { x, curves } = extremes([values, values.map((value) => 2 * value)], 0, values.length, 50, 1000);
    expect(x.length).to.equal(1000);
    expect(x).to.deep.equal([...x].sort((a, b) => a - b));
    const at = curves[0]!.indexOf(900);
    expect(x[at]).to.be.closeTo(77_777 + 50, 200);
    expect(curves[0]!).to.include(-3);
    expect(curves[1]![at], "of every curve at the same place").to.equal(1800);
  });

  it("draws few frames each for itself, and what is not there yet not at all", () => {
    const { x, curves } = extremes([Float32Array.of(1, 2, NaN, 4)], 1, 4, 10, 100);
    expect(x).to.deep.equal([11, 12, 13]);
    expect(curves).to.deep.equal([[2, null, 4]]);
  });

  it("shows the frames of a range, at least one, within those there are", () => {
    const profile = profileOf(100, 1, { from: 10, to: 110 });
    expect(shownFrames(profile, null)).to.deep.equal([10, 110]);
    expect(shownFrames(profile, [0, 20])).to.deep.equal([10, 20]);
    expect(shownFrames(profile, [500, 600])).to.deep.equal([109, 110]);
    expect(shownFrames(profile, [50, 20])).to.deep.equal([50, 51]);
  });

  it("draws a spike where its frame is marked", async () => {
    const raw = new Float32Array(5000).fill(10);
    raw[3750] = 1000;
    const plot = await create(profileOf(5000, 1, { raw, lowRank: null, sparse: null }));
    plot.frame = 3750;
    const canvas = await drawn(plot);
    const ink = (): number[] => {
      // The topmost line with any ink but the grid's: the tip of the spike.
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
      const colour = getComputedStyle(plot.renderRoot.querySelector(".probe.raw")!).color.match(/\d+/g)!.map(Number);
      for (let y = 0; y < height; y++) {
        for (let x = Math.ceil(60 * devicePixelRatio); x < width; x++) {
          const at = 4 * (y * width + x);
          if (colour.every((value, channel) => Math.abs(data[at + channel]! - value) < 40) && data[at + 3]! > 128)
            return [x, y];
        }
      }
      return [];
    };
    await waitUntil(() => ink().length > 0, "the curve is drawn");
    const harness = new FrameAxisHarness(plot);
    const slider = harness.slider.getBoundingClientRect();
    const marker = slider.left + harness.markerShare * slider.width - canvas.getBoundingClientRect().left;
    expect(ink()[0]! / devicePixelRatio).to.be.closeTo(marker, 2);
  });

  it("goes to a frame by click and by keyboard, and says its values", async () => {
    const plot = await create(profileOf(100, 1));
    plot.frame = 20;
    await plot.updateComplete;
    const axis = new FrameAxisHarness(plot);
    await plot.renderRoot.querySelector("slnet-frame-axis")!.updateComplete;
    expect(axis.slider.getAttribute("aria-valuetext")).to.equal(
      "Frame 20: raw 20,000 ADU, background 10,000 ADU, cleaned 10,000 ADU",
    );
    axis.press("ArrowRight");
    axis.press("ArrowLeft", true);
    axis.press("End");
    axis.press("Home");
    axis.drag(0.505);
    axis.drag(1);
    expect(axis.chosen).to.deep.equal([21, 10, 99, 0, 50, 99]);
    expect(axis.ranges).to.deep.equal([]);
  });

  it("takes a range by dragging, shows only that, and all again with escape", async () => {
    const plot = await create(profileOf(100, 1));
    const axis = new FrameAxisHarness(plot);
    axis.drag(0.605, 0.205);
    expect(axis.ranges).to.deep.equal([[20, 61]]);
    plot.range = [20, 61];
    await plot.updateComplete;
    await plot.renderRoot.querySelector("slnet-frame-axis")!.updateComplete;
    expect(axis.slider.getAttribute("aria-valuemax")).to.equal("60");
    axis.drag(0);
    axis.press("Escape");
    expect(axis.chosen).to.deep.equal([20]);
    expect(axis.ranges.at(-1)).to.equal(null);
    expect(axis.rows[0]![0]).to.equal("20 to 22");
    expect(axis.rows.at(-1)![0]).to.equal("59 to 60");
  });

  it("says the same in a table, as far as the frames are there", async () => {
    const plot = await create(profileOf(100, 1, { done: 50, lowRank: null }));
    expect(new FrameAxisHarness(plot).rows.slice(0, 2)).to.deep.equal([
      ["0 to 2", "0 to 2,000", "0 to 1,000"],
      ["3 to 5", "3,000 to 5,000", "1,500 to 2,500"],
    ]);
    expect(new FrameAxisHarness(plot).rows.at(-1)![0]).to.equal("48 to 49");
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page, and no wider than it`, async () => {
      const plot = await create(null, scheme);
      await expect(plot).to.be.accessible();
      plot.profile = profileOf(100, 1);
      await drawn(plot);
      await expect(plot).to.be.accessible();
      expect(plot.scrollWidth).to.be.at.most(330);
    });
  }
});
