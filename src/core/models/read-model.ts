import { SlnetError } from "../errors.js";
import { createBufferSource } from "../io/buffer-source.js";
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
 * Reads a model of any kind that is known: ours, and those of PyTorch (a checkpoint of the published code, a state
 * dictionary, TorchScript). Which it is is seen from its first bytes, not from its name.
 *
 * @param name - of the file, for messages
 * @param bytes - the whole file, which the caller has seen to be no larger than {@link largestModelBytes}
 * @param facts - what the caller knows about the model, used where the file does not say it
 * @throws {@link SlnetError} `bad-input` where it is broken or needs facts that nobody stated; `unsupported` where it is
 *   another kind of file, or another network
 */
export async function readModel(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  facts: ModelFacts = {},
): Promise<ForeignModel> {
  if (looksLikeTorch(bytes)) return modelOfTorch(await readTorchFile(createBufferSource(name, bytes)), facts);
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text)) return { model: parseModelFile(text, name), notices: [] };
  throw new SlnetError("bad-input", `${name} is no model, expected a file of this program (JSON) or of PyTorch`);
}
