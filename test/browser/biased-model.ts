import { createConfiguration } from "../../src/core/configuration.js";
import { createModelFile } from "../../src/core/model.js";
import { createNetwork } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";

const temporalShifts = [0, 5, 10];
/** With a bias, so that all of its statistics count. */
export const model = createModelFile({
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
