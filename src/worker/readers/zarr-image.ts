import { SlnetError } from "../../core/errors.js";
import type { FileFolder, StackSelection } from "../../core/frames.js";
import { choosePosition } from "../../core/io/choose-position.js";
import { isObject, objectOr, readJson, readZarrNode, shown, type JsonObject, type ZarrNode } from "./zarr-node.js";

/** What an axis is for; `other` is taken only where it has one position. */
export type AxisRole = "time" | "channel" | "z" | "y" | "x" | "other";

export interface ZarrAxis {
  readonly role: AxisRole;
  readonly name: string;
  readonly unit: string | null;
  /** Distance of neighbours in `unit`, or `null` where nobody says. */
  readonly scale: number | null;
}

/** An array of pixels in a folder, with what is said about it. */
export interface ZarrImage {
  /** Of the array inside the folder; empty for the folder itself. */
  readonly path: string;
  readonly array: ZarrNode;
  /** `null` where nobody says what the axes are. */
  readonly axes: readonly ZarrAxis[] | null;
  /** Of the channels, as far as they are named. */
  readonly channelLabels: readonly string[];
  /** Attributes of the image, where programs keep what has no place elsewhere. */
  readonly attributes: JsonObject;
  readonly notices: readonly string[];
}

/** Images that are looked for in a file of several. */
const mostSeries = 1000;

/** Axes of OME-NGFF before 0.3, which does not name them. */
const oldAxes = ["t", "c", "z", "y", "x"];

const rolesByName: Readonly<Record<string, AxisRole>> = {
  t: "time",
  time: "time",
  c: "channel",
  channel: "channel",
  z: "z",
  y: "y",
  x: "x",
};

/**
 * Finds the pixels in full resolution: the first data set of OME-NGFF 0.1 to 0.5, or a Zarr array by itself.
 *
 * @throws {@link SlnetError} `choice-needed` for a file of several images, `bad-input` where there is none
 */
export async function findZarrImage(folder: FileFolder, selection: StackSelection): Promise<ZarrImage> {
  const root = await readZarrNode(folder, "");
  if (!root) {
    throw new SlnetError(
      "bad-input",
      `${folder.name} is not a Zarr folder, expected zarr.json, .zarray or .zattrs in it`,
    );
  }
  if (root.array) return plainArray(root);
  const attributes = omeAttributes(root);
  if (Array.isArray(attributes.multiscales)) return imageIn(folder, "", root, selection.series);
  if (root.attributes["bioformats2raw.layout"] !== undefined || attributes["bioformats2raw.layout"] !== undefined) {
    return chosenSeries(folder, root, selection.series);
  }
  if (isObject(attributes.plate) || isObject(attributes.well)) {
    throw new SlnetError(
      "unsupported",
      `${folder.name} is a plate of many images, expected one; open the folder of a field`,
    );
  }
  throw new SlnetError(
    "unsupported",
    `${folder.name} is a Zarr group without OME-NGFF metadata (multiscales), expected an image; open the folder of its array`,
  );
}

function plainArray(array: ZarrNode): ZarrImage {
  return { path: "", array, axes: null, channelLabels: [], attributes: array.attributes, notices: [] };
}

/** Since 0.5 the metadata stands under a key of its own. */
function omeAttributes({ attributes }: ZarrNode): JsonObject {
  return isObject(attributes.ome) ? attributes.ome : attributes;
}

async function chosenSeries(folder: FileFolder, root: ZarrNode, chosen: number | undefined): Promise<ZarrImage> {
  const names = await seriesNames(folder, root);
  const found = names.slice(0, mostSeries);
  if (found.length === 0) throw new SlnetError("bad-input", `${folder.name} holds no image, expected at least one`);
  const parts = { name: folder.name, of: "series", count: found.length, what: "images" } as const;
  const name = found[choosePosition({ ...parts, labelOf: (position) => `image ${found[position]}` }, chosen)];
  const node = await readZarrNode(folder, name);
  if (!node || !Array.isArray(omeAttributes(node).multiscales)) {
    throw new SlnetError("bad-input", `${folder.name}: image ${name} is missing or has no multiscales metadata`);
  }
  return imageIn(folder, name, node, 0);
}

/** Paths of the images: as `OME` lists them, or else counted from 0. */
async function seriesNames(folder: FileFolder, root: ZarrNode): Promise<readonly string[]> {
  const listing =
    root.version === 3
      ? objectOr(objectOr((await readJson(folder, "OME/zarr.json"))?.attributes).ome)
      : await readJson(folder, "OME/.zattrs");
  if (Array.isArray(listing?.series)) {
    return (listing.series as unknown[]).slice(0, mostSeries).map((path) => checkedPath(path, folder.name));
  }
  const names: string[] = [];
  while (names.length < mostSeries && (await readZarrNode(folder, String(names.length)))) {
    names.push(String(names.length));
  }
  return names;
}

async function imageIn(
  folder: FileFolder,
  path: string,
  group: ZarrNode,
  series: number | undefined,
): Promise<ZarrImage> {
  const ome = omeAttributes(group);
  const list = (ome.multiscales as unknown[]).filter(isObject);
  if (series !== undefined && series >= 1) {
    throw new SlnetError("bad-input", `${folder.name}: image ${series} asked for, it has 1`);
  }
  const multiscale = list[0];
  const datasets: unknown[] = Array.isArray(multiscale?.datasets) ? (multiscale.datasets as unknown[]) : [];
  const dataset = datasets.find(isObject);
  if (!multiscale || !dataset) {
    throw new SlnetError(
      "bad-input",
      `${folder.name}: its multiscales metadata names no data set, expected at least 1`,
    );
  }
  const inner = checkedPath(dataset.path, folder.name);
  const arrayPath = path === "" ? inner : `${path}/${inner}`;
  const array = await readZarrNode(folder, arrayPath);
  if (!array?.array) {
    throw new SlnetError("bad-input", `${folder.name}: ${arrayPath} holds no Zarr array, but its metadata says so`);
  }
  const rank = Array.isArray(array.array.shape) ? array.array.shape.length : 0;
  const notices = list.length > 1 ? [`The first of ${list.length} multiscale images is read.`] : [];
  return {
    path: arrayPath,
    array,
    axes: axesOf(multiscale, dataset, rank, folder.name),
    channelLabels: channelLabelsOf(ome.omero ?? group.attributes.omero),
    attributes: group.attributes,
    notices,
  };
}

function axesOf(multiscale: JsonObject, dataset: JsonObject, rank: number, name: string): readonly ZarrAxis[] {
  const axes = multiscale.axes ?? (rank === oldAxes.length ? oldAxes : []);
  if (!Array.isArray(axes) || axes.length !== rank || rank > 16) {
    throw new SlnetError(
      "bad-input",
      `${name}: its axes are ${shown(axes)}, expected one for each of the ${rank} dimensions of its array`,
    );
  }
  const scales = [multiscale, dataset].map(({ coordinateTransformations }) => scaleIn(coordinateTransformations, rank));
  return (axes as unknown[]).map((axis, index): ZarrAxis => {
    const { name: axisName, type, unit } = isObject(axis) ? axis : { name: axis };
    const text = typeof axisName === "string" ? axisName.slice(0, 40) : "";
    const given = scales.flatMap((scale) => (scale ? [scale[index]] : []));
    return {
      role: roleOf(text, type),
      name: text,
      unit: typeof unit === "string" ? unit.toLowerCase() : null,
      scale: given.length === 0 ? null : given.reduce((product, factor) => product * factor, 1),
    };
  });
}

/** By its name, which is fixed in practice; `type` tells time and channel under other names. */
export function roleOf(name: string, type: unknown): AxisRole {
  const byName = rolesByName[name.toLowerCase()];
  if (byName) return byName;
  return type === "time" || type === "channel" ? type : "other";
}

function scaleIn(transformations: unknown, rank: number): readonly number[] | null {
  if (!Array.isArray(transformations)) return null;
  for (const entry of transformations as unknown[]) {
    if (!isObject(entry) || entry.type !== "scale" || !Array.isArray(entry.scale)) continue;
    const scale = entry.scale as unknown[];
    if (scale.length === rank && scale.every((factor) => typeof factor === "number")) return scale;
  }
  return null;
}

function channelLabelsOf(omero: unknown): readonly string[] {
  const { channels } = objectOr(omero);
  if (!Array.isArray(channels)) return [];
  return (channels as unknown[]).slice(0, mostSeries).map((channel) => {
    const { label } = objectOr(channel);
    return typeof label === "string" ? label.slice(0, 100) : "";
  });
}

/** A path from somebody's metadata: only downwards, and nothing that a file system or an address takes for more. */
function checkedPath(path: unknown, name: string): string {
  const text = typeof path === "string" ? path.replace(/^\.\//, "").replace(/\/$/, "") : "";
  const parts = text.split("/");
  // eslint-disable-next-line no-control-regex -- these are what is refused
  const isPlain = parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0-\x1f]/.test(part));
  if (isPlain && text.length <= 1000) return text;
  throw new SlnetError("bad-input", `${name}: its metadata points to ${shown(path)}, expected a path inside it`);
}
