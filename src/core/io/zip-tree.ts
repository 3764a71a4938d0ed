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

/**
 * Writes a zip archive as a stream, its files stored as they are, ZIP64 where it is needed (PKWARE APPNOTE 6.3). Readers can
 * then take a part of a file without the rest. The list of files comes last, so an archive can be read once it is finished.
 *
 * @param sink - stays open
 * @param start - where in the sink the archive begins; readers count from the beginning of the sink
 */
export function createZipTree(sink: ByteSink, start = 0): FileTree {
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
      const header = new Fields(30 + name.length)
        .u32(0x04034b50)
        .u16(20)
        .u16(flags)
        .u16(0)
        .u16(0)
        .u16(date)
        .u32(crc)
        .u32(bytes.length)
        .u32(bytes.length)
        .u16(name.length)
        .u16(0)
        .raw(name).bytes;
      // Its place is taken before the bytes are there, so that several files can be written at a time.
      if (!earlier) end += header.length + bytes.length;
      files.set(path, { crc, size: bytes.length, offset });
      await sink.write(offset, header);
      await sink.write(offset + header.length, bytes);
    },

    async finish() {
      const listStart = end;
      for (const [path, { crc, size, offset }] of files) {
        const name = new TextEncoder().encode(path);
        const isFar = offset >= largest32;
        const record = new Fields(46 + name.length + (isFar ? 12 : 0))
          .u32(0x02014b50)
          .u16(isFar ? 45 : 20)
          .u16(isFar ? 45 : 20)
          .u16(flags)
          .u16(0)
          .u16(0)
          .u16(date)
          .u32(crc)
          .u32(size)
          .u32(size)
          .u16(name.length)
          .u16(isFar ? 12 : 0)
          .u16(0)
          .u16(0)
          .u16(0)
          .u32(0)
          .u32(Math.min(offset, largest32))
          .raw(name);
        if (isFar) record.u16(1).u16(8).u64(offset);
        await put(record.bytes);
      }
      const size = end - listStart;
      const isBig = files.size >= largest16 || listStart >= largest32 || size >= largest32;
      if (isBig) {
        const recordOffset = end;
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
      return end;
    },
  };

  async function put(bytes: Uint8Array): Promise<void> {
    const offset = end;
    end += bytes.length;
    await sink.write(offset, bytes);
  }
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
