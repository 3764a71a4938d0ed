import { errorMessage, SlnetError } from "../../core/errors.js";
import type { ByteSink, ByteSource } from "../../core/frames.js";
import { createBlobSource } from "./blob-source.js";
import type { OutputFile } from "./platform.js";

/** Of an output that does not go on with an earlier file. */
export const alwaysNew: Pick<OutputFile, "earlier" | "startAnew"> = { earlier: null, startAnew: () => undefined };

/**
 * A file that a person chose, through the File System Access interface. The browser writes beside it and puts the new one
 * in its place when it is closed, so nothing of an earlier file is lost by a run that fails.
 *
 * @param handle - with the permission to write, which only the page can ask for
 * @param resume - go on with what is in the file: the browser copies it first
 * @throws {@link SlnetError} `bad-input` without the permission or where the file is gone or in use
 */
export async function openHandleFile(handle: FileSystemFileHandle, resume: boolean): Promise<OutputFile> {
  const { name } = handle;
  let stream: FileSystemWritableFileStream;
  let earlier: ByteSource | null = null;
  let isEmptied = true;
  try {
    if (resume) {
      const file = await handle.getFile();
      if (file.size > 0) earlier = createBlobSource(file, name);
    }
    stream = await handle.createWritable({ keepExistingData: earlier !== null });
  } catch (error) {
    throw handleError(name, "cannot be written", error);
  }
  const sink: ByteSink = {
    async write(position, data) {
      try {
        if (!isEmptied) await stream.truncate(0);
        isEmptied = true;
        await stream.write({ type: "write", position, data: data as Uint8Array<ArrayBuffer> });
      } catch (error) {
        throw handleError(name, `writing stopped at byte ${position}`, error);
      }
    },
    async resize(size) {
      try {
        await stream.truncate(size);
      } catch (error) {
        throw handleError(name, `could not become ${size} bytes long`, error);
      }
    },
    async close() {
      try {
        await stream.close();
      } catch (error) {
        throw handleError(name, "could not be completed", error);
      }
    },
  };
  return {
    sink,
    earlier,
    startAnew() {
      isEmptied = earlier === null;
    },
    async commit() {
      await earlier?.close();
      await sink.close();
    },
    async discard() {
      await earlier?.close();
      // After a failed write it has ended already.
      await stream.abort().catch(() => undefined);
    },
    file: () => handle.getFile(),
  };
}

function handleError(name: string, what: string, cause: unknown): SlnetError {
  const reason = cause instanceof Error ? cause.name : "";
  const advice: Readonly<Record<string, string>> = {
    NotAllowedError: "the page may not write to it; choose the file again and allow it",
    NoModificationAllowedError: "another run or program is writing to it; close that or choose another name",
    NotFoundError: "it or its folder was moved or removed; choose the file again",
    QuotaExceededError: "the disk is full; free space on it or save to another one",
  };
  return new SlnetError(
    reason === "QuotaExceededError" ? "out-of-memory" : "bad-input",
    `${name}: ${what}: ${advice[reason] ?? errorMessage(cause)}`,
    { cause },
  );
}
