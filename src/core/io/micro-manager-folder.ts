import type { FileFolder } from "../frames.js";
import { parseMicroManagerSummary, type MicroManagerSummary } from "./micro-manager.js";

/** The summary stands at the beginning of the file; what is told of each image follows, and may take 100 MB. */
const longestBeginning = 1024 * 1024;

/**
 * Reads the summary of a folder of single images, which stands in its `metadata.txt`.
 *
 * @returns one that says nothing where there is none, or a broken one
 */
export async function readFolderSummary(folder: FileFolder): Promise<MicroManagerSummary> {
  const source = await folder.open("metadata.txt");
  if (!source) return parseMicroManagerSummary("");
  try {
    const text = new TextDecoder().decode(await source.read(0, longestBeginning));
    const mark = /"Summary"\s*:\s*(?=\{)/.exec(text);
    return parseMicroManagerSummary(mark ? firstObject(text, mark.index + mark[0].length) : "");
  } finally {
    await source.close();
  }
}

/** The text of the object in JSON that begins at `start`, to its closing brace; empty where it has none. */
function firstObject(text: string, start: number): string {
  let depth = 0;
  let isInText = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (isInText) {
      if (character === "\\") at++;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return text.slice(start, at + 1);
  }
  return "";
}
