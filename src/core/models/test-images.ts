import { SlnetError } from "../errors.js";
import type { ForeignModel, ModelTest } from "./foreign-model.js";

/**
 * Refuses to work with a model whose weights do not give what its own file expects of them.
 *
 * @param name - of the file, for messages
 * @returns `read`
 * @throws {@link SlnetError} `bad-input`, naming the weights and the difference
 */
export function requireReproduced(name: string, read: ForeignModel): ForeignModel {
  const failed = read.tests?.find(({ isReproduced }) => !isReproduced);
  if (!failed) return read;
  throw new SlnetError(
    "bad-input",
    `model ${name} does not reproduce the test images in it: its weights for ${failed.weights} are off by up to ${failed.largestDifference.toPrecision(3)}; it would clean wrongly`,
  );
}

/** How well weights reproduce the test images, for people. */
export function testText({ weights, largestDifference, largestValue, isReproduced }: ModelTest): string {
  return `${weights}: ${isReproduced ? "reproduced" : "NOT reproduced"}, largest difference ${largestDifference.toExponential(1)} of ${largestValue.toPrecision(4)}`;
}
