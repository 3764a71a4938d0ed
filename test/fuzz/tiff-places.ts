/** Where the fields of a TIFF are, as far as they can be followed; for those who want to change them. */
export interface TiffPlaces {
  readonly littleEndian: boolean;
  readonly big: boolean;
  readonly directories: readonly TiffDirectoryPlace[];
}

export interface TiffDirectoryPlace {
  readonly at: number;
  readonly entries: readonly TiffEntryPlace[];
  /** Position of the link to the next directory. */
  readonly linkAt: number;
}

export interface TiffEntryPlace {
  readonly at: number;
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Position of the values. */
  readonly valueAt: number;
}

export const fieldBytes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

const mostDirectories = 1000;

/** Whether the bytes begin like a TIFF or BigTIFF. */
export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  if (a === 0x49 && b === 0x49) return (c === 42 || c === 43) && d === 0;
  return a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43);
}

/** What the header says, or `null` where it is none. */
function readHeader(bytes: Uint8Array): { readonly littleEndian: boolean; readonly big: boolean } | null {
  if (!isTiff(bytes) || bytes.length < 16) return null;
  return { littleEndian: bytes[0] === 0x49, big: bytes[2] === 43 || bytes[3] === 43 };
}

/** Follows the directories until one does not lie in the file or comes a second time. */
export function findTiffPlaces(bytes: Uint8Array): TiffPlaces | null {
  const header = readHeader(bytes);
  if (!header) return null;
  const offsetAt = offsetReader(bytes, header);
  const directories: TiffDirectoryPlace[] = [];
  const seen = new Set<number>();
  let at = offsetAt(header.big ? 8 : 4);
  while (at > 0 && !seen.has(at) && directories.length < mostDirectories) {
    seen.add(at);
    const directory = findTiffDirectory(bytes, header, at);
    if (!directory) break;
    directories.push(directory);
    at = offsetAt(directory.linkAt);
  }
  return { ...header, directories };
}

/** The directory at `at`, or `null` where none lies there. */
export function findTiffDirectory(
  bytes: Uint8Array,
  header: { readonly littleEndian: boolean; readonly big: boolean },
  at: number,
): TiffDirectoryPlace | null {
  const { littleEndian, big } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsetAt = offsetReader(bytes, header);
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const inlineBytes = big ? 8 : 4;
  if (at + countBytes > bytes.length) return null;
  const tags = big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint16(at, littleEndian);
  const linkAt = at + countBytes + tags * entryBytes;
  if (tags > 1024 || linkAt + inlineBytes > bytes.length) return null;
  const entries: TiffEntryPlace[] = [];
  for (let i = 0; i < tags; i++) {
    const entry = at + countBytes + i * entryBytes;
    const type = view.getUint16(entry + 2, littleEndian);
    const count = offsetAt(entry + 4);
    const inline = entry + (big ? 12 : 8);
    const valueAt = count * (fieldBytes[type] ?? 0) <= inlineBytes ? inline : offsetAt(inline);
    entries.push({ at: entry, tag: view.getUint16(entry, littleEndian), type, count, valueAt });
  }
  return { at, entries, linkAt };
}

function offsetReader(
  bytes: Uint8Array,
  { littleEndian, big }: { readonly littleEndian: boolean; readonly big: boolean },
): (at: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return (at) => (big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian));
}
