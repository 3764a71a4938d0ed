import { modelFormat } from "../core/model.js";
import { createBufferSource } from "../core/io/buffer-source.js";
import { openZip } from "../core/io/zip-folder.js";
import { looksLikeTorch, torchHeadBytes } from "../core/torch/torch-head.js";
import { largestModelBytes } from "../core/models/read-model.js";
import { isRunArchive } from "../core/models/run-archive.js";
import { descriptionIn } from "../core/zoo/package-folder.js";
import { maximumJsonBytes } from "./chosen-file.js";
import { runFormat } from "../protocol/run-format.js";
import { stackEndings } from "./stack-endings.js";

/** Spaces and line breaks may come first. */
const headBytes = 1024;

/** Endings that a model has and no stack. */
const modelEndings = [".json", ".pt", ".pth", ".ckpt", ".bioimage.zip"];

/** A tensor that every file of weights has, and no stack of frames. */
const weightName = "conv1.weight";

type FileKind = "model" | "run" | null;

/**
 * Whether a file is a model or a run record, by what is in it. Any other file with the ending of a model counts as one,
 * which is then refused with the reason; `null` is everything else.
 */
export async function chosenFileKind(file: File): Promise<FileKind> {
  const name = file.name.toLowerCase();
  const byName = modelEndings.some((ending) => name.endsWith(ending)) ? "model" : null;
  try {
    const head = new Uint8Array(await file.slice(0, torchHeadBytes).arrayBuffer());
    if (file.size <= largestModelBytes) {
      if (looksLikeTorch(head)) return "model";
      if (head[0] === 0x50 && head[1] === 0x4b) return (await archiveKind(file)) ?? byName;
      if (name.endsWith(".safetensors")) return (await file.text()).includes(`"${weightName}"`) ? "model" : null;
    }
    if (file.size > maximumJsonBytes || stackEndings.some((ending) => name.endsWith(ending))) return byName;
    const start = await file.slice(0, headBytes).text();
    if (!/^\s*\{/.test(start.replace(/^\uFEFF/, ""))) return byName;
    const { format } = JSON.parse(await file.text()) as { readonly format?: unknown };
    if (format === runFormat) return "run";
    return format === modelFormat ? "model" : byName;
  } catch {
    // A folder cannot be read as a file, and a text may begin like JSON.
    return byName;
  }
}

/** By the names in an archive: that of a run, weights for NumPy, a package of the BioImage Model Zoo. */
async function archiveKind(file: File): Promise<FileKind> {
  const zip = await openZip(createBufferSource(file.name, new Uint8Array(await file.arrayBuffer())));
  if (isRunArchive(zip)) return "run";
  const isModel = zip.paths.some((path) => path.endsWith(`${weightName}.npy`)) || descriptionIn(zip) !== null;
  return isModel ? "model" : null;
}
