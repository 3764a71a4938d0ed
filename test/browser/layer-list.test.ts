import { expect, waitUntil } from "@open-wc/testing";

import type { SlnetHistogram } from "../../src/plugin/elements/histogram/histogram.js";
import type { SlnetLayerControls } from "../../src/plugin/elements/stack-viewer/layer-controls.js";
import type { SlnetLayerList } from "../../src/plugin/elements/stack-viewer/layer-list.js";
import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

/** 0 to 999, each once. */
const ramp = Uint16Array.from({ length: 1000 }, (_, i) => i);

/** The layer list of a viewer with layers in it, worked as a person works it. */
class LayerListHarness {
  constructor(
    readonly viewer: StackViewerHarness,
    readonly list: SlnetLayerList,
  ) {}

  static async create(theme: "dark" | "light" = "dark"): Promise<LayerListHarness> {
    const viewer = await StackViewerHarness.create({ theme });
    return new LayerListHarness(viewer, viewer.viewer.renderRoot.querySelector("slnet-layer-list")!);
  }

  async add(name: string, limits: readonly [number, number] | null, valueUnit?: string): Promise<string> {
    const source = new ArrayFrames(25, 40, [ramp]);
    const { layers } = this.viewer.viewer.host;
    const id = await layers.add([source, { name, contrastLimits: limits, ...(valueUnit && { valueUnit }) }, "image"]);
    await this.viewer.drawn();
    await this.viewer.layerControls();
    await this.viewer.drawn();
    return id;
  }

  get controls(): SlnetLayerControls {
    return this.list.renderRoot.querySelector("slnet-layer-controls")!;
  }

  limits(id: string): readonly [number, number] | null | undefined {
    return this.viewer.viewer.host.layers.get(id)?.contrastLimits;
  }

  async press(title: string): Promise<void> {
    const button = [...this.controls.renderRoot.querySelectorAll("button")].find(
      (candidate) => candidate.textContent.trim() === title,
    );
    button!.click();
    await this.viewer.drawn();
  }

  field(label: string): HTMLInputElement {
    const found = [...this.controls.renderRoot.querySelectorAll<HTMLInputElement>("input, select")].find(
      (input) => input.ariaLabel === label || [...(input.labels ?? [])].some((one) => one.textContent.trim() === label),
    );
    return found!;
  }

  async type(label: string, value: string): Promise<void> {
    const field = this.field(label);
    field.value = value;
    field.dispatchEvent(new Event("change"));
    await this.viewer.drawn();
  }

  async check(label: string): Promise<void> {
    this.field(label).click();
    await this.viewer.drawn();
  }
}

describe("slnet-layer-list", () => {
  it("chooses limits by the percentiles that a person sets, and by those of ImageJ again", async () => {
    const harness = await LayerListHarness.create();
    const id = await harness.add("Raw", [0, 5]);
    await harness.press("Auto");
    expect(harness.limits(id), "a third of a percent of a thousand").to.deep.equal([1, 998]);
    await harness.type("Black, %", "10");
    await harness.type("White, %", "1");
    expect(harness.limits(id)).to.deep.equal([99, 990]);
    await harness.type("White, %", "80");
    expect(harness.field("White, %").value, "what cannot be is not taken").to.equal("1");
    await harness.press("Reset");
    expect(harness.limits(id)).to.deep.equal([1, 998]);
    expect(harness.field("Black, %").value).to.equal("0.175");
  });

  it("takes the full range, and numbers in camera counts", async () => {
    const harness = await LayerListHarness.create();
    const id = await harness.add("Raw", [3, 5]);
    await harness.press("Full");
    expect(harness.limits(id)).to.deep.equal([0, 999]);
    await harness.type("White level in ADU", "500");
    expect(harness.limits(id)).to.deep.equal([0, 500]);
    await harness.type("Black level in ADU", "600");
    expect(harness.limits(id)).to.deep.equal([600, 600]);
  });

  it("names the unit of a layer whose values are not camera counts, also in its histogram", async () => {
    const harness = await LayerListHarness.create();
    const id = await harness.add("Fine", [0, 1], "localizations per pixel");
    expect(harness.controls.renderRoot.querySelector(".contrast-head")!.textContent).to.contain(
      "Contrast (localizations per pixel)",
    );
    await harness.type("White level in localizations per pixel", "0.5");
    expect(harness.limits(id)).to.deep.equal([0, 0.5]);
    const histogram = harness.controls.renderRoot.querySelector("slnet-histogram")!;
    await histogram.updateComplete;
    const handle = histogram.renderRoot.querySelector(".handle.high")!;
    expect(handle.getAttribute("aria-valuetext")).to.equal("0.5 localizations per pixel");
    harness.viewer.viewer.host.layers.update(id, { valueUnit: "photons" });
    await harness.viewer.drawn();
    expect(harness.controls.renderRoot.textContent).to.contain("Contrast (photons)");
  });

  it("gives linked layers the same limits, also those that come later", async () => {
    const harness = await LayerListHarness.create();
    const raw = await harness.add("Raw", [10, 20]);
    const sparse = await harness.add("Sparse", [0, 50]);
    const share = await harness.add("Share", [0, 1], "%");
    harness.viewer.viewer.host.layers.setActive?.(sparse);
    await harness.viewer.drawn();
    await harness.check("Same limits for all layers in ADU");
    expect(harness.limits(raw)).to.deep.equal([0, 50]);
    await harness.type("White level in ADU", "70");
    expect([raw, sparse, share].map((id) => harness.limits(id))).to.deep.equal([
      [0, 70],
      [0, 70],
      [0, 1],
    ]);
    const later = await harness.add("Later", null);
    expect(harness.limits(later)).to.deep.equal([0, 70]);
    harness.viewer.viewer.host.layers.update(raw, { contrastLimits: [5, 6] });
    await harness.viewer.drawn();
    expect(
      [raw, sparse, later].map((id) => harness.limits(id)),
      "changed by somebody else",
    ).to.deep.equal([
      [5, 6],
      [5, 6],
      [5, 6],
    ]);
    await harness.check("Same limits for all layers in ADU");
    await harness.press("Auto");
    expect(harness.limits(later)).to.deep.equal([1, 998]);
    expect(harness.limits(raw)).to.deep.equal([5, 6]);
  });

  it("chooses a colormap and its inverse, and shows its colours", async () => {
    const harness = await LayerListHarness.create();
    const id = await harness.add("Raw", [0, 5]);
    const layer = () => harness.viewer.viewer.host.layers.get(id)!;
    await harness.type("Colours", "ember");
    expect(layer().colormap).to.equal("ember");
    await harness.check("Inverted");
    expect(layer().colormap).to.equal("inverted ember");
    await harness.type("Colours", "gray");
    expect(layer().colormap).to.equal("inverted gray");
    const swatch = harness.controls.renderRoot.querySelector<HTMLElement>(".swatch")!;
    expect(getComputedStyle(swatch).backgroundImage).to.match(/^linear-gradient\(to right, rgb\(255, 255, 255\)/);
  });

  it("shows the histogram of the frame in view and takes its limits", async () => {
    const harness = await LayerListHarness.create();
    const id = await harness.add("Raw", [100, 500]);
    const histogram = (): SlnetHistogram => harness.controls.renderRoot.querySelector("slnet-histogram")!;
    await waitUntil(() => histogram().shadowRoot?.querySelector("path"), "the histogram is loaded and has counted");
    const slider = histogram().renderRoot.querySelector<HTMLElement>('[aria-label="White level"]')!;
    expect(slider.getAttribute("aria-valuetext")).to.equal("500 ADU");
    slider.dispatchEvent(new KeyboardEvent("keydown", { key: "End", bubbles: true, cancelable: true }));
    await harness.viewer.drawn();
    expect(harness.limits(id)).to.deep.equal([100, 999]);
  });

  for (const theme of ["dark", "light"] as const) {
    it(`is accessible in a ${theme} viewer`, async () => {
      const harness = await LayerListHarness.create(theme);
      await harness.add("Raw", [0, 5]);
      harness.controls.renderRoot.querySelector("details")!.open = true;
      await waitUntil(() => harness.controls.renderRoot.querySelector("slnet-histogram")!.shadowRoot, "it is loaded");
      await expect(harness.list).to.be.accessible();
      await expect(harness.controls).to.be.accessible();
    });
  }
});
