import { SlnetError } from "../../core/errors.js";
import type { FileFolder, StackReader, StackSelection } from "../../core/frames.js";
import { zarrMetadataNames } from "./zarr-node.js";
import { openZarr } from "./zarr-reader.js";
import type { ZipFolder } from "../../core/io/zip-folder.js";

/**
 * Opens a Zarr folder that was packed into one file (`.zarr.zip`, `.ozx`), at its top or inside folders of it.
 *
 * @param zip - its source stays the caller's, and open as long as the reader is used
 * @throws {@link SlnetError} `bad-input` for an archive that holds no Zarr folder, or several side by side
 */
export function openZarrZip(zip: ZipFolder, selection: StackSelection): Promise<StackReader> {
  return openZarr(below(zip, rootIn(zip)), selection);
}

/** The highest folder with metadata of Zarr: empty or ending in `/`. */
function rootIn(zip: ZipFolder): string {
  const names = new Set<string>(zarrMetadataNames);
  let roots = new Set<string>();
  let depth = Infinity;
  for (const path of zip.paths) {
    const end = path.lastIndexOf("/") + 1;
    if (!names.has(path.slice(end))) continue;
    const folder = path.slice(0, end);
    const parts = folder.split("/").length;
    if (parts > depth) continue;
    if (parts < depth) roots = new Set();
    depth = parts;
    roots.add(folder);
  }
  const [root, another] = roots;
  if (root === undefined) {
    throw new SlnetError(
      "bad-input",
      `${zip.name} is a zip archive without a Zarr folder or arrays of NumPy in it; unpack it and open the stack`,
    );
  }
  if (another !== undefined) {
    throw new SlnetError(
      "bad-input",
      `${zip.name} holds ${roots.size} Zarr folders, expected 1; unpack it and open one of them`,
    );
  }
  return root;
}

function below(zip: ZipFolder, prefix: string): FileFolder {
  return { name: zip.name, list: () => Promise.resolve([]), open: (path) => zip.open(prefix + path) };
}
