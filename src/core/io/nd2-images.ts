import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { inflateAtMost, largestInflation } from "./inflate.js";
import type { Nd2Attributes } from "./nd2-attributes.js";
import { imageChunkName, parseChunk, readNd2Chunk, type Nd2Chunk } from "./nd2-chunks.js";
import type { Nd2Frames } from "./nd2-experiment.js";
import { storedBytes } from "./stored-samples.js";

/** Before the pixels of an image stands its time, in milliseconds since the start, as a 64-bit float. */
export const imageTimeBytes = 8;

/** Most bytes of one read, where an image is not larger. */
const readLimit = 8 * 1024 * 1024;
/** Images this far apart are read together: the header of one, with the padding of its name, takes 4 KB. */
const readThrough = 64 * 1024;

/** Compressed images that are inflated at the same time. */
const inflatedAtOnce = 4;
/** A compressed image may be far larger than its file, so it has a limit of its own: that of a camera of 64 megapixels. */
const largestInflated = 128 * 1024 * 1024;

/** The frames of an ND2 file as they are stored, one channel of them. */
export class Nd2Images {
  readonly #source: ByteSource;
  readonly #positions: Float64Array;
  readonly #attributes: Nd2Attributes;
  readonly #channel: number;
  readonly #frames: Nd2Frames;
  /** Bytes of one row without its padding. */
  readonly #packedRow: number;
  /** From the start of one row to that of the next. */
  #row: number;
  /** Of the header and the name of an image, as most have them. */
  #headBytes = 0;

  /** @param positions - of the images of the file, all within it */
  constructor(
    source: ByteSource,
    positions: Float64Array,
    attributes: Nd2Attributes,
    channel: number,
    frames: Nd2Frames,
  ) {
    this.#source = source;
    this.#positions = positions;
    this.#attributes = attributes;
    this.#channel = channel;
    this.#frames = frames;
    this.#packedRow = attributes.width * attributes.components * storedBytes(attributes.type);
    this.#row = attributes.rowBytes;
  }

  /**
   * Checks that the first frame can have the size that the file states.
   *
   * @throws {@link SlnetError} `bad-input` where it cannot; `unsupported` where it is too large to be inflated
   */
  async requireSize(): Promise<void> {
    const { height, width, compressed } = this.#attributes;
    const position = this.#position(0);
    const chunk = await readNd2Chunk(this.#source, position);
    this.#requireName(chunk, 0);
    const needed = height * this.#packedRow;
    const length = chunk.length - imageTimeBytes;
    // Some programs state padded rows, and do not pad them.
    if (!compressed && length === needed) this.#row = this.#packedRow;
    if (length * (compressed ? largestInflation : 1) < height * this.#row) throw this.#wrongSize(0, length);
    if (compressed && height * this.#row > largestInflated) {
      throw new SlnetError(
        "unsupported",
        `${this.#source.name} has compressed images of ${height}×${width} pixels, which need ${needed} bytes each; ` +
          `expected up to ${largestInflated}`,
      );
    }
    this.#headBytes = chunk.content - position;
  }

  /**
   * Hands over the pixels of frames `from` up to `to`, packed and in the order of the file, in any order of frames. They
   * may be views, valid during the call only.
   *
   * @throws {@link SlnetError} `bad-input` naming the frame that is broken
   */
  async read(
    from: number,
    to: number,
    use: (frame: number, bytes: Uint8Array) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    // One array for all reads: fresh memory costs as much as the reading.
    let scratch = new Uint8Array(0);
    for (let frame = from; frame < to;) {
      signal?.throwIfAborted();
      const end = this.#attributes.compressed ? Math.min(to, frame + inflatedAtOnce) : this.#endOfRun(frame, to);
      if (this.#attributes.compressed) {
        const wanted = Array.from({ length: end - frame }, (_, i) => frame + i);
        const inflated = await Promise.allSettled(wanted.map((index) => this.#inflate(index)));
        for (const [i, image] of inflated.entries()) {
          // In the order of the file, so that the first broken frame is named, whichever failed first.
          if (image.status === "rejected") throw image.reason;
          use(frame + i, this.#pack(image.value, frame + i));
        }
      } else {
        const length = this.#position(end - 1) + this.#span() - this.#position(frame);
        if (scratch.length < length) scratch = new Uint8Array(length);
        await this.#readRun(frame, end, scratch.subarray(0, length), use);
      }
      frame = end;
    }
    signal?.throwIfAborted();
  }

  #position(frame: number): number {
    return this.#positions[this.#frames.first + frame * this.#frames.step];
  }

  /** Bytes from the start of a chunk to the end of its pixels, if its name is as long as most. */
  #span(): number {
    return this.#headBytes + imageTimeBytes + this.#attributes.height * this.#row;
  }

  #endOfRun(from: number, to: number): number {
    const span = this.#span();
    const start = this.#position(from);
    let end = from + 1;
    while (end < to) {
      const gap = this.#position(end) - (this.#position(end - 1) + span);
      if (gap < 0 || gap > readThrough || this.#position(end) + span - start > readLimit) break;
      end++;
    }
    return end;
  }

  /** @param room - of the length of the run */
  async #readRun(
    from: number,
    to: number,
    room: Uint8Array,
    use: (frame: number, bytes: Uint8Array) => void,
  ): Promise<void> {
    const start = this.#position(from);
    const bytes = room.subarray(0, await this.#source.readInto(start, room));
    for (let frame = from; frame < to; frame++) {
      const position = this.#position(frame);
      const chunk = parseChunk(bytes.subarray(position - start), position);
      if (!chunk) {
        throw new SlnetError(
          "bad-input",
          `${this.#source.name}: frame ${frame} should be at ${position}, there is no chunk; the file is broken or changed`,
        );
      }
      this.#requireName(chunk, frame);
      const length = Math.min(chunk.length - imageTimeBytes, this.#attributes.height * this.#row);
      const offset = chunk.content + imageTimeBytes;
      let content: Uint8Array = bytes.subarray(offset - start, offset - start + length);
      if (content.length < length) content = await this.#source.read(offset, length);
      if (content.length < length) throw this.#wrongSize(frame, content.length);
      use(frame, this.#pack(content, frame));
    }
  }

  async #inflate(frame: number): Promise<Uint8Array> {
    const { name } = this.#source;
    const size = this.#attributes.height * this.#row;
    const chunk = await readNd2Chunk(this.#source, this.#position(frame));
    this.#requireName(chunk, frame);
    const length = chunk.length - imageTimeBytes;
    // What cannot be compressed grows by five bytes in 16 KB at most, and there may be some padding.
    if (length < 1 || length > size + size / 1024 + 16 * 1024) {
      throw new SlnetError(
        "bad-input",
        `${name}: frame ${frame} has ${length} compressed bytes for ${size} bytes of pixels`,
      );
    }
    const bytes = await this.#source.read(chunk.content + imageTimeBytes, length);
    if (bytes.length < length) throw this.#wrongSize(frame, bytes.length);
    return inflateAtMost(bytes, size, `${name}: frame ${frame}`);
  }

  /** @throws {@link SlnetError} `bad-input` where the chunk is not that of the frame */
  #requireName(chunk: Nd2Chunk, frame: number): void {
    const expected = imageChunkName(this.#frames.first + frame * this.#frames.step);
    if (chunk.name === expected && chunk.length >= imageTimeBytes) return;
    throw new SlnetError(
      "bad-input",
      `${this.#source.name}: frame ${frame} should be the chunk ${expected}, in its place is ${chunk.name} of ${chunk.length} bytes`,
    );
  }

  /** Takes the chosen channel out, and the padding of the rows. */
  #pack(bytes: Uint8Array, frame: number): Uint8Array {
    const { height, width, components, type } = this.#attributes;
    const row = bytes.length === height * this.#packedRow ? this.#packedRow : this.#row;
    if (bytes.length !== height * row) throw this.#wrongSize(frame, bytes.length);
    if (row === this.#packedRow && components === 1) return bytes;
    const size = storedBytes(type);
    const packed = new Uint8Array(height * width * size);
    let to = 0;
    for (let y = 0; y < height; y++) {
      if (components === 1) {
        packed.set(bytes.subarray(y * row, y * row + this.#packedRow), to);
        to += this.#packedRow;
        continue;
      }
      let at = y * row + this.#channel * size;
      for (let x = 0; x < width; x++) {
        for (let i = 0; i < size; i++) packed[to++] = bytes[at + i];
        at += components * size;
      }
    }
    return packed;
  }

  #wrongSize(frame: number, found: number): SlnetError {
    const { height, width } = this.#attributes;
    return new SlnetError(
      "bad-input",
      `${this.#source.name}: frame ${frame} has ${found} bytes, ${height} rows of ${width} pixels need ${height * this.#row}`,
    );
  }
}
