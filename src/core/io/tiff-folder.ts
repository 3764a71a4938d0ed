import { SlnetError } from "../errors.js";
import type { ByteSource, StackReader } from "../frames.js";
import { choosePosition, wrongPosition } from "./choose-position.js";
import { definedOnly } from "./described-reader.js";
import { readFolderSummary } from "./micro-manager-folder.js";
import { parseImageName, parseSeriesName, type MicroManagerSummary } from "./micro-manager.js";
import { chooseFrames, type FrameChoice, type StackAxes } from "./stack-axes.js";
import { TiffFiles } from "./tiff-files.js";
import { createPlaneReader } from "./tiff-planes.js";
import { openTiff } from "./tiff-reader.js";
import { isPartOfOmeSet, openTiffStack, type TiffStackContext } from "./tiff-stack.js";

/** Names of the TIFF files among those of a folder, in the order in which people count: `img2` before `img10`. */
export function tiffNames(names: readonly string[]): readonly string[] {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return names
    .filter((name) => /\.(tiff?|btf|tf[28])$/i.test(name) && !name.startsWith("."))
    .sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
}

/**
 * Opens a folder of TIFF files: one image each, a single stack, or the files of one recording.
 *
 * @param names - of the files, as {@link tiffNames} gives them; at least one
 * @throws {@link SlnetError} `bad-input` where they are several stacks or do not fit together; what `openTiffStack` throws
 */
export async function openTiffFolder(names: readonly string[], context: TiffStackContext): Promise<StackReader> {
  const { folder } = context;
  const [first] = names;
  const source = await openIn(context, first);
  try {
    if (names.length === 1 || isOneSeries(names) || (await isPartOfOmeSet(source, context))) {
      return await openTiffStack(source, context);
    }
    const whole = await openTiff(source, context.tiff);
    const { frames } = whole.description.shape;
    if (frames === 1) return await openSequence(names, whole, context);
    await whole.close();
    throw new SlnetError(
      "bad-input",
      `${folder.name} holds ${names.length} TIFF files and the first, ${first}, has ${frames} pages; expected files of one page ` +
        "each or a single recording, so open one of them",
    );
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openIn({ folder }: TiffStackContext, path: string): Promise<ByteSource> {
  const source = await folder.open(path);
  if (source) return source;
  throw new SlnetError("bad-input", `${path} is no longer in ${folder.name}, expected it where it was listed`);
}

function isOneSeries(names: readonly string[]): boolean {
  const bases = new Set(names.map((name) => parseSeriesName(name)?.base ?? null));
  return bases.size === 1 && !bases.has(null);
}

/** One file a frame. The others are opened, and found to fit, when their frames are read; the last one at once. */
async function openSequence(
  names: readonly string[],
  first: StackReader,
  context: TiffStackContext,
): Promise<StackReader> {
  const { folder, tiff, selection } = context;
  const isMicroManager = names.every((name) => parseImageName(name) !== null);
  const summary = isMicroManager ? await readFolderSummary(folder) : null;
  const { files: order, notices } = chooseFiles(folder.name, names, summary, context);
  const sampleChannel = { channel: isMicroManager ? undefined : selection.channel };
  const files = new TiffFiles(
    folder,
    order.map((path) => ({ path, frames: 1 })),
    async (source) => {
      const reader = await openTiff(source, { ...tiff, selection: sampleChannel });
      const { frames } = reader.description.shape;
      if (frames === 1) return reader;
      throw new SlnetError("bad-input", `${source.name} has ${frames} pages, expected 1 as ${names[0]}`);
    },
  );
  try {
    await first.close();
    const { description, canReadStored } = await files.use(0, (reader) =>
      Promise.resolve({ description: reader.description, canReadStored: reader.readStoredFrame !== undefined }),
    );
    await files.use(order.length - 1, () => Promise.resolve());
    return createPlaneReader(
      {
        ...description,
        ...definedOnly(summary?.metadata ?? {}),
        name: folder.name,
        shape: { ...description.shape, frames: order.length },
        notices: [...description.notices, ...notices],
      },
      { fileOf: Int32Array.from(order, (_, file) => file), indexOf: new Float64Array(order.length) },
      files,
      canReadStored,
    );
  } catch (error) {
    await files.close();
    throw error;
  }
}

/**
 * The files that are the stack, in the order of its frames.
 *
 * @param summary - of Micro-Manager, where it has named the files
 */
function chooseFiles(
  folderName: string,
  names: readonly string[],
  summary: MicroManagerSummary | null,
  { selection }: TiffStackContext,
): { readonly files: readonly string[]; readonly notices: readonly string[] } {
  if (!summary) {
    for (const of of ["series", "slice"] as const) {
      const position = selection[of] ?? 0;
      if (position !== 0) throw wrongPosition(folderName, of, position, 1);
    }
    return { files: names, notices: [] };
  }
  const placed = names.flatMap((name) => {
    const place = parseImageName(name);
    return place ? [{ name, ...place }] : [];
  });
  const positions = distinct(placed.map(({ position }) => position));
  const series = choosePosition(
    {
      name: folderName,
      of: "series",
      count: positions.length,
      what: "positions of the stage",
      labelOf: (i) => summary.positionNames[Number(positions[i])] || `position ${positions[i]}`,
    },
    selection.series,
  );
  const here = placed.filter(({ position }) => position === positions[series]);
  const channels = distinct(here.map(({ channel }) => channel));
  const slices = distinct(here.map(({ slice }) => slice));
  const times = distinct(here.map(({ time }) => time));
  const axes: StackAxes = {
    channel: channels.length,
    slice: slices.length,
    time: times.length,
    // Files of version 2 are numbered by channel, older ones have its name.
    channelNames: channels.map((channel) =>
      positions[series] === "" ? channel : summary.channelNames[Number(channel)] || channel,
    ),
  };
  const choice: FrameChoice = chooseFrames(folderName, axes, selection);
  const { start, frameAxis, notices } = choice;
  const chosen = here
    .filter(
      ({ channel, slice, time }) =>
        (frameAxis === "channel" || channel === channels[start.channel]) &&
        (frameAxis === "slice" || slice === slices[start.slice]) &&
        (frameAxis === "time" || time === times[start.time]),
    )
    .sort((a, b) => a.time - b.time || a.slice - b.slice);
  if (chosen.length === 0) {
    throw new SlnetError("bad-input", `${folderName} has no image of the channel and slice that were chosen`);
  }
  return { files: chosen.map(({ name }) => name), notices };
}

/** In the order of first appearance. */
function distinct<T>(values: readonly T[]): readonly T[] {
  const found = [...new Set(values)];
  return typeof found[0] === "number" ? found.sort((a, b) => Number(a) - Number(b)) : found;
}
