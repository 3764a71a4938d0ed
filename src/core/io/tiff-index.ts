import { SlnetError } from "../errors.js";
import { framePixels, sampleBytes, type ByteSource, type StackMetadata, type StackShape } from "../frames.js";
import { ByteWindow } from "./byte-window.js";
import { parseTiffDescription, type TiffDescription } from "./tiff-description.js";
import { readTiffDirectory, readTiffHeader, type TiffDirectory, type TiffFormat } from "./tiff-directory.js";
import { isAuxiliaryPage, readPageForm, type TiffPageForm } from "./tiff-page.js";
import { predictTiffPages, type PageRules, type TiffPrediction } from "./tiff-prediction.js";
import { SegmentList, type TiffSegments } from "./tiff-segments.js";
import { tiffTags } from "./tiff-tags.js";

/** Where every frame of a TIFF stack is, and what the file says about it. */
export interface TiffIndex {
  readonly littleEndian: boolean;
  /** BigTIFF, with 64-bit offsets. */
  readonly big: boolean;
  readonly shape: StackShape;
  readonly segments: TiffSegments;
  /** Of pages whose places were worked out and not all looked at; `null` where all were. */
  readonly prediction: TiffPrediction | null;
  readonly metadata: StackMetadata;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/** What is known of a file before its pages are looked for. */
export interface TiffPageOptions {
  /** Pages that are frames, by their index; the others may hold anything. All where left out. */
  readonly isFrame?: ((page: number) => boolean) | undefined;
  /** Positions of all directories in file order, where a table in the file says them; it need not be right. */
  readonly table?: Float64Array | null | undefined;
  /** False looks at every page before it returns. By default true where all pages are frames. */
  readonly predict?: boolean | undefined;
}

/** More frames than this are refused, as their places alone would fill the memory: 24 bytes each. */
const mostFrames = 8_000_000;

/**
 * Finds all pages of a TIFF or BigTIFF stack, in either byte order. An ImageJ file with one directory for all its images
 * is read too. Of a long regular file a sample is looked at, and `prediction` verifies the rest.
 *
 * Work and memory are bounded by the size of the file: its directories and pixels together may not claim more bytes
 * than it has.
 *
 * @throws {@link SlnetError} `unsupported` for another way of storing pixels, named in words; `bad-input` where the file
 * is no TIFF, is cut short, has pages of different sizes or contradicts itself
 */
export async function readTiffIndex(
  source: ByteSource,
  signal?: AbortSignal,
  { isFrame, table = null, predict = isFrame === undefined }: TiffPageOptions = {},
): Promise<TiffIndex> {
  const window = new ByteWindow(source, signal);
  const { format, firstDirectory } = await readTiffHeader(window, source.name, source.size);
  const imagesOf = async (first: TiffDirectory): Promise<number | null> => (await readDescription(first)).images;
  const predicted = predict
    ? await predictTiffPages(window, { source, format, firstDirectory, table, rules: pageRules }, imagesOf, signal)
    : null;
  const walk: Walk = predicted
    ? {
        first: predicted.first,
        form: predicted.form,
        description: await readDescription(predicted.first),
        segments: new SegmentList(),
        pages: predicted.prediction.pages,
        auxiliary: 0,
      }
    : await walkPages(window, format, firstDirectory, { isFrame, table }, signal);
  const { form, segments, description, pages, auxiliary } = walk;

  const notices = [...description.notices];
  if (auxiliary > 0) {
    notices.push(`${auxiliary} of ${pages} pages are reduced copies or masks and were left out.`);
  }
  const { images } = description;
  if (images !== null && images > 1 && segments.frames === 1) {
    if (images > mostFrames) throw tooManyFrames(format);
    repeatImage(segments, images, form, format);
  }
  const frames = predicted ? pages : segments.frames;
  if (images !== null && images !== frames) {
    notices.push(`The ImageJ text says ${images} images, the file has ${frames}; all ${frames} are read.`);
  }
  const { pixelSizeNm, notice } = await readPixelSize(walk.first, description);
  if (notice !== null) notices.push(notice);
  return {
    littleEndian: format.littleEndian,
    big: format.big,
    shape: { frames, ...form },
    segments: predicted ? predicted.prediction.segments() : segments.finish(),
    prediction: predicted?.prediction ?? null,
    metadata: { ...description.metadata, pixelSizeNm },
    notices,
  };
}

const pageRules: PageRules = { readForm: readPageForm, requireSameForm, addSegments: addStrips };

async function readDescription(directory: TiffDirectory): Promise<TiffDescription> {
  return parseTiffDescription(await directory.text(tiffTags.imageDescription));
}

function tooManyFrames({ name }: TiffFormat): SlnetError {
  return new SlnetError("unsupported", `${name} has more than ${mostFrames} frames, expected at most as many`);
}

interface Walk {
  /** The first page that is a frame. */
  readonly first: TiffDirectory;
  readonly form: TiffPageForm;
  readonly description: TiffDescription;
  readonly segments: SegmentList;
  readonly pages: number;
  readonly auxiliary: number;
}

async function walkPages(
  window: ByteWindow,
  format: TiffFormat,
  firstDirectory: number,
  { isFrame, table }: TiffPageOptions,
  signal: AbortSignal | undefined,
): Promise<Walk> {
  const { name, size } = format;
  const segments = new SegmentList();
  let first: TiffDirectory | null = null;
  let form: TiffPageForm | null = null;
  let description: TiffDescription | null = null;
  let auxiliary = 0;
  let page = 0;
  let claimedBytes = 0;
  // Brent's way of finding a circle: compare with a marked place, and mark a new one after 1, 2, 4, 8… pages.
  let marked = firstDirectory;

  for (let offset = firstDirectory; offset !== 0; page++) {
    signal?.throwIfAborted();
    if (page === mostFrames) throw tooManyFrames(format);
    if (table && table[page] !== offset) {
      throw new SlnetError(
        "bad-input",
        `${name}: the table of its pages says that page ${page} is at byte ${table[page] ?? "none"}, the pages themselves say ${offset}`,
      );
    }
    const directory = await readTiffDirectory(window, format, page, offset);
    claimedBytes += directory.bytes;
    if (isFrame ? !isFrame(page) : isAuxiliaryPage(directory)) {
      if (!isFrame) auxiliary++;
    } else {
      const pageForm = readPageForm(directory);
      if (!first || !form) {
        first = directory;
        form = pageForm;
        description = await readDescription(directory);
      } else {
        requireSameForm(directory, pageForm, first, form);
      }
      await addStrips(directory, form, segments);
      claimedBytes += framePixels(form) * sampleBytes(form.type);
    }
    if (claimedBytes > size) {
      throw new SlnetError(
        "bad-input",
        `${name}: pages 0 to ${page} claim ${claimedBytes} bytes, the file has ${size}; expected pages that do not overlap`,
      );
    }
    offset = directory.next;
    if (offset === marked) {
      throw new SlnetError(
        "bad-input",
        `${name}: page ${page} is followed by an earlier page at byte ${offset}, expected a new one`,
      );
    }
    if (Number.isInteger(Math.log2(page + 1))) marked = offset;
  }
  if (!first || !form || !description) {
    if (isFrame && page > 0) {
      throw new SlnetError(
        "bad-input",
        `${name}: none of its ${page} pages is one of the stack, by what its text says`,
      );
    }
    const found = page === 0 ? "no page" : `only ${auxiliary} reduced copies or masks`;
    throw new SlnetError("bad-input", `${name} holds ${found}, expected at least one frame`);
  }
  return { first, form, description, segments, pages: page, auxiliary };
}

function requireSameForm(directory: TiffDirectory, page: TiffPageForm, first: TiffDirectory, form: TiffPageForm): void {
  if (page.width !== form.width || page.height !== form.height) {
    throw directory.error(
      `is ${page.height}×${page.width} pixels, expected ${form.height}×${form.width} as page ${first.page}`,
    );
  }
  if (page.type !== form.type) {
    throw directory.error(`has ${page.type} pixels, expected ${form.type} as page ${first.page}`);
  }
}

/** Adds the strips of one page as one frame, after checking that they hold all its rows. */
async function addStrips(directory: TiffDirectory, form: TiffPageForm, segments: SegmentList): Promise<void> {
  const { width, height, type } = form;
  const rowBytes = width * sampleBytes(type);
  const found = directory.count(tiffTags.stripOffsets);
  if (found === 0) throw directory.error("has no strip offsets, expected at least one");
  // A single strip holds everything, whatever the rows per strip say; some writers leave nonsense there.
  const rowsPerStrip = found === 1 ? height : Math.min(directory.integer(tiffTags.rowsPerStrip, height), height);
  const expected = rowsPerStrip > 0 ? Math.ceil(height / rowsPerStrip) : 0;
  if (found !== expected) {
    throw directory.error(
      `has ${found} strip offsets, expected ${expected} for ${height} rows of ${rowsPerStrip} a strip`,
    );
  }
  const countsFound = directory.count(tiffTags.stripByteCounts);
  if (countsFound !== found && countsFound !== 0) {
    throw directory.error(`has ${countsFound} strip byte counts, expected ${found}, one for each strip`);
  }
  const offsets = await directory.integers(tiffTags.stripOffsets, found);
  // Where uncompressed strips have no byte counts, their rows say as much.
  const counts = countsFound === 0 ? null : await directory.integers(tiffTags.stripByteCounts, found);

  segments.beginFrame();
  for (let strip = 0; strip < found; strip++) {
    const rows = Math.min(rowsPerStrip, height - strip * rowsPerStrip);
    const bytes = rows * rowBytes;
    const end = offsets[strip] + bytes;
    if (counts && counts[strip] < bytes) {
      throw directory.error(
        `has ${counts[strip]} bytes in strip ${strip}, expected ${bytes} for ${rows} rows of ${width} ${type} pixels`,
      );
    }
    if (end > directory.format.size) {
      throw new SlnetError(
        "bad-input",
        `${directory.format.name} is cut short: page ${directory.page} needs bytes ${offsets[strip]} to ${end}, ` +
          `the file ends at ${directory.format.size}`,
      );
    }
    segments.add(offsets[strip], bytes);
  }
}

/** ImageJ writes one directory for stacks over 4 GB: the other images follow the first without a gap. */
function repeatImage(segments: SegmentList, images: number, form: TiffPageForm, format: TiffFormat): void {
  const bytes = framePixels(form) * sampleBytes(form.type);
  const start = segments.onlyOffset();
  if (start === null) {
    throw new SlnetError(
      "unsupported",
      `${format.name}: the ImageJ text says ${images} images behind one directory, whose strips are not in one piece`,
    );
  }
  const end = start + images * bytes;
  if (!Number.isInteger(images) || end > format.size) {
    throw new SlnetError(
      "bad-input",
      `${format.name} is cut short: ${images} images behind one directory, as its ImageJ text says, need bytes ` +
        `${start} to ${end}, the file ends at ${format.size}`,
    );
  }
  for (let image = 1; image < images; image++) {
    segments.beginFrame();
    segments.add(start + image * bytes, bytes);
  }
}

/** Nanometres per inch and centimetre, by the number of the resolution unit. */
const resolutionUnitNm: Readonly<Record<number, number>> = { 2: 25_400_000, 3: 10_000_000 };

/** Without a microscope's text, a resolution in inches or centimetres is believed up to this; 72 dpi would be 352,778 nm. */
const largestBelievedNm = 20_000;

async function readPixelSize(
  directory: TiffDirectory,
  description: TiffDescription,
): Promise<{ readonly pixelSizeNm: number | null; readonly notice: string | null }> {
  const perUnitX = await directory.rational(tiffTags.xResolution);
  const perUnitY = await directory.rational(tiffTags.yResolution);
  const believed = description.unitMicrometres !== null;
  const unitNm = believed
    ? description.unitMicrometres * 1000
    : description.isImageJ
      ? undefined
      : resolutionUnitNm[directory.integer(tiffTags.resolutionUnit, 2)];
  if (!perUnitX || unitNm === undefined) return { pixelSizeNm: null, notice: null };
  const pixelSizeNm = unitNm / perUnitX;
  if (!believed && (pixelSizeNm > largestBelievedNm || pixelSizeNm < 1)) return { pixelSizeNm: null, notice: null };
  const isSquare = perUnitY === null || Math.abs(perUnitY / perUnitX - 1) < 0.01;
  const notice = isSquare
    ? null
    : `Pixels are not square: ${round(pixelSizeNm)} nm wide and ${round(unitNm / perUnitY)} nm high; the width is used.`;
  return { pixelSizeNm, notice };
}

function round(nanometres: number): number {
  return Math.round(nanometres * 10) / 10;
}
