import { SlnetError } from "../errors.js";
import type { ByteSink } from "../frames.js";
import { createMemorySink } from "./buffer-source.js";
import { crc32 } from "./crc32.js";
import type { FileTree } from "./file-tree.js";

interface Written {
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

const largest32 = 0xffff_ffff;
const largest16 = 0xffff;
/** 1 January 1980, the first day there is: the same frames make the same file. */
const date = 0x0021;
/** Names are UTF-8. */
const flags = 0x0800;

/** An archive being written. */
export interface ZipTree extends FileTree {
  /**
   * Takes the place of a file whose content the caller writes into the sink.
   *
   * @param mostBytes - that it will have at most
   */
  begin(path: string, mostBytes: number): ZipPlace;
  /**
   * Writes the list of the files so far behind them; returns the size of the archive. What is written next takes the place of
   * the list, so this is called again then.
   */
  finish(): Promise<number>;
}

/** The place of a file in an archive. */
interface ZipPlace {
  /** Where its content begins in the sink. */
  readonly offset: number;
  /** Says what is there so far; of the last file in the archive fewer bytes than it was to have. */
  end(size: number, crc: number): Promise<void>;
}

/**
 * Writes a zip archive as a stream, its files stored as they are, ZIP64 where it is needed (PKWARE APPNOTE 6.3). Readers can
 * then take a part of a file without the rest. The list of files comes last, so an archive can be read once it is finished.
 *
 * @param sink - stays open
 * @param start - where in the sink the archive begins; readers count from the beginning of the sink
 */
export function createZipTree(sink: ByteSink, start = 0): ZipTree {
  const files = new Map<string, Written>();
  let end = start;

  return {
    async write(path, bytes) {
      const name = new TextEncoder().encode(path);
      const crc = crc32(bytes);
      const earlier = files.get(path);
      if (earlier && earlier.size !== bytes.length) {
        throw new SlnetError("internal", `${path} in the archive has ${earlier.size} bytes, not ${bytes.length}`);
      }
      const offset = earlier?.offset ?? end;
      const header = localHeader(name, crc, bytes.length, bytes.length);
      // Its place is taken before the bytes are there, so that several files can be written at a time.
      if (!earlier) end += header.length + bytes.length;
      files.set(path, { crc, size: bytes.length, offset });
      await sink.write(offset, header);
      await sink.write(offset + header.length, bytes);
    },

    begin(path, mostBytes) {
      const name = new TextEncoder().encode(path);
      const offset = end;
      const content = offset + localHeader(name, 0, 0, mostBytes).length;
      let taken = content + mostBytes;
      end = taken;
      return {
        offset: content,
        async end(size, crc) {
          if (end === taken) end = taken = content + size;
          files.set(path, { crc, size, offset });
          await sink.write(offset, localHeader(name, crc, size, mostBytes));
        },
      };
    },

    async finish() {
      const listStart = end;
      let at = end;
      const put = async (bytes: Uint8Array): Promise<void> => {
        const offset = at;
        at += bytes.length;
        await sink.write(offset, bytes);
      };
      for (const [path, { crc, size, offset }] of files) {
        const name = new TextEncoder().encode(path);
        // In this order; the size stands twice, as it is that of the packed file too.
        const wide = [...(size >= largest32 ? [size, size] : []), ...(offset >= largest32 ? [offset] : [])];
        const extraBytes = wide.length === 0 ? 0 : 4 + 8 * wide.length;
        const version = wide.length === 0 ? 20 : 45;
        const record = new Fields(46 + name.length + extraBytes)
          .u32(0x02014b50)
          .u16(version)
          .u16(version)
          .u16(flags)
          .u16(0)
          .u16(0)
          .u16(date)
          .u32(crc)
          .u32(Math.min(size, largest32))
          .u32(Math.min(size, largest32))
          .u16(name.length)
          .u16(extraBytes)
          .u16(0)
          .u16(0)
          .u16(0)
          .u32(0)
          .u32(Math.min(offset, largest32))
          .raw(name);
        if (wide.length > 0) record.u16(1).u16(8 * wide.length);
        for (const number of wide) record.u64(number);
        await put(record.bytes);
      }
      const size = at - listStart;
      const isBig = files.size >= largest16 || listStart >= largest32 || size >= largest32;
      if (isBig) {
        const recordOffset = at;
        const record = new Fields(56).u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0);
        await put(record.u64(files.size).u64(files.size).u64(size).u64(listStart).bytes);
        await put(new Fields(20).u32(0x07064b50).u32(0).u64(recordOffset).u32(1).bytes);
      }
      const count = Math.min(files.size, largest16);
      await put(
        new Fields(22)
          .u32(0x06054b50)
          .u16(0)
          .u16(0)
          .u16(count)
          .u16(count)
          .u32(Math.min(size, largest32))
          .u32(Math.min(listStart, largest32))
          .u16(0).bytes,
      );
      return at;
    },
  };
}

/**
 * What stands before a stored file.
 *
 * @param mostBytes - that it may have: from 4 GiB on its sizes take more room
 */
function localHeader(name: Uint8Array, crc: number, size: number, mostBytes: number): Uint8Array<ArrayBuffer> {
  const isWide = mostBytes >= largest32;
  const header = new Fields(30 + name.length + (isWide ? 20 : 0))
    .u32(0x04034b50)
    .u16(isWide ? 45 : 20)
    .u16(flags)
    .u16(0)
    .u16(0)
    .u16(date)
    .u32(crc)
    .u32(isWide ? largest32 : size)
    .u32(isWide ? largest32 : size)
    .u16(name.length)
    .u16(isWide ? 20 : 0)
    .raw(name);
  if (isWide) header.u16(1).u16(16).u64(size).u64(size);
  return header.bytes;
}

/** Some files as an archive; the same files give the same bytes. */
export async function zipped(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const sink = createMemorySink();
  const zip = createZipTree(sink);
  for (const [path, bytes] of files) await zip.write(path, bytes);
  await zip.finish();
  return sink.bytes().slice();
}

/** Little-endian numbers, one after the other. */
class Fields {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(value: number): this {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    this.#at += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }
}
