import type { ByteSource, FileFolder } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import type { OpenedInput, Platform } from "../../src/worker/platform/platform.js";
import { nodePlatform } from "../../src/worker/platform/node.js";
import type { FileSet } from "./seeds.js";

/** The platform of Node with one place to open, in memory. */
export interface MemoryPlatform extends Platform {
  /** How many sources were opened and not closed. */
  readonly leftOpen: number;
}

/** @param main - the file that opens, `null` for the folder as a whole */
export function createMemoryPlatform(name: string, main: string | null, files: FileSet): MemoryPlatform {
  const open = new Set<ByteSource>();
  const openSource = (path: string, bytes: Uint8Array): ByteSource => {
    const source: ByteSource = {
      ...createBufferSource(path.split("/").at(-1) ?? path, bytes),
      close() {
        open.delete(source);
        return Promise.resolve();
      },
    };
    open.add(source);
    return source;
  };
  const folder: FileFolder = {
    name,
    list: () => Promise.resolve([...files.keys()].filter((path) => !path.includes("/"))),
    open(path) {
      const bytes = files.get(path);
      return Promise.resolve(bytes ? openSource(path, bytes) : null);
    },
  };
  return {
    ...nodePlatform,
    get leftOpen() {
      return open.size;
    },
    openInput(): Promise<OpenedInput> {
      if (main === null) return Promise.resolve({ type: "folder", folder });
      return Promise.resolve({ type: "file", source: openSource(main, files.get(main)!), folder });
    },
  };
}
