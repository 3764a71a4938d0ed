import { SlnetError } from "../errors.js";
import type { ByteSource, FileFolder } from "../frames.js";
import { createBufferSource } from "./buffer-source.js";
import { crc32 } from "./crc32.js";
import { inflatedHead } from "./gzip-head.js";
import { inflateAtMost } from "./inflate.js";

/** Most bytes of the list of files: some 300,000 of them. */
const largestDirectory = 32 * 1024 * 1024;

/** Largest file that is decompressed; one that is stored as it is may have any size. */
const largestInflated = 80_000_000;

/** A file in an archive. */
interface ZipEntry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/** A zip archive as a folder; its files are read where they lie. */
export interface ZipFolder extends FileFolder {
  /** Full names of all files. */
  readonly paths: readonly string[];
  /**
   * @param largest - bytes that a file may have at most, which is looked at before any of it is unpacked
   * @param largestPacked - the same for a compressed one, packed and unpacked, as it is unpacked as a whole; 80 MB by default
   */
  open(path: string, largest?: number, largestPacked?: number): Promise<ByteSource | null>;
  /** The first bytes of a file, of a compressed one without unpacking more; fewer where it has fewer or is damaged. */
  head(path: string, length: number): Promise<Uint8Array | null>;
  /** Whether a file is compressed; one that is not there is not. */
  isPacked(path: string): boolean;
}

/**
 * Opens a zip archive, also ZIP64 (PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3).
 *
 * `unzipit`, on which zarrita's store for archives stands, bounds neither the list of files nor what a file decompresses
 * to, and gives no place of a stored file to read a part of it; hence this reader.
 *
 * @param source - stays the caller's, and open as long as the folder is used
 * @throws {@link SlnetError} `bad-input` where the archive is broken or cut off
 */
export async function openZip(source: ByteSource): Promise<ZipFolder> {
  const { offset, size } = await findDirectory(source);
  if (size > largestDirectory) {
    throw new SlnetError(
      "unsupported",
      `${source.name} has a list of files of ${size} bytes, expected at most ${largestDirectory}`,
    );
  }
  const entries = entriesOf(viewOf(await readExactly(source, offset, size)), source);
  return {
    name: source.name,
    paths: [...entries.keys()],
    list: () => Promise.resolve([...entries.keys()].filter((path) => !path.includes("/"))),
    async open(path, largest = Infinity, largestPacked = largestInflated) {
      const entry = entries.get(path);
      if (entry && entry.size > largest) {
        throw new SlnetError(
          "unsupported",
          `${path} in ${source.name} has ${entry.size} bytes, expected at most ${largest}`,
        );
      }
      return entry ? openEntry(source, path, entry, largestPacked) : null;
    },
    async head(path, length) {
      const entry = entries.get(path);
      if (!entry) return null;
      const stored = await storedEntry(source, path, entry);
      return entry.method === 0 ? stored.read(0, length) : inflatedHead(stored, length, "deflate-raw");
    },
    isPacked: (path) => (entries.get(path)?.method ?? 0) !== 0,
  };
}

async function findDirectory(source: ByteSource): Promise<{ offset: number; size: number }> {
  const tailStart = Math.max(0, source.size - 22 - 0xffff);
  const tail = viewOf(await readExactly(source, tailStart, source.size - tailStart));
  let end = tail.byteLength - 22;
  while (
    end >= 0 &&
    !(tail.getUint32(end, true) === 0x06054b50 && end + 22 + tail.getUint16(end + 20, true) <= tail.byteLength)
  )
    end--;
  if (end < 0) throw broken(source, "it has no list of its files at the end; it may be cut off");
  const isSplit = tail.getUint16(end + 4, true) !== 0 && tail.getUint16(end + 4, true) !== 0xffff;
  if (isSplit)
    throw new SlnetError("unsupported", `${source.name} is one part of a split archive, expected a whole one`);
  let size = tail.getUint32(end + 12, true);
  let offset = tail.getUint32(end + 16, true);
  const count = tail.getUint16(end + 10, true);
  if (count === 0xffff || size === 0xffff_ffff || offset === 0xffff_ffff) {
    const locator = tailStart + end - 20;
    const link = locator >= 0 ? viewOf(await readExactly(source, locator, 20)) : null;
    if (link?.getUint32(0, true) === 0x07064b50) {
      const record = viewOf(await readExactly(source, wide(link, 8), 56));
      if (record.getUint32(0, true) !== 0x06064b50) throw broken(source, "its ZIP64 record is not where it should be");
      size = wide(record, 40);
      offset = wide(record, 48);
    }
  }
  return { offset, size };
}

function entriesOf(view: DataView, source: ByteSource): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  const decoder = new TextDecoder();
  for (let at = 0; at < view.byteLength;) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw broken(source, `its list of files breaks off after ${entries.size} of them`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const nameEnd = at + 46 + nameLength;
    const next = nameEnd + extraLength + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw broken(source, `its list of files breaks off after ${entries.size} of them`);
    const [size, packedSize, headerOffset] = widened(view, at, nameEnd, nameEnd + extraLength);
    const name = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
    // Folders have entries of their own in some archives.
    if (!name.endsWith("/")) {
      entries.set(name, {
        method: view.getUint16(at + 10, true),
        isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
        crc: view.getUint32(at + 16, true),
        packedSize,
        size,
        headerOffset,
      });
    }
    at = next;
  }
  return entries;
}

/** Sizes and place of an entry; those of 0xFFFFFFFF stand, in this order, in the ZIP64 field (id 1). */
function widened(view: DataView, at: number, extraStart: number, extraEnd: number): [number, number, number] {
  const values: [number, number, number] = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  for (let field = extraStart; field + 4 <= extraEnd;) {
    const end = field + 4 + view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1 && end <= extraEnd) {
      let wideAt = field + 4;
      for (let i = 0; i < 3; i++) {
        if (values[i] !== 0xffff_ffff || wideAt + 8 > end) continue;
        values[i] = wide(view, wideAt);
        wideAt += 8;
      }
    }
    field = end;
  }
  return values;
}

/** The bytes of an entry as they are in the archive, packed or not. */
async function storedEntry(source: ByteSource, path: string, entry: ZipEntry): Promise<ByteSource> {
  const name = `${path} in ${source.name}`;
  const { method, isEncrypted, packedSize, size, headerOffset } = entry;
  if (isEncrypted) throw new SlnetError("unsupported", `${name} is encrypted, expected an archive without a password`);
  const header = viewOf(await readExactly(source, headerOffset, 30));
  if (header.getUint32(0, true) !== 0x04034b50) throw broken(source, `${path} is not where the list of files says`);
  const start = headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (!(start + packedSize <= source.size)) {
    throw broken(source, `${path} should end at byte ${start + packedSize} of ${source.size}`);
  }
  if (method === 0) {
    if (packedSize !== size) throw broken(source, `${path} has ${packedSize} bytes where its size is ${size}`);
  } else if (method !== 8) {
    throw new SlnetError(
      "unsupported",
      `${name} is compressed by method ${method}, expected 0 (stored) or 8 (deflate)`,
    );
  }
  return windowOf(source, name, start, packedSize);
}

async function openEntry(
  source: ByteSource,
  path: string,
  entry: ZipEntry,
  largestPacked: number,
): Promise<ByteSource> {
  const stored = await storedEntry(source, path, entry);
  const { method, packedSize, size } = entry;
  if (method === 0) return stored;
  const { name } = stored;
  if (size > largestPacked || packedSize > largestPacked) {
    throw new SlnetError(
      "unsupported",
      `${name} has ${Math.max(size, packedSize)} bytes, expected at most ${largestPacked} of a compressed file; store it without compression`,
    );
  }
  const bytes = await inflateAtMost(await readExactly(stored, 0, packedSize), size, name, "deflate-raw");
  if (bytes.length !== size || crc32(bytes) !== entry.crc) {
    throw broken(
      source,
      `${path} does not decompress to what it was: ${bytes.length} of ${size} bytes, or a wrong checksum`,
    );
  }
  return createBufferSource(name, bytes);
}

/** A part of a source as a source; closing it does not close the whole. */
function windowOf(source: ByteSource, name: string, start: number, size: number): ByteSource {
  const within = (offset: number, length: number): number => Math.max(0, Math.min(length, size - offset));
  return {
    name,
    size,
    read: (offset, length) => source.read(start + offset, within(offset, length)),
    readInto: (offset, out) => source.readInto(start + offset, out.subarray(0, within(offset, out.length))),
    close: () => Promise.resolve(),
  };
}

async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset + length > source.size) {
    throw broken(source, `it has ${source.size} bytes, but bytes ${offset} to ${offset + length} are needed`);
  }
  const bytes = await source.read(offset, length);
  if (bytes.length !== length)
    throw broken(source, `it changed while it was read: ${length} bytes at ${offset} are gone`);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number; not exact beyond 2⁵³, where no file ends. */
function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function broken(source: ByteSource, what: string): SlnetError {
  return new SlnetError("bad-input", `${source.name} is a broken zip archive: ${what}`);
}
