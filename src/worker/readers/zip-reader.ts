import type { ByteSource, StackReader, StackSelection } from "../../core/frames.js";
import { isNpz, openNpz } from "../../core/io/npz.js";
import { openZip } from "../../core/io/zip-folder.js";

/**
 * Opens a zip archive by what is in it: arrays of NumPy, or a Zarr folder.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 */
export async function openZipStack(source: ByteSource, selection: StackSelection): Promise<StackReader> {
  const zip = await openZip(source);
  const stack = isNpz(zip)
    ? await openNpz(zip, selection)
    : await (await import("./zarr-zip.js")).openZarrZip(zip, selection);
  return {
    ...stack,
    async close() {
      await stack.close();
      await source.close();
    },
  };
}
