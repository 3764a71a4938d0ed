import { SlnetError } from "../core/errors.js";
import { modelFormat } from "../core/model.js";
import { looksLikeTorch, torchHeadBytes } from "../core/torch/torch-head.js";
import { runFormat } from "./run-format.js";
import { stackEndings } from "./stack-endings.js";

/** A window has at most 16 frames, so a model is some tens of kilobytes, and a run record has two of them at most. */
export const maximumJsonBytes = 8 * 1024 ** 2;
/** Spaces and line breaks may come first. */
const headBytes = 1024;

/** Endings that a model has and no stack. */
const modelEndings = [".json", ".pt", ".pth", ".ckpt", ".safetensors", ".bioimage.zip"];

/**
 * Whether a file is a model or a run record, by what is in it. Any other file with the ending of a model counts as one,
 * which is then refused with the reason; `null` is everything else.
 */
export async function chosenFileKind(file: File): Promise<"model" | "run" | null> {
  const name = file.name.toLowerCase();
  const byName = modelEndings.some((ending) => name.endsWith(ending)) ? "model" : null;
  if (file.size > maximumJsonBytes || stackEndings.some((ending) => name.endsWith(ending))) return byName;
  try {
    if (looksLikeTorch(new Uint8Array(await file.slice(0, torchHeadBytes).arrayBuffer()))) return "model";
    const head = await file.slice(0, headBytes).text();
    if (!/^\s*\{/.test(head.replace(/^\uFEFF/, ""))) return byName;
    const { format } = JSON.parse(await file.text()) as { readonly format?: unknown };
    if (format === runFormat) return "run";
    return format === modelFormat ? "model" : byName;
  } catch {
    // A folder cannot be read as a file, and a text may begin like JSON.
    return byName;
  }
}

/**
 * The text of a file that a person chose.
 *
 * @param what - it should be, for the message
 * @throws {@link SlnetError} `bad-input` where it is too large
 */
export async function jsonText(file: File, what: string): Promise<string> {
  if (file.size <= maximumJsonBytes) return file.text();
  throw new SlnetError(
    "bad-input",
    `${what} ${file.name} has ${file.size} bytes, expected at most ${maximumJsonBytes}`,
  );
}
