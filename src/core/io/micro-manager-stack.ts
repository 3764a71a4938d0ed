import { SlnetError } from "../errors.js";
import type { ByteSource, StackMetadata, StackReader } from "../frames.js";
import { ByteWindow } from "./byte-window.js";
import { choosePosition } from "./choose-position.js";
import { definedOnly } from "./described-reader.js";
import {
  parseMicroManagerPage,
  parsePositionName,
  parseSeriesName,
  readMicroManagerFile,
  seriesName,
  type MicroManagerFile,
} from "./micro-manager.js";
import { chooseFrames, type FrameChoice, type StackAxes } from "./stack-axes.js";
import { readTiffDirectory, readTiffHeader, type TiffDirectory } from "./tiff-directory.js";
import { missingFile, TiffFiles } from "./tiff-files.js";
import { createPlaneReader } from "./tiff-planes.js";
import { openTiff } from "./tiff-reader.js";
import type { TiffStackContext } from "./tiff-stack.js";
import { tiffTags } from "./tiff-tags.js";

/** A file of a series, and the table of its pages. */
interface SeriesPart {
  readonly path: string;
  readonly file: MicroManagerFile;
}

/** Micro-Manager splits at 4 GiB; a series of more files than this would have 4 TB. */
const mostParts = 1000;

/** Pages that are read for the name of their position. */
const mostAskedPages = 100;

/** Where a value stands in the place of a page. */
const placeColumns = { channel: 0, slice: 1, time: 2, position: 3 } as const;

/**
 * Opens a recording of Micro-Manager, by the tables that its files have of their pages.
 *
 * @param source - one of its files
 * @param file - its table
 * @param directory - its first page
 */
export async function openMicroManagerStack(
  source: ByteSource,
  file: MicroManagerFile,
  directory: TiffDirectory,
  context: TiffStackContext,
): Promise<StackReader> {
  const { selection, tiff } = context;
  const { name } = source;
  const notices: string[] = [];
  const parts = await findParts(source, file, context, notices);
  const { summary } = parts[0].file;

  const images = parts.reduce((sum, part) => sum + part.file.directories.length, 0);
  if (summary.plannedFrames !== null && images < summary.plannedFrames) {
    notices.push(`Micro-Manager planned ${summary.plannedFrames} images, ${images} are there.`);
  }
  const position = await chooseStagePosition(source, parts, context);
  const axes = axesOf(parts, position, summary.channelNames);
  const sampleChannel = axes.channel === 1 ? selection.channel : undefined;
  const choice = chooseFrames(name, axes, {
    ...selection,
    channel: sampleChannel === undefined ? selection.channel : undefined,
  });
  notices.push(...choice.notices);
  const places = collectFrames(parts, position, choice);
  const frames = places.fileOf.length;
  if (frames === 0) throw new SlnetError("bad-input", `${name} has no image of the channel and slice that were chosen`);

  const expected = parts.map(({ path, file: { directories } }) => ({ path, frames: directories.length }));
  const openPart = (opened: ByteSource, part: number): Promise<StackReader> =>
    openTiff(opened, {
      ...tiff,
      selection: { channel: sampleChannel },
      pages: { isFrame: () => true, table: parts[part].file.directories, predict: true },
    });
  const files = new TiffFiles(context.folder, expected, openPart);
  const own = parts.findIndex(({ path }) => path === name);
  const ownReader = await openPart(source, own);
  try {
    files.adopt(own, ownReader);
    const metadata: StackMetadata = {
      ...summary.metadata,
      ...definedOnly(parseMicroManagerPage(await directory.text(tiffTags.microManagerMetadata))),
    };
    const { description } = ownReader;
    return createPlaneReader(
      {
        ...description,
        ...definedOnly(metadata),
        shape: { ...description.shape, frames },
        notices: [...description.notices, ...notices],
      },
      places,
      files,
      ownReader.readStoredFrame !== undefined,
    );
  } catch (error) {
    await ownReader.close();
    throw error;
  }
}

/** The files of the series in order, each with its table. */
async function findParts(
  source: ByteSource,
  file: MicroManagerFile,
  { folder }: TiffStackContext,
  notices: string[],
): Promise<readonly SeriesPart[]> {
  const own = { path: source.name, file };
  const found = parseSeriesName(source.name);
  if (!found) return [own];
  const { base, number } = found;
  const names = new Set(await folder.list());
  const isThere = async (path: string): Promise<boolean> => {
    if (path === source.name) return true;
    if (names.size > 0) return names.has(path);
    // A place that cannot be listed is asked.
    const opened = await folder.open(path);
    await opened?.close();
    return opened !== null;
  };
  const first = seriesName({ base, number: 0 });
  if (number > 0 && !(await isThere(first))) {
    // A number at the end may be that of a place in a grid; but what begins in the middle is a part.
    if (isFromStart(file)) return [own];
    throw missingFile(folder, first);
  }

  const parts: SeriesPart[] = [];
  let last = number;
  for (const name of names) {
    const other = parseSeriesName(name);
    if (other?.base === base) last = Math.max(last, other.number);
  }
  for (let index = 0; index < mostParts; index++) {
    const path = seriesName({ base, number: index });
    if (!(await isThere(path))) {
      if (index <= last) throw missingFile(folder, path);
      break;
    }
    const table = path === source.name ? file : await readTable(path, folder);
    if (!table) {
      if (index < last) {
        throw new SlnetError(
          "bad-input",
          `${path} lacks Micro-Manager's table of its pages, expected one as in ${source.name}`,
        );
      }
      notices.push(`${path} was not finished by Micro-Manager, and is left out.`);
      break;
    }
    parts.push({ path, file: table });
  }
  return parts;
}

async function readTable(path: string, folder: TiffStackContext["folder"]): Promise<MicroManagerFile | null> {
  const source = await folder.open(path);
  if (!source) throw missingFile(folder, path);
  try {
    const [order] = await source.read(0, 1);
    return await readMicroManagerFile(source, order === 0x49);
  } finally {
    await source.close();
  }
}

function isFromStart({ places }: MicroManagerFile): boolean {
  for (let at = 0; at < places.length; at += 4) if (places[at + placeColumns.time] === 0) return true;
  return false;
}

async function chooseStagePosition(
  source: ByteSource,
  parts: readonly SeriesPart[],
  context: TiffStackContext,
): Promise<number> {
  const { name } = source;
  const { series } = context.selection;
  const positions = new Set<number>();
  for (const { file } of parts) {
    for (let at = placeColumns.position; at < file.places.length; at += 4) positions.add(file.places[at]);
  }
  const sorted = [...positions].sort((a, b) => a - b);
  const isOpen = series === undefined && sorted.length > 1;
  const names = isOpen ? await positionNames(source, parts, sorted, context) : null;
  const labelOf = (i: number): string => names?.get(sorted[i]) || `position ${sorted[i]}`;
  const count = sorted.length;
  return sorted[choosePosition({ name, of: "series", count, what: "positions of the stage", labelOf }, series)];
}

/** What a person has called the positions: as the plan of the recording says, or the pages taken there. */
async function positionNames(
  source: ByteSource,
  parts: readonly SeriesPart[],
  positions: readonly number[],
  { tiff }: TiffStackContext,
): Promise<ReadonlyMap<number, string>> {
  const planned = parts[0].file.summary.positionNames;
  const names = new Map(positions.map((position) => [position, planned[position] ?? ""]));
  const own = parts.find(({ path }) => path === source.name);
  if (!own) return names;
  const { directories, places } = own.file;
  const window = new ByteWindow(source, tiff?.signal);
  const { format } = await readTiffHeader(window, source.name, source.size);
  let left = mostAskedPages;
  for (let page = 0; page < directories.length && left > 0; page++) {
    const position = places[4 * page + placeColumns.position];
    if (names.get(position) !== "") continue;
    left--;
    const directory = await readTiffDirectory(window, format, page, directories[page]);
    names.set(position, parsePositionName(await directory.text(tiffTags.microManagerMetadata)));
  }
  return names;
}

function axesOf(parts: readonly SeriesPart[], position: number, channelNames: readonly string[]): StackAxes {
  const axes = { channel: 1, slice: 1, time: 1 };
  for (const { file } of parts) {
    const { places } = file;
    for (let at = 0; at < places.length; at += 4) {
      if (places[at + placeColumns.position] !== position) continue;
      for (const axis of ["channel", "slice", "time"] as const) {
        axes[axis] = Math.max(axes[axis], places[at + placeColumns[axis]] + 1);
      }
    }
  }
  return { ...axes, channelNames };
}

/** Frames that are there, in the order of their axis: a recording may skip some times of a channel. */
function collectFrames(
  parts: readonly SeriesPart[],
  position: number,
  { frameAxis, start }: FrameChoice,
): { readonly fileOf: Int32Array; readonly indexOf: Float64Array } {
  const all: { readonly at: number; readonly part: number; readonly page: number }[] = [];
  const otherAxes = (["channel", "slice", "time"] as const).filter((axis) => axis !== frameAxis);
  parts.forEach(({ file: { places, directories } }, part) => {
    for (let page = 0; page < directories.length; page++) {
      const place = places.subarray(4 * page, 4 * page + 4);
      if (place[placeColumns.position] !== position) continue;
      if (otherAxes.some((axis) => place[placeColumns[axis]] !== start[axis])) continue;
      all.push({ at: place[placeColumns[frameAxis]], part, page });
    }
  });
  all.sort((a, b) => a.at - b.at || a.part - b.part || a.page - b.page);
  const found = all.filter(({ at }, i) => i === 0 || at !== all[i - 1].at);
  return {
    fileOf: Int32Array.from(found, ({ part }) => part),
    indexOf: Float64Array.from(found, ({ page }) => page),
  };
}
