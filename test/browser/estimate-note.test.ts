import { expect } from "@open-wc/testing";

import type { RunEstimate } from "../../src/protocol/api.js";
import { estimateNote } from "../../src/plugin/elements/panel/estimate-note.js";

const estimate: RunEstimate = {
  trainingSeconds: 200,
  cleaningSeconds: null,
  trainingBytes: 30e6,
  cleaningBytes: 0,
  engine: "wasm",
};

describe("the note on what a run takes", () => {
  it("says time, memory and engine", () => {
    expect(estimateNote(estimate, "training")).to.deep.equal({
      text: "About 3 min 20 s and 30 MB of memory on wasm.",
      warning: "",
    });
    expect(estimateNote({ ...estimate, trainingSeconds: 0.01 }, "training").text).to.contain("About 1 s ");
  });

  it("says nothing where nothing is known", () => {
    expect(estimateNote(null, "training")).to.deep.equal({ text: "", warning: "" });
    expect(estimateNote(estimate, "cleaning")).to.deep.equal({ text: "", warning: "" });
  });

  it("warns where that is more memory than there likely is, and says what to do", () => {
    const { warning } = estimateNote({ ...estimate, trainingBytes: 60e9 }, "training");
    expect(warning).to.contain("60 GB may be more than").and.contain("Train on a part of the stack");
    const { deviceMemory } = navigator as { deviceMemory?: number };
    const spared = deviceMemory === undefined ? "a page gets" : "this computer spares";
    expect(warning).to.contain(spared);
  });
});
