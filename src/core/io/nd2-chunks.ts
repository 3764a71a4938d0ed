import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readExactly } from "./read-exactly.js";

// Nikon ND2, version 3, as the packages nd2, limnd2 and Bio-Formats document it. A file is a row of chunks, each with a
// header of 16 bytes (magic, length of the name, length of the content), the name, padded with zeros, and the content.
// The last one is a map of all of them; its position stands in the last 40 bytes.
const chunkMagic = 0x0abeceda;
const fileName = "ND2 FILE SIGNATURE CHUNK NAME01!";
const mapName = "ND2 FILEMAP SIGNATURE NAME 0001!";
const mapEnd = "ND2 CHUNK MAP SIGNATURE 0000001!";
const imagePrefix = "ImageDataSeq|";

const chunkHeaderBytes = 16;

/** A map of a million frames has some 40 MB. */
const largestMap = 64 * 1024 * 1024;
const longestName = 256;
/** Longest name with its padding: images have 4,072 bytes, so that their pixels begin at a page of memory. */
const largestName = 64 * 1024;
/** Most bytes of metadata in one chunk; real ones have some hundred thousand. */
const largestMetadata = 16 * 1024 * 1024;

/** What the header of a chunk says, checked against the size of the file. */
export interface Nd2Chunk {
  readonly name: string;
  /** Position of the content. */
  readonly content: number;
  /** Bytes of the content. */
  readonly length: number;
}

const metadataNames = [
  "ImageAttributesLV!",
  "ImageMetadataLV!",
  "ImageMetadataSeqLV|0!",
  "ImageCalibrationLV|0!",
  "ImageTextInfoLV!",
  "CustomData|AcqTimesCache!",
] as const;

/** Chunks of metadata that are read. A file may have many others, some for each image. */
export type Nd2MetadataName = (typeof metadataNames)[number];

/** Positions of the chunks of a file. */
export interface Nd2Map {
  readonly chunks: ReadonlyMap<Nd2MetadataName, number>;
  /** Of the images by their number; NaN where one is missing. */
  readonly images: Float64Array;
  readonly notices: readonly string[];
}

/** @throws {@link SlnetError} `bad-input` where the file is broken; `unsupported` for versions before 3 */
export async function requireNd2Version(source: ByteSource): Promise<void> {
  const start = await source.read(0, chunkHeaderBytes + fileName.length + 6);
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  if (start.length < chunkHeaderBytes + fileName.length + 6 || view.getUint32(0, true) !== chunkMagic) {
    throw new SlnetError("bad-input", `${source.name} ends inside its header, or is no ND2 file`);
  }
  const nameLength = view.getUint32(4, true);
  const text = String.fromCharCode(...start.subarray(chunkHeaderBytes));
  const [, major, minor] = /^Ver(\d)\.(\d)/.exec(text.slice(nameLength === fileName.length ? nameLength : 0)) ?? [];
  if (!text.startsWith(fileName) || major === undefined) {
    throw new SlnetError("bad-input", `${source.name} does not begin with the signature of an ND2 file`);
  }
  if (Number(major) < 3) {
    throw new SlnetError(
      "unsupported",
      `${source.name} is an ND2 file of version ${major}.${minor}, expected 3.0 or later; ` +
        "save it again with a newer NIS-Elements, or export it as TIFF",
    );
  }
}

/**
 * Reads where the chunks of a file are: from the map at its end, or, where a recording was stopped before the map was
 * written, by walking from chunk to chunk.
 *
 * @throws {@link SlnetError} `bad-input` where the map is broken or points out of the file
 */
export async function readNd2Map(source: ByteSource, signal?: AbortSignal): Promise<Nd2Map> {
  const { name, size } = source;
  const tail = await source.read(Math.max(0, size - 40), 40);
  if (tail.length < 40 || !String.fromCharCode(...tail).startsWith(mapEnd)) return walkChunks(source, signal);
  const position = readUint64(new DataView(tail.buffer, tail.byteOffset, 40), 32);
  const map = await readNd2Chunk(source, position);
  if (map.name !== mapName) {
    throw new SlnetError("bad-input", `${name}: its map of chunks should be at ${position}, there is ${map.name}`);
  }
  if (map.length > largestMap) {
    throw new SlnetError(
      "bad-input",
      `${name}: its map of chunks has ${map.length} bytes, expected up to ${largestMap}`,
    );
  }
  const bytes = await readExactly(source, map.content, map.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const list = new ChunkList();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x21, at) + 1;
    if (end === 0 || end - at > longestName) break;
    const chunkName = latin1(bytes.subarray(at, end));
    if (chunkName === mapEnd || end + 16 > bytes.length) break;
    const offset = readUint64(view, end);
    if (!(offset <= size - chunkHeaderBytes)) {
      throw new SlnetError(
        "bad-input",
        `${name}: its chunk ${chunkName} should be at ${offset}, the file has ${size} bytes`,
      );
    }
    list.add(chunkName, offset);
    at = end + 16;
  }
  return { ...list.finish(), notices: [] };
}

/**
 * Reads the header of the chunk at `position`.
 *
 * @throws {@link SlnetError} `bad-input` where there is none, or it goes on after the end of the file
 */
export async function readNd2Chunk(source: ByteSource, position: number): Promise<Nd2Chunk> {
  const chunk = parseChunk(await source.read(position, chunkHeaderBytes + longestName), position);
  if (!chunk)
    throw new SlnetError("bad-input", `${source.name}: there is no chunk at ${position}, where its map says so`);
  if (chunk.content + chunk.length <= source.size) return chunk;
  throw new SlnetError(
    "bad-input",
    `${source.name}: its chunk ${chunk.name} ends at ${chunk.content + chunk.length}, the file has ${source.size} bytes`,
  );
}

/**
 * Reads the content of a chunk of metadata.
 *
 * @returns `null` where the map has none of this name
 * @throws {@link SlnetError} `bad-input` where it is not where the map says, or larger than any real one
 */
export async function readNd2Metadata(
  source: ByteSource,
  map: Nd2Map,
  name: Nd2MetadataName,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const position = map.chunks.get(name);
  if (position === undefined) return null;
  const chunk = await readNd2Chunk(source, position);
  if (chunk.name !== name) {
    throw new SlnetError(
      "bad-input",
      `${source.name}: its chunk ${name} should be at ${position}, there is ${chunk.name}`,
    );
  }
  if (chunk.length > largestMetadata) {
    throw new SlnetError(
      "bad-input",
      `${source.name}: its chunk ${name} has ${chunk.length} bytes, expected up to ${largestMetadata}`,
    );
  }
  return readExactly(source, chunk.content, chunk.length);
}

/** Reads a header from the bytes at `position`; `null` where they are none. */
export function parseChunk(bytes: Uint8Array, position: number): Nd2Chunk | null {
  if (bytes.length < chunkHeaderBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const nameLength = view.getUint32(4, true);
  if (view.getUint32(0, true) !== chunkMagic || nameLength > largestName) return null;
  const nameBytes = bytes.subarray(chunkHeaderBytes, chunkHeaderBytes + Math.min(nameLength, longestName));
  const nameEnd = nameBytes.indexOf(0x21) + 1;
  return {
    name: latin1(nameBytes.subarray(0, nameEnd)),
    content: position + chunkHeaderBytes + nameLength,
    length: readUint64(view, 8),
  };
}

/** The name of the chunk of an image. */
export function imageChunkName(index: number): string {
  return `${imagePrefix}${index}!`;
}

/** Chunks begin at multiples of this where the one before does not end there. */
const chunkAlignment = 4096;
/** A file of so many chunks without a map was made to keep a reader busy. */
const mostWalked = 200_000;
/** Headers looked for at once, at the distance of the images before. */
const headersAtOnce = 32;

async function walkChunks(source: ByteSource, signal?: AbortSignal): Promise<Nd2Map> {
  const { size } = source;
  const list = new ChunkList();
  const headerAt = async (
    position: number,
  ): Promise<{ readonly chunk: Nd2Chunk; readonly position: number } | null> => {
    const chunk = parseChunk(await source.read(position, chunkHeaderBytes + longestName), position);
    return chunk && { chunk, position };
  };
  let at = 0;
  let distance = 0;
  let walked = 0;
  while (at <= size - chunkHeaderBytes) {
    signal?.throwIfAborted();
    // Images of one size lie at one distance, so the next ones can be looked up all at once.
    const ahead = distance > 0 ? headersAtOnce : 1;
    const positions = Array.from({ length: ahead }, (_, i) => at + i * distance).filter(
      (p) => p <= size - chunkHeaderBytes,
    );
    const found = await Promise.all(positions.map(headerAt));
    const before = at;
    for (const item of found) {
      // Only what lies where the one before ends is a chunk for certain, and not pixels that look like one.
      if (item?.position !== at) break;
      const end = item.chunk.content + item.chunk.length;
      if (end > size) {
        at = size;
        break;
      }
      if (++walked > mostWalked) {
        throw new SlnetError("bad-input", `${source.name} has more than ${mostWalked} chunks and no map of them`);
      }
      list.add(item.chunk.name, item.position);
      distance = item.chunk.name.startsWith(imagePrefix) ? end - item.position : 0;
      at = end;
    }
    if (at > before) continue;
    const aligned = Math.ceil((at + 1) / chunkAlignment) * chunkAlignment;
    if (at % chunkAlignment === 0 || aligned > size - chunkHeaderBytes || !(await headerAt(aligned))) break;
    at = aligned;
    distance = 0;
  }
  const found = list.finish();
  const notice =
    "The recording was stopped before its end was written: the file has no map of its chunks, and the frames that are whole are read.";
  return { ...found, notices: [notice] };
}

class ChunkList {
  readonly #chunks = new Map<Nd2MetadataName, number>();
  readonly #numbers: number[] = [];
  readonly #offsets: number[] = [];

  add(name: string, offset: number): void {
    if (!name.startsWith(imagePrefix)) {
      const known = metadataNames.find((wanted) => wanted === name);
      if (known) this.#chunks.set(known, offset);
      return;
    }
    const digits = name.slice(imagePrefix.length, -1);
    if (!/^\d{1,15}$/.test(digits)) return;
    this.#numbers.push(Number(digits));
    this.#offsets.push(offset);
  }

  finish(): { readonly chunks: ReadonlyMap<Nd2MetadataName, number>; readonly images: Float64Array } {
    // A number beyond their count has a gap before it, where the stack ends.
    const images = new Float64Array(this.#numbers.length).fill(NaN);
    this.#numbers.forEach((number, i) => {
      if (number < images.length) images[number] = this.#offsets[i];
    });
    return { chunks: this.#chunks, images };
  }
}

/** Larger than any file where the number has more than 53 bits. */
function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
