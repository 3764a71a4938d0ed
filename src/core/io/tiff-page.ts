import { sampleBytes, type SampleType } from "../frames.js";
import { storedBytes, workingType, type StoredType } from "./stored-samples.js";
import type { TiffDirectory } from "./tiff-directory.js";
import { compressionNames, photometricNames, photometrics, tiffCompressions, tiffTags } from "./tiff-tags.js";

/** Size and storage of one page. */
export interface TiffPageForm {
  readonly width: number;
  readonly height: number;
  /** What one sample is worked on as. */
  readonly type: SampleType;
  /** What one sample is stored as; integers of odd widths as the next larger type. */
  readonly storedType: StoredType;
  readonly storage: TiffStorage;
}

/** How the samples of a page become bytes of the file. */
export interface TiffStorage {
  readonly compression: number;
  /** 1 none, 2 differences of neighbours, 3 differences of sorted float bytes. */
  readonly predictor: number;
  /** Bits of one sample. */
  readonly bits: number;
  /** Samples of one pixel. */
  readonly samples: number;
  /** Each kind of sample has strips or tiles of its own. */
  readonly isPlanar: boolean;
  readonly photometric: number;
  /** Meanings of the samples beyond those of the colour, by their number. */
  readonly extraSamples: readonly number[];
  readonly isTiled: boolean;
  /** Of a strip or tile, in pixels. */
  readonly segmentWidth: number;
  readonly segmentHeight: number;
  /** The low bit of a byte comes first. */
  readonly hasReversedBits: boolean;
  /** What the JPEGs of this page leave out, or `null`. */
  readonly jpegTables: Uint8Array<ArrayBuffer> | null;
  /** The bytes of a frame stand in the file as they are, row after row. */
  readonly isDirect: boolean;
}

/**
 * Most bytes of a frame, and of a strip or tile, that are put together in memory. Cameras have up to 26 million pixels,
 * 104 MB as floats.
 */
const mostFrameBytes = 2 ** 27;
const mostSegmentBytes = 2 ** 27;

/** The decoder of JPEG takes eight times the memory, and a second for this much. */
const mostJpegBytes = 2 ** 24;

const mostSamples = 4096;
/** Values that a message lists. */
const mostShown = 8;

/** True for a page that is a smaller copy or a mask of another one, and no frame. */
export function isAuxiliaryPage(directory: TiffDirectory): boolean {
  const newType = directory.integer(tiffTags.newSubfileType, 0);
  // Bit 0: reduced resolution, bit 2: transparency mask. The old tag: 2 is reduced resolution.
  return (newType & 5) !== 0 || directory.integer(tiffTags.subfileType, 1) === 2;
}

/**
 * Checks that a page is stored in a way we read, and says how.
 *
 * @throws {@link SlnetError} `unsupported`, naming the property in words; `bad-input` where size or tags make no sense
 */
export async function readPageForm(directory: TiffDirectory): Promise<TiffPageForm> {
  const width = directory.integer(tiffTags.imageWidth, 0);
  const height = directory.integer(tiffTags.imageLength, 0);
  const samples = directory.integer(tiffTags.samplesPerPixel, 1);
  if (samples < 1 || samples > mostSamples) {
    throw directory.error(`has ${samples} samples per pixel, expected 1 to ${mostSamples}`);
  }
  const compression = directory.integer(tiffTags.compression, tiffCompressions.none);
  const photometric = directory.integer(tiffTags.photometricInterpretation, photometrics.blackIsZero);
  requireReadable(directory, compression, photometric);
  const depth = directory.integer(tiffTags.imageDepth, 1);
  if (depth !== 1) throw directory.error(`is a volume of ${depth} slices, expected one image a page`, "unsupported");
  const bits = await sharedValue(directory, tiffTags.bitsPerSample, "bits per sample", samples, 1);
  const storedType = storedTypeOf(
    directory,
    bits,
    await sharedValue(directory, tiffTags.sampleFormat, "sample format", samples, 1),
  );
  if (width < 1 || height < 1) throw directory.error(`is ${height}×${width} pixels, expected at least 1×1`);

  const isPlanar = samples > 1 && planarConfiguration(directory) === 2;
  const predictor = predictorOf(directory, compression, bits, storedType);
  const isTiled = directory.has(tiffTags.tileWidth) || directory.has(tiffTags.tileOffsets);
  const { segmentWidth, segmentHeight } = isTiled
    ? tileSize(directory)
    : stripSize(directory, width, height, isPlanar ? samples : 1);
  const hasReversedBits = directory.integer(tiffTags.fillOrder, 1) === 2;
  const isDirect =
    compression === tiffCompressions.none &&
    samples === 1 &&
    bits === 8 * storedBytes(storedType) &&
    !hasReversedBits &&
    segmentWidth === width;
  const storage: TiffStorage = {
    compression,
    predictor,
    bits,
    samples,
    isPlanar,
    photometric,
    extraSamples: samples > 1 ? await extraSamplesOf(directory, samples) : [],
    isTiled,
    segmentWidth,
    segmentHeight,
    hasReversedBits,
    jpegTables: compression === tiffCompressions.jpeg ? await jpegTablesOf(directory) : null,
    isDirect,
  };
  const form = { width, height, type: workingType(storedType), storedType, storage };
  if (!Number.isSafeInteger(width * height * samples * 8)) {
    throw directory.error(`is ${height}×${width} pixels of ${samples} samples, more than any file holds`);
  }
  if (!isDirect) requireModest(directory, form);
  return form;
}

/** Bytes of one row of a strip or tile when it is unpacked. */
export function segmentRowBytes({ segmentWidth, samples, isPlanar, bits }: TiffStorage): number {
  return Math.ceil((segmentWidth * (isPlanar ? 1 : samples) * bits) / 8);
}

/** Strips or tiles of one page, in the order of their offsets: planes, in each the rows, in each the columns. */
export function segmentGrid(form: TiffPageForm): {
  readonly across: number;
  readonly down: number;
  readonly planes: number;
} {
  const { segmentWidth, segmentHeight, isPlanar, samples } = form.storage;
  return {
    across: Math.ceil(form.width / segmentWidth),
    down: segmentHeight > 0 ? Math.ceil(form.height / segmentHeight) : 0,
    planes: isPlanar ? samples : 1,
  };
}

/**
 * Refuses frames for which a small file would make us take much memory.
 *
 * @throws {@link SlnetError} `unsupported`
 */
export function requireModestFrame(directory: TiffDirectory, form: TiffPageForm): void {
  const { width, height, type, storedType } = form;
  const bytes = width * height * Math.max(sampleBytes(type), storedBytes(storedType));
  if (bytes <= mostFrameBytes) return;
  throw directory.error(
    `is ${height}×${width} pixels, ${bytes} bytes, expected ${mostFrameBytes} at most where they do not stand in the file as they are`,
    "unsupported",
  );
}

function requireReadable(directory: TiffDirectory, compression: number, photometric: number): void {
  const refuse = (what: string) => directory.error(what, "unsupported");
  if (!Object.values<number>(tiffCompressions).includes(compression)) {
    throw refuse(
      `has compression ${named(compressionNames, compression)}, expected none, LZW, Deflate, PackBits, Zstandard or JPEG`,
    );
  }
  const isReadable = [
    photometrics.whiteIsZero,
    photometrics.blackIsZero,
    photometrics.rgb,
    photometrics.palette,
    photometrics.cmyk,
  ].some((readable) => readable === photometric);
  if (!isReadable) {
    throw refuse(
      `has ${named(photometricNames, photometric)} pixels, expected grey (0 or 1), RGB (2) or CMYK (5); save it as grey`,
    );
  }
}

function storedTypeOf(directory: TiffDirectory, bits: number, format: number): StoredType {
  const refuse = (what: string) =>
    directory.error(`has ${what}, expected integers of 1 to 64 bits or floats of 16, 32 or 64 bits`, "unsupported");
  switch (format) {
    // 4 is "undefined", written by some instruments for plain counts.
    case 1:
    case 2:
    case 4: {
      if (bits < 1 || bits > 64) throw refuse(`${bits} bits per sample`);
      if (bits % 8 === 0 && (bits & (bits - 1)) !== 0 && directory.format.littleEndian) {
        // As bytes in the order of the file for libtiff, as a row of bits for others.
        throw refuse(`${bits} bits per sample, low byte first, on whose order programs do not agree`);
      }
      const width = bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64;
      return format === 2 ? `int${width}` : `uint${width}`;
    }
    case 3:
      if (bits === 16 || bits === 32 || bits === 64) return `float${bits}`;
      throw refuse(`${bits}-bit floating-point samples`);
    default:
      throw refuse(`${format === 5 || format === 6 ? "complex samples" : "samples"} of sample format ${format}`);
  }
}

/** A tag with a value for each sample, all of them the same; some writers give it once for all. */
async function sharedValue(
  directory: TiffDirectory,
  tag: number,
  what: string,
  samples: number,
  missing: number,
): Promise<number> {
  const count = directory.count(tag);
  if (count <= 1 || samples === 1) return directory.integer(tag, missing);
  if (count < samples) throw directory.error(`has ${count} values of ${what}, expected ${samples}, one a sample`);
  const values = await directory.integers(tag, samples);
  if (values.some((value) => value !== values[0])) {
    throw directory.error(
      `has samples of different ${what} (${values.slice(0, mostShown).join(", ")}${values.length > mostShown ? ", …" : ""}), ` +
        "expected all the same",
      "unsupported",
    );
  }
  return values[0];
}

function planarConfiguration(directory: TiffDirectory): number {
  const planar = directory.integer(tiffTags.planarConfiguration, 1);
  if (planar !== 1 && planar !== 2) throw directory.error(`has planar configuration ${planar}, expected 1 or 2`);
  return planar;
}

function predictorOf(directory: TiffDirectory, compression: number, bits: number, type: StoredType): number {
  const predictor = directory.integer(tiffTags.predictor, 1);
  if (predictor === 1) return 1;
  const refuse = (what: string) => directory.error(what, "unsupported");
  const isFloat = type.startsWith("float");
  if (predictor !== 2 && predictor !== 3) throw refuse(`has predictor ${predictor}, expected 1, 2 or 3`);
  if (predictor === 3 && !isFloat) throw refuse(`has the predictor for floats (3) on ${type} samples`);
  if (bits % 8 !== 0 || (bits & (bits - 1)) !== 0)
    throw refuse(`has predictor ${predictor} on samples of ${bits} bits`);
  const { lzw, deflate, oldDeflate, zstandard } = tiffCompressions;
  if (![lzw, deflate, oldDeflate, zstandard].some((allowed) => allowed === compression)) {
    throw refuse(`has predictor ${predictor} with compression ${named(compressionNames, compression)}`);
  }
  return predictor;
}

function tileSize(directory: TiffDirectory): { readonly segmentWidth: number; readonly segmentHeight: number } {
  const segmentWidth = directory.integer(tiffTags.tileWidth, 0);
  const segmentHeight = directory.integer(tiffTags.tileLength, 0);
  if (segmentWidth < 1 || segmentHeight < 1) {
    throw directory.error(`has tiles of ${segmentHeight}×${segmentWidth} pixels, expected at least 1×1`);
  }
  return { segmentWidth, segmentHeight };
}

function stripSize(
  directory: TiffDirectory,
  width: number,
  height: number,
  planes: number,
): { readonly segmentWidth: number; readonly segmentHeight: number } {
  // A single strip holds everything, whatever the rows per strip say; some writers leave nonsense there.
  const isSingle = directory.count(tiffTags.stripOffsets) === planes;
  const rows = isSingle ? height : Math.min(directory.integer(tiffTags.rowsPerStrip, height), height);
  return { segmentWidth: width, segmentHeight: rows };
}

async function extraSamplesOf(directory: TiffDirectory, samples: number): Promise<readonly number[]> {
  const count = Math.min(directory.count(tiffTags.extraSamples), samples);
  return count === 0 ? [] : [...(await directory.integers(tiffTags.extraSamples, count))];
}

/** Quantization and Huffman tables take some 600 bytes. */
const mostJpegTables = 64 * 1024;

async function jpegTablesOf(directory: TiffDirectory): Promise<Uint8Array<ArrayBuffer> | null> {
  const count = directory.count(tiffTags.jpegTables);
  if (count === 0) return null;
  if (count > mostJpegTables)
    throw directory.error(`has ${count} bytes of JPEG tables, expected ${mostJpegTables} at most`);
  return Uint8Array.from(await directory.integers(tiffTags.jpegTables, count));
}

function requireModest(directory: TiffDirectory, form: TiffPageForm): void {
  const { storage } = form;
  requireModestFrame(directory, form);
  const bytes = segmentRowBytes(storage) * storage.segmentHeight;
  const most = storage.compression === tiffCompressions.jpeg ? mostJpegBytes : mostSegmentBytes;
  if (bytes > most) {
    throw directory.error(
      `has a ${storage.isTiled ? "tile" : "strip"} of ${bytes} bytes, expected ${most} at most where it has to be unpacked`,
      "unsupported",
    );
  }
}

/** A number with what people call it. */
export function named(names: Readonly<Record<number, string>>, value: number): string {
  return `${names[value] ?? "unknown"} (${value})`;
}
