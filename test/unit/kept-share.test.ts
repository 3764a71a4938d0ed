import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { keptShare, sparsityWeightOf } from "../../src/core/kept-share.js";

describe("the share of the pixels kept", () => {
  it("is 2/(3 + α), and back", () => {
    assert.ok(Math.abs(keptShare(12) - 0.13333) < 1e-4);
    for (const weight of [0, 1, 5, 12, 997]) assert.equal(sparsityWeightOf(keptShare(weight)), weight);
  });

  it("never asks for a negative weight", () => {
    assert.equal(sparsityWeightOf(0.7), 0);
  });
});
