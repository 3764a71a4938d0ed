import { expect, fixture, html } from "@open-wc/testing";

import { definePlots } from "../../src/plugin/define-plots.js";
import { pixelSizeNm } from "../../src/plugin/elements/scale-bar/pixel-size.js";
import { roundLength } from "../../src/plugin/elements/scale-bar/round-length.js";
import type { SlnetScaleBar } from "../../src/plugin/elements/scale-bar/scale-bar.js";
import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

describe("slnet-scale-bar", () => {
  const cases: readonly (readonly [number | null, number, number, string, number])[] = [
    // 120 screen pixels at 2 to a pixel of 100 nm: 6 µm, so 5 µm in 100.
    [100, 2, 5, "µm", 100],
    [100, 2.5, 2, "µm", 50],
    [10, 4, 200, "nm", 80],
    [100, 40, 200, "nm", 80],
    [160, 0.005, 2, "mm", 62.5],
    [null, 4, 20, "pixel", 80],
    [null, 120, 1, "pixel", 120],
    [1, 0.12, 1, "µm", 120],
  ];
  for (const [size, zoom, length, unit, screenPixels] of cases) {
    it(`is ${length} ${unit} long for pixels of ${size ?? "unknown"} nm at a zoom of ${zoom}`, () => {
      const found = roundLength(size, zoom, 120)!;
      expect(found.length).to.be.closeTo(length, 1e-9);
      expect(found.unit).to.equal(unit);
      expect(found.screenPixels).to.be.closeTo(screenPixels, 1e-6);
    });
  }

  it("has at most the length given, and more than a third of it, at every zoom", () => {
    for (let zoom = 0.01; zoom < 300; zoom *= 1.07) {
      const bar = roundLength(107, zoom, 120)!;
      expect(bar.screenPixels).to.be.within(120 / 2.5 - 1e-6, 120 + 1e-6);
    }
  });

  it("shows nothing where there is nothing to measure", () => {
    for (const [size, zoom] of [
      [null, 121],
      [null, 0],
      [100, NaN],
      [0, 2],
      [-1, 2],
      [100, Infinity],
    ] as const) {
      expect(roundLength(size, zoom, 120), `${String(size)} ${zoom}`).to.equal(null);
    }
  });

  it("says its length, as long as it is drawn", async () => {
    definePlots();
    const bar = await fixture<SlnetScaleBar>(
      html`<slnet-scale-bar pixel-size-nm="100" screen-pixels-per-pixel="2"></slnet-scale-bar>`,
    );
    expect(bar.renderRoot.querySelector("[role=img]")!.getAttribute("aria-label")).to.equal("Scale bar: 5 µm");
    expect(bar.renderRoot.querySelector(".bar")!.getBoundingClientRect().width).to.equal(100);
    bar.pixelSizeNm = null;
    await bar.updateComplete;
    expect(bar.renderRoot.textContent.trim()).to.equal("50 pixels");
    bar.screenPixelsPerPixel = 0;
    await bar.updateComplete;
    expect(bar.renderRoot.querySelector("[role=img]")).to.equal(null);
    await expect(bar).to.be.accessible();
  });

  it("knows the units that layers have", () => {
    const size = (step: number, unit: string): number | null =>
      pixelSizeNm({ scale: [1, step, step], units: ["s", unit, unit] });
    expect(size(107, "nm")).to.equal(107);
    expect(size(0.1, "µm")).to.be.closeTo(100, 1e-9);
    expect(size(1, "pixel")).to.equal(null);
    expect(size(0, "nm")).to.equal(null);
    expect(size(NaN, "nm")).to.equal(null);
  });

  it("stands on the picture of a viewer, by its pixel size and zoom", async () => {
    const harness = await StackViewerHarness.create();
    const source = new ArrayFrames(100, 100, [new Uint16Array(10_000)]);
    const id = await harness.add(source, "Raw");
    const bar = (): SlnetScaleBar => harness.viewer.renderRoot.querySelector("slnet-scale-bar")!;
    await customElements.whenDefined("slnet-scale-bar");
    await bar().updateComplete;
    expect(bar().renderRoot.textContent).to.contain("pixels");
    const side = Math.min(harness.canvas.width, harness.canvas.height) / devicePixelRatio;
    expect(bar().screenPixelsPerPixel).to.be.within(side / 100 - 1, side / 100 + 0.01);
    harness.viewer.host.layers.update(id, { scale: [1, 100, 100], units: ["s", "nm", "nm"] });
    await harness.drawn();
    await bar().updateComplete;
    expect(bar().renderRoot.textContent.trim()).to.match(/^[125]0* (nm|µm)$/);
  });
});
