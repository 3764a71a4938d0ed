import { SlnetError } from "../core/errors.js";
import type { ForeignModel, ModelFacts } from "../core/models/foreign-model.js";
import { largestModelBytes, readModel } from "../core/models/read-model.js";
import { requireReproduced, testText } from "../core/models/test-images.js";

/**
 * Reads the model in a file that a person chose. One with test images is run on them, and what came of it is among the
 * notices.
 *
 * @throws {@link SlnetError} as `readModel`, and `bad-input` where the file is too large or does not reproduce its images
 */
export async function readChosenModel(file: File, facts: ModelFacts): Promise<Pick<ForeignModel, "model" | "notices">> {
  const { name, size } = file;
  if (size > largestModelBytes) {
    throw new SlnetError("bad-input", `model ${name} has ${size} bytes, expected at most ${largestModelBytes}`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const read = requireReproduced(name, await readModel(name, bytes, facts, () => import("yaml")));
  const tests = (read.tests ?? []).map((test) => `Test images, ${testText(test)}.`);
  return { model: read.model, notices: [...tests, ...read.notices] };
}
