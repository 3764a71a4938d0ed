import type { Array as ZarrArray, DataType } from "zarrita";

import { errorMessage, SlnetError } from "../../core/errors.js";
import { machineIsLittleEndian } from "../../core/io/byte-order.js";
import { decodeStored, storedBytes } from "../../core/io/stored-samples.js";
import type { ZarrArrayMetadata } from "./zarr-array-metadata.js";

/** Decoded chunks that are kept, in bytes; the newest is kept whatever its size. */
export const chunkBudget = 96_000_000;

/** Chunks that are decoded at a time: the platform decompresses outside this thread. */
const mostAtOnce = 4;

/** Pixels of a chunk as 64-bit integers come in arrays of their own. */
export type ChunkValues =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface ZarrChunk {
  readonly values: ChunkValues;
  /** Distance of neighbours in `values`, for each axis. */
  readonly strides: readonly number[];
}

/** The decoded chunks of an array, the last used of them kept. */
export class ZarrChunks {
  readonly #array: ZarrArray<DataType>;
  readonly #metadata: ZarrArrayMetadata;
  readonly #name: string;
  /** By their position in the grid, in order of use, the oldest first. */
  readonly #kept = new Map<string, Promise<ZarrChunk>>();
  readonly #capacity: number;
  readonly #atOnce: number;

  /** @param name - of the stack, for messages */
  constructor(array: ZarrArray<DataType>, metadata: ZarrArrayMetadata, name: string) {
    this.#array = array;
    this.#metadata = metadata;
    this.#name = name;
    this.#capacity = Math.max(1, Math.floor(chunkBudget / metadata.chunkBytes));
    this.#atOnce = Math.max(1, Math.min(mostAtOnce, Math.floor(chunkBudget / 2 / metadata.chunkBytes)));
  }

  /**
   * Hands chunks to `use` one after the other, while the next ones are fetched.
   *
   * @param positions - in the grid of chunks, one number for each axis
   * @throws {@link SlnetError} `bad-input` where a chunk is not what the metadata says
   */
  async each(
    positions: readonly (readonly number[])[],
    use: (chunk: ZarrChunk, position: readonly number[]) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const ahead: Promise<ZarrChunk>[] = [];
    for (const [index, position] of positions.entries()) {
      signal?.throwIfAborted();
      for (let next = index + ahead.length; next < Math.min(index + this.#atOnce, positions.length); next++) {
        const chunk = this.#take(positions[next]);
        // Heard when its turn comes, or not at all where an earlier one fails.
        chunk.catch(() => undefined);
        ahead.push(chunk);
      }
      const first = ahead.shift();
      if (first) use(await first, position);
    }
    signal?.throwIfAborted();
  }

  clear(): void {
    this.#kept.clear();
  }

  #take(position: readonly number[]): Promise<ZarrChunk> {
    const key = position.join("/");
    const chunk = this.#kept.get(key) ?? this.#decode(position);
    this.#kept.delete(key);
    this.#kept.set(key, chunk);
    chunk.catch(() => this.#kept.delete(key));
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= this.#capacity) break;
      this.#kept.delete(old);
    }
    return chunk;
  }

  async #decode(position: readonly number[]): Promise<ZarrChunk> {
    const { chunkShape, storedType, isHalfBits, chunkBytes } = this.#metadata;
    const where = `${this.#name}: chunk ${position.join("/")}`;
    let values: ChunkValues;
    let strides: readonly number[];
    try {
      const chunk = await this.#array.getChunk([...position]);
      values = chunk.data as ChunkValues;
      strides = chunk.stride;
    } catch (error) {
      if (error instanceof SlnetError) throw error;
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const reason = errorMessage(cause).slice(0, 300);
      throw new SlnetError("bad-input", `${where} cannot be decoded: ${reason}`, { cause: error });
    }
    if (values.byteLength !== chunkBytes || strides.length !== chunkShape.length) {
      throw new SlnetError(
        "bad-input",
        `${where} decodes to ${values.byteLength} bytes, expected ${chunkBytes} for ${chunkShape.join("×")} ${storedType} pixels`,
      );
    }
    if (!isHalfBits) return { values, strides };
    const bits = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const floats = new Float32Array(chunkBytes / storedBytes(storedType));
    return { values: decodeStored(bits, storedType, machineIsLittleEndian, floats) as Float32Array, strides };
  }
}
