import { expect } from "@open-wc/testing";

import { CleanedFrames } from "../../src/plugin/cleaned-frames.js";

/** Frames of two pixels, both the number of the frame. */
const block = (from: number, to: number): Float32Array =>
  Float32Array.from({ length: 2 * (to - from) }, (_, index) => from + Math.floor(index / 2));

/** Holds two blocks of two frames; a dropped frame is computed again. */
function createFrames(): { readonly frames: CleanedFrames; readonly restored: number[] } {
  const restored: number[] = [];
  const frames: CleanedFrames = new CleanedFrames({
    frames: 10,
    height: 1,
    width: 2,
    budgetBytes: 32,
    restoreFrame(index) {
      restored.push(index);
      frames.restore(index, index + 1, block(index, index + 1));
      return Promise.resolve();
    },
  });
  return { frames, restored };
}

describe("cleaned frames", () => {
  it("read as nothing until they are there, and say when they are", async () => {
    const { frames } = createFrames();
    const ranges: number[][] = [];
    const off = frames.onInvalidate((from, to) => ranges.push([from, to]));
    expect(await frames.read(3)).to.equal(null);
    frames.add(2, 4, block(2, 4));
    expect([...(await frames.read(3))!.samples]).to.deep.equal([3, 3]);
    off();
    frames.add(4, 6, block(4, 6));
    expect(ranges).to.deep.equal([[2, 4]]);
  });

  it("drop the block that was used longest ago, and compute its frames again when they are looked at", async () => {
    const { frames, restored } = createFrames();
    frames.add(0, 2, block(0, 2));
    frames.add(2, 4, block(2, 4));
    await frames.read(0);
    frames.add(4, 6, block(4, 6));
    expect(frames.bytes).to.be.at.most(32);
    await frames.read(0);
    expect(restored, "the first block was used after the second").to.deep.equal([]);
    expect([...(await frames.read(2))!.samples]).to.deep.equal([2, 2]);
    expect(restored).to.deep.equal([2]);
    expect(frames.bytes).to.be.at.most(32);
  });

  it("hold one block even where it alone is over the budget", async () => {
    const { frames, restored } = createFrames();
    frames.add(0, 10, block(0, 10));
    expect([...(await frames.read(9))!.samples]).to.deep.equal([9, 9]);
    expect(restored).to.deep.equal([]);
  });

  it("tell nobody of frames that were only computed again", () => {
    const { frames } = createFrames();
    frames.add(0, 2, block(0, 2));
    let told = 0;
    frames.onInvalidate(() => told++);
    frames.restore(0, 1, block(0, 1));
    expect(told).to.equal(0);
  });
});
