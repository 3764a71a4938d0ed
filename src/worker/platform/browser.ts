import { createMemorySink } from "../../core/io/buffer-source.js";
import { SlnetError } from "../../core/errors.js";
import type { ByteSink, FileFolder } from "../../core/frames.js";
import type { NamedFile } from "../../protocol/api.js";
import { createBlobSource } from "./blob-source.js";
import { alwaysNew, openHandleFile } from "./handle-file.js";
import type { OutputFile, Platform } from "./platform.js";

/** Folder in the origin's private file system. */
const privateFolder = "slnet-web";

export const browserPlatform: Platform = {
  defaultAssetsUrl: assetsUrl(),

  openInput(input) {
    switch (input.type) {
      case "file": {
        const { file, name, neighbours = [] } = input;
        const folder = folderOf("the files opened together", neighbours);
        return Promise.resolve({ type: "file", source: createBlobSource(file, name), folder });
      }
      case "folder":
        return Promise.resolve({ type: "folder", folder: folderOf(input.name, input.files) });
      case "path":
        return Promise.reject(new SlnetError("unsupported", "a page cannot open a path; hand over a File"));
    }
  },

  async openOutput(target, resume = false) {
    switch (target.type) {
      case "private-file":
        if (resume) {
          throw new SlnetError(
            "unsupported",
            "a page goes on with a file that a person chose, and with no private one",
          );
        }
        return (await openPrivateFile(target.name)) ?? openMemoryFile(target.name);
      case "file-handle":
        return openHandleFile(target.handle, resume);
      case "path":
        throw new SlnetError(
          "unsupported",
          "a page cannot write to a path; save to a file handle, or to a private file and download it",
        );
    }
  },

  openOutputFolder: () =>
    Promise.reject(new SlnetError("unsupported", "a page cannot write a folder; save OME-Zarr as one .zip file")),

  openShardFolder: () => Promise.reject(new SlnetError("unsupported", "a page cannot write shards into a folder")),

  makeDirectory: () => Promise.reject(new SlnetError("unsupported", "a page cannot make folders")),

  async startItk(assetsBaseUrl) {
    const { startItk } = await import("./itk-browser.js");
    return startItk(assetsBaseUrl);
  },
};

/** `assets/` beside the script of the worker, of which this is a part in `worker-parts/`. */
function assetsUrl(): string {
  // Where the whole worker is one text, as in a notebook, there is nothing beside it.
  if (import.meta.url.startsWith("blob:")) return "";
  // webpack puts the path on the machine where it ran in place of the address, and makes one script of all parts.
  // Node has no location: there the script is imported by mistake, and says so.
  return import.meta.url.startsWith("file:") && "location" in globalThis
    ? new URL("./assets/", self.location.href).href
    : new URL("../assets/", import.meta.url).href;
}

/** @param files - as a person chose them; of two with the same path the first */
function folderOf(name: string, files: readonly NamedFile[]): FileFolder {
  const byPath = new Map([...files].reverse().map(({ path, file }) => [path, file]));
  return {
    name,
    list: () => Promise.resolve([...byPath.keys()].filter((path) => !path.includes("/"))),
    open(path) {
      const file = byPath.get(path);
      return Promise.resolve(file ? createBlobSource(file, path) : null);
    },
  };
}

/** Most bytes of one write. Larger ones make Linux take memory in pieces that a virtual machine is slow to get. */
const largestWrite = 2 ** 20;

async function openPrivateFile(name: string): Promise<OutputFile | null> {
  let folder: FileSystemDirectoryHandle;
  let handle: FileSystemFileHandle;
  let access: FileSystemSyncAccessHandle;
  const ownName = `${crypto.randomUUID()}.part`;
  let release: (() => void) | null = null;
  try {
    const root = await navigator.storage.getDirectory();
    folder = await root.getDirectoryHandle(privateFolder, { create: true });
    await removeStaleFiles(folder);
    release = await holdLock(lockName(ownName));
    handle = await folder.getFileHandle(ownName, { create: true });
    access = await handle.createSyncAccessHandle();
  } catch {
    release?.();
    // Not there in private windows and insecure contexts: the file is kept in memory instead.
    return null;
  }
  const remove = async (): Promise<void> => {
    await folder.removeEntry(ownName).catch(() => undefined);
    release();
  };
  const sink = privateSink(access, name);
  return {
    sink,
    ...alwaysNew,
    commit: () => sink.close(),
    async discard() {
      access.close();
      await remove();
    },
    async file() {
      const file = await handle.getFile();
      // Under the user's name; the bytes stay where they are.
      return new File([file], name, { type: mediaType(name) });
    },
  };
}

function privateSink(access: FileSystemSyncAccessHandle, name: string): ByteSink {
  return {
    write(offset, bytes) {
      let written = 0;
      try {
        while (written < bytes.byteLength) {
          const piece = bytes.subarray(written, written + largestWrite);
          const taken = access.write(piece, { at: offset + written });
          written += taken;
          if (taken < piece.byteLength) return Promise.reject(storageFull(name, bytes.byteLength, written));
        }
        return Promise.resolve();
      } catch (error) {
        return Promise.reject(storageFull(name, bytes.byteLength, written, error));
      }
    },
    resize(size) {
      try {
        access.truncate(size);
        return Promise.resolve();
      } catch (error) {
        return Promise.reject(storageFull(name, size, 0, error));
      }
    },
    close() {
      // Closing flushes, and a second time does nothing.
      access.close();
      return Promise.resolve();
    },
  };
}

function storageFull(name: string, wanted: number, written: number, cause?: unknown): SlnetError {
  return new SlnetError(
    "out-of-memory",
    `${name}: the browser's storage took ${written} of ${wanted} bytes; free disk space or save fewer frames`,
    { cause },
  );
}

/** The browser lets go of a lock when the worker that holds it ends, however that is: closing the tab is enough. */
function lockName(fileName: string): string {
  return `${privateFolder}/${fileName}`;
}

/** Holds a lock until what it resolves to is called. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Removes the files of workers that ended without doing it. */
async function removeStaleFiles(folder: FileSystemDirectoryHandle): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const inUse = new Set(held.map(({ name }) => name));
  for await (const name of folder.keys()) {
    // One that the browser still copies to the downloads is kept by the system, or cannot be removed yet.
    if (!inUse.has(lockName(name))) await folder.removeEntry(name).catch(() => undefined);
  }
}

function openMemoryFile(name: string): OutputFile {
  const sink = createMemorySink();
  return {
    sink,
    ...alwaysNew,
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    file: () => Promise.resolve(new File([sink.bytes()], name, { type: mediaType(name) })),
  };
}

function mediaType(name: string): string {
  if (/\.(zip|npz)$/i.test(name)) return "application/zip";
  return /\.(npy|safetensors)$/i.test(name) ? "application/octet-stream" : "image/tiff";
}
