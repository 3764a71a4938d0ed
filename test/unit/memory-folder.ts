import type { ByteSource, FileFolder } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";

/** A folder in memory that remembers what was opened and closed. */
export interface MemoryFolder extends FileFolder {
  /** Names of files in the order in which they were opened. */
  readonly opened: string[];
  /** Number of files that are open now, and at most so far. */
  readonly open_: { now: number; most: number };
}

/** @param canList - false for one like a web server */
export function createMemoryFolder(files: Readonly<Record<string, Uint8Array>>, canList = true): MemoryFolder {
  const opened: string[] = [];
  const open_ = { now: 0, most: 0 };
  return {
    name: "recording",
    opened,
    open_,
    list: () => Promise.resolve(canList ? Object.keys(files).filter((name) => !name.includes("/")) : []),
    open(path): Promise<ByteSource | null> {
      const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
      if (!bytes) return Promise.resolve(null);
      opened.push(path);
      open_.now++;
      open_.most = Math.max(open_.most, open_.now);
      let isOpen = true;
      const source = createBufferSource(path.slice(path.lastIndexOf("/") + 1), bytes);
      return Promise.resolve({
        ...source,
        close() {
          if (isOpen) open_.now--;
          isOpen = false;
          return Promise.resolve();
        },
      });
    },
  };
}
