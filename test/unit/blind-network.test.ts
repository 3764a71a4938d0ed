import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  blindBackground,
  blindWindowOf,
  trainBlindNetwork,
  type BlindNetwork,
  type BlindTraining,
} from "../../src/core/blind-network.js";
import { SlnetError } from "../../src/core/errors.js";
import type { CropBatch } from "../../src/core/loss.js";
import { createRandom } from "../../src/core/random.js";

const pixels = 400;
const mean = 80;
const usual: BlindTraining = { steps: 150, learningRate: 3e-3, quantile: 0.5 };

/** Crops of independent Poisson counts around a background that differs from pixel to pixel. */
function noiseBatches(frames: number, seed: number): () => CropBatch {
  const random = createRandom(seed, "blind");
  return () => {
    const batch = 4;
    const crops = new Float64Array(batch * frames * pixels);
    for (let item = 0; item < batch; item++) {
      const levels = Float64Array.from({ length: pixels }, () => mean * (0.5 + random.next()));
      for (let k = 0; k < frames; k++) {
        for (let p = 0; p < pixels; p++)
          crops[(item * frames + k) * pixels + p] = random.poisson(levels[p] ?? NaN) / mean;
      }
    }
    return { crops, batch, frames, pixels };
  };
}

const rowSum = ({ matrix, frames }: BlindNetwork, row: number): number =>
  matrix.subarray(row * frames, (row + 1) * frames).reduce((sum, weight) => sum + weight, 0);

describe("SLNet that is blind to its own frame", () => {
  for (const frames of [2, 6, 16]) {
    it(`has zeros on the diagonal after training, and predicts the median of noise (${frames} frames)`, () => {
      const network = trainBlindNetwork(frames, noiseBatches(frames, 1), usual);
      for (let row = 0; row < frames; row++) {
        assert.equal(network.matrix[row * frames + row], 0);
        // Less than 1, most of all for 2 frames: where one reading says how bright a pixel is, the middle of all is likelier.
        assert.ok(Math.abs(rowSum(network, row) - 1) < 0.06, `row ${row}: ${rowSum(network, row)}`);
      }
    });
  }

  it("keeps all light of a molecule that is on in its frame alone, and sees it in the frames beside", () => {
    const frames = 6;
    const network = trainBlindNetwork(frames, noiseBatches(frames, 2), usual);
    const random = createRandom(3, "window");
    const window = Array.from({ length: frames }, () =>
      Uint16Array.from({ length: 50 }, () => 100 + random.poisson(80)),
    );
    const lit = window.map((frame, k) => (k === 2 ? frame.map((value) => value + 5000) : frame));
    for (let channel = 0; channel < frames; channel++) {
      const [dark, bright] = [
        blindBackground(network, window, channel, 100),
        blindBackground(network, lit, channel, 100),
      ];
      const added = (bright[7] ?? NaN) - (dark[7] ?? NaN);
      if (channel === 2) assert.deepEqual(bright, dark);
      else {
        const expected = 5000 * (network.matrix[channel * frames + 2] ?? NaN);
        assert.ok(expected > 200 && Math.abs(added - expected) < 0.01, `channel ${channel}: ${added}, ${expected}`);
      }
    }
  });

  it("aims at the quantile that is asked for, and lowers the loss from a start that is far off", () => {
    const frames = 6;
    const share = (quantile: number): number => {
      const options = { ...usual, steps: 150, quantile };
      const network = trainBlindNetwork(frames, noiseBatches(frames, 4), options);
      const { crops, batch } = noiseBatches(frames, 5)();
      let below = 0;
      for (let item = 0; item < batch; item++) {
        const at = (k: number, p: number): number => crops[(item * frames + k) * pixels + p] ?? NaN;
        for (let p = 0; p < pixels; p++) {
          let low = 0;
          for (let k = 1; k < frames; k++) low += (network.matrix[k] ?? NaN) * at(k, p);
          if (at(0, p) <= low) below++;
        }
      }
      const first = network.losses.slice(0, 10).reduce((sum, loss) => sum + loss, 0);
      const last = network.losses.slice(-10).reduce((sum, loss) => sum + loss, 0);
      if (quantile > 0.8) assert.ok(last < 0.95 * first, `${first} to ${last}`);
      return below / (batch * pixels);
    };
    for (const quantile of [0.35, 0.5, 0.87]) {
      assert.ok(Math.abs(share(quantile) - quantile) < 0.04, `${quantile}: ${share(quantile)}`);
    }
  });

  it("puts each frame as near to the middle of its window as the stack allows", () => {
    const windows = { frames: 4, step: 3 };
    assert.deepEqual(blindWindowOf(10, 30, windows), { channel: 1, frames: [7, 10, 13, 16] });
    assert.deepEqual(blindWindowOf(2, 30, windows), { channel: 0, frames: [2, 5, 8, 11] });
    assert.deepEqual(blindWindowOf(29, 30, windows), { channel: 3, frames: [20, 23, 26, 29] });
    for (let frame = 0; frame < 19; frame++) {
      const { channel, frames } = blindWindowOf(frame, 19, windows);
      assert.equal(frames[channel], frame);
      assert.ok(frames.every((other) => other >= 0 && other < 19));
    }
  });

  it("refuses what cannot be", () => {
    const refused = (run: () => unknown, message: RegExp): void =>
      assert.throws(
        run,
        (error) => error instanceof SlnetError && error.code === "bad-input" && message.test(error.message),
      );
    refused(() => trainBlindNetwork(17, noiseBatches(2, 1), usual), /17 frames, expected 2 to 16/);
    refused(() => trainBlindNetwork(1, noiseBatches(2, 1), usual), /1 frames, expected 2 to 16/);
    refused(() => trainBlindNetwork(3, noiseBatches(3, 1), { ...usual, quantile: 1 }), /quantile is 1, expected 1\/3/);
    refused(() => blindWindowOf(5, 9, { frames: 4, step: 3 }), /the stack has 9 frames/);
  });
});
