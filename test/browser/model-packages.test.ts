import { expect } from "@open-wc/testing";

import { createConfiguration } from "../../src/core/configuration.js";
import { createModelFile } from "../../src/core/model.js";
import { readModel } from "../../src/core/models/read-model.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { createNetwork } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";

const temporalShifts = [0, 5, 10];
const model = createModelFile({
  network: createNetwork(3, { weightMultiplier: 0.5, useBias: true }, createRandom(1, "init")),
  temporalShifts,
  normalisation: { type: 2, offsetAdu: 100, maximum: 812.25, mean: 131.7, standardDeviation: 67.1 },
  configuration: createConfiguration({ temporalShifts, useBias: true }),
  region: null,
  seed: 1,
  epoch: 0,
  steps: 0,
  loss: null,
  validationLoss: null,
  optimizer: null,
  versions: { slnetWeb: "0.1.0", engine: "js" },
});

describe("models of other programs in a page", () => {
  it("are written as a package of the BioImage Model Zoo, read back and tested", async () => {
    const { bytes } = await writeModel("a.bioimage.zip", model);
    const { model: found, tests } = await readModel("a.bioimage.zip", bytes, {}, () => import("yaml"));
    expect(found).to.deep.equal(model);
    expect(tests?.map(({ weights, isReproduced }) => [weights, isReproduced])).to.deep.equal([
      ["tensorflow_js", true],
      ["onnx", true],
      ["pytorch_state_dict", true],
    ]);
  });

  it("are written as safetensors and read back", async () => {
    const { bytes } = await writeModel("a.safetensors", model);
    expect((await readModel("a.safetensors", bytes)).model).to.deep.equal(model);
  });
});
