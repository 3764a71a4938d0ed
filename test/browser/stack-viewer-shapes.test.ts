import { aTimeout, expect, waitUntil } from "@open-wc/testing";

import { doubleClickMs } from "../../src/plugin/elements/stack-viewer/gestures.js";
import type { PickedShape } from "../../src/plugin/host/contract.js";
import { ArrayFrames, StackViewerHarness } from "./stack-viewer-harness.js";

const side = 40;
const stack = (): ArrayFrames =>
  new ArrayFrames(side, side, [new Uint16Array(side * side), new Uint16Array(side * side)]);

interface Opened {
  readonly harness: StackViewerHarness;
  readonly picked: PickedShape[];
  /** The middle of a pixel on the stage, in CSS pixels. */
  readonly at: (x: number, y: number) => readonly [left: number, top: number];
}

async function openStack(): Promise<Opened> {
  const harness = await StackViewerHarness.create();
  await harness.add(stack(), "Raw");
  const picked: PickedShape[] = [];
  harness.viewer.host.on("shape-picked", ({ shape }) => picked.push(shape));
  const { width, height } = harness.canvas;
  const scale = Math.floor(Math.min(width, height) / side);
  const [left, top] = [Math.round((width - side * scale) / 2), Math.round((height - side * scale) / 2)];
  const at = (x: number, y: number): readonly [number, number] => [
    (left + (x + 0.5) * scale) / devicePixelRatio,
    (top + (y + 0.5) * scale) / devicePixelRatio,
  ];
  return { harness, picked, at };
}

/** A click is one only when no second one has come. */
async function picks(picked: readonly PickedShape[]): Promise<void> {
  await waitUntil(() => picked.length > 0, "the click has picked");
}

async function longerThanADoubleClick(): Promise<void> {
  await aTimeout(doubleClickMs + 100);
}

describe("picking shapes in the stack viewer", () => {
  it("picks the pixel that is clicked, and nothing beside the image", async () => {
    const { harness, picked, at } = await openStack();
    await harness.click(...at(7, 31));
    await picks(picked);
    await harness.click(2, 2);
    await longerThanADoubleClick();
    expect(picked).to.deep.equal([{ kind: "point", x: 7, y: 31 }]);
  });

  it("counts in pixels of the lowest layer, also over a layer of finer pixels", async () => {
    const { harness, picked } = await openStack();
    const { viewer, canvas } = harness;
    const fine = 3 * side;
    await harness.add(new ArrayFrames(fine, fine, [new Uint16Array(fine * fine)]), "Fine");
    const [raw] = viewer.host.layers.list();
    viewer.host.layers.update(raw!.id, { visible: false });
    await harness.drawn();
    const [middle, centre] = [canvas.width / 2, canvas.height / 2];
    await harness.click((middle + 6) / devicePixelRatio, (centre + 6) / devicePixelRatio);
    await picks(picked);
    expect(picked).to.deep.equal([{ kind: "point", x: side / 2, y: side / 2 }]);

    viewer.host.shapes!.show("mark", picked[0]!);
    await harness.drawn();
    const path = viewer.shadowRoot!.querySelector("path.shape")!.getAttribute("d")!;
    const [, left, top, size] = /^M([\d.]+) ([\d.]+)h([\d.]+)/.exec(path)!.map(Number);
    expect(Math.abs(left! + size! / 2 - middle), "drawn where it was picked").to.be.below(10);
    expect(Math.abs(top! + size! / 2 - centre)).to.be.below(10);
  });

  it("marks the pixel at once, and picks it when no second click has come", async () => {
    const { harness, picked, at } = await openStack();
    await harness.click(...at(7, 31));
    expect(harness.shapes.map(({ kind }) => kind)).to.deep.equal(["point"]);
    expect(picked).to.deep.equal([]);
    await picks(picked);
    await harness.drawn();
    expect(harness.shapes, "a plugin shows what it reads").to.deep.equal([]);
  });

  it("picks nothing where the image is double-clicked, and leaves no mark", async () => {
    const { harness, picked, at } = await openStack();
    await harness.press("+");
    for (let click = 0; click < 2; click++) await harness.click(...at(20, 20));
    harness.canvas.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await harness.drawn();
    expect(harness.shapes).to.deep.equal([]);
    await harness.click(...at(20, 20));
    await longerThanADoubleClick();
    expect(picked, "nor does a third click").to.deep.equal([]);
    expect(harness.label).to.contain("whole image in view");
  });

  it("takes a click back when the browser tells of a double click that came late", async () => {
    const { harness, picked, at } = await openStack();
    await harness.click(...at(7, 31));
    harness.canvas.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    await longerThanADoubleClick();
    expect(picked).to.deep.equal([]);
  });

  it("picks the last of several places that are clicked quickly", async () => {
    const { harness, picked, at } = await openStack();
    await harness.click(...at(7, 31));
    await harness.click(...at(30, 5));
    await picks(picked);
    await longerThanADoubleClick();
    expect(picked).to.deep.equal([{ kind: "point", x: 30, y: 5 }]);
  });

  it("picks nothing of an image that went before the click was one", async () => {
    const { harness, picked, at } = await openStack();
    await harness.click(...at(7, 31));
    harness.viewer.host.layers.remove(harness.viewer.host.layers.list()[0]!.id);
    await longerThanADoubleClick();
    expect(picked).to.deep.equal([]);
  });

  it("draws a line with a drag, from end to end, and then moves the image again", async () => {
    const { harness, picked, at } = await openStack();
    await harness.pressButton("Line");
    await harness.drag(at(3, 4), at(30, 20));
    expect(picked).to.deep.equal([{ kind: "line", from: [3, 4], to: [30, 20] }]);
    await harness.drag(at(3, 4), at(30, 20));
    expect(picked.length, "the tool is for one shape").to.equal(1);
  });

  it("draws a rectangle between two corners in any order, also by two clicks, inside the image", async () => {
    const { harness, picked, at } = await openStack();
    await harness.pressButton("Rectangle");
    await harness.click(...at(20, 30));
    expect(picked).to.deep.equal([]);
    harness.pointer("pointermove", ...at(10, 28));
    await harness.drawn();
    expect(harness.shapes.map(({ kind }) => kind)).to.deep.equal(["rectangle"]);
    await harness.click(...at(5, 28));
    await harness.pressButton("Rectangle");
    const { width, height } = harness.stage.getBoundingClientRect();
    await harness.drag(at(35, 36), [width - 1, height - 1]);
    expect(picked).to.deep.equal([
      { kind: "rectangle", x: 5, y: 28, width: 16, height: 3 },
      { kind: "rectangle", x: 35, y: 36, width: 5, height: 4 },
    ]);
  });

  it("picks a line by keys alone, and says where the crosshair is", async () => {
    const { harness, picked } = await openStack();
    const button = harness.viewer.renderRoot.querySelector<HTMLButtonElement>("button[aria-label=Line]")!;
    button.focus();
    button.click();
    await harness.drawn();
    expect(harness.viewer.shadowRoot!.activeElement, "the keys go to the stage").to.equal(harness.stage);
    await harness.press("ArrowLeft", { shiftKey: true });
    await harness.press("ArrowUp");
    expect(harness.announcement).to.equal("Line: x 10, y 19");
    await harness.press("Enter");
    expect(harness.announcement).to.equal("from x 10, y 19");
    await harness.press("ArrowRight");
    await harness.press("ArrowDown", { shiftKey: true });
    await harness.press("Enter");
    expect(picked).to.deep.equal([{ kind: "line", from: [10, 19], to: [11, 29] }]);
    expect(harness.announcement).to.equal("Line from x 10, y 19 to x 11, y 29");
    expect(harness.viewer.shadowRoot!.activeElement, "the focus is back").to.equal(button);
    expect(harness.viewer.host.dims.step).to.equal(0);
  });

  it("takes back a point with Escape, and then leaves the tool", async () => {
    const { harness, picked } = await openStack();
    await harness.pressButton("Rectangle");
    await harness.press("Enter");
    await harness.press("Escape");
    expect(harness.viewer.renderRoot.querySelector("button[aria-label=Rectangle]")!.ariaPressed).to.equal("true");
    await harness.press("Escape");
    expect(harness.viewer.renderRoot.querySelector("button[aria-label=Rectangle]")!.ariaPressed).to.equal("false");
    await harness.press("ArrowRight");
    expect(harness.viewer.host.dims.step, "arrows change the frame again").to.equal(1);
    expect(picked).to.deep.equal([]);
  });

  it("keeps the crosshair in the image and in view", async () => {
    const { harness, picked } = await openStack();
    for (let i = 0; i < 6; i++) await harness.press("+");
    await harness.pressButton("Point");
    for (let i = 0; i < 5; i++) await harness.press("ArrowLeft", { shiftKey: true });
    const crosshair = harness.viewer.renderRoot.querySelector(".crosshair")!.getBoundingClientRect();
    const stage = harness.stage.getBoundingClientRect();
    expect(crosshair.right).to.be.above(stage.left);
    await harness.press("Enter");
    expect(picked.map((shape) => shape.kind === "point" && shape.x)).to.deep.equal([0]);
  });

  it("arms its tools for plugins, and draws their shapes at any zoom until they are taken away", async () => {
    const { harness, picked, at } = await openStack();
    const shapes = harness.viewer.host.shapes!;
    shapes.pick("rectangle");
    await harness.drawn();
    await harness.drag(at(1, 1), at(4, 4));
    expect(picked.length).to.equal(1);
    shapes.show("trace", { kind: "rectangle", x: 10, y: 20, width: 8, height: 4 });
    await harness.drawn();
    const [before] = harness.shapes;
    const [left, top] = at(10, 20);
    const pixel = at(11, 20)[0] - left;
    expect(before!.box.left).to.be.closeTo(left - pixel / 2, 2);
    expect(before!.box.top).to.be.closeTo(top - pixel / 2, 2);
    expect(before!.box.width).to.be.closeTo(8 * pixel, 4);
    await harness.press("+");
    await harness.press("+");
    expect(harness.shapes[0]!.box.width).to.be.closeTo(8 * pixel * 1.5 * 1.5, 4);
    shapes.show("trace", { kind: "point", x: 1, y: 1 });
    await harness.drawn();
    expect(harness.shapes.map(({ kind }) => kind)).to.deep.equal(["point"]);
    shapes.show("trace", null);
    await harness.drawn();
    expect(harness.shapes).to.deep.equal([]);
  });

  it("draws shapes in each pane", async () => {
    const { harness } = await openStack();
    await harness.add(stack(), "Cleaned");
    harness.viewer.host.shapes!.show("line", { kind: "line", from: [0, 0], to: [39, 39] });
    await harness.arrange("side");
    const boxes = harness.shapes.map(({ box }) => box);
    expect(boxes.length).to.equal(2);
    expect(boxes[0]!.width).to.be.closeTo(boxes[1]!.width, 0.1);
    expect(boxes[1]!.left).to.be.above(boxes[0]!.right);
  });

  it("refuses shapes that are none", async () => {
    const { harness } = await openStack();
    const shapes = harness.viewer.host.shapes!;
    const show = (shape: unknown) => () => shapes.show("id", shape as PickedShape);
    expect(show({ kind: "circle", x: 1, y: 1 })).to.throw("shape is of kind circle, expected point, line, rectangle");
    expect(show({ kind: "point", x: 1.5, y: 1 })).to.throw("point is at 1.5, expected whole pixels from 0");
    expect(show({ kind: "line", from: [0, 0], to: [-1, 0] })).to.throw("line is at -1, expected whole pixels from 0");
    expect(show({ kind: "rectangle", x: 0, y: 0, width: 0, height: 2 })).to.throw("rectangle is 0 pixels large");
    expect(() => shapes.pick("circle" as "point")).to.throw("shape is of kind circle");
  });

  for (const theme of ["dark", "light"] as const) {
    it(`is accessible in the ${theme} theme while a shape is drawn`, async () => {
      const harness = await StackViewerHarness.create({ theme });
      await harness.add(stack(), "Raw");
      harness.viewer.host.shapes!.show("trace", { kind: "point", x: 3, y: 3 });
      await harness.pressButton("Rectangle");
      await harness.press("Enter");
      await harness.press("ArrowRight", { shiftKey: true });
      await expect(harness.viewer).to.be.accessible();
    });
  }
});
