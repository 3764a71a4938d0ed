import { SlnetError } from "../errors.js";
import { createBufferSource } from "../io/buffer-source.js";
import type { YamlLoader } from "../io/read-yaml.js";
import { looksLikeSafetensors } from "../io/safetensors-head.js";
import { openZip } from "../io/zip-folder.js";
import { parseModelFile } from "../model.js";
import { readTorchFile } from "../torch/torch-file.js";
import { looksLikeTorch } from "../torch/torch-head.js";
import { modelOfTorch } from "../torch/torch-model.js";
import type { ForeignModel, ModelFacts } from "./foreign-model.js";

/**
 * The largest file that is read as a model: one of ours with 16 frames and Adam's moments has under 100 kB, and nobody's
 * stack is taken for one.
 */
export const largestModelBytes = 16 * 1024 * 1024;

/**
 * Reads a model of any kind that is known: ours; those of PyTorch (a checkpoint of the published code, a state
 * dictionary, TorchScript); packages of the BioImage Model Zoo; safetensors; archives of NumPy; archives of a run. Which it is is seen from what is in it, not
 * from its name.
 *
 * @param name - of the file, for messages
 * @param bytes - the whole file, which the caller has seen to be no larger than {@link largestModelBytes}
 * @param facts - what the caller knows about the model, used where the file does not say it
 * @param loadYaml - for the package that parses YAML; without it no package of the zoo can be read
 * @throws {@link SlnetError} `bad-input` where it is broken or needs facts that nobody stated; `unsupported` where it is
 *   another kind of file, or another network
 */
export async function readModel(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  facts: ModelFacts = {},
  loadYaml: YamlLoader | null = null,
): Promise<ForeignModel> {
  if (looksLikeSafetensors(bytes)) {
    const { readSafetensors } = await import("./safetensors-reader.js");
    return readSafetensors(name, bytes, facts);
  }
  const source = createBufferSource(name, bytes);
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (isZip) {
    const zip = await openZip(source);
    const { isRunArchive, readArchivedModel } = await import("./run-archive.js");
    if (isRunArchive(zip)) return { model: await readArchivedModel(zip), notices: [] };
    const { isNpz } = await import("../io/npz.js");
    if (isNpz(zip)) return (await import("./npz-reader.js")).readNpzModel(zip, facts);
    const { readPackage } = await import("../zoo/package-reader.js");
    const found = await readPackage(zip, facts, loadYaml);
    if (found) return found;
  }
  if (isZip || looksLikeTorch(bytes)) return modelOfTorch(await readTorchFile(source), facts);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text)) return { model: parseModelFile(text, name), notices: [] };
  throw new SlnetError(
    "bad-input",
    `${name} is no model, expected a file of this program (JSON), of PyTorch, of safetensors, of NumPy (.npz), or a package of the BioImage Model Zoo`,
  );
}
