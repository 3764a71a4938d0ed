import type { AbsolutePath, AsyncReadable, RangeQuery } from "zarrita";

import { SlnetError } from "../../core/errors.js";
import type { ByteSource, FileFolder } from "../../core/frames.js";
import { readExactly } from "../../core/io/read-exactly.js";
import type { ZarrArrayMetadata } from "./zarr-array-metadata.js";

/** Shards that are kept open. */
const mostOpen = 4;

interface OpenShard {
  readonly source: Promise<ByteSource | null>;
  users: number;
}

/**
 * One array of a folder as a store for zarrita: its metadata is the checked one, its chunks are files that are at most as
 * large as a chunk of its shape may be.
 */
export class ZarrFiles implements AsyncReadable {
  readonly #folder: FileFolder;
  readonly #prefix: string;
  readonly #metadata: ZarrArrayMetadata;
  readonly #largest: number;
  /** In order of use, the oldest first. */
  readonly #shards = new Map<string, OpenShard>();

  /** @param path - of the array inside the folder */
  constructor(folder: FileFolder, path: string, metadata: ZarrArrayMetadata) {
    this.#folder = folder;
    this.#prefix = path === "" ? "" : `${path}/`;
    this.#metadata = metadata;
    // What a compressor makes of noise is a little larger than it was.
    this.#largest = metadata.chunkBytes + (metadata.chunkBytes >> 4) + 64 * 1024;
  }

  async get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    const { zarr_format: format } = this.#metadata.document;
    if (key === (format === 3 ? "/zarr.json" : "/.zarray")) {
      return new TextEncoder().encode(JSON.stringify(this.#metadata.document));
    }
    if (/^\/(zarr\.json|\.z[a-z]+)$/.test(key)) return undefined;
    const path = this.#pathOf(key);
    const source = await this.#folder.open(path);
    if (!source) {
      this.#requireFill(path);
      return undefined;
    }
    try {
      this.#requireLength(path, source.size);
      return await readExactly(source, 0, source.size);
    } finally {
      await source.close();
    }
  }

  /** For shards only, which stay open. */
  async getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    const shard = this.#shards.get(path) ?? { source: this.#folder.open(path), users: 0 };
    this.#shards.delete(path);
    this.#shards.set(path, shard);
    // What did not open is tried again.
    shard.source.catch(() => this.#shards.delete(path));
    shard.users++;
    try {
      const source = await shard.source;
      if (!source) {
        this.#requireFill(path);
        return undefined;
      }
      const isSuffix = "suffixLength" in range;
      const length = isSuffix ? range.suffixLength : range.length;
      const offset = isSuffix ? source.size - length : range.offset;
      if (!isSuffix) this.#requireLength(path, length);
      if (!(offset >= 0 && offset + length <= source.size)) {
        throw new SlnetError(
          "bad-input",
          `${this.#folder.name}: shard ${path} has ${source.size} bytes, but ${length} bytes at ${offset} are needed`,
        );
      }
      return await readExactly(source, offset, length);
    } finally {
      shard.users--;
      await this.#closeOld();
    }
  }

  async close(): Promise<void> {
    const shards = [...this.#shards.values()];
    this.#shards.clear();
    for (const { source } of shards) await closeQuietly(source);
  }

  async #closeOld(): Promise<void> {
    for (const [path, { source, users }] of this.#shards) {
      if (this.#shards.size <= mostOpen) return;
      if (users > 0) continue;
      this.#shards.delete(path);
      await closeQuietly(source);
    }
  }

  #pathOf(key: AbsolutePath): string {
    return this.#prefix + key.slice(1);
  }

  /** Zarr leaves out chunks that hold nothing but the fill value. */
  #requireFill(path: string): void {
    if (this.#metadata.fill !== null) return;
    throw new SlnetError(
      "bad-input",
      `${this.#folder.name}: chunk ${path} is missing, and the array does not say what missing chunks hold`,
    );
  }

  #requireLength(path: string, length: number): void {
    if (length <= this.#largest) return;
    throw new SlnetError(
      "bad-input",
      `${this.#folder.name}: chunk ${path} has ${length} bytes, expected at most ${this.#largest} for one of ${this.#metadata.chunkBytes} bytes`,
    );
  }
}

async function closeQuietly(source: Promise<ByteSource | null>): Promise<void> {
  try {
    await (await source)?.close();
  } catch {
    // It did not open.
  }
}
