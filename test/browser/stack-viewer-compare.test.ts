import { expect } from "@open-wc/testing";

import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const gray = (level: number): readonly number[] => [level, level, level];
const flat = (...levels: number[]): ArrayFrames =>
  new ArrayFrames(
    8,
    8,
    levels.map((level) => new Uint16Array(64).fill(level)),
  );

/** Raw 50, background 100, cleaned 150; ten more in the second frame. */
async function openThree(): Promise<StackViewerHarness> {
  const harness = await StackViewerHarness.create();
  await harness.add(flat(50, 60), "Raw");
  await harness.add(flat(100, 110), "Background");
  await harness.add(flat(150, 160), "Cleaned");
  return harness;
}

const middle = (harness: StackViewerHarness): readonly number[] => harness.colourAt(0.5, 0.5);

/** The colour in the middle of each part of the canvas, from left to right. */
function across(harness: StackViewerHarness, parts: number): readonly (number | undefined)[] {
  const { width, height } = harness.drawing;
  return Array.from({ length: parts }, (_, i) => harness.colourOf(((i + 0.5) * width) / parts, height / 2)[0]);
}

describe("comparing layers in the stack viewer", () => {
  it("shows one layer alone by its digit, from the bottom, and all again by the same digit", async () => {
    const harness = await openThree();
    const { layers } = harness.viewer.host;
    const events: unknown[] = [];
    harness.viewer.host.on("display-changed", (detail) => events.push(detail));
    await harness.press("1");
    expect(middle(harness)).to.deep.equal(gray(50));
    expect(harness.label).to.contain("Raw, frame 0 of 1, 3 layers");
    expect(harness.note).to.equal("Raw alone");
    await harness.press("2");
    expect(middle(harness)).to.deep.equal(gray(100));
    await harness.press("2");
    expect(middle(harness)).to.deep.equal(gray(150));
    await harness.press("9");
    expect(middle(harness), "there is no ninth").to.deep.equal(gray(150));
    expect(layers.list().every(({ visible }) => visible)).to.equal(true);
    expect(events, "for plugins nothing changed").to.deep.equal([]);
  });

  it("shows a hidden layer by its digit, too, in the frame that is looked at", async () => {
    const harness = await openThree();
    const { layers, dims } = harness.viewer.host;
    layers.update(layers.list()[0]!.id, { visible: false });
    dims.setStep(1);
    await harness.press("1");
    expect(middle(harness)).to.deep.equal(gray(60));
    layers.remove(layers.list()[0]!.id);
    await harness.drawn();
    expect(middle(harness), "back to all when it goes").to.deep.equal(gray(160));
  });

  it("shows the layer below as long as B is held", async () => {
    const harness = await openThree();
    await harness.press("b");
    expect(middle(harness)).to.deep.equal(gray(100));
    await harness.press("b", { repeat: true });
    await harness.press("ArrowRight");
    expect(middle(harness)).to.deep.equal(gray(110));
    await harness.release("b");
    expect(middle(harness)).to.deep.equal(gray(160));
    await harness.press("B");
    window.dispatchEvent(new Event("blur"));
    await harness.drawn();
    expect(middle(harness), "let go in another window").to.deep.equal(gray(160));
  });

  it("shows the visible layers beside each other, each with its name, contrast and the same frame", async () => {
    const harness = await openThree();
    await harness.arrange("side");
    expect(across(harness, 3)).to.deep.equal([50, 100, 150]);
    expect(harness.captions).to.deep.equal(["Raw", "Background", "Cleaned"]);
    expect(harness.label).to.contain("Raw beside Background beside Cleaned");
    const { layers } = harness.viewer.host;
    layers.update(layers.list()[1]!.id, { contrastLimits: [0, 510] });
    await harness.press("ArrowRight");
    expect(across(harness, 3)).to.deep.equal([60, 55, 160]);
    layers.update(layers.list()[1]!.id, { visible: false });
    await harness.drawn();
    expect(across(harness, 2)).to.deep.equal([60, 160]);
    await harness.arrange("one");
    expect(middle(harness)).to.deep.equal(gray(160));
    expect(harness.captions).to.deep.equal([]);
  });

  it("moves and zooms them together", async () => {
    const harness = await StackViewerHarness.create();
    const places = Uint16Array.from({ length: 64 }, (_, i) => 3 * i);
    await harness.add(new ArrayFrames(8, 8, [places]), "Raw");
    await harness.add(new ArrayFrames(8, 8, [places.map((value) => value + 1)]), "Cleaned");
    await harness.arrange("side");
    const { width, height } = harness.stage.getBoundingClientRect();
    for (let i = 0; i < 3; i++) await harness.wheel(width * 0.8, height * 0.4, -250);
    await harness.drag([width * 0.2, height * 0.5], [width * 0.3, height * 0.6]);
    expect(harness.label).to.match(/zoom \d+ %/);
    const half = harness.drawing.width / 2;
    const seen = new Set<number>();
    for (let x = 5; x < half - 5; x += 7) {
      for (let y = 5; y < harness.drawing.height; y += 11) {
        const [left] = harness.colourOf(x, y);
        const [right] = harness.colourOf(x + Math.ceil(half) + 1, y);
        expect(right).to.equal(left! + 1);
        seen.add(left!);
      }
    }
    expect(seen.size).to.be.above(4);
    harness.pointer("pointermove", width * 0.75, height * 0.5);
    await harness.drawn();
    expect(harness.readout).to.match(/Cleaned (\d+) {2}· {2}Raw (\d+) ADU/);
  });

  it("swipes between the two topmost layers, the upper one on the left", async () => {
    const harness = await openThree();
    await harness.arrange("swipe");
    const { width, height } = harness.drawing;
    expect(harness.colourOf(width / 2 - 3, height / 2)).to.deep.equal(gray(150));
    expect(harness.colourOf(width / 2 + 3, height / 2)).to.deep.equal(gray(100));
    expect(harness.captions).to.deep.equal(["Cleaned", "Background"]);
    const { divider } = harness;
    expect([divider.role, divider.ariaValueNow]).to.deep.equal(["slider", "50"]);
    expect(divider.ariaValueText).to.equal("Cleaned on the left 50 %, Background on the right");
  });

  it("moves the divider with keys, which do not change the frame", async () => {
    const harness = await openThree();
    await harness.arrange("swipe");
    const press = async (key: string, shiftKey = false): Promise<string | null> => {
      harness.divider.dispatchEvent(
        new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, composed: true, cancelable: true }),
      );
      await harness.drawn();
      return harness.divider.ariaValueNow;
    };
    expect(await press("ArrowRight")).to.equal("51");
    expect(await press("ArrowLeft", true)).to.equal("41");
    expect(await press("End")).to.equal("100");
    expect(across(harness, 2)).to.deep.equal([150, 150]);
    expect(await press("ArrowRight")).to.equal("100");
    expect(await press("Home")).to.equal("0");
    expect(across(harness, 2)).to.deep.equal([100, 100]);
    expect(harness.viewer.host.dims.step).to.equal(0);
  });

  it("goes back to one picture where only one layer is left to compare", async () => {
    const harness = await openThree();
    await harness.arrange("swipe");
    await harness.press("1");
    expect(middle(harness)).to.deep.equal(gray(50));
    expect(harness.captions).to.deep.equal([]);
    await harness.press("1");
    expect(harness.captions.length).to.equal(2);
  });

  it("says in which pane a frame is not there yet", async () => {
    const harness = await StackViewerHarness.create();
    await harness.add(flat(50), "Raw");
    await harness.add(new ArrayFrames(8, 8, [null]), "Cleaned");
    await harness.arrange("side");
    expect(harness.captions).to.deep.equal(["Raw", "Cleaned: this frame is not there yet"]);
    expect(across(harness, 2)).to.deep.equal([50, 0]);
  });

  for (const theme of ["dark", "light"] as const) {
    it(`is accessible in the ${theme} theme, beside each other and with a divider`, async () => {
      const harness = await StackViewerHarness.create({ theme });
      await harness.add(flat(50, 60), "Raw");
      await harness.add(flat(150, 160), "Cleaned");
      for (const arrangement of ["side", "swipe"] as const) {
        await harness.arrange(arrangement);
        await expect(harness.viewer).to.be.accessible();
      }
    });
  }
});
