import { SlnetError } from "../core/errors.js";
import type { NamedFile } from "../protocol/api.js";

/** More are a folder that was dropped by mistake, or an OME-Zarr that is better opened as one .zip file. */
const maximumFileCount = 100_000;

/** Reads what was dropped, the files in folders too. */
export type ReadDropped = (signal: AbortSignal, onCount: (files: number) => void) => Promise<readonly NamedFile[]>;

/**
 * Takes what was dropped out of its event; a browser gives it only while the event is handled. The folders are read
 * afterwards.
 */
export function takeDropped(transfer: DataTransfer): ReadDropped {
  const entries: FileSystemEntry[] = [];
  const files: NamedFile[] = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    if (entry) {
      entries.push(entry);
      continue;
    }
    const file = item.getAsFile();
    if (file) files.push({ path: file.name, file });
  }
  return async (signal, onCount) => {
    for await (const found of readEntries(entries, signal)) {
      signal.throwIfAborted();
      files.push(...found);
      requireFileCount(files.length);
      onCount(files.length);
    }
    return files;
  };
}

/** @throws {@link SlnetError} `bad-input` for more files than are taken at once */
export function requireFileCount(count: number): void {
  if (count <= maximumFileCount) return;
  throw new SlnetError(
    "bad-input",
    `the folder holds more than ${maximumFileCount.toLocaleString("en")} files, expected at most so many: ` +
      "open the stack alone, or an OME-Zarr as one .zip file",
  );
}

/** The files of the entries and of the folders among them, in groups. */
async function* readEntries(entries: readonly FileSystemEntry[], signal: AbortSignal): AsyncGenerator<NamedFile[]> {
  yield* namedFiles(entries);
  const folders = entries.filter(isFolder);
  let folderCount = folders.length;
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const reader = folder.createReader();
    // A browser gives a folder in parts, and an empty one at the end.
    for (;;) {
      const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject)).catch(
        (error: unknown) => Promise.reject(unreadable(folder.fullPath, error)),
      );
      signal.throwIfAborted();
      if (part.length === 0) break;
      yield* namedFiles(part);
      const inside = part.filter(isFolder);
      folderCount += inside.length;
      requireFileCount(folderCount);
      folders.push(...inside);
    }
  }
}

async function* namedFiles(entries: readonly FileSystemEntry[]): AsyncGenerator<NamedFile[]> {
  const files = entries.filter((entry): entry is FileSystemFileEntry => entry.isFile);
  yield await Promise.all(
    files.map(async (entry) => {
      const path = entry.fullPath.replace(/^\//, "");
      try {
        return { path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) };
      } catch (error) {
        throw unreadable(path, error);
      }
    }),
  );
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function unreadable(path: string, cause: unknown): SlnetError {
  return new SlnetError("bad-input", `${path} cannot be read: the browser was refused, or it was removed meanwhile`, {
    cause,
  });
}

/** A file by its path in the folder that was chosen, or by its name. */
export function namedFile(file: File): NamedFile {
  return { path: file.webkitRelativePath || file.name, file };
}
