import { isSlnetError, SlnetError } from "../errors.js";
import type { StackReader, StackSelection } from "../frames.js";
import { createBufferSource } from "./buffer-source.js";
import { chooseArray, largestPackedStack, type StackArray } from "./stack-arrays.js";
import { openNpy, readNpyHeader } from "./npy-reader.js";
import { readNpyText } from "./npy-text.js";
import { parseNumpyType } from "./numpy-type.js";
import { factsName, longestFacts, readStackFacts } from "./stack-facts.js";
import type { ZipFolder } from "./zip-folder.js";

/** Bytes of an array that are looked at for its header, which has some hundred. */
const headBytes = 4096;

/** Whether an archive is one of NumPy: nothing but arrays. */
export function isNpz({ paths }: Pick<ZipFolder, "paths">): boolean {
  return paths.length > 0 && paths.every((path) => path.endsWith(".npy"));
}

/**
 * Opens an array in an archive of `numpy.savez` or `numpy.savez_compressed` as a stack: the one with two or three axes, or
 * the one that is chosen as the series. A stored one is read where it lies, of any size; a deflated one is unpacked as a
 * whole, and has 300 MB at most.
 *
 * @param zip - that {@link isNpz}; its source stays the caller's, and open as long as the reader is used
 * @throws {@link SlnetError} as `openNpy`; `choice-needed` where several arrays may be the stack
 */
export async function openNpz(zip: ZipFolder, selection: StackSelection): Promise<StackReader> {
  const { name } = zip;
  const path = await chooseArray(name, zip.paths, (each) => describe(zip, each), selection);
  const source = await zip.open(path, Infinity, largestPackedStack);
  if (!source) throw new SlnetError("internal", `${name} has lost ${path}`);
  const stack = await openNpy(source);
  return {
    ...stack,
    description: {
      ...stack.description,
      ...readStackFacts(await factsIn(zip)),
      name,
      format: "npz",
      compression: zip.isPacked(path) ? "deflate" : "none",
    },
  };
}

/** What we wrote about the stack; another array of that name is somebody else's. */
async function factsIn(zip: ZipFolder): Promise<string> {
  try {
    const file = await zip.open(`${factsName}.npy`, longestFacts);
    return file ? await readNpyText(file, longestFacts) : "";
  } catch (error) {
    if (isSlnetError(error, "unsupported")) return "";
    throw error;
  }
}

async function describe(zip: ZipFolder, path: string): Promise<StackArray> {
  const head = (await zip.head(path, headBytes)) ?? new Uint8Array();
  const { descr, shape } = await readNpyHeader(createBufferSource(`${path.slice(0, 100)} in ${zip.name}`, head));
  return { key: path, name: path.replace(/\.npy$/, ""), shape, type: parseNumpyType(descr)?.type ?? null };
}
