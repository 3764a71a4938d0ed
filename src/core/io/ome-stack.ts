import { SlnetError } from "../errors.js";
import type { ByteSource, FileFolder, StackReader, StackSelection } from "../frames.js";
import { choosePosition } from "./choose-position.js";
import { definedOnly, withDescription } from "./described-reader.js";
import { locatePlanes, noFile, type OmeDocument, type OmeImage } from "./ome-image.js";
import { readOmeXml } from "./ome-xml.js";
import { chooseFrames, frameAt, planeIndex } from "./stack-axes.js";
import { readTiffDirectory, readTiffHeader, type TiffDirectory } from "./tiff-directory.js";
import { ByteWindow } from "./byte-window.js";
import { missingFile, TiffFiles } from "./tiff-files.js";
import { createPlaneReader } from "./tiff-planes.js";
import { openTiff } from "./tiff-reader.js";
import type { TiffStackContext } from "./tiff-stack.js";
import { tiffTags } from "./tiff-tags.js";

/** A text of some 200,000 planes; a longer one is not read to its end. */
export const longestXml = 64 * 1024 * 1024;
const xmlPart = 256 * 1024;

/** Files looked for one by one in a place that cannot be listed. */
const mostAsked = 16;

/** Longer paths are on no disk that microscopes write to, and in messages no more of one is shown than this. */
const longestPath = 1000;
const shownPath = 200;

/**
 * Opens an OME-TIFF, by what its XML says of where the planes are.
 *
 * @param source - one of its files
 * @param directory - its first page, which has the text
 */
export async function openOmeStack(
  source: ByteSource,
  directory: TiffDirectory,
  context: TiffStackContext,
): Promise<StackReader> {
  const { readXml, folder, selection } = context;
  let { document, failure } = await readOmeXml(directory.textParts(tiffTags.imageDescription, longestXml), readXml);
  if (!failure && document.metadataFile !== null && document.images.length === 0) {
    const { uuid, metadataFile } = document;
    ({ document, failure } = await readMetadataFile(metadataFile, context));
    // The text is that of another file: this one is found among the files by its own name.
    document = { ...document, uuid };
  }
  const hasChoices =
    document.images.length > 1 ||
    document.images.some(({ axes }) => [axes.channel, axes.slice, axes.time].filter((extent) => extent > 1).length > 1);
  if (failure && hasChoices) {
    throw new SlnetError(
      "bad-input",
      `${source.name}: the OME-XML that says which pages are which cannot be read: ${failure.message}`,
      {
        cause: failure,
      },
    );
  }
  if (failure || document.images.length === 0) {
    const reason = failure ? `cannot be read (${failure.message})` : "describes no image";
    return openInOrder(
      source,
      document.images.at(0),
      `The OME-XML ${reason}; the pages are taken as frames in file order.`,
      context,
    );
  }
  const { name } = source;
  const image = chooseImage(name, document.images, selection.series);
  const own = ownFile(document, name, new Set(await folder.list()));
  return openImage(name, { source, path: name, file: own }, document, image, context);
}

/**
 * Opens the TIFF files that a text in OME-XML names, which lies beside them as a file of its own.
 *
 * @param text - not closed
 * @throws {@link SlnetError} `unsupported` where the pixels stand in the text itself; what `openTiffStack` throws
 */
export async function openOmeCompanion(text: ByteSource, context: TiffStackContext): Promise<StackReader> {
  const { readXml, folder, selection } = context;
  const { name } = text;
  const { document, failure } = await readOmeXml(textOf(text), readXml);
  if (document.hasPixels) {
    throw new SlnetError(
      "unsupported",
      `${name} is OME-XML with the pixels in its text, expected one that names TIFF files; save it as OME-TIFF`,
    );
  }
  if (failure) {
    throw new SlnetError("bad-input", `${name}: the OME-XML cannot be read: ${failure.message}`, { cause: failure });
  }
  if (document.images.length === 0) {
    throw new SlnetError("bad-input", `${name} is OME-XML that describes no image, expected at least one`);
  }
  const image = chooseImage(name, document.images, selection.series);
  const named = [...new Set(image.blocks.map(({ file }) => file))];
  if (named.length === 0 || named.includes(-1)) {
    throw new SlnetError(
      "bad-input",
      `${name}: its OME-XML does not say in which files the pixels of ${image.label} are, expected a name with each TiffData`,
    );
  }
  const neighbours = await folder.list();
  const file = named.find((index) => neighbours.includes(document.files[index].name)) ?? named[0];
  const path = document.files[file].name;
  requireSafePath(name, path);
  const source = await folder.open(path);
  if (!source) throw missingFile(folder, path);
  try {
    return await openImage(name, { source, path, file }, document, image, context);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A companion file, or the TIFF of a set that has the text. */
async function readMetadataFile(
  path: string,
  { folder, readXml, tiff }: TiffStackContext,
): Promise<Awaited<ReturnType<typeof readOmeXml>>> {
  const source = isSafePath(path) ? await folder.open(path) : null;
  if (!source) throw missingFile(folder, path.slice(0, shownPath));
  try {
    const start = String.fromCharCode(...(await source.read(0, 4)));
    if (!/^(II|MM)/.test(start)) return await readOmeXml(textOf(source), readXml);
    const window = new ByteWindow(source, tiff?.signal);
    const { format, firstDirectory } = await readTiffHeader(window, source.name, source.size);
    const directory = await readTiffDirectory(window, format, 0, firstDirectory);
    return await readOmeXml(directory.textParts(tiffTags.imageDescription, longestXml), readXml);
  } finally {
    await source.close();
  }
}

async function* textOf(source: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const length = Math.min(source.size, longestXml);
  for (let done = 0; done < length; done += xmlPart) {
    yield decoder.decode(await source.read(done, Math.min(xmlPart, length - done)), { stream: true });
  }
}

async function openInOrder(
  source: ByteSource,
  image: OmeImage | undefined,
  notice: string,
  { selection, tiff }: TiffStackContext,
): Promise<StackReader> {
  const reader = await openTiff(source, { ...tiff, selection: { channel: selection.channel } });
  const { description } = reader;
  return withDescription(reader, {
    ...description,
    ...(image ? metadataOf(image) : {}),
    notices: [...description.notices, notice],
  });
}

function metadataOf({ pixelSizeNm, frameIntervalSeconds, exposureSeconds }: OmeImage) {
  return definedOnly({ pixelSizeNm, frameIntervalSeconds, exposureSeconds });
}

function chooseImage(name: string, images: readonly OmeImage[], series: number | undefined): OmeImage {
  const labelOf = (position: number): string => images[position].label;
  return images[choosePosition({ name, of: "series", count: images.length, what: "images", labelOf }, series)];
}

/** Where the frames of a choice are: file by its index in the document, and page. */
interface FramePages {
  readonly fileOf: Int32Array;
  readonly pageOf: Float64Array;
}

/** The file of a set that is open already. */
interface OwnFile {
  readonly source: ByteSource;
  readonly path: string;
  /** Index in the document, −1 where it is not named. */
  readonly file: number;
}

/** @param name - of what was opened, for people */
async function openImage(
  name: string,
  own: OwnFile,
  document: OmeDocument,
  image: OmeImage,
  context: TiffStackContext,
): Promise<StackReader> {
  const { folder, selection, tiff } = context;
  const { source } = own;
  const { axes, order } = image;
  const sampleChannel = axes.channel === 1 ? selection.channel : undefined;
  const axisSelection: StackSelection = {
    slice: selection.slice,
    ...(sampleChannel === undefined ? { channel: selection.channel } : {}),
  };
  const notices = [...image.notices];

  const planes = locatePlanes(name, image);
  const neighbours = new Set(await folder.list());
  // From here on file 0 is the one that was opened, the others follow.
  const fileNumbers = document.files.map((_, index) => (index === own.file ? 0 : index + 1));
  for (let plane = 0; plane < planes.fileOf.length; plane++) {
    const file = planes.fileOf[plane];
    if (file !== noFile) planes.fileOf[plane] = file === -1 ? 0 : fileNumbers[file];
  }
  const paths = [own.path, ...document.files.map((file) => file.name)];
  const pages = new PagesOfFiles(planes, paths.length);

  const choice = chooseFrames(name, axes, axisSelection);
  notices.push(...choice.notices);
  const wanted: FramePages = {
    fileOf: new Int32Array(choice.frames),
    pageOf: new Float64Array(choice.frames),
  };
  for (let frame = 0; frame < choice.frames; frame++) {
    const plane = planeIndex(axes, order, frameAt(choice, frame));
    wanted.fileOf[frame] = planes.fileOf[plane];
    wanted.pageOf[frame] = planes.pageOf[plane];
  }

  const openFile = (opened: ByteSource, file: number): Promise<StackReader> =>
    openTiff(opened, { ...tiff, selection: { channel: sampleChannel }, pages: pages.options(file) });
  let frames = await countPresent(name, wanted, paths, folder, neighbours);
  if (frames < choice.frames) notices.push(shorterNotice(choice.frames, frames));

  const isOwnWanted = wanted.fileOf.subarray(0, frames).includes(0);
  let ownReader: StackReader | null = null;
  let files: TiffFiles | null = null;
  try {
    if (isOwnWanted) {
      ownReader = await openFile(source, 0);
      const ownFrames = ownReader.description.shape.frames;
      const isThere = (page: number): boolean => pages.indexIn(0, page) < ownFrames;
      const present = countInFile(wanted, frames, isThere);
      if (present === 0 || !endsThere(wanted, present, frames, isThere)) {
        const page = wanted.pageOf[present];
        throw new SlnetError(
          "bad-input",
          `${own.path}: frame ${present} is page ${page} by its OME-XML, the file has ${ownFrames} pages`,
        );
      }
      if (present < frames) notices.push(shorterNotice(choice.frames, present));
      frames = present;
    }
    const fileOf = wanted.fileOf.slice(0, frames);
    const indexOf = Float64Array.from({ length: frames }, (_, frame) =>
      pages.indexIn(fileOf[frame], wanted.pageOf[frame]),
    );
    const needed = new Float64Array(paths.length);
    for (let frame = 0; frame < frames; frame++) {
      needed[fileOf[frame]] = Math.max(needed[fileOf[frame]], indexOf[frame] + 1);
    }
    files = new TiffFiles(
      folder,
      paths.map((path, file) => ({ path, frames: needed[file] })),
      openFile,
    );
    if (ownReader) files.adopt(0, ownReader);
    const first = await files.use(fileOf[0], (reader) => Promise.resolve(reader));
    const { description } = first;
    const full = {
      ...description,
      name,
      ...metadataOf(image),
      ...definedOnly({ cameraOffsetAdu: document.cameraOffsetAdu, aduPerElectron: document.aduPerElectron }),
      shape: { ...description.shape, frames },
      notices: [...description.notices, ...notices],
    };
    const isWhole =
      ownReader !== null && fileOf.every((file) => file === 0) && indexOf.every((index, frame) => index === frame);
    if (ownReader && isWhole && ownReader.description.shape.frames === frames) return withDescription(ownReader, full);
    const opened = files;
    return createPlaneReader(
      full,
      { fileOf, indexOf },
      {
        use: (file, work) => opened.use(file, work),
        async close() {
          await opened.close();
          if (!ownReader) await source.close();
        },
      },
      first.readStoredFrame !== undefined,
    );
  } catch (error) {
    await files?.close();
    await ownReader?.close();
    throw error;
  }
}

function shorterNotice(said: number, found: number): string {
  return `The OME-XML says ${said} frames, ${found} are there.`;
}

/** Index of the file that was opened in the list of the document, −1 where it is not named. */
function ownFile({ files, uuid }: OmeDocument, name: string, neighbours: ReadonlySet<string>): number {
  const byName = files.findIndex((file) => file.name === name);
  if (byName >= 0) return byName;
  const byUuid = uuid === "" ? -1 : files.findIndex((file) => file.uuid === uuid);
  if (byUuid >= 0) return byUuid;
  // The only file there is has been given another name.
  return files.length === 1 && !neighbours.has(files[0].name) ? 0 : -1;
}

/** How many frames there are from the first on, judging by which files are there. */
async function countPresent(
  name: string,
  { fileOf }: FramePages,
  paths: readonly string[],
  folder: FileFolder,
  neighbours: ReadonlySet<string>,
): Promise<number> {
  const isThere = new Map<number, boolean>([[0, true]]);
  let asked = 0;
  for (const file of new Set(fileOf)) {
    if (file === 0 || file === noFile) continue;
    const path = paths[file];
    requireSafePath(name, path);
    if (neighbours.size > 0 && !path.includes("/")) {
      isThere.set(file, neighbours.has(path));
    } else if (asked++ < mostAsked) {
      const opened = await folder.open(path);
      await opened?.close();
      isThere.set(file, opened !== null);
    }
  }
  let present = 0;
  while (present < fileOf.length && fileOf[present] !== noFile && isThere.get(fileOf[present]) !== false) present++;
  if (present === fileOf.length) return present;
  const missing = fileOf[present];
  // After a recording that was stopped, nothing of the rest is there.
  const restIsThere = fileOf.subarray(present).some((file) => file !== noFile && isThere.get(file) !== false);
  if (present > 0 && !restIsThere && (missing === noFile || neighbours.size > 0)) return present;
  if (missing !== noFile) throw missingFile(folder, paths[missing]);
  throw new SlnetError("bad-input", `${name}: frame ${present} is in no page by its OME-XML`);
}

/** Frames before the first one whose page the opened file lacks. */
function countInFile({ fileOf, pageOf }: FramePages, frames: number, isThere: (page: number) => boolean): number {
  for (let frame = 0; frame < frames; frame++) {
    if (fileOf[frame] === 0 && !isThere(pageOf[frame])) return frame;
  }
  return frames;
}

/** True where all frames from `present` on would be in the opened file, and are not. */
function endsThere(
  { fileOf, pageOf }: FramePages,
  present: number,
  frames: number,
  isThere: (page: number) => boolean,
): boolean {
  for (let frame = present; frame < frames; frame++) {
    if (fileOf[frame] !== 0 || isThere(pageOf[frame])) return false;
  }
  return true;
}

function requireSafePath(name: string, path: string): void {
  if (isSafePath(path)) return;
  throw new SlnetError(
    "bad-input",
    `${name}: its OME-XML names the file ${JSON.stringify(path.slice(0, shownPath))}, expected one in the same folder`,
  );
}

/** Names with `/` between them that stay in the folder. */
function isSafePath(path: string): boolean {
  if (path.length > longestPath) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0:]/.test(part));
}

/** Which pages of each file belong to an image, in file order. */
class PagesOfFiles {
  /** Pages, sorted within each file. */
  readonly #pages: Float64Array;
  /** Where those of a file begin. `[files + 1]` */
  readonly #firstOfFile: Float64Array;
  /** How many there are. `[files]` */
  readonly #count: Float64Array;

  constructor({ fileOf, pageOf }: FramePages, fileCount: number) {
    this.#firstOfFile = new Float64Array(fileCount + 1);
    for (const file of fileOf) if (file !== noFile) this.#firstOfFile[file + 1]++;
    for (let file = 0; file < fileCount; file++) this.#firstOfFile[file + 1] += this.#firstOfFile[file];
    const next = this.#firstOfFile.slice();
    this.#pages = new Float64Array(this.#firstOfFile[fileCount]);
    fileOf.forEach((file, plane) => {
      if (file !== noFile) this.#pages[next[file]++] = pageOf[plane];
    });
    this.#count = new Float64Array(fileCount);
    for (let file = 0; file < fileCount; file++) {
      const sorted = this.#pages.subarray(this.#firstOfFile[file], next[file]).sort();
      // A page may be several planes.
      let count = 0;
      for (const page of sorted) if (count === 0 || sorted[count - 1] !== page) sorted[count++] = page;
      this.#count[file] = count;
    }
  }

  /** How the file is to be opened. Where the pages are all from the first on, no others need to be told apart. */
  options(file: number): { readonly isFrame: (page: number) => boolean; readonly predict: boolean } {
    const pages = this.#of(file);
    return {
      isFrame: (page) => pages[lowerBound(pages, page)] === page,
      predict: pages.every((page, index) => page === index),
    };
  }

  /** The how manieth of the file's frames a page is. */
  indexIn(file: number, page: number): number {
    return lowerBound(this.#of(file), page);
  }

  #of(file: number): Float64Array {
    const first = this.#firstOfFile[file];
    return this.#pages.subarray(first, first + this.#count[file]);
  }
}

/** Index of the first value that is not smaller. */
function lowerBound(sorted: Float64Array, value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (sorted[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
