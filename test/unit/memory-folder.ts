import type { ByteSource, FileFolder } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";

/** A folder in memory that remembers what was opened and closed. */
export interface MemoryFolder extends FileFolder {
  /** Names of files in the order in which they were opened. */
  readonly opened: string[];
  /** Number of files that are open now, and at most so far. */
  readonly openFiles: { now: number; most: number };
}

/** @param canList - false for one like a web server */
export function createMemoryFolder(files: Readonly<Record<string, Uint8Array>>, canList = true): MemoryFolder {
  const opened: string[] = [];
  const openFiles = { now: 0, most: 0 };
  return {
    name: "recording",
    opened,
    openFiles,
    list: () => Promise.resolve(canList ? Object.keys(files).filter((name) => !name.includes("/")) : []),
    open(path): Promise<ByteSource | null> {
      const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
      if (!bytes) return Promise.resolve(null);
      opened.push(path);
      openFiles.now++;
      openFiles.most = Math.max(openFiles.most, openFiles.now);
      let isOpen = true;
      const source = createBufferSource(path.slice(path.lastIndexOf("/") + 1), bytes);
      return Promise.resolve({
        ...source,
        close() {
          if (isOpen) openFiles.now--;
          isOpen = false;
          return Promise.resolve();
        },
      });
    },
  };
}
