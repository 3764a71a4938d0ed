import { SlnetError } from "../errors.js";
import type { ByteSink, ByteSource } from "../frames.js";

/** Bytes that are in memory already, as a source. */
export function createBufferSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
    readInto(offset, out) {
      const found = bytes.subarray(offset, offset + out.length);
      out.set(found);
      return Promise.resolve(found.length);
    },
    close: () => Promise.resolve(),
  };
}

/** A sink that keeps what is written in memory, for where there is no file. */
export interface MemorySink extends ByteSink {
  /** What was written so far, gaps as zeros: a view that the next write may leave behind. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** A growing buffer as a sink. It needs up to three times the size of the file while it grows. */
export function createMemorySink(): MemorySink {
  let buffer = new Uint8Array(1024);
  let size = 0;
  return {
    write(offset, bytes) {
      const end = offset + bytes.length;
      if (end > buffer.length) {
        let larger: Uint8Array<ArrayBuffer>;
        try {
          larger = new Uint8Array(Math.max(end, 2 * buffer.length));
        } catch (error) {
          return Promise.reject(
            new SlnetError("out-of-memory", `the file does not fit into memory: ${end} bytes are needed`, {
              cause: error,
            }),
          );
        }
        larger.set(buffer.subarray(0, size));
        buffer = larger;
      }
      buffer.set(bytes, offset);
      size = Math.max(size, end);
      return Promise.resolve();
    },
    resize(wanted) {
      if (wanted < size) buffer.fill(0, wanted, size);
      else if (wanted > buffer.length) return this.write(wanted - 1, new Uint8Array(1));
      size = wanted;
      return Promise.resolve();
    },
    bytes: () => buffer.subarray(0, size),
    close: () => Promise.resolve(),
  };
}
