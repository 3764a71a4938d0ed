import { SlnetError } from "../errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../frames.js";
import { ByteWindow } from "./byte-window.js";
import { wrongPosition } from "./choose-position.js";
import { definedOnly, withDescription, withNotices } from "./described-reader.js";
import { openMicroManagerStack } from "./micro-manager-stack.js";
import { microManagerMark, readMicroManagerFile, readMicroManagerSummary } from "./micro-manager.js";
import { longestXml, openOmeStack } from "./ome-stack.js";
import { readOmeXml } from "./ome-xml.js";
import { chooseFrames, frameAt, planeIndex, type StackAxes, type StackAxis } from "./stack-axes.js";
import { isOmeXml, parseTiffDescription } from "./tiff-description.js";
import { readTiffDirectory, readTiffHeader, type TiffDirectory } from "./tiff-directory.js";
import { createPlaneReader } from "./tiff-planes.js";
import { openTiff, type TiffOptions } from "./tiff-reader.js";
import { tiffTags } from "./tiff-tags.js";
import type { XmlReader } from "./xml-events.js";

/** What a stack of TIFF files may need besides the file that was opened. */
export interface TiffStackContext {
  /** Where the file is. */
  readonly folder: FileFolder;
  readonly selection: StackSelection;
  readonly readXml: XmlReader;
  /** For each file. */
  readonly tiff?: TiffOptions;
}

/** ImageJ's: channels run fastest. */
const imageJOrder: readonly StackAxis[] = ["channel", "slice", "time"];

/**
 * Opens a recording in TIFF: a file of pages, an ImageJ hyperstack, OME-TIFF or Micro-Manager's, the last two also in
 * several files.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `choice-needed` where the file holds several stacks and the selection does not say which;
 * what `openTiff` throws; `bad-input` where other files of it are missing or do not fit
 */
export async function openTiffStack(source: ByteSource, context: TiffStackContext): Promise<StackReader> {
  const first = await readFirstPage(source, context.tiff?.signal);
  if (!first) return openTiff(source, context.tiff);
  const { directory, text, hasMicroManagerHead } = first;
  if (hasMicroManagerHead) {
    const file = await readMicroManagerFile(source, directory.format.littleEndian);
    if (file) return openMicroManagerStack(source, file, directory, context);
  }
  if (isOmeXml(text)) return openOmeStack(source, directory, context);
  if (hasMicroManagerHead) return openUnended(source, directory, context);
  return openPages(source, parseTiffDescription(text).axes, context);
}

/** True for one of several files whose OME-XML says how they belong together. */
export async function isPartOfOmeSet(source: ByteSource, { tiff, readXml }: TiffStackContext): Promise<boolean> {
  const first = await readFirstPage(source, tiff?.signal);
  if (!first || !isOmeXml(first.text)) return false;
  const { document } = await readOmeXml(first.directory.textParts(tiffTags.imageDescription, longestXml), readXml);
  return document.metadataFile !== null || new Set(document.files.map(({ name }) => name)).size > 1;
}

/** The first page and its text, `null` where the file has no page. */
async function readFirstPage(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<{
  readonly directory: TiffDirectory;
  readonly text: string;
  readonly hasMicroManagerHead: boolean;
} | null> {
  const window = new ByteWindow(source, signal);
  const { format, firstDirectory } = await readTiffHeader(window, source.name, source.size);
  if (firstDirectory === 0) return null;
  const mark = source.size >= 40 && !format.big ? await window.view(8, 4) : null;
  const directory = await readTiffDirectory(window, format, 0, firstDirectory);
  return {
    directory,
    text: await directory.text(tiffTags.imageDescription),
    hasMicroManagerHead: mark?.getUint32(0, format.littleEndian) === microManagerMark,
  };
}

/** A file that Micro-Manager did not end: nothing says which page is which. */
async function openUnended(
  source: ByteSource,
  { format }: TiffDirectory,
  context: TiffStackContext,
): Promise<StackReader> {
  const { channels, slices, metadata } = await readMicroManagerSummary(source, format.littleEndian);
  if (channels * slices > 1) {
    throw new SlnetError(
      "bad-input",
      `${source.name} was not ended by Micro-Manager, and nothing in it says which of its pages are which of ${channels} ` +
        `channels and ${slices} slices; open it in Micro-Manager, which repairs it`,
    );
  }
  const reader = await openPages(source, null, context);
  const notice = "The recording was not ended by Micro-Manager; its pages are taken as frames in file order.";
  return withNotices(withDescription(reader, { ...reader.description, ...definedOnly(metadata) }), [notice]);
}

/** A single file: its pages in order, or those of one channel and slice. */
async function openPages(
  source: ByteSource,
  axes: StackAxes | null,
  { selection, tiff }: TiffStackContext,
): Promise<StackReader> {
  if ((selection.series ?? 0) !== 0) throw wrongPosition(source.name, "series", selection.series ?? 0, 1);
  if (!axes) axes = { channel: 1, slice: 1, time: 1, channelNames: [] };
  const isOneImage = axes.channel * axes.slice * axes.time <= 1;
  if (isOneImage && (selection.slice ?? 0) !== 0) throw wrongPosition(source.name, "slice", selection.slice ?? 0, 1);
  // Without axes in the file a channel is one of the samples of each pixel.
  const sampleChannel = axes.channel === 1 ? selection.channel : undefined;
  const reader = await openTiff(source, { ...tiff, selection: { channel: sampleChannel } });
  if (isOneImage) return reader;
  try {
    return pickPlanes(reader, axes, { ...selection, ...(sampleChannel === undefined ? {} : { channel: undefined }) });
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function pickPlanes(reader: StackReader, axes: StackAxes, selection: StackSelection): StackReader {
  const found = reader.description.shape.frames;
  const fitted = fitAxes(axes, found);
  if (!fitted) return withNotices(reader, [fileOrderNotice(axes, found)]);
  const choice = chooseFrames(reader.description.name, fitted.axes, selection);
  const notices = [...fitted.notices, ...choice.notices];
  if (choice.frames === found) return withNotices(reader, notices);

  const fileOf = new Int32Array(choice.frames);
  const indexOf = Float64Array.from({ length: choice.frames }, (_, frame) =>
    planeIndex(fitted.axes, imageJOrder, frameAt(choice, frame)),
  );
  const { description } = reader;
  return createPlaneReader(
    {
      ...description,
      shape: { ...description.shape, frames: choice.frames },
      notices: [...description.notices, ...notices],
    },
    { fileOf, indexOf },
    { use: (_file, work) => work(reader), close: () => reader.close() },
    reader.readStoredFrame !== undefined,
  );
}

/** Axes that the pages of a file fill: fewer times where a recording was stopped. `null` where they are no whole times. */
function fitAxes(
  axes: StackAxes,
  pages: number,
): { readonly axes: StackAxes; readonly notices: readonly string[] } | null {
  const planes = axes.channel * axes.slice;
  if (planes * axes.time === pages) return { axes, notices: [] };
  const times = Math.floor(pages / planes);
  if (planes * axes.time < pages || axes.time === 1 || times === 0) return null;
  const notice = `The file says ${axes.time} times and has ${times}; these are read.`;
  return { axes: { ...axes, time: times }, notices: [notice] };
}

function fileOrderNotice({ channel, slice, time }: StackAxes, pages: number): string {
  return `The file says ${channel} channels, ${slice} slices and ${time} times; its ${pages} pages are taken as frames in file order.`;
}
