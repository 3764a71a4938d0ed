import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Every file below a folder, sorted, so that two calls can be compared.
 *
 * @param {string} folder
 * @returns {string[]} paths that start with `folder`; empty where there is no such folder
 */
export function listFiles(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
  // Node 20.0 to 20.11 has the folder of an entry in `path` only.
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
