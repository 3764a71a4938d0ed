import { open, rename, rm, type FileHandle } from "node:fs/promises";

import { errorMessage, SlnetError } from "../core/errors.js";
import type { ByteSink } from "../core/frames.js";

/** A file being written, under `NAME.part` until it is whole. */
export interface PartFile {
  /** Bytes written so far, from the start to the last. */
  readonly size: number;
  readonly sink: ByteSink;
  /** Gives it its name. Called once, or `discard` is. */
  commit(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/**
 * Writes a file whole or not at all.
 *
 * @param fill - writes what is in it
 * @throws {@link SlnetError} `bad-input` where it cannot be written
 */
export async function writeWholeFile(path: string, fill: (sink: ByteSink) => Promise<void>): Promise<void> {
  const file = await openPartFile(path);
  try {
    await fill(file.sink);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** @throws {@link SlnetError} `bad-input` where it cannot be made; so do the writes */
export async function openPartFile(path: string): Promise<PartFile> {
  const partPath = `${path}.part`;
  const refusal = (error: unknown): SlnetError =>
    new SlnetError("bad-input", `${path} cannot be written: ${errorMessage(error)}`, { cause: error });
  let handle: FileHandle;
  try {
    handle = await open(partPath, "w");
  } catch (error) {
    throw refusal(error);
  }
  const file = {
    size: 0,
    sink: {
      async write(offset: number, bytes: Uint8Array): Promise<void> {
        try {
          for (let done = 0; done < bytes.length;) {
            done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
          }
        } catch (error) {
          throw refusal(error);
        }
        file.size = Math.max(file.size, offset + bytes.length);
      },
      close: () => handle.close(),
    },
    async commit(): Promise<void> {
      try {
        await handle.close();
        await rename(partPath, path);
      } catch (error) {
        throw refusal(error);
      }
    },
    async discard(): Promise<void> {
      await handle.close();
      await rm(partPath, { force: true });
    },
  };
  return file;
}
