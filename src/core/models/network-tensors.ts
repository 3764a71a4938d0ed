import { maximumWindowFrames } from "../configuration.js";
import { SlnetError } from "../errors.js";
import type { NumberArray } from "../io/npy-array.js";
import type { Network } from "../network.js";

/** The parameters of the network in the order of its optimizer, by their names in a state dictionary of PyTorch. */
export const parameterNames = ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"] as const;
export type ParameterName = (typeof parameterNames)[number];

export function isParameterName(name: string): name is ParameterName {
  return (parameterNames as readonly string[]).includes(name);
}

/** The shapes of the parameters of a network for so many frames: those of 1×1 convolutions. */
function parameterShapes(frames: number): Readonly<Record<ParameterName, readonly number[]>> {
  return {
    "conv1.weight": [2 * frames, frames, 1, 1],
    "conv1.bias": [2 * frames],
    "conv2.weight": [frames, 2 * frames, 1, 1],
    "conv2.bias": [frames],
  };
}

/** A parameter of which only the shape is known at first. */
export interface NetworkTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  values(): ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** A parameter that is at hand. */
export function tensorOfArray({ shape, values }: NumberArray): NetworkTensor {
  return { shape, values: () => values };
}

/**
 * The network that some tensors are.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `unsupported` where it is no SLNet; `bad-input` where its numbers are not finite
 */
export async function networkOfTensors(
  name: string,
  tensors: ReadonlyMap<ParameterName, NetworkTensor>,
): Promise<Network> {
  const conv1 = tensors.get("conv1.weight");
  if (!conv1 || !tensors.has("conv2.weight")) throw noNetwork(name, `no ${conv1 ? "conv2" : "conv1"}.weight`);
  const frames = conv1.shape[1] ?? 0;
  if (frames < 1 || frames > maximumWindowFrames) {
    throw new SlnetError(
      "unsupported",
      `${name} has a network for ${frames} frames, expected 1 to ${maximumWindowFrames}`,
    );
  }
  if (tensors.has("conv1.bias") !== tensors.has("conv2.bias")) throw noNetwork(name, "a bias in one layer only");
  const shapes = parameterShapes(frames);
  const values = async (parameter: ParameterName): Promise<Float64Array> => {
    const tensor = tensors.get(parameter);
    const shape = tensor?.shape ?? [];
    if (!tensor || shape.join() !== shapes[parameter].join()) {
      const found = shape.slice(0, 8).join(", ");
      throw noNetwork(name, `${parameter} of shape [${found}] in place of [${shapes[parameter].join(", ")}]`);
    }
    const found = Float64Array.from(await tensor.values());
    if (!found.every(Number.isFinite)) {
      throw new SlnetError(
        "bad-input",
        `${name}: ${parameter} holds numbers that are not finite; its training went astray`,
      );
    }
    return found;
  };
  const hasBias = tensors.has("conv1.bias");
  return {
    frames,
    conv1: await values("conv1.weight"),
    bias1: hasBias ? await values("conv1.bias") : null,
    conv2: await values("conv2.weight"),
    bias2: hasBias ? await values("conv2.bias") : null,
  };
}

/** The parameters of a network as 32-bit floats, by their names, in their order. */
export function networkTensors({
  frames,
  conv1,
  bias1,
  conv2,
  bias2,
}: Network): { readonly name: ParameterName; readonly shape: readonly number[]; readonly values: Float32Array }[] {
  const shapes = parameterShapes(frames);
  const found = { "conv1.weight": conv1, "conv1.bias": bias1, "conv2.weight": conv2, "conv2.bias": bias2 };
  return parameterNames.flatMap((name) => {
    const values = found[name];
    return values ? [{ name, shape: shapes[name], values: Float32Array.from(values) }] : [];
  });
}

export function noNetwork(name: string, found: string): SlnetError {
  return new SlnetError(
    "unsupported",
    `${name} has ${found}, expected the two layers conv1 and conv2 of an SLNet and nothing else`,
  );
}
