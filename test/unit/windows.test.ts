import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SlnetError } from "../../src/core/errors.js";
import { createRandom } from "../../src/core/random.js";
import { requiredFrames, windowOf, windowStartCount } from "../../src/core/windows.js";

describe("windowOf", () => {
  const shifts = [0, 49, 99];

  it("starts the window at the frame where it ends in the stack", () => {
    assert.deepEqual(windowOf(5, shifts, 200), { frames: [5, 54, 104], channel: 0 });
    assert.deepEqual(windowOf(100, shifts, 200), { frames: [100, 149, 199], channel: 0 });
  });

  it("takes the first later channel that fits for frames near the end", () => {
    assert.deepEqual(windowOf(101, shifts, 200), { frames: [52, 101, 151], channel: 1 });
    assert.deepEqual(windowOf(199, shifts, 200), { frames: [100, 149, 199], channel: 2 });
    assert.deepEqual(windowOf(60, shifts, 120), { frames: [11, 60, 110], channel: 1 });
  });

  it("takes the frames at the nearest distances where no trained window holds the frame", () => {
    assert.deepEqual(windowOf(20, shifts, 100), { frames: [20, 69, 99], channel: 0 });
    assert.deepEqual(windowOf(60, shifts, 100), { frames: [60, 11, 0], channel: 0 });
  });

  it("gives every frame of every small stack one window of different frames of the stack, itself at its channel", () => {
    const random = createRandom(1, "windows");
    for (let round = 0; round < 300; round++) {
      const some = new Set([0]);
      for (let count = random.integer(6); count > 0; count--) some.add(1 + random.integer(30));
      const list = [...some].sort((a, b) => a - b);
      const frameCount = requiredFrames(list) + random.integer(2 * requiredFrames(list));
      for (let frame = 0; frame < frameCount; frame++) {
        const { frames, channel } = windowOf(frame, list, frameCount);
        assert.equal(frames[channel], frame);
        assert.equal(frames.length, list.length);
        assert.equal(new Set(frames).size, list.length, `frame ${frame} of ${frameCount}, shifts ${list.join()}`);
        assert.ok(frames.every((index) => Number.isInteger(index) && index >= 0 && index < frameCount));
      }
    }
  });

  it("reads a single-frame window from the frame itself", () => {
    assert.deepEqual(windowOf(3, [0], 4), { frames: [3], channel: 0 });
  });

  it("uses a trained window for every frame of a stack of twice the length", () => {
    for (let frame = 0; frame < 199; frame++) {
      const { frames } = windowOf(frame, shifts, 199);
      const first = frames[0] ?? NaN;
      assert.deepEqual(
        frames.map((index) => index - first),
        shifts,
      );
    }
  });

  it("is quick for a huge stack", () => {
    assert.equal(windowOf(5_000_000, [0, 1, 9_999_999], 10_000_000).frames.length, 3);
  });

  it("refuses a stack shorter than the shifts need, and says both lengths", () => {
    assert.throws(
      () => windowOf(0, shifts, 40),
      new SlnetError("bad-input", "the stack has 40 frames, temporal shifts [0, 49, 99] need at least 100"),
    );
  });

  it("refuses a frame outside the stack", () => {
    for (const frame of [-1, 200, NaN]) {
      assert.throws(
        () => windowOf(frame, shifts, 200),
        (error) => error instanceof SlnetError && error.code === "bad-input",
      );
    }
  });
});

describe("windowStartCount", () => {
  it("counts the windows that lie in the stack", () => {
    assert.equal(windowStartCount(100, [0, 49, 99]), 1);
    assert.equal(windowStartCount(199, [0, 49, 99]), 100);
    assert.throws(() => windowStartCount(99, [0, 49, 99]), /need at least 100/);
  });
});
