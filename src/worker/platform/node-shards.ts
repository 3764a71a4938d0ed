import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { errorMessage, isSlnetError, SlnetError } from "../../core/errors.js";
import { cannotWrite, createFolderTree, replaceFolder, requireReplaceable } from "./node-folder.js";
import type { OutputFile, ShardFolder } from "./platform.js";

/** Where files are until they are whole. Names in it are of one process each. */
const temporaryFolder = "new";

/** All that a folder of shards may hold. */
const ownName = /^(run\.json|stack|new|shard-\d+-of-\d+\.(json|tif))$/;

/** What was not written to for so long belongs to a process that was killed. */
const abandonedMs = 3600e3;

const largestSmallFile = 1e6;

/**
 * @param openFile - opens a file to write under another name than its final one
 * @throws {@link SlnetError} `bad-input` where it is missing, cannot be made, or is a folder of other files
 */
export async function openShardFolder(
  outputPath: string,
  make: boolean,
  openFile: (path: string, resume: boolean, partPath: string) => Promise<OutputFile>,
): Promise<ShardFolder> {
  const path = `${outputPath}.shards`;
  const temporaries = join(path, temporaryFolder);
  const temporaryName = (): string => join(temporaries, crypto.randomUUID());
  await requireOwn(path, make);
  try {
    await mkdir(temporaries, { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
  if (make) await removeAbandoned(temporaries);
  const files = createFolderTree(path, path, temporaryName);
  return {
    path,

    async read(name) {
      try {
        if ((await stat(join(path, name))).size > largestSmallFile) {
          throw new SlnetError("bad-input", `${join(path, name)} is larger than what a shard writes`);
        }
        return await readFile(join(path, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        if (isSlnetError(error)) throw error;
        const message = `${join(path, name)} cannot be read: ${errorMessage(error)}`;
        throw new SlnetError("bad-input", message, { cause: error });
      }
    },

    write: (name, bytes) => files.write(name, bytes),

    hasFolder: async (name) => (await stat(join(path, name)).catch(() => null))?.isDirectory() === true,

    tree: (name) => createFolderTree(join(path, name), join(path, name), temporaryName),

    openFile: (name) => openFile(join(path, name), false, temporaryName()),

    requireMovable: () => requireReplaceable(outputPath),

    async moveOut(name) {
      await requireReplaceable(outputPath);
      await replaceFolder(outputPath, join(path, name));
    },

    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Nothing of a person's is written into, or removed with the rest. */
async function requireOwn(path: string, make: boolean): Promise<void> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw cannotWrite(path, error);
    if (make) return;
    throw new SlnetError("bad-input", `there is no folder ${path}, expected what clean --shard writes`, {
      cause: error,
    });
  }
  if (names.every((name) => ownName.test(name))) return;
  throw new SlnetError("bad-input", `${path} is a folder of other files, expected a new name or a folder of shards`);
}

/** A process that was killed leaves what it had not finished. */
async function removeAbandoned(temporaries: string): Promise<void> {
  for (const name of await readdir(temporaries).catch(() => [])) {
    const path = join(temporaries, name);
    const found = await stat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > abandonedMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
