import { SlnetError } from "../../core/errors.js";
import type { FileFolder } from "../../core/frames.js";

/** Metadata is text of a few kilobytes; labels and tables of other programs may add to it. */
const largestJson = 4 * 1024 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Where an array or group describes itself, in Zarr 3 and 2. */
export const zarrMetadataNames = ["zarr.json", ".zarray", ".zgroup", ".zattrs"] as const;

/** An array or a group of arrays. */
export interface ZarrNode {
  readonly version: 2 | 3;
  readonly attributes: JsonObject;
  /** Its metadata as it stands in the file; `null` for a group. */
  readonly array: JsonObject | null;
}

/**
 * Reads what an array or group says about itself; where it does so for both versions, Zarr 3 is taken.
 *
 * @param path - inside the folder, empty for the folder itself
 * @returns `null` where there is neither
 * @throws {@link SlnetError} `bad-input` where the metadata is not what it should be
 */
export async function readZarrNode(folder: FileFolder, path: string): Promise<ZarrNode | null> {
  const prefix = path === "" ? "" : `${path}/`;
  const read = (name: string): Promise<JsonObject | null> => readJson(folder, prefix + name);
  const third = await read("zarr.json");
  if (third) {
    const { zarr_format: format, node_type: type } = third;
    if (format !== 3 || (type !== "array" && type !== "group")) {
      throw new SlnetError(
        "bad-input",
        `${folder.name}: ${prefix}zarr.json is of format ${shown(format)} and type ${shown(type)}, expected 3 and array or group`,
      );
    }
    return { version: 3, attributes: objectOr(third.attributes), array: type === "array" ? third : null };
  }
  const [array, group, attributes] = await Promise.all([read(".zarray"), read(".zgroup"), read(".zattrs")]);
  if (!array && !group && !attributes) return null;
  return { version: 2, attributes: attributes ?? {}, array };
}

/** @returns `null` where there is no such file */
export async function readJson(folder: FileFolder, path: string): Promise<JsonObject | null> {
  const source = await folder.open(path);
  if (!source) return null;
  try {
    if (source.size > largestJson) {
      throw new SlnetError(
        "unsupported",
        `${folder.name}: ${path} has ${source.size} bytes, expected at most ${largestJson} of metadata`,
      );
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await source.read(0, source.size));
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
    throw new SlnetError("bad-input", `${folder.name}: ${path} holds ${shown(value)}, expected a JSON object`);
  } catch (error) {
    if (error instanceof SlnetError) throw error;
    throw new SlnetError("bad-input", `${folder.name}: ${path} is not JSON, expected metadata of Zarr`, {
      cause: error,
    });
  } finally {
    await source.close();
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** A value of somebody's metadata, for a message. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
