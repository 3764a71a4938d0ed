import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

import { errorMessage, SlnetError } from "../../core/errors.js";
import type { FileTree } from "../../core/io/file-tree.js";
import type { OutputFolder } from "./platform.js";

/** As for files: for more at once Linux takes memory in pieces that are slow to get. */
const largestWrite = 2 ** 20;

/** What stands in a folder that may be replaced: a Zarr one, or one that a run left behind. */
const zarrNames = new Set([".zgroup", ".zattrs", ".zarray", "zarr.json"]);

/**
 * Opens a folder under the name `PATH.part`, so that an earlier one stands until the new one is whole.
 *
 * @throws {@link SlnetError} `bad-input` where it cannot be made, or where a folder that is not a Zarr one has that name
 */
export async function openOutputFolder(path: string): Promise<OutputFolder> {
  const partPath = `${path}.part`;
  await requireReplaceable(path);
  await requireReplaceable(partPath);
  try {
    await rm(partPath, { recursive: true, force: true });
    await mkdir(partPath);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  return {
    files: createFolderTree(partPath, path, (target) => `${target}.new`),
    commit: () => replaceFolder(path, partPath),
    discard: () => rm(partPath, { recursive: true, force: true }),
  };
}

/**
 * A folder on disk for many files.
 *
 * @param shownPath - what it is called in errors
 * @param temporaryOf - where a file is until it is whole, on the same disk
 */
export function createFolderTree(
  folderPath: string,
  shownPath: string,
  temporaryOf: (target: string) => string,
): FileTree {
  const folders = new Set<string>([folderPath]);
  const sizes = new Map<string, number>();
  return {
    async write(relative, bytes) {
      const target = join(folderPath, ...relative.split("/"));
      const folder = dirname(target);
      const temporary = temporaryOf(target);
      try {
        if (!folders.has(folder)) {
          await mkdir(folder, { recursive: true });
          // Those of the chunks are each for one file; those that many files share are few.
          if (folders.size < 1000) folders.add(folder);
        }
        await writeWhole(temporary, bytes);
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw cannotWrite(join(shownPath, relative), error);
      }
      sizes.set(relative, bytes.length);
    },
    finish: () => Promise.resolve([...sizes.values()].reduce((sum, size) => sum + size, 0)),
  };
}

/** Gives a folder its final name, in place of one that has it. */
export async function replaceFolder(path: string, newPath: string): Promise<void> {
  // A name that nobody has.
  const oldPath = `${path}.${crypto.randomUUID()}.old`;
  try {
    await rename(path, oldPath).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
    await rename(newPath, path);
    await rm(oldPath, { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Nothing of a person's is removed because its name was typed here. */
export async function requireReplaceable(path: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new SlnetError("bad-input", `${path} exists and is not a folder, expected a new name or a Zarr folder`, {
      cause: error,
    });
  }
  // A run that was killed before its first metadata left chunks in the folder `0`, or nothing.
  const isOurs = names.some((name) => zarrNames.has(name)) || names.every((name) => name === "0");
  if (isOurs) return;
  throw new SlnetError("bad-input", `${path} is a folder of other files, expected a new name or a Zarr folder`);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, "w");
    for (let done = 0; done < bytes.length;) {
      done += (await handle.write(bytes, done, Math.min(largestWrite, bytes.length - done))).bytesWritten;
    }
  } finally {
    await handle?.close();
  }
}

export function cannotWrite(path: string, error: unknown): SlnetError {
  const isFull = (error as NodeJS.ErrnoException).code === "ENOSPC";
  return new SlnetError(
    isFull ? "out-of-memory" : "bad-input",
    `${path} cannot be written: ${isFull ? "the disk is full" : errorMessage(error)}`,
    { cause: error },
  );
}
