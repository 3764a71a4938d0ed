import { readFile, stat } from "node:fs/promises";

import { errorMessage, SlnetError } from "../core/errors.js";
import type { ModelFile } from "../core/model.js";
import type { ForeignModel } from "../core/models/foreign-model.js";
import { largestModelBytes, readModel } from "../core/models/read-model.js";
import { requireReproduced } from "../core/models/test-images.js";
import { writeModel } from "../core/models/write-model.js";
import type { ParsedArguments } from "./arguments.js";
import type { NoticeList } from "./command.js";
import { createOption, type Option } from "./option.js";
import { writeWholeFile } from "./part-file.js";

/** What can be typed about a model whose file does not say it. */
export const modelFactOptions: readonly Option[] = [
  createOption({
    name: "model-shifts",
    kind: { type: "integers" },
    placeholder: "SHIFTS",
    unit: "frames",
    help: "Temporal shifts of the model, where its file does not say them: a state dictionary, TorchScript or a package of others.",
  }),
  createOption({
    name: "model-maximum",
    kind: { type: "number", minimum: 0.001, maximum: 1e9 },
    placeholder: "COUNTS",
    unit: "ADU",
    help: "Largest pixel of the frames that the model was trained on, where its file does not say it and the model has a bias.",
  }),
];

/**
 * Reads the model at a path that work is to be done with, as {@link readTypedModelFile}.
 *
 * @throws {@link SlnetError} `bad-input` also where it does not reproduce the test images that are in its file
 */
export async function readTypedModel(path: string, parsed: ParsedArguments, notices: NoticeList): Promise<ModelFile> {
  return requireReproduced(path, await readTypedModelFile(path, parsed, notices)).model;
}

/**
 * Reads the model at a path, with what was typed about it; what a person should know about it goes to `notices`.
 *
 * @throws {@link SlnetError} `bad-input` or `unsupported` where it cannot be read or is not a model
 */
export async function readTypedModelFile(
  path: string,
  parsed: ParsedArguments,
  notices: NoticeList,
): Promise<ForeignModel> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const { size } = await stat(path);
    if (size > largestModelBytes) {
      throw new Error(`it has ${size} bytes, expected a model file of at most ${largestModelBytes}`);
    }
    bytes = Uint8Array.from(await readFile(path));
  } catch (error) {
    throw new SlnetError("bad-input", `model ${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
  const temporalShifts = parsed.integers("model-shifts");
  const maximumAdu = parsed.number("model-maximum");
  const facts = { ...(temporalShifts && { temporalShifts }), ...(maximumAdu !== undefined && { maximumAdu }) };
  const read = await readModel(path, bytes, facts, () => import("yaml"));
  const { temporalShifts: saidShifts, normalisation } = read.model;
  requireSame(path, "model-shifts", "temporal shifts", saidShifts, temporalShifts);
  requireSame(path, "model-maximum", "largest pixel", normalisation.maximum, maximumAdu);
  notices.add(read.notices);
  return read;
}

/** What a file says counts; that something else was typed should not go by in silence. */
function requireSame<T extends number | readonly number[]>(
  path: string,
  option: string,
  what: string,
  said: T | null,
  typed: T | undefined,
): void {
  if (typed === undefined || said === null || String(said) === String(typed)) return;
  const list = [said].flat().join(", ");
  throw new SlnetError(
    "bad-input",
    `model ${path} says that its ${what} ${Array.isArray(said) ? "are" : "is"} ${list}; leave out --${option}, which is for files that do not say it`,
  );
}

/**
 * Writes a model whole or not at all, as the kind of file that its name asks for; what a person should know about it goes
 * to `notices`.
 *
 * @throws {@link SlnetError} `bad-input` where it cannot be written
 */
export async function writeTypedModel(path: string, model: ModelFile, notices: NoticeList): Promise<void> {
  const written = await writeModel(path, model);
  await writeWholeFile(path, (sink) => sink.write(0, written.bytes));
  notices.add(written.notices);
}
