import { expect } from "@open-wc/testing";

import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const side = 100;
/** Pixel values that tell the place: the column. */
const columns = Uint16Array.from({ length: side * side }, (_, i) => i % side);
const stack = (frames = 20): ArrayFrames =>
  new ArrayFrames(
    side,
    side,
    Array.from({ length: frames }, () => columns),
  );

async function openStack(): Promise<StackViewerHarness> {
  const harness = await StackViewerHarness.create({ width: 860, height: 520 });
  await harness.add(stack(), "Raw");
  return harness;
}

/** Where pixels of the frame are on the stage, in CSS pixels. */
async function pixelAt(harness: StackViewerHarness, left: number, top: number): Promise<string> {
  harness.pointer("pointermove", left, top);
  await harness.drawn();
  return harness.readout.split("  ·  ")[0]!;
}

describe("pan and zoom of the stack viewer", () => {
  it("zooms with the wheel at the pointer, and draws what the readout says", async () => {
    const harness = await openStack();
    // Larger than the stage both ways: before that it stays in the middle.
    for (let i = 0; i < 2; i++) await harness.press("+");
    const before = await pixelAt(harness, 300, 200);
    for (let i = 0; i < 5; i++) await harness.wheel(300, 200, -300);
    expect(await pixelAt(harness, 300, 200)).to.equal(before);
    const column = Number(/x (\d+)/.exec(before)![1]);
    expect(harness.colourOf(300 * devicePixelRatio, 200 * devicePixelRatio)).to.deep.equal([column, column, column]);
    expect(harness.label).to.match(/zoom \d{4} %$/);
    for (let i = 0; i < 10 && !harness.label.includes("whole"); i++) await harness.wheel(300, 200, 10_000);
    expect(harness.label).to.contain("whole image in view");
  });

  it("does not scroll the page with the wheel", async () => {
    const harness = await openStack();
    const event = new WheelEvent("wheel", { deltaY: -100, cancelable: true, bubbles: true });
    harness.canvas.dispatchEvent(event);
    expect(event.defaultPrevented).to.equal(true);
  });

  it("keeps zoom and place over frames, and over a layer of the same size, and drops them for another size", async () => {
    const harness = await openStack();
    await harness.wheel(100, 100, -400);
    await harness.wheel(100, 100, -400);
    const place = await pixelAt(harness, 200, 200);
    const zoom = harness.label.split(", ").at(-1);
    await harness.press("ArrowRight", { shiftKey: true });
    expect(harness.viewer.host.dims.step).to.equal(10);
    const id = await harness.add(stack(), "Sparse");
    expect(await pixelAt(harness, 200, 200)).to.equal(place);
    expect(harness.label.split(", ").at(-1)).to.equal(zoom);
    const { layers } = harness.viewer.host;
    for (const layer of [...layers.list()]) if (layer.id !== id) layers.remove(layer.id);
    expect(await pixelAt(harness, 200, 200)).to.equal(place);
    layers.remove(id);
    await harness.add(new ArrayFrames(5, 5, [new Uint16Array(25)]), "Small");
    expect(harness.label).to.contain("whole image in view");
  });

  it("moves the image with a drag, which picks no point, and shows all of it after a double click", async () => {
    const harness = await openStack();
    const picked: unknown[] = [];
    harness.viewer.host.on("shape-picked", ({ shape }) => picked.push(shape));
    for (let i = 0; i < 3; i++) await harness.wheel(300, 200, -400);
    const before = await pixelAt(harness, 300, 200);
    await harness.drag([300, 200], [380, 150]);
    expect(await pixelAt(harness, 380, 150)).to.equal(before);
    expect(picked).to.deep.equal([]);
    harness.canvas.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await harness.drawn();
    expect(harness.label).to.contain("whole image in view");
  });

  it("zooms and moves with two fingers: what is between them stays between them", async () => {
    const harness = await openStack();
    for (let i = 0; i < 2; i++) await harness.press("+");
    const before = await pixelAt(harness, 300, 200);
    const zoom = (): number => Number(/zoom (\d+) %/.exec(harness.label)![1]);
    const zoomBefore = zoom();
    const touch = (type: string, pointerId: number, left: number, top: number): void =>
      harness.pointer(type, left, top, { pointerId, pointerType: "touch", isPrimary: pointerId === 1 });
    touch("pointerdown", 1, 280, 200);
    touch("pointerdown", 2, 320, 200);
    for (let i = 1; i <= 8; i++) {
      touch("pointermove", 1, 280 - 10 * i, 200);
      touch("pointermove", 2, 320 + 10 * i, 200);
    }
    touch("pointerup", 1, 200, 200);
    touch("pointerup", 2, 400, 200);
    await harness.drawn();
    expect(zoom(), "fingers five times as far apart").to.equal(5 * zoomBefore);
    expect(await pixelAt(harness, 300, 200)).to.equal(before);
  });

  it("zooms, fits and moves with keys, while arrows alone still change the frame", async () => {
    const harness = await openStack();
    await harness.press("1", { code: "Digit1", shiftKey: true });
    expect(harness.label).to.contain("zoom 100 %");
    for (let i = 0; i < 8; i++) await harness.press("+");
    await harness.press("-");
    const zoom = harness.label;
    expect(zoom).to.match(/zoom \d{4} %/);
    const before = await pixelAt(harness, 300, 200);
    await harness.press("ArrowRight", { altKey: true });
    await harness.press("ArrowDown", { ctrlKey: true });
    expect(await pixelAt(harness, 300 - 48, 200 - 48)).to.equal(before);
    expect(harness.viewer.host.dims.step, "the frame is the same").to.equal(0);
    await harness.press("ArrowRight");
    expect(harness.viewer.host.dims.step).to.equal(1);
    await harness.press("0");
    expect(harness.label).to.contain("whole image in view");
  });

  it("has a button for each", async () => {
    const harness = await openStack();
    await harness.pressButton("1:1");
    expect(harness.label).to.contain("zoom 100 %");
    await harness.pressButton("Zoom in");
    expect(harness.label).to.contain("zoom 150 %");
    await harness.pressButton("Zoom out");
    expect(harness.label).to.contain("zoom 100 %");
    await harness.pressButton("Fit");
    expect(harness.label).to.contain("whole image in view");
  });

  it("leaves keys with the browser's own meaning, and those in fields, alone", async () => {
    const harness = await openStack();
    const fired = (target: EventTarget, key: string, options: KeyboardEventInit = {}): boolean =>
      target.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...options }),
      );
    const field = harness.viewer.renderRoot.querySelector("input[type=number]")!;
    for (const key of ["1", "0", "-", "ArrowRight", "b"]) expect(fired(field, key), key).to.equal(true);
    for (const key of ["0", "+", "-", "b", " "]) {
      expect(fired(harness.stage, key, { ctrlKey: true }), `Ctrl+${key}`).to.equal(true);
      expect(fired(harness.stage, key, { metaKey: true }), `Meta+${key}`).to.equal(true);
    }
    await harness.drawn();
    expect(harness.label).to.contain("whole image in view");
  });

  it("lets one finger scroll the page until the image is larger than its place", async () => {
    const harness = await openStack();
    const touchAction = (): string => getComputedStyle(harness.canvas.parentElement!).touchAction;
    expect(touchAction()).to.equal("pan-y");
    await harness.press("+");
    expect(touchAction()).to.equal("none");
  });
});
