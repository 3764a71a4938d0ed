import { expect } from "@open-wc/testing";

import { readModel } from "../../src/core/models/read-model.js";
import { writeModel } from "../../src/core/models/write-model.js";
import { model } from "./biased-model.js";

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
