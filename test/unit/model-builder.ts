import { createConfiguration, type NormType } from "../../src/core/configuration.js";
import { createModelFile, type ModelFile } from "../../src/core/model.js";
import { createNetwork, networkParameters, type Network } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";

interface ModelOptions {
  readonly temporalShifts?: readonly number[];
  readonly useBias?: boolean;
  readonly normType?: NormType;
  readonly offsetAdu?: number;
}

/** A model with all that a model file can hold, weights with the digits of 64-bit floats. */
export function buildModel({
  temporalShifts = [0, 49, 99],
  useBias = false,
  normType = 2,
  offsetAdu = 100,
}: ModelOptions = {}): ModelFile {
  const network = createNetwork(temporalShifts.length, { weightMultiplier: 0.5, useBias }, createRandom(5, "init"));
  const moments = networkParameters(network).map((parameter) => Array.from(parameter, (value) => value / 3e7));
  return createModelFile({
    network,
    temporalShifts,
    normalisation: { type: normType, offsetAdu, maximum: 812.25, mean: 131.7, standardDeviation: 67.15547180175781 },
    configuration: createConfiguration({ temporalShifts, useBias, normType, offsetAdu, prefix: "a: 'b' #\"c\"\n- ü" }),
    region: { x: 1, y: 2, width: 30, height: 40, from: 0, to: 100 },
    seed: 5,
    epoch: 101,
    steps: 1212,
    loss: 0.0123,
    validationLoss: null,
    optimizer: { step: 1212, firstMoments: moments, secondMoments: moments },
    versions: { slnetWeb: "0.1.0", engine: "js" },
  });
}

/** relu(conv2(conv1(x))) by the two layers, one after the other: `[frames, pixels]`, normalised. */
export function runLayers({ frames, conv1, bias1, conv2, bias2 }: Network, input: ArrayLike<number>): number[] {
  const pixels = input.length / frames;
  const out = new Array<number>(input.length).fill(0);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const hidden = Array.from({ length: 2 * frames }, (_, row) => {
      let sum = bias1?.[row] ?? 0;
      for (let i = 0; i < frames; i++) sum += (conv1[row * frames + i] ?? NaN) * (input[i * pixels + pixel] ?? NaN);
      return sum;
    });
    for (let row = 0; row < frames; row++) {
      let sum = bias2?.[row] ?? 0;
      hidden.forEach((value, i) => (sum += (conv2[row * 2 * frames + i] ?? NaN) * value));
      out[row * pixels + pixel] = Math.max(0, sum);
    }
  }
  return out;
}

/** The network with its weights rounded to 32-bit floats, as other programs keep them. */
export function rounded(network: Network): Network {
  const round = (values: Float64Array): Float64Array => Float64Array.from(Float32Array.from(values));
  return {
    frames: network.frames,
    conv1: round(network.conv1),
    bias1: network.bias1 && round(network.bias1),
    conv2: round(network.conv2),
    bias2: network.bias2 && round(network.bias2),
  };
}
