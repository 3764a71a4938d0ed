import { expect } from "@open-wc/testing";

import { framesToRead, mostFramesOf, stackBytes } from "../../src/plugin/frames-to-read.js";

const pixel = { from: [5, 5], to: [5, 5] } as const;
const wish = { step: 0, range: null, all: false } as const;
/** 2 MB each. */
const camera = { height: 1000, width: 1000, type: "uint16" } as const;

describe("which frames a pixel or line is read over", () => {
  it("all of them where that are 2 GB at most", () => {
    expect(framesToRead(pixel, { ...camera, frames: 1000 }, { ...wish, step: 700 })).to.deep.equal([0, 1000]);
  });

  it("of a longer stack those around the frame shown that are 2 GB together", () => {
    const shape = { ...camera, frames: 25_000 };
    expect(stackBytes(shape)).to.equal(50e9);
    expect(framesToRead(pixel, shape, { ...wish, step: 12_000 })).to.deep.equal([11_500, 12_500]);
    expect(framesToRead(pixel, shape, { ...wish, step: 3 })).to.deep.equal([0, 1000]);
    expect(framesToRead(pixel, shape, { ...wish, step: 24_999 })).to.deep.equal([24_000, 25_000]);
  });

  it("counts the bytes of a sample as it is stored", () => {
    const shape = { ...camera, type: "float32", frames: 25_000 } as const;
    expect(framesToRead(pixel, shape, wish)).to.deep.equal([0, 500]);
  });

  it("around those that are looked at in the plots, as far as they are no more", () => {
    const shape = { ...camera, frames: 25_000 };
    expect(framesToRead(pixel, shape, { ...wish, range: [5000, 5100] })).to.deep.equal([4550, 5550]);
    expect(framesToRead(pixel, shape, { ...wish, range: [0, 20_000], step: 9000 })).to.deep.equal([8500, 9500]);
  });

  it("all where that is asked for", () => {
    expect(framesToRead(pixel, { ...camera, frames: 25_000 }, { ...wish, all: true })).to.deep.equal([0, 25_000]);
  });

  it("one, where a single frame is more than 2 GB", () => {
    const huge = { height: 40_000, width: 40_000, type: "uint16", frames: 9 } as const;
    expect(framesToRead(pixel, huge, { ...wish, step: 4 })).to.deep.equal([4, 5]);
  });

  it("no more than fit the memory with all the pixels of a line, and says so where more are asked for", () => {
    const line = { from: [0, 0], to: [99, 0] } as const;
    const small = { height: 1, width: 100, type: "uint8", frames: 200_000 } as const;
    expect(mostFramesOf(line)).to.equal(160_000);
    expect(framesToRead(line, small, { ...wish, step: 100_000 })).to.deep.equal([20_000, 180_000]);
    expect(() => framesToRead(line, small, { ...wish, all: true })).to.throw(
      "a line of 100 pixels over 200000 frames does not fit the memory, expected at most 160000 frames",
    );
  });
});
