import { errorMessage, SlnetError } from "../core/errors.js";

/** Writes a file to the one that a person chose. Until it is whole, that one stays as it was. */
export async function copyToFile(file: File, handle: FileSystemFileHandle, signal: AbortSignal): Promise<void> {
  try {
    await file.stream().pipeTo(await handle.createWritable(), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new SlnetError(
      "out-of-memory",
      `${handle.name} could not be written (${errorMessage(error)}): check that its disk has ${file.size} bytes free and that the browser may write to it`,
      { cause: error },
    );
  }
}
