import { SlnetError } from "../errors.js";
import type { ByteSource, FileFolder } from "../frames.js";

/** Largest description beside a stack that is read, in bytes. */
const largestText = 1024 * 1024;

/** A file of text beside a stack. */
export interface NeighbourText {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the text file that describes a stack: beside it, with the same name but for its end.
 *
 * @param stackName - may have a path before it, within `folder`
 * @param ends - such as `.inf`, in lower case, the one looked for first at the beginning
 * @returns `null` where there is none
 * @throws {@link SlnetError} `bad-input` where it has more than 1 MiB
 */
export async function readNeighbourText(
  stackName: string,
  folder: FileFolder,
  ends: readonly string[],
): Promise<NeighbourText | null> {
  const base = stackName.replace(/\.[^./]*$/, "");
  const source = (await openFirst(folder, base, ends)) ?? (await openAnyCase(folder, base, ends));
  if (!source) return null;
  try {
    if (source.size > largestText) {
      throw new SlnetError(
        "bad-input",
        `${source.name} has ${source.size} bytes, expected at most ${largestText} in the description of a stack`,
      );
    }
    return { name: source.name, text: new TextDecoder().decode(await source.read(0, source.size)) };
  } finally {
    await source.close();
  }
}

async function openFirst(folder: FileFolder, base: string, ends: readonly string[]): Promise<ByteSource | null> {
  for (const end of ends) {
    const source = await folder.open(base + end);
    if (source) return source;
  }
  return null;
}

/** Microscope computers ignore case, and so do their programs when they name files. */
async function openAnyCase(folder: FileFolder, base: string, ends: readonly string[]): Promise<ByteSource | null> {
  const wanted = ends.map((end) => (base + end).toLowerCase());
  const found = (await folder.list()).find((name) => wanted.includes(name.toLowerCase()));
  return found === undefined ? null : folder.open(found);
}
