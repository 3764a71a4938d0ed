import { expect, fixture, html, waitUntil } from "@open-wc/testing";

import { definePlots } from "../../src/plugin/define-plots.js";
import type { SlnetInspector } from "../../src/plugin/elements/inspector/inspector.js";
import { FrameAxisHarness } from "./profile-harness.js";
import { LargeFrames, SessionHarness } from "./session-harness.js";

/** An inspector in the page on a session with the built worker, worked as a person works it. */
class InspectorHarness {
  constructor(
    readonly element: SlnetInspector,
    readonly session: SessionHarness,
  ) {}

  static async create(scheme = "dark"): Promise<InspectorHarness> {
    definePlots();
    const session = new SessionHarness();
    const box = await fixture<HTMLElement>(html`<div><slnet-inspector></slnet-inspector></div>`);
    box.style.cssText = `width: 330px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
    const element = box.querySelector("slnet-inspector")!;
    element.inspection = await session.session.inspect();
    await element.updateComplete;
    return new InspectorHarness(element, session);
  }

  field(label: string): HTMLInputElement {
    return [...this.element.renderRoot.querySelectorAll<HTMLInputElement>("input, select")].find((input) =>
      [...(input.labels ?? [])].some((one) => one.textContent.trim().startsWith(label)),
    )!;
  }

  async type(label: string, value: string): Promise<void> {
    const field = this.field(label);
    field.value = value;
    field.dispatchEvent(new Event("change"));
    await this.element.updateComplete;
  }

  button(title: string): HTMLButtonElement {
    return [...this.element.renderRoot.querySelectorAll("button")].find((one) => one.textContent.trim() === title)!;
  }

  async press(title: string): Promise<void> {
    this.button(title).click();
    await this.element.updateComplete;
  }

  async rested(timeout = 10_000): Promise<void> {
    const resting = (): boolean =>
      Object.values(this.session.session.inspection!.state.tasks).every(({ busy }) => !busy);
    await waitUntil(resting, "the work is done", { timeout });
    await this.element.updateComplete;
  }

  get text(): string {
    return this.element.renderRoot.textContent.replace(/\s+/g, " ");
  }

  plot(tag: "slnet-trace-plot" | "slnet-kymograph"): FrameAxisHarness {
    return new FrameAxisHarness(this.element.renderRoot.querySelector(tag)!);
  }
}

describe("slnet-inspector", () => {
  let h: InspectorHarness;

  beforeEach(async () => {
    h = await InspectorHarness.create();
  });

  afterEach(() => h.session.session.dispose());

  it("says to open a stack first, and shows its fields once one is open", async () => {
    expect(h.text).to.contain("Open a stack first.");
    await h.session.openSmall(20);
    await h.element.updateComplete;
    expect(h.text).to.contain("Type a pixel of the frame.");
    expect(h.field("x").max).to.equal("19");
    expect(h.field("y").max).to.equal("23");
  });

  it("reads the pixel that is typed, where the viewer has no way to point at one", async () => {
    await h.session.openSmall(20);
    await h.element.updateComplete;
    await h.type("x", "5");
    await h.type("y", "5");
    await h.press("Show trace");
    await h.rested();
    await h.element.renderRoot.querySelector("slnet-trace-plot")!.updateComplete;
    expect(h.plot("slnet-trace-plot").rows[3]).to.deep.equal(["3", "900"]);
    expect(h.text).to.contain("Train or clean first to see background and cleaned values too.");
  });

  it("reads a part of a large stack at first, says which, and all of it when told to", async function () {
    this.timeout(120_000);
    const { host, session } = h.session;
    const id = await host.layers.add([new LargeFrames(), { name: "large", contrastLimits: [0, 1] }, "image"]);
    await session.openLayer(host.layers.get(id)!);
    host.dims.setStep(36);
    await h.element.updateComplete;
    for (const place of ["x", "y"]) await h.type(place, "5");
    await h.press("Show trace");
    await h.rested(60_000);
    // 62 frames of 32 MB are 2 GB at most.
    expect(h.text).to.contain("Only frames 5 to 66 are read: all 70 frames are 2.2 GB.");
    const { trace } = session.inspection!.state;
    expect([...trace!.raw]).to.deep.equal(Array.from({ length: 62 }, (_, frame) => 5 + frame));
    const plot = h.element.renderRoot.querySelector("slnet-trace-plot")!;
    await plot.updateComplete;
    const { rows } = h.plot("slnet-trace-plot");
    expect(rows[0]).to.deep.equal(["5 to 8", "5 to 8"]);
    expect(rows.at(-1)).to.deep.equal(["65 to 66", "65 to 66"]);

    await h.press("Read all 70 frames");
    expect(h.button("Read all 70 frames").disabled).to.equal(true);
    await waitUntil(() => session.inspection!.state.trace!.to === 70, "it is under way", { timeout: 30_000 });
    await h.press("Cancel");
    await h.rested();
    expect(h.text).to.match(/Only frames 0 to \d+ are read: all 70 frames are 2.2 GB\./);
    await h.press("Read all 70 frames");
    await h.rested(60_000);
    expect([...session.inspection!.state.trace!.raw]).to.deep.equal(Array.from({ length: 70 }, (_, frame) => frame));
    expect(h.text).to.not.contain("Only frames");
  });

  it("refuses a pixel outside of the frame, and says what is inside", async () => {
    await h.session.openSmall(20);
    await h.element.updateComplete;
    await h.type("x", "20");
    expect(h.element.renderRoot.querySelector("[role=alert]")!.textContent).to.equal(
      "Expected whole numbers: x from 0 to 19, y from 0 to 23.",
    );
    await h.press("Show trace");
    expect(h.session.session.inspection!.state.paths.trace).to.equal(null);
    await h.type("x", "");
    expect(h.element.renderRoot.querySelector("[role=alert]")).to.not.equal(null);
    await h.type("x", "19");
    expect(h.element.renderRoot.querySelector("[role=alert]")).to.equal(null);
  });

  it("follows what a person points at, and goes to the frame that is chosen in a plot", async () => {
    await h.session.openSmall(40);
    h.session.host.tellShape({ kind: "line", from: [2, 3], to: [2, 9] });
    await h.rested();
    expect(["From x", "From y", "To x", "To y"].map((label) => h.field(label).value)).to.deep.equal([
      "2",
      "3",
      "2",
      "9",
    ]);
    const kymograph = h.plot("slnet-kymograph");
    kymograph.press("End");
    expect(h.session.host.dims.step).to.equal(39);
    kymograph.drag(0.26, 0.49);
    await h.element.updateComplete;
    expect(h.field("From frame").value).to.equal("10");
    expect(h.field("To frame").value).to.equal("19");
    await h.type("To frame", "5");
    expect(h.session.session.inspection!.state.range).to.deep.equal([4, 6]);
    await h.press("All frames");
    expect(h.session.session.inspection!.state.range).to.equal(null);
    expect(h.button("All frames").disabled).to.equal(true);
  });

  it("says plainly that robust PCA has no values for a pixel", async () => {
    await h.session.openSmall(20);
    await h.session.session.clean({ method: "rpca", rpca: { groupFrames: 10, iterations: 5 } });
    await h.element.updateComplete;
    expect(h.text).to.contain("Robust PCA cleans whole frames together and has no values for single pixels");
  });

  it("makes projections by its buttons, of cleaned frames only once there are any", async () => {
    await h.session.openSmall(20);
    await h.element.updateComplete;
    await h.press("Maximum");
    await h.rested();
    expect(h.session.layer("Maximum of raw")).to.not.equal(undefined);
    await h.type("Of the frames", "sparse");
    expect(h.button("Mean").disabled).to.equal(true);
    expect(h.text).to.contain("Train or clean first: there is nothing to clean the frames with.");
    await h.session.session.clean({ method: "median", medianWindowFrames: 5 });
    await h.element.updateComplete;
    await h.press("Mean");
    await h.rested();
    expect(h.session.layer("Mean of cleaned")).to.not.equal(undefined);
  });

  it("leaves the viewer and the inspection alone once it is gone", () => {
    const listening = h.session.host.listeners;
    h.element.remove();
    expect(h.session.host.listeners).to.equal(listening - 1);
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page and no wider than it, empty and full`, async () => {
      const own = await InspectorHarness.create(scheme);
      await expect(own.element).to.be.accessible();
      await own.session.openSmall(30);
      await own.session.session.train();
      await own.session.session.inspection!.trace(5, 5);
      await own.session.session.inspection!.kymograph({ from: [0, 0], to: [9, 9] });
      await own.element.updateComplete;
      await expect(own.element).to.be.accessible();
      expect(own.element.parentElement!.scrollWidth).to.be.at.most(330);
      own.session.session.dispose();
    });
  }
});
