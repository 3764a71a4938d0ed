import { SlnetError } from "../errors.js";
import { inflate } from "./inflate.js";
import { readJpegHeader, requireJpegTables } from "./jpeg-header.js";
import { decodeLzw } from "./lzw.js";
import { decodePackBits } from "./packbits.js";
import type { TiffCodecs } from "./tiff-codecs.js";
import { segmentRowBytes, type TiffStorage } from "./tiff-page.js";
import { compressionNames, tiffCompressions } from "./tiff-tags.js";

/**
 * Undoes the compression of one strip or tile.
 *
 * @param packed - its bytes
 * @param rows - rows that it has to give; the last strip of a frame may have been filled up to a whole one
 * @returns at least `rows` rows, at most as many as a whole one has
 * @throws {@link SlnetError} with a message about "it", the strip or tile
 */
export async function unpackSegment(
  packed: Uint8Array<ArrayBuffer>,
  storage: TiffStorage,
  rows: number,
  codecs: TiffCodecs | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const rowBytes = segmentRowBytes(storage);
  const most = rowBytes * storage.segmentHeight;
  const bytes = storage.hasReversedBits ? Uint8Array.from(packed, (byte) => reversed[byte]) : packed;
  const unpacked = await unpack(bytes, storage, most, rows, codecs);
  if (unpacked.length < rows * rowBytes) {
    throw new SlnetError(
      "bad-input",
      `it unpacks to ${unpacked.length} bytes, expected ${rows * rowBytes} for ${rows} rows of ${rowBytes} bytes`,
    );
  }
  return unpacked;
}

/** @throws {@link SlnetError} `unsupported` where the compression needs a decoder that was not handed in */
export function requireCodec(name: string, { compression }: TiffStorage, codecs: TiffCodecs | undefined): void {
  const isForeign = compression === tiffCompressions.jpeg || compression === tiffCompressions.zstandard;
  if (codecs || !isForeign) return;
  throw new SlnetError("unsupported", `${name}: there is no decoder here for ${compressionNames[compression] ?? ""}`);
}

async function unpack(
  packed: Uint8Array<ArrayBuffer>,
  storage: TiffStorage,
  most: number,
  rows: number,
  codecs: TiffCodecs | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  switch (storage.compression) {
    case tiffCompressions.none:
      return packed;
    case tiffCompressions.lzw: {
      const out = new Uint8Array(most);
      return out.subarray(0, decodeLzw(packed, out));
    }
    case tiffCompressions.packBits: {
      const out = new Uint8Array(most);
      return out.subarray(0, decodePackBits(packed, out));
    }
    case tiffCompressions.deflate:
    case tiffCompressions.oldDeflate: {
      const out = new Uint8Array(most);
      return out.subarray(0, await inflate(packed, out));
    }
    case tiffCompressions.zstandard:
      return codecs!.zstandard(packed, most);
    case tiffCompressions.jpeg:
      if (storage.jpegTables) requireJpegTables(storage.jpegTables);
      return codecs!.jpeg(packed.subarray(0, jpegBytes(packed, storage, rows)), storage.jpegTables);
    default:
      throw new SlnetError("internal", `there is no decoder for compression ${storage.compression}`);
  }
}

/** Bytes of the JPEG, after checking that it is of the right size. */
function jpegBytes(packed: Uint8Array, storage: TiffStorage, rows: number): number {
  const { width, height, components, bytes } = readJpegHeader(packed);
  const samples = storage.isPlanar ? 1 : storage.samples;
  if (width === storage.segmentWidth && height >= rows && height <= storage.segmentHeight && components === samples) {
    return bytes;
  }
  throw new SlnetError(
    "bad-input",
    `its JPEG is ${height}×${width} pixels of ${components} samples, ` +
      `expected ${rows}×${storage.segmentWidth} of ${samples}`,
  );
}

/** Each byte with its bits turned around. */
const reversed = Uint8Array.from({ length: 256 }, (_, byte) => {
  let turned = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) turned |= 128 >> bit;
  return turned;
});
