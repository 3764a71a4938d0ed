import type { Random } from "../../src/core/random.js";
import { concatenate, fromLatin1, latin1, oddNumber } from "./bytes.js";
import { mutateText } from "./mutate-text.js";
import { fieldBytes, findTiffPlaces, type TiffEntryPlace, type TiffPlaces } from "./tiff-places.js";

/** Tags that decide what is read. */
const knownTags: readonly number[] = [
  254, 255, 256, 257, 258, 259, 262, 266, 270, 273, 277, 278, 279, 282, 284, 296, 317, 320, 322, 323, 324, 325, 330,
  338, 339, 347, 530, 32997, 50838, 50839, 51123, 65000,
];

/** Values of these that mean something else than the one in the file. */
const meanings: Readonly<Record<number, readonly number[]>> = {
  254: [0, 1, 2, 4],
  258: [1, 2, 4, 6, 8, 10, 12, 14, 16, 24, 32, 64, 128, 65535],
  259: [1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34887, 34925, 50000, 50001],
  262: [0, 1, 2, 3, 4, 5, 6, 8, 32803],
  266: [1, 2, 3],
  277: [0, 1, 2, 3, 4, 5, 255, 65535],
  284: [1, 2, 3],
  317: [1, 2, 3, 4, 34892],
  339: [1, 2, 3, 4, 5, 6],
};

/** Changes one field of a TIFF: a tag, its type, count or place, a value of it, a text, a link, the header. */
export function mutateTiff(bytes: Uint8Array, random: Random): Uint8Array {
  const places = findTiffPlaces(bytes);
  const directories = places?.directories ?? [];
  if (!places || directories.length === 0 || random.next() < 0.03) {
    bytes[random.integer(Math.min(16, bytes.length))] = random.integer(256);
    return bytes;
  }
  const directory = directories[random.next() < 0.5 ? 0 : random.integer(directories.length)]!;
  const write = fieldWriter(bytes, places);
  const offset = (): number => {
    const all = directories.flatMap(({ at, entries, linkAt }) => [
      at,
      linkAt,
      ...entries.map(({ valueAt }) => valueAt),
    ]);
    if (random.next() < 0.5) return all[random.integer(all.length)]!;
    return Number(BigInt.asUintN(places.big ? 64 : 32, oddNumber(bytes.length, random)));
  };
  if (random.next() < 0.1) {
    if (random.next() < 0.7) write.offset(directory.linkAt, offset());
    else write.tagCount(directory.at, Number(BigInt.asUintN(16, oddNumber(bytes.length, random))));
    return bytes;
  }
  const important = directory.entries.filter(({ tag }) => knownTags.includes(tag));
  const from = random.next() < 0.9 && important.length > 0 ? important : directory.entries;
  const entry = from[random.integer(from.length)];
  if (!entry) return bytes;
  if (entry.type === 2 && random.next() < 0.8) return withText(bytes, places, entry, random);
  switch (random.integer(10)) {
    case 0:
      write.short(entry.at, knownTags[random.integer(knownTags.length)]!);
      return bytes;
    case 1:
      write.short(entry.at + 2, random.integer(20));
      return bytes;
    case 2:
      write.offset(entry.at + 4, offset());
      return bytes;
    case 3:
      write.offset(entry.at + 4, Math.max(0, entry.count + random.integer(5) - 2));
      return bytes;
    case 4:
      write.offset(entry.at + (places.big ? 12 : 8), offset());
      return bytes;
    case 5: {
      // Another entry in its place: a tag twice, and one missing.
      const size = places.big ? 20 : 12;
      const other = directory.entries[random.integer(directory.entries.length)]!;
      bytes.copyWithin(entry.at, other.at, other.at + size);
      return bytes;
    }
    default:
      return withValue(bytes, entry, write, random);
  }
}

function withValue(bytes: Uint8Array, entry: TiffEntryPlace, write: FieldWriter, random: Random): Uint8Array {
  const size = fieldBytes[entry.type] ?? 0;
  if (size === 0 || entry.count === 0) return bytes;
  const at = entry.valueAt + size * random.integer(Math.min(entry.count, 1000));
  if (at + size > bytes.length) return bytes;
  const known = meanings[entry.tag];
  if (known && random.next() < 0.7) write.sized(at, size, BigInt(known[random.integer(known.length)]!));
  else if (random.next() < 0.3) write.sized(at, size, write.read(at, size) + BigInt(random.integer(9) - 4));
  else write.sized(at, size, oddNumber(bytes.length, random));
  return bytes;
}

/** The text gets a new place at the end of the file, where it may be longer. */
function withText(bytes: Uint8Array, places: TiffPlaces, entry: TiffEntryPlace, random: Random): Uint8Array {
  if (entry.valueAt + entry.count > bytes.length) return bytes;
  const text = fromLatin1(
    `${mutateText(latin1(bytes.subarray(entry.valueAt, entry.valueAt + entry.count)), random)}\0`,
  );
  const longer = concatenate(bytes, text, new Uint8Array(8));
  const write = fieldWriter(longer, places);
  write.offset(entry.at + 4, Math.max(text.length, 9));
  write.offset(entry.at + (places.big ? 12 : 8), bytes.length);
  return longer;
}

interface FieldWriter {
  short(at: number, value: number): void;
  offset(at: number, value: number): void;
  tagCount(at: number, value: number): void;
  sized(at: number, size: number, value: bigint): void;
  read(at: number, size: number): bigint;
}

/** Writes outside of the file are left out: the places come from a file that may be broken already. */
function fieldWriter(bytes: Uint8Array, { littleEndian, big }: TiffPlaces): FieldWriter {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sized = (at: number, size: number, value: bigint): void => {
    if (at < 0 || at + size > bytes.length) return;
    for (let i = 0; i < size; i++) {
      const shift = BigInt(8 * (littleEndian ? i : size - 1 - i));
      view.setUint8(at + i, Number((BigInt.asUintN(64, value) >> shift) & 0xffn));
    }
  };
  return {
    sized,
    short: (at, value) => sized(at, 2, BigInt(value)),
    offset: (at, value) => sized(at, big ? 8 : 4, BigInt(value)),
    tagCount: (at, value) => sized(at, big ? 8 : 2, BigInt(value)),
    read(at, size) {
      let value = 0n;
      for (let i = 0; i < size; i++)
        value |= BigInt(view.getUint8(at + i)) << BigInt(8 * (littleEndian ? i : size - 1 - i));
      return value;
    },
  };
}
