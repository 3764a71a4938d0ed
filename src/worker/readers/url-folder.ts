import { isSlnetError } from "../../core/errors.js";
import type { FileFolder } from "../../core/frames.js";
import { nameOf, openUrl, UrlStatus } from "./url-source.js";

/** Most that is taken with the first request of a file. */
const largestGuess = 8 * 1024 * 1024;

/**
 * What stands beside or below an address. It cannot be listed. The query of the address, often a key, goes with each file.
 *
 * @param folder - a path that does not end in `/` is taken as one that does
 */
export function openUrlFolder(folder: URL): FileFolder {
  const base = new URL(folder);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  // The chunks of an array are about as large as each other: one request each is enough when the size is guessed.
  let guess = 256 * 1024;
  return {
    name: nameOf(base),
    list: () => Promise.resolve([]),
    async open(path) {
      const parts = path.split("/");
      if (parts.some((part) => part === "" || part === "." || part === "..")) return null;
      const url = new URL(base);
      url.pathname += parts.map(encodeURIComponent).join("/");
      try {
        const source = await openUrl(url, guess);
        guess = Math.min(source.size, largestGuess);
        return source;
      } catch (error) {
        if (isMissing(error, path)) return null;
        throw error;
      }
    },
  };
}

/** The folder that the file at an address is in. */
export function folderOfUrl(file: URL): FileFolder {
  const folder = new URL(file);
  folder.pathname = folder.pathname.replace(/[^/]*$/, "");
  return openUrlFolder(folder);
}

/**
 * Stores such as S3 answer 403 instead of 404 where nobody may list the folder. For a chunk of a Zarr array that must stay
 * an error: a chunk that is not there means pixels of the fill value.
 */
function isMissing(error: unknown, path: string): boolean {
  if (!isSlnetError(error) || !(error.cause instanceof UrlStatus)) return false;
  const { status } = error.cause;
  return status === 404 || status === 410 || (status === 403 && !/(^|\/)(c[/.])?\d+([./]\d+)*$/.test(path));
}
