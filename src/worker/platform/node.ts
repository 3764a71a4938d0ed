import { access, constants, mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { errorMessage, SlnetError } from "../../core/errors.js";
import type { ByteSink, ByteSource, FileFolder } from "../../core/frames.js";
import { openOutputFolder } from "./node-folder.js";
import { openShardFolder } from "./node-shards.js";
import type { OutputFile, Platform } from "./platform.js";

export const nodePlatform: Platform = {
  defaultAssetsUrl: new URL("../assets/", import.meta.url).href,

  async openInput(input) {
    if (input.type !== "path") throw new SlnetError("unsupported", "Node opens paths, not Files");
    const { path } = input;
    if (await isFolder(path)) return { type: "folder", folder: folderAt(path) };
    return { type: "file", source: await openFileSource(path), folder: folderAt(dirname(path)) };
  },

  async openOutput(target, resume = false) {
    if (target.type !== "path") throw new SlnetError("unsupported", `Node writes to paths, not to a ${target.type}`);
    return openFileOutput(target.path, resume);
  },

  openOutputFolder,

  openShardFolder: (path, make) => openShardFolder(path, make, openFileOutput),

  async makeDirectory(path) {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw new SlnetError("bad-input", `folder ${path} cannot be made: ${errorMessage(error)}`, { cause: error });
    }
  },

  async startItk(assetsBaseUrl) {
    const { startItk } = await import("./itk-node.js");
    return startItk(assetsBaseUrl);
  },
};

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Opening it says what is wrong.
    return false;
  }
}

function folderAt(path: string): FileFolder {
  return {
    name: basename(path),
    async list() {
      try {
        const entries = await readdir(path, { withFileTypes: true });
        return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
      } catch (error) {
        throw new SlnetError("bad-input", `folder ${path} cannot be read: ${errorMessage(error)}`, { cause: error });
      }
    },
    async open(relative) {
      // The names come from files, and may be made to point elsewhere.
      const parts = relative.split("/");
      if (parts.some((part) => part === "" || part === "." || part === ".." || /[\\\0]/.test(part))) return null;
      const found = join(path, ...parts);
      if (!(await stat(found).catch(() => null))?.isFile()) return null;
      return openFileSource(found);
    },
  };
}

/**
 * Most bytes of one write. For more Linux takes memory in pieces of 2 MiB, which a virtual machine may first have to get
 * back from its host: writing a gigabyte took 1.2 s then instead of 0.2 s.
 */
const largestWrite = 2 ** 20;

async function openFileSource(path: string): Promise<ByteSource> {
  const name = basename(path);
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    throw new SlnetError("bad-input", `${path} cannot be opened: ${errorMessage(error)}`, { cause: error });
  }
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    throw new SlnetError("bad-input", `${path} is not a file, expected a stack`);
  }
  const { size } = found;
  const readInto: ByteSource["readInto"] = async (offset, out) => {
    const wanted = Math.max(0, Math.min(out.length, size - offset));
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await handle.read(out, filled, wanted - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  };
  return {
    name,
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      return bytes.subarray(0, await readInto(offset, bytes));
    },
    readInto,
    close: () => handle.close(),
  };
}

/** What to tell people about a write that failed, by the code of the system's error. */
const writeFailures: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free space on it and resume",
  EDQUOT: "the disk quota is used up; free space and resume",
  EFBIG: "files may not become larger here; write to another place",
};

/**
 * Written beside its final name, so that an earlier file of that name stands until the new one is whole. Made at the first
 * write: a run that ends before it leaves nothing.
 */
async function openFileOutput(path: string, resume: boolean, partPath = `${path}.part`): Promise<OutputFile> {
  try {
    await access(dirname(path), constants.W_OK);
    if (await isFolder(path)) throw new Error("it is a folder");
  } catch (error) {
    throw new SlnetError("bad-input", `${path} cannot be written: ${errorMessage(error)}`, { cause: error });
  }
  // A killed run leaves the first, a stopped one the second.
  let earlierPath: string | null = null;
  if (resume) earlierPath = (await isFile(partPath)) ? partPath : (await isFile(path)) ? path : null;
  const earlier = earlierPath === null ? null : await openFileSource(earlierPath);
  let opening: Promise<FileHandle> | null = null;
  let isClosed = false;
  const openPart = async (): Promise<FileHandle> => {
    try {
      await earlier?.close();
      if (earlierPath === path) await rename(path, partPath);
      return await open(partPath, earlierPath === null ? "w" : "r+");
    } catch (error) {
      throw new SlnetError("bad-input", `${path} cannot be written: ${errorMessage(error)}`, { cause: error });
    }
  };
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    if (opening) await (await opening).close();
    else await earlier?.close();
  };
  const sink: ByteSink = {
    async write(offset, bytes) {
      const handle = await (opening ??= openPart());
      let done = 0;
      try {
        while (done < bytes.length) {
          const length = Math.min(largestWrite, bytes.length - done);
          done += (await handle.write(bytes, done, length, offset + done)).bytesWritten;
        }
      } catch (error) {
        const advice = writeFailures[(error as NodeJS.ErrnoException).code ?? ""];
        throw new SlnetError(
          advice === undefined ? "bad-input" : "out-of-memory",
          `${path}: writing stopped at byte ${offset + done}: ${advice ?? errorMessage(error)}`,
          { cause: error },
        );
      }
    },
    async resize(size) {
      const handle = await (opening ??= openPart());
      try {
        await handle.truncate(size);
      } catch (error) {
        const advice = writeFailures[(error as NodeJS.ErrnoException).code ?? ""];
        throw new SlnetError(
          advice === undefined ? "bad-input" : "out-of-memory",
          `${path} cannot become ${size} bytes long: ${advice ?? errorMessage(error)}`,
          { cause: error },
        );
      }
    },
    close,
  };
  return {
    sink,
    earlier,
    startAnew() {
      earlierPath = null;
    },
    async commit() {
      await close();
      await rename(partPath, path);
    },
    async discard() {
      await close().catch(() => undefined);
      if (opening) await rm(partPath, { force: true });
    },
    file: () => Promise.reject(new SlnetError("unsupported", `${path} is on disk`)),
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}
