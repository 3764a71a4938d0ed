import { expect } from "@open-wc/testing";

import { autoContrast } from "../../src/plugin/host/contrast.js";
import type { SlnetStackViewer } from "../../src/plugin/elements/stack-viewer/stack-viewer.js";
import { ArrayFrames, ControlledFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const gray = (level: number): readonly number[] => [level, level, level];
/** Frames of one pixel with the values given. */
const onePixel = (...values: number[]): ArrayFrames =>
  new ArrayFrames(
    1,
    1,
    values.map((value) => Uint16Array.of(value)),
  );

describe("slnet-stack-viewer", () => {
  it("draws each pixel through the contrast limits, row 0 at the top", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(100, 200, 300, 400)]), "Raw", [100, 355]);
    expect(harness.colourAt(0.25, 0.25)).to.deep.equal(gray(0));
    expect(harness.colourAt(0.75, 0.25)).to.deep.equal(gray(100));
    expect(harness.colourAt(0.25, 0.75)).to.deep.equal(gray(200));
    expect(harness.colourAt(0.75, 0.75)).to.deep.equal(gray(255));
  });

  it("lets the topmost visible layer cover the ones below", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(onePixel(50), "Raw");
    await harness.add(onePixel(200), "Sparse");
    expect(harness.layerNames).to.deep.equal(["Sparse", "Raw"]);
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(200));
    await harness.pressEye("Sparse");
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(50));
  });

  it("mixes a layer that is half opaque with the one below", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(onePixel(0), "Raw");
    const id = await harness.add(onePixel(200), "Sparse");
    harness.viewer.host.layers.update(id, { opacity: 0.5 });
    await harness.drawn();
    expect(harness.colourAt(0.5, 0.5)[0]).to.be.closeTo(100, 1);
  });

  it("shows the layer below where a frame does not exist yet, and says so, until it does", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(onePixel(50), "Raw");
    const sparse = new ArrayFrames(1, 1, [null]);
    await harness.add(sparse, "Sparse");
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(50));
    expect(harness.note).to.contain("Sparse: this frame is not there yet");
    sparse.replace(0, Uint16Array.of(180));
    await harness.drawn();
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(180));
    expect(harness.note).to.equal("");
  });

  it("draws a frame again that its source changed", async () => {
    const harness = await StackViewerHarness.create();
    const source = onePixel(10);
    await harness.add(source, "Preview");
    source.replace(0, Uint16Array.of(90));
    await harness.drawn();
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(90));
  });

  it("keeps the last frame in view until the new one is there, and drops one that comes too late", async () => {
    const harness = await StackViewerHarness.create();
    const source = new ControlledFrames();
    await harness.add(source, "Raw", [0, 10]);
    const { dims } = harness.viewer.host;
    source.reads[0]!.finish();
    await harness.drawn();
    dims.setStep(4);
    await harness.drawn();
    expect(harness.colourAt(0.5, 0.5), "frame 0 while frame 4 is read").to.deep.equal(gray(0));
    dims.setStep(8);
    await harness.drawn();
    expect(source.reads.map(({ index }) => index)).to.deep.equal([0, 4, 8]);
    expect(source.reads[1]!.signal?.aborted, "the read of frame 4 is called off").to.equal(true);
    source.reads[2]!.finish();
    await harness.drawn();
    source.reads[1]!.finish();
    await harness.drawn();
    expect(harness.colourAt(0.5, 0.5), "frame 8 stays").to.deep.equal(gray(204));
  });

  it("says which frame of which layer cannot be read, and goes on", async () => {
    const harness = await StackViewerHarness.create();
    const source = onePixel(1, 2, 3);
    source.read = (index) =>
      index === 1
        ? Promise.reject(new Error("frame 1 is damaged"))
        : Promise.resolve({ index, height: 1, width: 1, samples: Uint16Array.of(100 + index) });
    await harness.add(source, "Raw");
    await harness.press("ArrowRight");
    expect(harness.note).to.equal("Raw: frame 1 is damaged");
    await harness.press("ArrowRight");
    expect(harness.note).to.equal("");
    expect(harness.colourAt(0.5, 0.5)).to.deep.equal(gray(102));
  });

  it("moves by one frame with the arrows, by ten with shift, and to the ends", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(onePixel(...Array.from({ length: 30 }, (_, index) => index)), "Raw");
    const { dims } = harness.viewer.host;
    const steps: number[] = [];
    for (const [key, shiftKey] of [
      ["ArrowRight", false],
      ["ArrowRight", true],
      ["ArrowLeft", false],
      ["End", false],
      ["ArrowRight", false],
      ["Home", false],
      ["ArrowLeft", true],
    ] as const) {
      await harness.press(key, { shiftKey });
      steps.push(dims.step);
    }
    expect(steps).to.deep.equal([1, 11, 10, 29, 29, 0, 0]);
  });

  it("plays and pauses with space, from the first frame again after the last", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(onePixel(1, 2), "Raw");
    const seen: number[] = [];
    const off = harness.viewer.host.on("step-changed", ({ step }) => seen.push(step));
    await harness.press(" ");
    expect(harness.playing).to.equal(true);
    const enough = performance.now() + 3000;
    while (seen.length < 3 && performance.now() < enough) await harness.drawn();
    await harness.press(" ");
    expect(harness.playing).to.equal(false);
    expect(seen.slice(0, 3)).to.deep.equal([1, 0, 1]);
    off();
  });

  it("saturates 0.35 % of the pixels with automatic contrast", () => {
    const ramp = Uint16Array.from({ length: 10_000 }, (_, index) => index);
    const { limits, range } = autoContrast(ramp);
    const outside = ramp.filter((value) => value < limits[0] || value > limits[1]).length;
    expect(outside).to.be.within(30, 35);
    expect(range).to.deep.equal([0, 9999]);
  });

  it("gives automatic contrast a width even where all pixels are equal", () => {
    expect(autoContrast(new Uint16Array(100).fill(7)).limits).to.deep.equal([7, 8]);
    expect(autoContrast(Float32Array.of(0, 0, 0, 0, 5)).limits).to.deep.equal([0, 5]);
  });

  it("chooses the contrast of a new layer from its pixels, and again on request", async () => {
    const harness = await StackViewerHarness.create();
    const source = new ArrayFrames(1, 3, [Uint16Array.of(100, 150, 200), Uint16Array.of(10, 20, 30)]);
    const id = await harness.add(source, "Raw", null);
    const { layers, dims } = harness.viewer.host;
    expect(layers.get(id)?.contrastLimits).to.deep.equal([100, 200]);
    dims.setStep(1);
    await harness.drawn();
    expect(layers.get(id)?.contrastLimits, "the same while stepping").to.deep.equal([100, 200]);
    await harness.pressAuto();
    expect(layers.get(id)?.contrastLimits).to.deep.equal([10, 30]);
    await harness.typeBlackLevel(50);
    expect(layers.get(id)?.contrastLimits, "black never lies above white").to.deep.equal([50, 50]);
  });

  it("reads out position and values under the pointer", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(1, 2, 3, 4)]), "Raw");
    await harness.add(new ArrayFrames(2, 2, [Float32Array.of(0, 0.25, 0.5, 0.75)]), "Sparse");
    await harness.point(0.75, 0.25);
    expect(harness.readout).to.equal("x 1, y 0  ·  Sparse 0.25  ·  Raw 2 ADU");
  });

  it("shows the value under the pointer in the unit of its layer", async () => {
    const harness = await StackViewerHarness.create();
    const { layers } = harness.viewer.host;
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(1, 2, 3, 4)]), "Raw");
    const density = Object.assign(new ArrayFrames(2, 2, [Float32Array.of(0, 0.03126, 0.5, 12.34)]), {
      type: "float32" as const,
    });
    await layers.add([density, { name: "Fine", valueUnit: "localizations per pixel" }, "image"]);
    await harness.add(new ArrayFrames(2, 2, [Uint16Array.of(5, 6, 7, 8)]), "Cleaned");
    await harness.point(0.75, 0.25);
    expect(harness.readout).to.equal(
      "x 1, y 0  ·  Cleaned 6 ADU  ·  Fine 0.0313 localizations per pixel  ·  Raw 2 ADU",
    );
    await harness.point(0.75, 0.75);
    expect(harness.readout).to.contain("Fine 12.3 localizations per pixel");
  });

  it("tells plugins what changed, after it changed", async () => {
    const { viewer } = await StackViewerHarness.create();
    const { host } = viewer;
    const events: string[] = [];
    host.on("layers-changed", ({ reason, id }) => events.push(`${reason} ${host.layers.get(id)?.name ?? "gone"}`));
    host.on("step-changed", ({ step }) => events.push(`step ${step} ${host.dims.step}`));
    const id = await host.layers.add([onePixel(1, 2, 3), { name: "Raw" }, "image"]);
    host.dims.setStep(2);
    host.dims.setStep(2);
    host.layers.remove(id);
    expect(events).to.deep.equal(["added Raw", "step 2 2", "removed gone", "step 0 0"]);
    expect(host.dims.frames).to.equal(0);
  });

  it("docks a panel and takes it out again", async () => {
    const { viewer } = await StackViewerHarness.create();
    const panel = document.createElement("div");
    panel.textContent = "panel";
    const unmount = viewer.host.mountPanel?.(panel, { title: "Test", area: "right" });
    await viewer.updateComplete;
    expect(panel.assignedSlot, "shown in a slot").to.not.equal(null);
    if (unmount) unmount();
    await viewer.updateComplete;
    expect(panel.isConnected).to.equal(false);
  });

  it("shows an error as an alert until it is dismissed, the same one once", async () => {
    const harness = await StackViewerHarness.create();
    harness.viewer.notify("error", "it went wrong");
    harness.viewer.notify("error", "it went wrong");
    await harness.drawn();
    const alerts = (): readonly string[] =>
      [...harness.toasts.querySelectorAll("[role=alert] p")].map((text) => text.textContent);
    expect(alerts()).to.deep.equal(["it went wrong"]);
    harness.toasts.querySelector("button")!.click();
    await harness.drawn();
    expect(alerts()).to.deep.equal([]);
  });

  for (const theme of ["dark", "light", "auto"] satisfies SlnetStackViewer["theme"][]) {
    it(`is accessible in the ${theme} theme, empty and with layers and messages`, async () => {
      const harness = await StackViewerHarness.create({ theme });
      await expect(harness.viewer).to.be.accessible();
      await harness.add(onePixel(50, 60), "Raw", null);
      await harness.add(new ArrayFrames(1, 1, [null, null]), "Sparse", null);
      harness.viewer.notify("error", "it went wrong");
      harness.viewer.notify("info", "it went well");
      await harness.drawn();
      await expect(harness.viewer).to.be.accessible();
    });
  }
});
