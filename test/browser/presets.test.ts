import { expect } from "@open-wc/testing";

import { createConfiguration } from "../../src/core/configuration.js";
import { deleteOwnPreset, keepOwnPreset, readOwnPresets } from "../../src/plugin/own-presets.js";
import {
  builtInPresetNames,
  builtInPresets,
  differingKeys,
  presetChanges,
  presetOptions,
} from "../../src/plugin/presets.js";

const storageKey = "slnet-web.presets";

describe("presets", () => {
  it("are valid options, the first of them the defaults", () => {
    for (const name of builtInPresetNames) createConfiguration(builtInPresets[name]);
    expect(presetOptions(builtInPresets.published)).to.deep.equal({});
  });

  it("take back what they do not set, and leave alone what belongs to the camera and the computer", () => {
    const changes = presetChanges(builtInPresets.fast);
    expect(changes["maxEpochs"]).to.equal(26);
    expect("temporalShifts" in changes && changes["temporalShifts"] === undefined).to.equal(true);
    for (const key of ["engine", "offsetAdu", "sparseOffsetAdu", "prefix"]) expect(key in changes, key).to.equal(false);
  });

  it("know which options differ, also where a default is spelled out", () => {
    expect(differingKeys(builtInPresets.fast, builtInPresets.fast)).to.deep.equal([]);
    expect(differingKeys({ temporalShifts: [0, 49, 99] }, {})).to.deep.equal([]);
    expect(differingKeys({ temporalShifts: [0, 49], engine: "js" }, {})).to.deep.equal(["temporalShifts"]);
  });
});

describe("own presets", () => {
  beforeEach(() => localStorage.removeItem(storageKey));
  after(() => localStorage.removeItem(storageKey));

  it("are kept by name, in place of one that had it, with only what differs from the defaults", () => {
    keepOwnPreset(" cells ", { maxEpochs: 101, rank: 2, engine: "js" });
    keepOwnPreset("beads", { sparsityWeight: 3 });
    keepOwnPreset("cells", { rank: 1 });
    expect(readOwnPresets()).to.deep.equal([
      { name: "beads", options: { sparsityWeight: 3 } },
      { name: "cells", options: { rank: 1 } },
    ]);
    deleteOwnPreset("beads");
    expect(readOwnPresets().map(({ name }) => name)).to.deep.equal(["cells"]);
  });

  it("are left out where the storage holds something else", () => {
    for (const text of ["{", "7", "null", '{"a": 1}', "x".repeat(600_000)]) {
      localStorage.setItem(storageKey, text);
      expect(readOwnPresets(), text.slice(0, 10)).to.deep.equal([]);
    }
    const entries = [
      null,
      "text",
      { name: "", options: {} },
      { name: "n".repeat(61), options: {} },
      { name: 5, options: {} },
      { name: "list", options: [] },
      { name: "unknown", options: { noSuchOption: 1 } },
      { name: "wrong", options: { maxEpochs: -1 } },
      { name: "right", options: { maxEpochs: 7 } },
    ];
    localStorage.setItem(storageKey, JSON.stringify(entries));
    expect(readOwnPresets()).to.deep.equal([{ name: "right", options: { maxEpochs: 7 } }]);
  });

  it("have a name of 1 to 60 characters and right options, and are at most 50", () => {
    expect(() => keepOwnPreset("  ", {})).to.throw("has 0 characters, expected 1 to 60");
    expect(() => keepOwnPreset("n".repeat(61), {})).to.throw("has 61 characters");
    expect(() => keepOwnPreset("a", { maxEpochs: 0 })).to.throw("maxEpochs is 0");
    for (let index = 0; index < 50; index++) keepOwnPreset(`preset ${index}`, { seed: index });
    expect(() => keepOwnPreset("one more", {})).to.throw("there are 50 presets");
    keepOwnPreset("preset 7", { seed: 700 });
    expect(readOwnPresets().length).to.equal(50);
  });
});
