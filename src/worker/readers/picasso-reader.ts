import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder, StackReader } from "../../core/frames.js";
import { openPicassoRaw } from "../../core/io/picasso-raw-reader.js";
import { readYaml } from "../../core/io/read-yaml.js";
import { readNeighbourText } from "../../core/io/small-text.js";

/**
 * Opens a .raw recording of Picasso with the YAML file beside it.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` where there is no YAML file, and what `openPicassoRaw` throws
 */
export async function openPicasso(source: ByteSource, folder: FileFolder): Promise<StackReader> {
  const description = await readNeighbourText(source.name, folder, [".yaml", ".yml"]);
  if (!description) {
    const wanted = source.name.replace(/\.[^./]*$/, ".yaml");
    throw new SlnetError(
      "bad-input",
      `${source.name} needs ${wanted} beside it, which says its size; open both together`,
    );
  }
  return openPicassoRaw(source, {
    name: description.name,
    documents: await readYaml(description.text, description.name, () => import("yaml")),
  });
}
