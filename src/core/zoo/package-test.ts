import { createBufferSource } from "../io/buffer-source.js";
import { readNpyArray, type NumberArray } from "../io/npy-array.js";
import type { ModelTest } from "../models/foreign-model.js";
import { composeNetwork, type Network } from "../network.js";
import { backgroundOf } from "./example-window.js";
import type { PackageDescription, TensorDescription } from "./package-description.js";
import type { PackageFolder } from "./package-folder.js";
import type { Scaling } from "./processing-steps.js";

/** Numbers that a test image may have: sixteen frames of 512². */
const mostNumbers = 4 * 1024 * 1024;

/** What two runs may differ by: that of `ReproducibilityTolerance` in bioimageio.spec, where nothing else is stated. */
const absoluteTolerance = 1e-3;
const relativeTolerance = 1e-3;

/** The test images of a package, as frames of pixels: `[frames, pixels]`, rows of y. */
export interface PackageExample {
  readonly frames: number;
  readonly input: Float64Array;
  readonly outputs: readonly { readonly values: Float64Array; readonly scaling: Scaling }[];
}

/**
 * Reads the test images of a package.
 *
 * @param frames - that the network takes
 * @returns `null` with a notice where there are none, or not of one window of frames
 * @throws {@link SlnetError} `bad-input` where they are broken; `unsupported` where they are huge
 */
export async function readExample(
  folder: PackageFolder,
  { input, outputs }: PackageDescription,
  frames: number,
  notices: string[],
): Promise<PackageExample | null> {
  const read = async ({ test, axes }: TensorDescription): Promise<Float64Array | null> => {
    if (!test) return null;
    const bytes = await folder.read(test);
    const array = await readNpyArray(createBufferSource(`${test.source} in ${folder.name}`, bytes), mostNumbers);
    return framesOf(array, axes, frames);
  };
  const values = await read(input);
  const found = [];
  for (const output of outputs) {
    const expected = await read(output);
    if (expected && expected.length === values?.length) found.push({ values: expected, scaling: output.scaling });
  }
  if (values && found.length === outputs.length) return { frames, input: values, outputs: found };
  notices.push(
    `The package has no test images of one window of ${frames} frames, so nobody knows whether it is read as it is meant.`,
  );
  return null;
}

/**
 * Runs a network on the test images of its package.
 *
 * @param weights - kind of the weights that it is from
 * @param scaling - of the input
 */
export function testNetwork(weights: string, network: Network, scaling: Scaling, example: PackageExample): ModelTest[] {
  const { shift, scale } = scaling;
  const normalised = example.input.map((value) => (value - shift) / scale);
  const background = backgroundOf(composeNetwork(network), normalised);
  return example.outputs.map(({ values, scaling: after }) => {
    const finish = (value: number): number => (value - after.shift) / after.scale;
    const candidates = [
      compare("low-rank", values, (i) => finish(background[i])),
      // What is left of the frames, taken before the steps behind the network or after them.
      compare("sparse", values, (i) => finish(Math.max(0, normalised[i] - background[i]))),
      compare("sparse", values, (i) => Math.max(0, example.input[i] - finish(background[i]))),
    ];
    return { weights, ...(candidates.find(({ isReproduced }) => isReproduced) ?? candidates[0]) };
  });
}

function compare(
  part: ModelTest["part"],
  expected: Float64Array,
  found: (index: number) => number,
): Omit<ModelTest, "weights"> {
  let largestDifference = 0;
  let largestValue = 0;
  let isReproduced = true;
  for (let i = 0; i < expected.length; i++) {
    const size = Math.abs(expected[i]);
    const difference = Math.abs(found(i) - expected[i]);
    // NaN is no agreement.
    if (!(difference <= absoluteTolerance + relativeTolerance * size)) isReproduced = false;
    largestDifference = Math.max(largestDifference, Number.isNaN(difference) ? Infinity : difference);
    largestValue = Math.max(largestValue, size);
  }
  return { part, largestDifference, largestValue, isReproduced };
}

/** One window of an image: its frames lie on its channels, else on time, index or z. `null` where it has none of that size. */
function framesOf({ shape, values }: NumberArray, axes: string, frames: number): Float64Array | null {
  if (shape.length !== axes.length) return null;
  const sizeOf = (axis: string): number => (axes.includes(axis) ? shape[axes.indexOf(axis)] : 1);
  const frameAxis = ["c", "t", "i", "z"].find(
    (axis) => axes.includes(axis) && (frames === 1 || sizeOf(axis) === frames),
  );
  if (frameAxis === undefined || sizeOf(frameAxis) !== frames) return null;
  if (["b", "c", "t", "i", "z"].some((axis) => axis !== frameAxis && sizeOf(axis) !== 1)) return null;
  const strideOf = (axis: string): number =>
    shape.slice(axes.indexOf(axis) + 1).reduce((product, extent) => product * extent, 1);
  const [height, width] = [sizeOf("y"), sizeOf("x")];
  const [byFrame, byRow, byColumn] = [strideOf(frameAxis), strideOf("y"), strideOf("x")];
  const out = new Float64Array(frames * height * width);
  let at = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) out[at++] = values[frame * byFrame + y * byRow + x * byColumn];
    }
  }
  return out;
}
