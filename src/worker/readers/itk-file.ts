import { SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";
import { storedBytes, type StoredType } from "../../core/io/stored-samples.js";
import { volumePixels, type VolumeHeader } from "../../core/io/volume.js";
import type { ItkRequest } from "../platform/itk-pipeline.js";

/**
 * Largest file, and largest stack in one, that is decoded by itk-wasm. It holds the file, its copy, the pixels and their
 * copy: reading a stack of 262 MB took 1.7 GB.
 */
const itkLimitBytes = 300e6;

/** More than any header that stands before compressed pixels. */
const mostSkippedBytes = 64 * 1024 * 1024;

const nrrdTypes: Readonly<Record<string, string>> = { float32: "float", float64: "double" };

const metaTypes: Readonly<Partial<Record<StoredType, string>>> = {
  int8: "MET_CHAR",
  uint8: "MET_UCHAR",
  int16: "MET_SHORT",
  uint16: "MET_USHORT",
  int32: "MET_INT",
  uint32: "MET_UINT",
  int64: "MET_LONG_LONG",
  uint64: "MET_ULONG_LONG",
  float32: "MET_FLOAT",
  float64: "MET_DOUBLE",
};

/**
 * Refuses what does not fit into memory, by what the header says: a few bytes may stand for gigabytes of zeros.
 *
 * @param source - of the encoded pixels
 * @returns bytes of the decoded pixels
 * @throws {@link SlnetError} `unsupported`, with both sizes and what to do
 */
export function requireItkSize(header: VolumeHeader, source: ByteSource, name: string): number {
  const decodedBytes = volumePixels(header, name) * storedBytes(header.type);
  const largest = Math.max(source.size, decodedBytes);
  if (largest > itkLimitBytes) {
    const what = source.size === largest ? `has ${megabytes(largest)}` : `holds ${megabytes(largest)} of pixels`;
    throw new SlnetError(
      "unsupported",
      `${name} ${what}, compressed ${header.format.toUpperCase()} stacks are read up to ${megabytes(itkLimitBytes)}; ` +
        "save it uncompressed or convert it to TIFF, which may have any size",
    );
  }
  if (header.data.decodedOffset > mostSkippedBytes) {
    throw new SlnetError(
      "unsupported",
      `${name} has its pixels at byte ${header.data.decodedOffset} after decompression, expected at most ${mostSkippedBytes}`,
    );
  }
  return decodedBytes;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Size of the image that is read: the axes after the second as one, whatever they mean. */
export function itkSize({ axes }: VolumeHeader): readonly [number, number, number] {
  return [axes[0].length, axes[1].length, axes.slice(2).reduce((product, { length }) => product * length, 1)];
}

/**
 * Puts the encoded pixels behind a header of our own. So the reader gets plain sizes and one file, and applies nothing
 * that the original header may say about scale, order or other files. Compressed NIfTI becomes NRRD, whose pixels may
 * begin anywhere in what is compressed; so does text of any format.
 *
 * @param source - of the encoded pixels, not larger than {@link itkLimitBytes}
 * @throws {@link SlnetError} `bad-input` where the pixels are not encoded as the header says, or end early
 */
export async function itkFile(header: VolumeHeader, source: ByteSource, name: string): Promise<ItkRequest> {
  const { offset, bytes, encoding } = header.data;
  const there = Math.max(0, source.size - offset);
  const length = bytes ?? there;
  if (length > there || length === 0) {
    throw new SlnetError(
      "bad-input",
      `${name} could not be read: ${source.name} has ${there} bytes of pixels, its header needs ${bytes ?? "some"}`,
    );
  }
  const isMeta = encoding === "zlib";
  const text = new TextEncoder().encode(isMeta ? metaText(header, length) : nrrdText(header));
  const file = new Uint8Array(text.length + length);
  file.set(text);
  const pixels = file.subarray(text.length);
  const found = await source.readInto(offset, pixels);
  if (found !== length) {
    throw new SlnetError("bad-input", `${name} changed while it was read: it gave ${found} of ${length} bytes`);
  }
  requireEncoding(encoding, pixels, name);
  return isMeta
    ? { pipeline: "meta", fileName: "stack.mha", file }
    : { pipeline: "nrrd", fileName: "stack.nrrd", file };
}

/** The NRRD reader takes bytes that are not compressed as the pixels themselves. */
function requireEncoding(encoding: string, bytes: Uint8Array, name: string): void {
  const isOne =
    encoding === "gzip"
      ? bytes[0] === 0x1f && bytes[1] === 0x8b
      : encoding !== "zlib" || ((bytes[0] & 15) === 8 && (256 * bytes[0] + bytes[1]) % 31 === 0);
  if (!isOne)
    throw new SlnetError("bad-input", `${name}: its pixels do not begin as ${encoding} data, as its header says`);
}

function nrrdText(header: VolumeHeader): string {
  const { type, littleEndian, data } = header;
  return [
    "NRRD0004",
    `type: ${nrrdTypes[type] ?? type}`,
    "dimension: 3",
    `sizes: ${itkSize(header).join(" ")}`,
    `endian: ${littleEndian ? "little" : "big"}`,
    `encoding: ${data.encoding}`,
    `byte skip: ${data.decodedOffset}`,
    "\n",
  ].join("\n");
}

function metaText(header: VolumeHeader, compressedBytes: number): string {
  return [
    "ObjectType = Image",
    "NDims = 3",
    "BinaryData = True",
    `BinaryDataByteOrderMSB = ${header.littleEndian ? "False" : "True"}`,
    "CompressedData = True",
    `CompressedDataSize = ${compressedBytes}`,
    `DimSize = ${itkSize(header).join(" ")}`,
    `ElementType = ${metaTypes[header.type] ?? ""}`,
    "ElementDataFile = LOCAL",
    "",
  ].join("\n");
}

/**
 * Checks decoded pixels against the sum that ends zlib data (RFC 1950, Adler-32): where they are cut off or damaged the
 * reader of MetaImage leaves zeros and says nothing.
 *
 * @param pixels - in the byte order of the file
 * @param expected - the last four bytes of the zlib data
 */
export function isAdler32(pixels: Uint8Array, expected: Uint8Array): boolean {
  let [low, high] = [1, 0];
  // The largest number of steps in which `high` stays below 2³².
  for (let start = 0; start < pixels.length; start += 5552) {
    const end = Math.min(start + 5552, pixels.length);
    for (let index = start; index < end; index++) {
      low += pixels[index];
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return new DataView(expected.buffer, expected.byteOffset, 4).getUint32(0) === high * 65536 + low;
}
