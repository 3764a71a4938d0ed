import { SlnetError } from "../errors.js";
import type { ByteSource, StackMetadata, StackShape } from "../frames.js";
import { ByteWindow } from "./byte-window.js";
import { parseTiffDescription, type TiffDescription } from "./tiff-description.js";
import { readTiffDirectory, readTiffHeader, type TiffDirectory, type TiffFormat } from "./tiff-directory.js";
import { formNotices } from "./tiff-notices.js";
import { isAuxiliaryPage, readPageForm, type TiffPageForm } from "./tiff-page.js";
import { predictTiffPages, type PageRules, type TiffPrediction } from "./tiff-prediction.js";
import { requireSameForm } from "./tiff-same-form.js";
import { SegmentList, type TiffSegments } from "./tiff-segments.js";
import { addStrips } from "./tiff-strips.js";
import { photometrics, tiffCompressions, tiffTags } from "./tiff-tags.js";

/** Where every frame of a TIFF stack is, and what the file says about it. */
export interface TiffIndex {
  readonly littleEndian: boolean;
  /** BigTIFF, with 64-bit offsets. */
  readonly big: boolean;
  readonly shape: StackShape;
  /** How every frame is stored. */
  readonly form: TiffPageForm;
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

  requireMeaning(walk);
  const notices = [...description.notices, ...formNotices(form)];
  if (segments.sparse > 0) {
    notices.push(`The file leaves out ${segments.sparse} of its strips or tiles; their pixels are read as 0.`);
  }
  if (auxiliary > 0) {
    notices.push(`${auxiliary} of ${pages} pages are reduced copies or masks and were left out.`);
  }
  const { images } = description;
  const canRepeat = form.storage.compression === tiffCompressions.none;
  if (images !== null && images > 1 && segments.frames === 1 && canRepeat) {
    if (images > mostFrames) throw tooManyFrames(format);
    repeatImage(segments, images, format);
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
    shape: { frames, height: form.height, width: form.width, type: form.type },
    form,
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
      const pageForm = await readPageForm(directory);
      if (!first || !form) {
        first = directory;
        form = pageForm;
        description = await readDescription(directory);
      } else {
        requireSameForm(directory, pageForm, first, form);
      }
      claimedBytes += await addStrips(directory, pageForm, segments);
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

/** A colour table makes numbers of colours, unless ImageJ has put it there to show numbers in colour. */
function requireMeaning({ first, form, description }: Walk): void {
  if (form.storage.photometric !== photometrics.palette || description.isImageJ) return;
  throw first.error("has palette colour (3) pixels, expected grey; save it as grey", "unsupported");
}

/** ImageJ writes one directory for stacks over 4 GB: the other images follow the first without a gap. */
function repeatImage(segments: SegmentList, images: number, format: TiffFormat): void {
  const only = segments.only();
  if (only === null) {
    throw new SlnetError(
      "unsupported",
      `${format.name}: the ImageJ text says ${images} images behind one directory, whose strips are not in one piece`,
    );
  }
  const { offset: start, bytes } = only;
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
