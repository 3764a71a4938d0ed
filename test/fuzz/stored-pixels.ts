import type { StackDescription } from "../../src/core/frames.js";
import { storedBytes, storedValues } from "../../src/core/io/stored-samples.js";
import type { FileSet } from "./seeds.js";
import {
  fieldBytes,
  findTiffDirectory,
  findTiffPlaces,
  type TiffDirectoryPlace,
  type TiffPlaces,
} from "./tiff-places.js";

/** Blocks of bytes that a frame may be; `null` where nobody but the reader itself can say. */
export type FrameBlocks = readonly Uint8Array[] | null;

/**
 * The bytes of a file that can be frame `index`, found in the simplest way: of a TIFF the pixels of each page, of formats
 * that keep frames one behind the other the ones at that place. Only for pixels that are neither packed nor compressed.
 *
 * @param originals - the files before they were changed, where pages of a TIFF may also be found by their old places: a
 * reader that works out where pages are looks at the links of those that it reads, and at the others later
 */
export function findFrameBlocks(
  description: StackDescription,
  index: number,
  main: string | null,
  files: FileSet,
  originals: FileSet | null = null,
): FrameBlocks {
  if (description.compression !== "none" || main === null) return null;
  switch (description.format) {
    case "tiff":
      return findTiffBlocks(description, files, originals);
    case "dax":
      return blockAt(description, index, 0, files.get(main)!);
    case "raw":
      return blockAt(description, index, 0, files.get(main)!);
    case "npy":
      return findNpyBlock(description, index, files.get(main)!);
    case "mrc":
      return findMrcBlock(description, index, files.get(main)!);
    default:
      return null;
  }
}

/** Whether a frame is one of the blocks, value by value. */
export function isOneOf(
  frame: ArrayLike<number>,
  blocks: readonly Uint8Array[],
  description: StackDescription,
): boolean {
  const littleEndian = description.byteOrder === "little-endian";
  return blocks.some((block) => {
    const values = storedValues(block, description.storedType, littleEndian);
    if (values.length !== frame.length) return false;
    return values.every((value, i) => value === frame[i]);
  });
}

function frameBytes({ shape, storedType }: StackDescription): number {
  return shape.height * shape.width * storedBytes(storedType);
}

function blockAt(description: StackDescription, index: number, offset: number, bytes: Uint8Array): FrameBlocks {
  const size = frameBytes(description);
  const start = offset + index * size;
  return start + size <= bytes.length ? [bytes.slice(start, start + size)] : [];
}

/** NumPy's documentation of `numpy.lib.format`. */
function findNpyBlock(description: StackDescription, index: number, bytes: Uint8Array): FrameBlocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLong = view.getUint8(6) > 1;
  const offset = isLong ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  const header = Buffer.from(bytes.subarray(0, offset)).toString("latin1");
  // The other order is not worth a second reader.
  if (header.includes("True")) return null;
  return blockAt(description, index, offset, bytes);
}

/** MRC2014, Table 1: the size of the extended header is word 24. */
function findMrcBlock(description: StackDescription, index: number, bytes: Uint8Array): FrameBlocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 1024) return [];
  return blockAt(description, index, 1024 + view.getInt32(92, description.byteOrder === "little-endian"), bytes);
}

function findTiffBlocks(description: StackDescription, files: FileSet, originals: FileSet | null): FrameBlocks {
  const blocks: Uint8Array[] = [];
  for (const [path, bytes] of files) {
    const places = findTiffPlaces(bytes);
    if (!places) continue;
    const original = originals?.get(path);
    const old = original ? (findTiffPlaces(original)?.directories ?? []) : [];
    const unlinked = old.map(({ at }) => at).filter((at) => !places.directories.some((known) => known.at === at));
    const more = [...unlinked, ...findIndexed(bytes, places)].map((at) => findTiffDirectory(bytes, places, at));
    for (const directory of [...places.directories, ...more]) {
      if (!directory) continue;
      const found = pageBlocks(description, bytes, places, directory);
      if (!found) return null;
      blocks.push(...found);
    }
    const [first] = places.directories;
    if (first && places.directories.length === 1) blocks.push(...blocksBehind(description, bytes, places, first));
  }
  return blocks;
}

/** Places of directories that Micro-Manager's map of the file names, whether the links lead there or not. */
function findIndexed(bytes: Uint8Array, { littleEndian }: TiffPlaces): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 40 || view.getUint32(8, littleEndian) !== 54773648) return [];
  const map = view.getUint32(12, littleEndian);
  if (map + 8 > bytes.length || view.getUint32(map, littleEndian) !== 3453623) return [];
  const count = Math.min(view.getUint32(map + 4, littleEndian), Math.floor((bytes.length - map - 8) / 20));
  return Array.from({ length: count }, (_, i) => view.getUint32(map + 8 + 20 * i + 16, littleEndian));
}

/** Images without directories, one behind the other after the first strip. */
function blocksBehind(
  description: StackDescription,
  bytes: Uint8Array,
  places: TiffPlaces,
  directory: TiffDirectoryPlace,
): Uint8Array[] {
  const start = tagValues(bytes, places, directory, 273)?.[0];
  const size = frameBytes(description);
  const blocks: Uint8Array[] = [];
  if (start === undefined) return [];
  for (let at = start; at + size <= bytes.length && blocks.length < 100; at += size)
    blocks.push(bytes.slice(at, at + size));
  return blocks;
}

/** The pixels of a page, of each of its samples; none where they are not in the file, `null` where they are packed. */
function pageBlocks(
  { storedType }: StackDescription,
  bytes: Uint8Array,
  places: TiffPlaces,
  directory: TiffDirectoryPlace,
): Uint8Array[] | null {
  const one = (tag: number, missing: number): number => tagValues(bytes, places, directory, tag)?.[0] ?? missing;
  const itemBytes = storedBytes(storedType);
  if (one(258, 1) !== 8 * itemBytes) return null;
  if (one(259, 1) !== 1 || one(317, 1) !== 1 || one(266, 1) !== 1) return null;
  if (one(322, 0) !== 0 || directory.entries.some(({ tag }) => tag === 324 || tag === 32997)) return null;
  const tags = directory.entries.map(({ tag }) => tag);
  // Which of two tags of the same number counts is not for us to say.
  if (new Set(tags).size !== tags.length) return null;
  const [width, height, samples] = [one(256, 0), one(257, 0), one(277, 1)];
  const isPlanar = one(284, 1) === 2;
  const offsets = tagValues(bytes, places, directory, 273) ?? [];
  const counts = tagValues(bytes, places, directory, 279) ?? [];
  const planes = isPlanar ? samples : 1;
  const rowSamples = isPlanar ? width : width * samples;
  if (width * height * samples * itemBytes > 2 ** 24 || samples === 0 || offsets.length === 0) return [];
  const perPlane = offsets.length / planes;
  const rowsPerStrip = perPlane === 1 ? height : Math.min(one(278, height), height);

  const blocks: Uint8Array[] = [];
  for (let plane = 0; plane < planes; plane++) {
    const image = new Uint8Array(height * rowSamples * itemBytes);
    let row = 0;
    for (let strip = plane * perPlane; row < height && strip < (plane + 1) * perPlane && rowsPerStrip > 0; strip++) {
      const length = Math.min(rowsPerStrip, height - row) * rowSamples * itemBytes;
      const offset = offsets[strip]!;
      const isSparse = offset === 0 && counts[strip] === 0;
      if (!isSparse && offset + length > bytes.length) return [];
      if (!isSparse) image.set(bytes.subarray(offset, offset + length), row * rowSamples * itemBytes);
      row += rowsPerStrip;
    }
    if (row < height) return [];
    if (isPlanar || samples === 1) blocks.push(image);
    else for (let sample = 0; sample < samples; sample++) blocks.push(everyNth(image, itemBytes, samples, sample));
  }
  return blocks;
}

function everyNth(image: Uint8Array, itemBytes: number, samples: number, sample: number): Uint8Array {
  const out = new Uint8Array(image.length / samples);
  for (let i = 0; i < out.length; i++) {
    const pixel = Math.floor(i / itemBytes);
    out[i] = image[(pixel * samples + sample) * itemBytes + (i % itemBytes)]!;
  }
  return out;
}

function tagValues(
  bytes: Uint8Array,
  { littleEndian }: TiffPlaces,
  directory: TiffDirectoryPlace,
  tag: number,
): number[] | null {
  const entry = directory.entries.find((candidate) => candidate.tag === tag);
  if (!entry) return null;
  const size = fieldBytes[entry.type] ?? 0;
  const { count, valueAt } = entry;
  if (size === 0 || count > 10_000 || valueAt + count * size > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => {
    const at = valueAt + i * size;
    if (size === 1) return view.getUint8(at);
    if (size === 2) return view.getUint16(at, littleEndian);
    return size === 4 ? view.getUint32(at, littleEndian) : Number(view.getBigUint64(at, littleEndian));
  });
}
