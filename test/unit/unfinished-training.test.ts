import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fallAtEnd } from "../../src/core/unfinished-training.js";

/** Validation losses as they were measured: [step, loss]. */
const curves = {
  // The published recipe: a simulated stack, simulated-tubes-hd-361x64x64 and microtubule-storm-626x16x16.
  "default on a simulation": [
    [852, 0.07732],
    [972, 0.07368],
    [1092, 0.0724],
    [1212, 0.07197],
  ],
  "default on tubes": [
    [852, 0.151],
    [972, 0.1457],
    [1092, 0.1426],
    [1212, 0.1405],
  ],
  "default on microtubules": [
    [852, 0.2025],
    [972, 0.1927],
    [1092, 0.1869],
    [1212, 0.1834],
  ],
  "300 epochs": [
    [3132, 0.07163],
    [3252, 0.07161],
    [3372, 0.0716],
    [3492, 0.07158],
    [3600, 0.07155],
  ],
  // Stopped after 20, 40 and 30 epochs.
  "20 epochs": [
    [180, 0.5707],
    [204, 0.5246],
    [228, 0.4842],
    [240, 0.466],
  ],
  "40 epochs": [
    [348, 0.3395],
    [396, 0.2936],
    [444, 0.2495],
    [480, 0.2178],
  ],
  "30 epochs on tubes": [
    [264, 0.2958],
    [300, 0.278],
    [336, 0.262],
    [360, 0.2522],
  ],
} as const;

const fallOf = (curve: readonly (readonly [number, number])[]): number | null =>
  fallAtEnd(
    curve.map(([step, loss]) => ({ step, loss })),
    curve.at(-1)?.[0] ?? 0,
  );

describe("the fall of the validation loss over the last tenth of the steps", () => {
  for (const name of [
    "default on a simulation",
    "default on tubes",
    "default on microtubules",
    "300 epochs",
  ] as const) {
    it(`is below 3 % where training has arrived (${name})`, () => {
      const fall = fallOf(curves[name]);
      assert.ok(fall !== null && fall > 0 && fall < 0.03, String(fall));
    });
  }
  for (const name of ["20 epochs", "40 epochs", "30 epochs on tubes"] as const) {
    it(`is above 5.5 % where it was stopped too early (${name})`, () => {
      const fall = fallOf(curves[name]);
      assert.ok(fall !== null && fall > 0.055, String(fall));
    });
  }
  it("is found between losses that are known", () => {
    assert.equal(
      fallOf([
        [80, 2],
        [100, 1],
      ]),
      1 - 1 / 1.5,
    );
    assert.equal(
      fallOf([
        [90, 2],
        [100, 1.5],
      ]),
      0.25,
    );
  });
  it("is below 0 where the loss rises", () =>
    assert.equal(
      fallOf([
        [90, 2],
        [100, 3],
      ]),
      -0.5,
    ));
  it("is not told from too few losses", () => {
    for (const curve of [
      [],
      [[100, 1]],
      [
        [50, 2],
        [100, 1],
      ],
      [
        [1, 2],
        [5, 1],
      ],
    ] as const)
      assert.equal(fallOf(curve), null);
  });
});
