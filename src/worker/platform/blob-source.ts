import { SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";

/** Shorter reads are one request; a stream takes a few, but gives the bytes in memory that is used again. */
const shortestStreamed = 64 * 1024;

/** The browser looks whether the file has changed when a stream begins, so none is longer: that of the largest read. */
const streamBytes = 8 * 1024 * 1024;

/** Chromium gives up to this much at once. */
const roomBytes = 1024 * 1024;

/**
 * Streams that are read from. Chromium collects one whose read is pending where nothing but that read refers to it, and the
 * read then never settles (seen in Chromium 156, after some 80 streams).
 */
const underWay = new Set<BlobStream>();

/**
 * Reads a Blob, or a File from disk.
 *
 * Frames come through byte streams, into memory of their own that is used again and again: the buffers of
 * `Blob.arrayBuffer()` are freed only when the engine collects them, and gather to hundreds of megabytes until then.
 *
 * @param name - for messages
 */
export function createBlobSource(file: Blob, name: string): ByteSource {
  /** Where the last read ended; the next one mostly goes on there. */
  let idle: BlobStream | null = null;
  let isClosed = false;

  const reading = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new SlnetError(
        "bad-input",
        `${name} can no longer be read: it was changed, moved or removed after it was opened; open it again`,
        { cause: error },
      );
    }
  };
  const readAtOnce: ByteSource["read"] = (offset, length) =>
    reading(async () => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()));

  /** The stream that goes on at `offset`, taken away from other reads, or a new one. */
  const takeStream = (offset: number): BlobStream => {
    const found = idle;
    idle = null;
    if (found?.position === offset && !found.isAtEnd) return found;
    return new BlobStream(file, offset, found?.end());
  };

  const readStreamed: ByteSource["readInto"] = async (offset, out) => {
    const wanted = Math.max(0, Math.min(out.length, file.size - offset));
    let filled = 0;
    while (filled < wanted) {
      const stream = takeStream(offset + filled);
      underWay.add(stream);
      try {
        const found = await reading(() => stream.readInto(out.subarray(filled, wanted)));
        filled += found;
        if (found === 0) break;
      } finally {
        underWay.delete(stream);
        idle?.end();
        idle = stream;
        if (isClosed) idle.end();
      }
    }
    return filled;
  };

  return {
    name,
    size: file.size,

    async read(offset, length) {
      if (length < shortestStreamed || !canStream()) return readAtOnce(offset, length);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, file.size - offset)));
      return bytes.subarray(0, await readStreamed(offset, bytes));
    },

    async readInto(offset, out) {
      if (out.length >= shortestStreamed && canStream()) return readStreamed(offset, out);
      const bytes = await readAtOnce(offset, out.length);
      out.set(bytes);
      return bytes.length;
    },

    close() {
      isClosed = true;
      idle?.end();
      idle = null;
      return Promise.resolve();
    },
  };
}

/** Bytes of a Blob from a place on, in order. One call at a time. */
class BlobStream {
  position: number;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #endPosition: number;
  #room: ArrayBuffer;

  /** @param room - that of a stream that was ended */
  constructor(file: Blob, position: number, room = new ArrayBuffer(roomBytes)) {
    this.position = position;
    this.#endPosition = Math.min(position + streamBytes, file.size);
    this.#reader = file.slice(position, this.#endPosition).stream().getReader({ mode: "byob" });
    this.#room = room;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#endPosition;
  }

  /** Fills `out` as far as the stream reaches, and returns how many bytes that were. */
  async readInto(out: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < out.length && !this.isAtEnd) {
      const length = Math.min(this.#room.byteLength, out.length - filled);
      const { value, done } = await this.#reader.read(new Uint8Array(this.#room, 0, length));
      if (value) {
        this.#room = value.buffer;
        out.set(value, filled);
        filled += value.length;
        this.position += value.length;
      }
      if (done) break;
    }
    return filled;
  }

  /** Lets go of the file. Returns the room for the next stream; none where a read that failed has taken it. */
  end(): ArrayBuffer | undefined {
    // One that failed has ended already.
    this.#reader.cancel().catch(() => undefined);
    return this.#room.byteLength > 0 ? this.#room : undefined;
  }
}

let streams: boolean | null = null;

/** Whether Blobs give byte streams. Some browsers give streams of chunks only. */
function canStream(): boolean {
  if (streams === null) {
    try {
      void new Blob([]).stream().getReader({ mode: "byob" }).cancel();
      streams = true;
    } catch {
      streams = false;
    }
  }
  return streams;
}
