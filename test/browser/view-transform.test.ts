import { expect } from "@open-wc/testing";

import { arrangePanes } from "../../src/plugin/elements/stack-viewer/panes.js";
import {
  fitScale,
  fittedView,
  oneToOne,
  panned,
  pixelAt,
  place,
  revealing,
  zoomed,
  type View,
} from "../../src/plugin/elements/stack-viewer/view-transform.js";

const image = { width: 200, height: 100 };
const pane = { width: 600, height: 400 };

describe("the view of an image", () => {
  it("fits the whole image, centred, a whole number of times enlarged where its pixels are large", () => {
    expect(place(fittedView, image, pane)).to.deep.equal({ left: 0, top: 50, scale: 3 });
    expect(fitScale({ width: 100, height: 90 }, { width: 690, height: 690 })).to.equal(6);
    expect(fitScale({ width: 1000, height: 10 }, pane)).to.equal(0.6);
  });

  it("keeps the place under the pointer where it is", () => {
    const at = { x: 450, y: 300 };
    let view = zoomed(fittedView, 2, image, pane);
    const before = place(view, image, pane);
    for (const factor of [1.3, 2, 1.7, 0.9]) {
      view = zoomed(view, factor, image, pane, at);
      const after = place(view, image, pane);
      expect((at.x - after.left) / after.scale).to.be.closeTo((at.x - before.left) / before.scale, 0.2);
      expect((at.y - after.top) / after.scale).to.be.closeTo((at.y - before.top) / before.scale, 0.2);
    }
  });

  it("has limits: 64 pixels of the screen for one of the image, and one for one or the whole image", () => {
    let view: View = fittedView;
    for (let i = 0; i < 40; i++) view = zoomed(view, 2, image, pane);
    expect(view.scale).to.equal(64);
    for (let i = 0; i < 40; i++) view = zoomed(view, 0.5, image, pane);
    expect(view.scale).to.equal(1);
    const large = { width: 6000, height: 4000 };
    view = zoomed(zoomed(fittedView, 4, large, pane), 0.01, large, pane);
    expect(view.scale, "fits again").to.equal(null);
  });

  it("stops at the whole image where it would pass it", () => {
    const near = zoomed(fittedView, 1.5, image, pane);
    expect(near.scale).to.equal(4.5);
    expect(zoomed(near, 0.5, image, pane)).to.deep.equal(fittedView);
  });

  it("shows no room beside an image that has more to show, and centres one that has not", () => {
    const view = zoomed(fittedView, 3, image, pane);
    expect(place(panned(view, 10_000, 10_000, image, pane), image, pane)).to.deep.equal({ left: 0, top: 0, scale: 9 });
    const end = place(panned(view, -10_000, -10_000, image, pane), image, pane);
    expect(end).to.deep.equal({ left: 600 - 1800, top: 400 - 900, scale: 9 });
    const small = oneToOne(view, image, pane);
    expect(place(panned(small, 50, 50, image, pane), image, pane)).to.deep.equal({ left: 200, top: 150, scale: 1 });
  });

  it("moves back at once after it was pushed against its end", () => {
    const view = panned(zoomed(fittedView, 3, image, pane), 10_000, 0, image, pane);
    expect(place(panned(view, -20, 0, image, pane), image, pane).left).to.equal(-20);
  });

  it("moves as little as is needed to show a pixel", () => {
    const view = panned(zoomed(fittedView, 3, image, pane), 10_000, 10_000, image, pane);
    expect(revealing(view, { x: 5, y: 5 }, image, pane)).to.deep.equal(view);
    const shown = place(revealing(view, { x: 150, y: 5 }, image, pane), image, pane);
    expect(shown.left + 150.5 * 9).to.be.closeTo(600, 1);
    expect(shown.top).to.equal(0);
  });

  it("tells the pixel at a place, and none beside the image", () => {
    const placement = place(fittedView, image, pane);
    expect(pixelAt({ x: 0, y: 50 }, placement, image)).to.deep.equal({ x: 0, y: 0 });
    expect(pixelAt({ x: 599.9, y: 349.9 }, placement, image)).to.deep.equal({ x: 199, y: 99 });
    expect(pixelAt({ x: 300, y: 49 }, placement, image)).to.equal(null);
  });
});

describe("the panes of the stage", () => {
  it("are laid out so that the images are as large as can be", () => {
    const square = { width: 100, height: 100 };
    const wide = arrangePanes("side", 3, square, { width: 902, height: 300 }, 0.5);
    expect(wide.map(({ box }) => [box.left, box.top])).to.deep.equal([
      [0, 0],
      [301, 0],
      [602, 0],
    ]);
    const tall = arrangePanes("side", 3, square, { width: 300, height: 902 }, 0.5);
    expect(tall.map(({ box }) => [box.left, box.top])).to.deep.equal([
      [0, 0],
      [0, 301],
      [0, 602],
    ]);
  });

  it("share the stage left and right of the divider, without a gap", () => {
    const [left, right] = arrangePanes("swipe", 2, image, pane, 0.3);
    expect([left!.clip.left, left!.clip.width, right!.clip.left, right!.clip.width]).to.deep.equal([0, 180, 180, 420]);
    expect(left!.box, "both see the same part").to.deep.equal(right!.box);
  });

  it("are one where there is nothing to compare", () => {
    for (const arrangement of ["one", "side", "swipe"] as const) {
      expect(arrangePanes(arrangement, 1, image, pane, 0.5).length).to.equal(1);
    }
  });
});
