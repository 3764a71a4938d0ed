import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  comparePublishedMode,
  publishedColumns,
  publishedRuns,
  publishedYardsticks,
  spreadOf,
  type PublishedRow,
} from "../../src/cli/evaluation/published-mode.js";
import { PublishedSums } from "../../src/core/evaluation/published-figures.js";
import type { SlnetClient } from "../../src/protocol/client.js";

const { createNodeClient } = (await import(new URL("../../../bench/node-client.mjs", import.meta.url).href)) as {
  createNodeClient(): Promise<SlnetClient>;
};

type Key = (typeof publishedColumns)[number]["key"];

/** Values of a figure, those that there are. */
const valuesOf = (rows: readonly PublishedRow[], key: Key): number[] =>
  rows.map((row) => row[key]).filter((value) => value !== null);

describe("figures as the published code was measured by", () => {
  it("are those of a frame that is worked out by hand", () => {
    const [width, height] = [20, 20];
    const sums = new PublishedSums(width, height, 100);
    const signal = new Float32Array(width * height);
    signal[10 * width + 10] = 500;
    // Half of the light of the molecule is kept; the background is 3 too high, and one pixel of it is taken for light.
    const sparse = signal.map((value) => value / 2);
    sparse[0] = 100;
    const emitter = { frame: 0, id: 0, xPixels: 10.5, yPixels: 10.5, photons: 500, sigmaPixels: 1 };
    const trueBackground = new Float32Array(width * height).fill(150);
    const lowRank = trueBackground.map((value) => value + 3);
    sums.add({ lowRank, sparse, trueBackground, signal, emitters: [emitter] });
    const figures = sums.figures();
    assert.equal(figures.backgroundRmseAdu, 3);
    assert.equal(figures.backgroundBiasAdu, 3);
    assert.equal(figures.nonzeroShare, 2 / 400);
    assert.equal(figures.keptLight, 0.5);
    const squares = 250 ** 2 + 100 ** 2;
    assert.ok(Math.abs(figures.snrDecibels - 10 * Math.log10(500 ** 2 / squares)) < 1e-9);
    assert.ok(Math.abs(figures.psnrDecibels - 20 * Math.log10(500 / Math.sqrt(squares / 400))) < 1e-9);
  });

  it("look for kept light only at emitters that are bright, alone and not at the edge", () => {
    const sums = new PublishedSums(40, 40, 100);
    const image = new Float32Array(1600).fill(1);
    const emitterAt = (xPixels: number, yPixels: number, photons: number) => ({
      ...{ frame: 0, id: 0, sigmaPixels: 1 },
      ...{ xPixels, yPixels, photons },
    });
    const emitters = [emitterAt(2, 20, 500), emitterAt(20, 20, 50), emitterAt(30, 33, 500), emitterAt(36, 35, 500)];
    sums.add({ lowRank: image, sparse: image, trueBackground: image, signal: image, emitters });
    assert.equal(sums.figures().keptLight, null);
  });
});

// That steps and trajectories of training are the published ones, number by number, is shown in loss.test.ts and
// engines.test.ts on arrays that the published code wrote. Here is what comes out of whole trainings.
describe("the published mode after whole trainings", () => {
  it("has the figures of the published code within the spread over seeds", { timeout: 280_000 }, async () => {
    const client = await createNodeClient();
    try {
      const signal = new AbortController().signal;
      const { trained, yardsticks } = await comparePublishedMode(client, [1, 2, 3], { signal, engine: "auto" });
      assert.equal(trained.length, 3);

      // The recording is like theirs: what needs no training comes out alike on it.
      for (const [at, expected] of publishedYardsticks.entries()) {
        const found = yardsticks[at]!;
        for (const [key, most] of [
          ["backgroundRmseAdu", 0.5],
          ["backgroundBiasAdu", 1],
          ["snrDecibels", 1],
          ["nonzeroShare", 0.03],
          ["keptLight", 0.03],
        ] as const) {
          const [value, wanted] = [found[key] ?? NaN, expected[key] ?? NaN];
          assert.ok(Math.abs(value - wanted) <= most, `${found.name}, ${key}: ${value}, there ${wanted}`);
        }
      }

      // Not the PSNR: it is of the brightest pixel of the recording, where two molecules happen to overlap.
      for (const { key } of publishedColumns.filter((column) => column.key !== "psnrDecibels")) {
        const theirs = valuesOf(publishedRuns, key);
        const spread = spreadOf(publishedRuns)[key]?.standardDeviation ?? NaN;
        const mean = spreadOf(trained)[key]?.mean ?? NaN;
        const [least, most] = [Math.min(...theirs) - spread, Math.max(...theirs) + spread];
        assert.ok(mean > least && mean < most, `${key}: ${mean}, there ${least} to ${most}`);
      }
      for (const { name, rowSums } of trained) {
        for (const sum of rowSums ?? [NaN]) assert.ok(sum > 0.98 && sum < 1.16, `${name}: a row of W sums to ${sum}`);
      }
    } finally {
      client.dispose();
    }
  });
});
