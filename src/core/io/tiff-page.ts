import type { SampleType } from "../frames.js";
import type { TiffDirectory } from "./tiff-directory.js";
import { compressionNames, photometricNames, tiffTags } from "./tiff-tags.js";

/** Size and storage of one page. */
export interface TiffPageForm {
  readonly width: number;
  readonly height: number;
  readonly type: SampleType;
}

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
export function readPageForm(directory: TiffDirectory): TiffPageForm {
  const refuse = (what: string) => directory.error(what, "unsupported");
  const compression = directory.integer(tiffTags.compression, 1);
  if (compression !== 1) {
    throw refuse(`has compression ${named(compressionNames, compression)}, expected none (1)`);
  }
  if (directory.has(tiffTags.tileWidth) || directory.has(tiffTags.tileOffsets)) {
    throw refuse("is tiled, expected strips");
  }
  const samples = directory.integer(tiffTags.samplesPerPixel, 1);
  const photometric = directory.integer(tiffTags.photometricInterpretation, 1);
  if (samples !== 1) {
    const kind = photometric === 1 ? "" : ` (${photometricNames[photometric] ?? `photometric ${photometric}`})`;
    throw refuse(`has ${samples} samples per pixel${kind}, expected 1 (grey)`);
  }
  if (photometric !== 1) {
    throw refuse(`has ${named(photometricNames, photometric)} pixels, expected black-is-zero (1)`);
  }
  if (directory.integer(tiffTags.fillOrder, 1) !== 1)
    throw refuse("stores its bits in reverse order (fill order 2), expected fill order 1");
  const type = sampleType(directory.integer(tiffTags.bitsPerSample, 1), directory.integer(tiffTags.sampleFormat, 1));
  if (type.unsupported !== undefined) {
    throw refuse(`has ${type.unsupported}, expected 8 or 16 bits unsigned or 32 bits floating point`);
  }

  const width = directory.integer(tiffTags.imageWidth, 0);
  const height = directory.integer(tiffTags.imageLength, 0);
  if (width < 1 || height < 1) throw directory.error(`is ${height}×${width} pixels, expected at least 1×1`);
  return { width, height, type: type.type };
}

type SampleForm = { readonly type: SampleType; readonly unsupported?: undefined } | { readonly unsupported: string };

function sampleType(bits: number, format: number): SampleForm {
  switch (format) {
    // 4 is "undefined", written by some instruments for plain counts.
    case 1:
    case 4:
      if (bits === 8) return { type: "uint8" };
      if (bits === 16) return { type: "uint16" };
      return { unsupported: bits === 1 ? "1 bit per sample" : `${bits} bits per sample` };
    case 2:
      return { unsupported: `signed ${bits}-bit samples` };
    case 3:
      return bits === 32 ? { type: "float32" } : { unsupported: `${bits}-bit floating-point samples` };
    default:
      return {
        unsupported: `${format === 5 || format === 6 ? "complex samples" : "samples"} of sample format ${format}`,
      };
  }
}

function named(names: Readonly<Record<number, string>>, value: number): string {
  return `${names[value] ?? "unknown"} (${value})`;
}
