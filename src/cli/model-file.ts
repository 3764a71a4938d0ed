import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";

import { errorMessage, SlnetError } from "../core/errors.js";
import { parseModelFile, type ModelFile } from "../core/model.js";

/** The largest possible model, 16 frames with Adam's moments, has under 100 kB; nobody's stack is read as JSON. */
const maximumModelBytes = 16 * 1024 * 1024;

/** @throws {@link SlnetError} `bad-input` where it cannot be read or is not a model */
export async function readModel(path: string): Promise<ModelFile> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > maximumModelBytes) {
      throw new Error(`it has ${size} bytes, expected a model file of at most ${maximumModelBytes}`);
    }
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new SlnetError("bad-input", `model ${path} cannot be read: ${errorMessage(error)}`, { cause: error });
  }
  return parseModelFile(text, path);
}

/** Writes a model whole or not at all: beside its place first, then renamed. */
export async function writeModel(path: string, model: ModelFile): Promise<void> {
  const partPath = `${path}.${process.pid}.part`;
  try {
    await writeFile(partPath, `${JSON.stringify(model, null, 2)}\n`);
    await rename(partPath, path);
  } catch (error) {
    await rm(partPath, { force: true });
    throw new SlnetError("bad-input", `model ${path} cannot be written: ${errorMessage(error)}`, { cause: error });
  }
}
