import { registry } from "zarrita";

import { SlnetError } from "../../core/errors.js";
import { inflateAtMost } from "../../core/io/inflate.js";
import { zstandardSize } from "./zstandard-size.js";

interface ChunkMeta {
  readonly dataType: string;
  readonly shape: readonly number[];
}

interface Decoder {
  decode(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

interface CodecFactory {
  fromConfig(configuration: unknown, meta: ChunkMeta): Decoder;
}

/** For messages. */
const compressed = "the compressed data";

let isDone = false;

/**
 * Makes zarrita's decompressors stop at the size of a chunk. Its own have no limit: one megabyte of gzip became one
 * gigabyte, and its zstd, blosc and lz4 allocate what the compressed data says. Each is replaced in its registry by one
 * that looks first, and for gzip and zlib counts.
 */
export function boundZarrCodecs(): void {
  if (isDone) return;
  isDone = true;
  const codecs = registry as unknown as Map<string, () => Promise<CodecFactory>>;
  const replace = (name: string, wrap: (load: () => Promise<CodecFactory>) => Decode): void => {
    for (const key of [name, `numcodecs.${name}`]) {
      const load = codecs.get(key);
      if (!load) continue;
      const decode = wrap(load);
      codecs.set(key, () =>
        Promise.resolve({
          fromConfig: (configuration, meta) => ({
            kind: "bytes_to_bytes",
            decode: (bytes: Uint8Array) => decode(bytes, largestResult(meta), configuration, meta),
          }),
        }),
      );
    }
  };
  replace("gzip", () => (bytes, limit) => inflateAtMost(bytes as Uint8Array<ArrayBuffer>, limit, compressed, "gzip"));
  replace("zlib", () => (bytes, limit) => inflateAtMost(bytes as Uint8Array<ArrayBuffer>, limit, compressed));
  replace("zstd", (load) => bounded(load, zstandardSize));
  replace("blosc", (load) => bounded(load, bloscSize));
  replace("lz4", (load) => bounded(load, lz4Size));
}

type Decode = (bytes: Uint8Array, limit: number, configuration: unknown, meta: ChunkMeta) => Promise<Uint8Array>;

/** The size of the chunk, and what a second compressor over the first may add. */
function largestResult({ dataType, shape }: ChunkMeta): number {
  const bytes = /8$/.test(dataType) ? 1 : /16$/.test(dataType) ? 2 : /32$/.test(dataType) ? 4 : 8;
  const size = shape.reduce((product, extent) => product * extent, bytes);
  return size + (size >> 4) + 1024;
}

/** @param sizeOf - most bytes that the data decompresses to, from its headers alone */
function bounded(load: () => Promise<CodecFactory>, sizeOf: (bytes: Uint8Array) => number): Decode {
  return async (bytes, limit, configuration, meta) => {
    const size = sizeOf(bytes);
    if (size > limit) {
      throw new SlnetError("bad-input", `the compressed data claims ${size} bytes, expected at most ${limit}`);
    }
    const codec = (await load()).fromConfig(configuration ?? {}, meta);
    return codec.decode(bytes);
  };
}

/** Blosc 1 header: 16 bytes, the sizes before and after at 4 and 12. The decoder trusts the second. */
function bloscSize(bytes: Uint8Array): number {
  const view = headerOf(bytes, 16);
  const packed = view.getUint32(12, true);
  if (packed > bytes.length) {
    throw new SlnetError("bad-input", `the compressed data has ${bytes.length} bytes, its header says ${packed}`);
  }
  return view.getUint32(4, true);
}

/** numcodecs puts the size before the LZ4 block. */
function lz4Size(bytes: Uint8Array): number {
  return headerOf(bytes, 4).getUint32(0, true);
}

function headerOf(bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length) {
    throw new SlnetError("bad-input", `the compressed data has ${bytes.length} bytes, its header alone ${length}`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
