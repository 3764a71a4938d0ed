import { expect, fixture, html } from "@open-wc/testing";

import { defaultConfiguration } from "../../src/core/configuration.js";
import { createModelFile, type ModelFile } from "../../src/core/model.js";
import { definePlots } from "../../src/plugin/define-plots.js";
import type { SlnetWeightMap } from "../../src/plugin/elements/weight-map/weight-map.js";
import { weightsSentence } from "../../src/plugin/elements/weight-map/weights-sentence.js";
import { useStrings } from "../../src/plugin/strings/index.js";

/** A model whose composed matrix is this one, in camera counts with an offset of 100. */
function modelWith(matrix: readonly number[], temporalShifts: readonly number[], bias = 0): ModelFile {
  const frames = temporalShifts.length;
  const conv1 = new Float64Array(2 * frames * frames);
  const conv2 = new Float64Array(2 * frames * frames);
  for (let i = 0; i < frames; i++) {
    conv1[i * frames + i] = 1;
    for (let j = 0; j < frames; j++) conv2[i * 2 * frames + j] = matrix[i * frames + j]!;
  }
  return createModelFile({
    network: {
      frames,
      conv1,
      bias1: new Float64Array(2 * frames),
      conv2,
      bias2: new Float64Array(frames).fill(bias),
    },
    temporalShifts,
    normalisation: { type: -1, offsetAdu: 100, maximum: 1, mean: 1, standardDeviation: 1 },
    configuration: defaultConfiguration,
    region: null,
    seed: 1,
    epoch: 1,
    steps: 1,
    loss: null,
    validationLoss: null,
    optimizer: null,
    versions: { slnetWeb: "0.1.0", engine: "js" },
  });
}

const matrix = [0.35, 0.37, 0.33, 0.3, 0.4, 0.3, 0.2, 0.3, -0.5];

async function create(model: ModelFile | null, scheme = "dark"): Promise<SlnetWeightMap> {
  definePlots();
  const box = await fixture<HTMLElement>(html`<div><slnet-weight-map></slnet-weight-map></div>`);
  box.style.cssText = `width: 330px; color-scheme: ${scheme}; background: light-dark(#fff, #1e2128)`;
  const map = box.querySelector("slnet-weight-map")!;
  map.model = model;
  await map.updateComplete;
  return map;
}

/** With plain spaces. */
const plain = (text: string): string => text.replaceAll("\u00a0", " ").replace(/\s+/g, " ").trim();

describe("slnet-weight-map", () => {
  it("says in words what the network does", async () => {
    const map = await create(modelWith(matrix, [0, 49, 99]));
    expect(plain(map.renderRoot.querySelector("p")!.textContent)).to.equal(
      "The background of a frame is 35 % the frame itself, 37 % the frame 49 later and 33 % the frame 99 later; " +
        "a lone molecule keeps about 65 % of its light.",
    );
  });

  it("has words for negative weights, for a bias, and for a network that learned nothing", () => {
    const sentence = (weights: readonly number[], lightKept: number, constant = 0): string =>
      plain(weightsSentence({ shifts: [0, 10], rows: [weights, weights], constantsAdu: [constant, 0], lightKept }));
    expect(sentence([0.5, -0.201], 0.5)).to.equal(
      "The background of a frame is 50 % the frame itself and minus 20 % the frame 10 later; " +
        "a lone molecule keeps about 50 % of its light.",
    );
    expect(sentence([1, -0.001], 0, 3.2)).to.equal(
      "The background of a frame is 100 % the frame itself and 0 % the frame 10 later, plus 3.2 ADU; " +
        "a lone molecule loses all of its light.",
    );
    expect(sentence([0.5, 0.5], 0.5, -2)).to.contain(", less 2 ADU; ");
  });

  it("shows each weight as a number, with the shifts beside them", async () => {
    const map = await create(modelWith(matrix, [0, 49, 99]));
    const texts = (selector: string): string[] =>
      [...map.renderRoot.querySelectorAll(selector)].map((cell) => plain(cell.textContent));
    expect(texts("thead th")).to.deep.equal(["frame t", "t + 49", "t + 99"]);
    expect(texts("tbody th")).to.deep.equal(["frame t", "t + 49", "t + 99"]);
    expect(texts("tbody td").map((text) => Number(text.replace("−", "-")))).to.deep.equal(matrix);
  });

  it("shows a bias in a column of its own, where the model has one", async () => {
    const map = await create(modelWith(matrix, [0, 49, 99], 2.5));
    expect(map.renderRoot.querySelector("thead th:last-child")!.textContent).to.equal("constant, ADU");
    expect(plain(map.renderRoot.querySelector("tbody td:last-child")!.textContent)).to.equal("2.5");
  });

  it("speaks another language where it is told one", async () => {
    useStrings({ plots: { noWeights: "Noch kein Modell" } });
    try {
      const map = await create(null);
      expect(plain(map.renderRoot.textContent)).to.equal("Noch kein Modell");
    } finally {
      useStrings({});
    }
  });

  for (const scheme of ["dark", "light"]) {
    it(`is accessible in a ${scheme} page, and no wider than it even for sixteen frames`, async () => {
      const map = await create(modelWith(matrix, [0, 49, 99]), scheme);
      await expect(map).to.be.accessible();
      const shifts = Array.from({ length: 16 }, (_, index) => 7 * index);
      map.model = modelWith(
        shifts.flatMap(() => shifts.map((shift) => shift / 100 - 0.5)),
        shifts,
      );
      await map.updateComplete;
      await expect(map).to.be.accessible();
      expect(map.scrollWidth).to.be.at.most(330);
    });
  }
});
