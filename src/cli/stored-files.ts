import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, normalize, relative, resolve, sep } from "node:path";

import { errorMessage, SlnetError } from "../core/errors.js";
import { mostStoredBytes } from "../core/models/run-archive.js";

/**
 * Reads the files that are to be kept with a run.
 *
 * @param names - from the current folder, in which they are
 * @returns their bytes, by their names with `/` between folders
 * @throws {@link SlnetError} `bad-input` for a name that leads elsewhere, a file that is not there, one named twice, or more
 *   than 8 MiB in all
 */
export async function readStoredFiles(names: readonly string[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const name of names) {
    const refuse = (what: string, cause?: unknown): SlnetError =>
      new SlnetError("bad-input", `the file to store ${JSON.stringify(name.slice(0, 200))} ${what}`, { cause });
    const path = normalize(name);
    if (name === "" || isAbsolute(path) || isOutside(path)) {
      throw refuse("leads out of the current folder, expected a file in it");
    }
    const key = path.split(sep).join("/");
    if (files.has(key)) throw refuse("is named twice");
    try {
      const folder = await realpath(".");
      // Links lead elsewhere too.
      if (isOutside(relative(folder, await realpath(path)))) throw refuse("leads out of the current folder by a link");
      const found = await stat(path);
      if (!found.isFile()) throw refuse("is no file");
      total += found.size;
      if (total > mostStoredBytes) {
        throw refuse(`makes ${total} bytes of files to store, expected at most ${mostStoredBytes} in all`);
      }
      files.set(key, await readFile(path));
    } catch (error) {
      if (error instanceof SlnetError) throw error;
      throw refuse(`cannot be read: ${errorMessage(error)}`, error);
    }
  }
  return files;
}

function isOutside(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path) || resolve(path) === resolve(".");
}
