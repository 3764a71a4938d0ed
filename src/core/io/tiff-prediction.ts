import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { ByteWindow } from "./byte-window.js";
import { readTiffDirectory, type TiffDirectory, type TiffFormat } from "./tiff-directory.js";
import { TiffPageTemplate } from "./tiff-page-template.js";
import { isAuxiliaryPage, type TiffPageForm } from "./tiff-page.js";
import { SegmentList, sparseOffset, type TiffSegments } from "./tiff-segments.js";

/** How a directory becomes a frame. */
export interface PageRules {
  readForm(directory: TiffDirectory): TiffPageForm | Promise<TiffPageForm>;
  requireSameForm(directory: TiffDirectory, page: TiffPageForm, first: TiffDirectory, form: TiffPageForm): void;
  /** Adds the page as one frame. */
  addSegments(directory: TiffDirectory, form: TiffPageForm, segments: SegmentList): Promise<unknown>;
}

/** A file that is looked at, and what is known of it in advance. */
export interface PredictionInput {
  readonly source: ByteSource;
  readonly format: TiffFormat;
  readonly firstDirectory: number;
  /** Positions of all directories in file order, where a table in the file says them. */
  readonly table: Float64Array | null;
  readonly rules: PageRules;
}

/** The places of more segments than this, in all pages, would fill the memory. */
const mostSegments = 8_000_000;

/** Shorter files are walked: that takes a few milliseconds, and leaves nothing to verify. */
const fewestPages = 256;

/** Pages at the beginning that are looked at. The first one often differs from the others: it has the description. */
const startPages = 8;

/** Pages in the middle that are looked at. */
const middlePages = 8;

/** Read of each directory that is looked at: 80 tags with their short values. */
const directoryRead = 1024;

/** Directories verified together where they are far apart, and bytes of directories where they are close. */
const farPagesTogether = 32;
const closeBytesTogether = 128 * 1024;

/** A batch that takes longer comes from a slow place, whose line is left to the frames that are wanted. */
const slowBatchMs = 500;

/** Longest that opening takes to look at pages where nobody waits to see the first one. */
const quickMs = 1000;

/**
 * The pages of a regular file: directories at a constant distance, or where a table says, and pixels at a constant
 * distance or at the same place behind each directory. Known from a sample; all others are still to be verified.
 */
export class TiffPrediction {
  readonly #input: PredictionInput;
  readonly #layout: Layout;
  readonly #verified: Uint8Array;
  readonly #stopper = new AbortController();
  #differentPage: number | null = null;
  #background: Promise<void> | null = null;

  constructor(input: PredictionInput, layout: Layout, verifiedPages: Iterable<number>) {
    this.#input = input;
    this.#layout = layout;
    this.#verified = new Uint8Array(layout.pages);
    for (const page of verifiedPages) this.#verified[page] = 1;
  }

  get pages(): number {
    return this.#layout.pages;
  }

  /** Pages that were read and found to be as predicted. */
  get verifiedPages(): number {
    return this.#verified.reduce((sum, verified) => sum + verified, 0);
  }

  /** Where the pixels are by prediction. */
  segments(): TiffSegments {
    const { pages } = this.#layout;
    const perFrame = this.#layout.place(0).pattern.offsets.length;
    const offsets = new Float64Array(pages * perFrame);
    const bytes = new Float64Array(pages * perFrame);
    const firstOfFrame = Float64Array.from({ length: pages + 1 }, (_, page) => page * perFrame);
    for (let page = 0; page < pages; page++) {
      const { pattern, shift } = this.#layout.place(page);
      for (let i = 0; i < perFrame; i++) offsets[page * perFrame + i] = pattern.offsets[i] + shift;
      bytes.set(pattern.bytes, page * perFrame);
    }
    return { offsets, bytes, firstOfFrame };
  }

  /**
   * Looks at those of the pages from `from` up to `to` that nobody has looked at.
   *
   * @returns a page that is not as predicted, be it one of these or not; `null` where these are all right
   */
  async verify(from: number, to: number, signal?: AbortSignal): Promise<number | null> {
    const pages: number[] = [];
    const together = this.#pagesTogether();
    for (let page = from; page < to && this.#differentPage === null; page++) {
      if (this.#verified[page] === 0) pages.push(page);
      if (pages.length === together || (page === to - 1 && pages.length > 0)) {
        await this.#verifyPages(pages.splice(0), signal);
      }
    }
    return this.#differentPage;
  }

  /**
   * Looks at the pages one after the other, for as long as this is quick: some 100,000 of a file on a fast disk.
   *
   * @returns a page that is not as predicted; `null` where none was found in that time
   */
  async verifyQuickly(signal?: AbortSignal): Promise<number | null> {
    const end = performance.now() + quickMs;
    const together = this.#pagesTogether();
    for (let page = 0; page < this.pages && performance.now() < end; page += together) {
      const different = await this.verify(page, Math.min(page + together, this.pages), signal);
      if (different !== null) return different;
    }
    return null;
  }

  /** Verifies all pages, without keeping others waiting for long. */
  start(): void {
    this.#background ??= this.#verifyAll().catch(() => {
      // Stopped, or the file can no longer be read: whoever reads frames is told.
    });
  }

  /** Settles when nothing is read from the file any more. */
  async stop(): Promise<void> {
    this.#stopper.abort();
    await this.#background;
  }

  async #verifyAll(): Promise<void> {
    const together = this.#pagesTogether();
    for (let page = 0; page < this.pages; page += together) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const started = performance.now();
      const different = await this.verify(page, Math.min(page + together, this.pages), this.#stopper.signal);
      if (different !== null || performance.now() - started > slowBatchMs) return;
    }
  }

  #pagesTogether(): number {
    const { distance } = this.#layout;
    return distance === null || distance > directoryRead
      ? farPagesTogether
      : Math.max(farPagesTogether, Math.floor(closeBytesTogether / distance));
  }

  async #verifyPages(pages: readonly number[], signal: AbortSignal | undefined): Promise<void> {
    const different = await findDifferent(this.#input, this.#layout, pages, signal);
    if (different !== null) this.#differentPage ??= different;
    else for (const page of pages) this.#verified[page] = 1;
  }
}

/** Where everything of a regular file is. */
interface Layout {
  readonly pages: number;
  readonly first: TiffDirectory;
  readonly form: TiffPageForm;
  /** What the others are compared with before their tags are read; `null` where that would not do. */
  readonly template: TiffPageTemplate | null;
  /** From one directory to the next, where it is constant. */
  readonly distance: number | null;
  directoryOffset(page: number): number;
  /** The pixels: those of a page that was read, and how much further on they are. */
  place(page: number): { readonly pattern: TiffSegments; readonly shift: number };
}

/**
 * Looks at a few pages of a file and says where all of them are.
 *
 * @returns `null` for a file that is short or not regular
 * @throws {@link SlnetError} where a file that was regular up to there is cut short
 */
export async function predictTiffPages(
  window: ByteWindow,
  input: PredictionInput,
  imagesHint: (first: TiffDirectory) => Promise<number | null>,
  signal?: AbortSignal,
): Promise<{
  readonly prediction: TiffPrediction;
  readonly first: TiffDirectory;
  readonly form: TiffPageForm;
} | null> {
  const start = await readStart(window, input).catch((error: unknown) => {
    // Whether that page matters, a walk finds out.
    if (error instanceof SlnetError) return null;
    throw error;
  });
  if (!start) return null;
  const { first, form } = start;
  const layoutOf = (pages: number): Layout => ({ ...start, pages });
  const pages = await findPageCount(input, start, layoutOf, await imagesHint(first), signal);
  if (pages === null) return null;
  const layout = layoutOf(pages);
  const middle = Array.from({ length: middlePages }, (_, i) =>
    Math.floor(startPages + ((i + 0.5) * (pages - startPages)) / middlePages),
  );
  const sample = [...middle, pages - 1];
  if ((await findDifferent(input, layout, sample, signal)) !== null) return null;
  const looked = [...Array.from({ length: startPages - 1 }, (_, page) => page), ...sample];
  return { prediction: new TiffPrediction(input, layout, looked), first, form };
}

interface Start extends Omit<Layout, "pages"> {
  /** No file of its size has more. */
  readonly mostPages: number;
}

/** Reads the first pages. `null` where they are not at a constant distance. */
async function readStart(window: ByteWindow, input: PredictionInput): Promise<Start | null> {
  const { format, firstDirectory, table, rules } = input;
  const directories: TiffDirectory[] = [];
  const patterns: TiffSegments[] = [];
  const lists: SegmentList[] = [];
  let form: TiffPageForm | null = null;
  for (let page = 0, offset = firstDirectory; page < startPages; page++) {
    if (offset === 0 || (table && table[page] !== offset)) return null;
    const directory = await readTiffDirectory(window, format, page, offset);
    if (isAuxiliaryPage(directory)) return null;
    const pageForm = await rules.readForm(directory);
    if (form) rules.requireSameForm(directory, pageForm, directories[0], form);
    form ??= pageForm;
    directories.push(directory);
    const list = new SegmentList();
    await rules.addSegments(directory, form, list);
    patterns.push(list.finish());
    lists.push(list);
    offset = directory.next;
    if (page !== 2) continue;
    // Most files are short: they are recognised before more is looked at.
    const distances = [directories[2].offset - directories[1].offset, patterns[2].offsets[0] - patterns[1].offsets[0]];
    const room = format.size / Math.max(...distances);
    if (distances.some((distance) => !(distance > 0)) || (table ? table.length : room) < fewestPages) return null;
  }
  if (!form) return null;

  const [, one, two] = directories;
  const distance = two.offset - one.offset;
  const shift = patterns[2].offsets[0] - patterns[1].offsets[0];
  if (patterns[0].offsets.length !== patterns[1].offsets.length) return null;
  if (patterns[0].offsets.includes(sparseOffset)) return null;
  const pageBytes = patterns[1].bytes.reduce((sum, bytes) => sum + bytes, 0);
  if (table === null && (distance < one.bytes || shift < pageBytes)) return null;
  // Pages of a table that lie in each other's place could make a small file large.
  if (table?.some((offset, page) => page > 1 && offset - table[page - 1] < pageBytes)) return null;
  for (let page = 2; page < startPages; page++) {
    const step = directories[page].offset - directories[page - 1].offset;
    if (table === null && step !== distance) return null;
    if (!lists[page].isShiftOf(patterns[page - 1], table === null ? shift : step)) return null;
  }

  const lastByte = (pattern: TiffSegments): number =>
    pattern.offsets.reduce((last, offset, i) => Math.max(last, offset + pattern.bytes[i]), 0);
  const mostPages = table
    ? table.length
    : 2 +
      Math.min(
        Math.floor((format.size - one.bytes - one.offset) / distance),
        Math.floor((format.size - lastByte(patterns[1])) / shift),
      );
  if (mostPages < fewestPages || mostPages * patterns[1].offsets.length > mostSegments) return null;
  const directoryOffset = (page: number): number =>
    table ? table[page] : page === 0 ? firstDirectory : one.offset + (page - 1) * distance;
  return {
    first: directories[0],
    form,
    mostPages,
    template: TiffPageTemplate.of(one, patterns[1]),
    distance: table ? null : distance,
    directoryOffset,
    place(page) {
      if (page === 0) return { pattern: patterns[0], shift: 0 };
      return { pattern: patterns[1], shift: table ? table[page] - table[1] : (page - 1) * shift };
    },
  };
}

/** How many pages follow each other as predicted up to one that is the last; `null` where there is no such number. */
async function findPageCount(
  input: PredictionInput,
  start: Start,
  layoutOf: (pages: number) => Layout,
  hint: number | null,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const { mostPages } = start;
  const isLast = async (page: number): Promise<boolean> =>
    (await findDifferent(input, layoutOf(page + 1), [page], signal)) === null;
  const hasNext = async (page: number): Promise<boolean> =>
    (await findDifferent(input, layoutOf(mostPages + 1), [page], signal)) === null;

  if (hint !== null && hint >= fewestPages && hint <= mostPages && (await isLast(hint - 1))) return hint;
  if (await isLast(mostPages - 1)) return mostPages;
  if (input.table) return null;
  // Behind the last page a file may have more than its pages: a table, or the places of pages that were never written.
  let linked = startPages - 2;
  let end = mostPages;
  while (end - linked > 1) {
    const page = Math.floor((linked + end) / 2);
    if (await hasNext(page)) linked = page;
    else end = page;
  }
  if (await isLast(linked + 1)) return linked + 2;
  // The chain of pages leads there, and so would a walk through all of them.
  const offset = start.directoryOffset(linked + 1);
  const window = new ByteWindow(input.source, signal);
  const directory = await readTiffDirectory(window, input.format, linked + 1, offset);
  const form = await input.rules.readForm(directory);
  input.rules.requireSameForm(directory, form, start.first, start.form);
  await input.rules.addSegments(directory, form, new SegmentList());
  return null;
}

/** The first of some pages, in ascending order, that is not as predicted. */
async function findDifferent(
  { source, format, rules }: PredictionInput,
  layout: Layout,
  pages: readonly number[],
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const window = new ByteWindow(source, signal);
  const starts = pages.map((page) => layout.directoryOffset(page)).filter((offset) => offset < format.size);
  await window.prefetch(starts, directoryRead);
  // One for all: arrays for each page are garbage by the tens of thousands.
  const list = new SegmentList();
  const { template } = layout;
  for (const page of pages) {
    const offset = layout.directoryOffset(page);
    const next = page + 1 < layout.pages ? layout.directoryOffset(page + 1) : 0;
    const bytes = template && page > 0 ? window.held(offset, template.bytes) : null;
    if (bytes && template?.matches(bytes, layout.place(page).shift, next)) continue;
    try {
      const directory = await readTiffDirectory(window, format, page, offset);
      if (directory.next !== next || isAuxiliaryPage(directory)) return page;
      rules.requireSameForm(directory, await rules.readForm(directory), layout.first, layout.form);
      list.clear();
      await rules.addSegments(directory, layout.form, list);
      const { pattern, shift } = layout.place(page);
      if (!list.isShiftOf(pattern, shift)) return page;
    } catch (error) {
      if (error instanceof SlnetError) return page;
      throw error;
    }
  }
  return null;
}
