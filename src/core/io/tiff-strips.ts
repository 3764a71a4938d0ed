import { SlnetError } from "../errors.js";
import type { TiffDirectory } from "./tiff-directory.js";
import { requireModestFrame, segmentGrid, segmentRowBytes, type TiffPageForm } from "./tiff-page.js";
import { sparseOffset, type SegmentList } from "./tiff-segments.js";
import { tiffCompressions, tiffTags } from "./tiff-tags.js";

/**
 * The most bytes that one byte can unpack to, so that a small file cannot claim large frames. Deflate: 258 bytes from two
 * bits. LZW: a code of 12 bits for a string of 3,838 bytes. PackBits: 128 from two bytes. Zstandard: a block of 128 KiB
 * from four bytes. JPEG: 64 pixels from two bits.
 */
const largestRatio: Readonly<Record<number, number>> = {
  [tiffCompressions.lzw]: 2560,
  [tiffCompressions.jpeg]: 256,
  [tiffCompressions.deflate]: 1032,
  [tiffCompressions.oldDeflate]: 1032,
  [tiffCompressions.packBits]: 64,
  [tiffCompressions.zstandard]: 32_768,
};

/** An array of offsets and one of byte counts hold at least this much for each strip or tile. */
const listedBytes = 4;

/** As many offsets may stand in the directory itself. */
const listedInside = 8;

/**
 * Adds the strips or tiles of one page as one frame, after checking that they can hold all its pixels.
 *
 * @returns the bytes of the file that the page claims besides its directory
 * @throws {@link SlnetError} `bad-input` where they do not fit the page or the file
 */
export async function addStrips(directory: TiffDirectory, form: TiffPageForm, segments: SegmentList): Promise<number> {
  const { width, height, storedType, storage } = form;
  const { isTiled, isDirect, segmentHeight, compression } = storage;
  const offsetTag = isTiled ? tiffTags.tileOffsets : tiffTags.stripOffsets;
  const countTag = isTiled ? tiffTags.tileByteCounts : tiffTags.stripByteCounts;
  const kind = isTiled ? "tile" : "strip";
  const found = directory.count(offsetTag);
  if (found === 0) throw directory.error(`has no ${kind} offsets, expected at least one`);
  const { across, down, planes } = segmentGrid(form);
  const expected = across * down * planes;
  if (found !== expected) {
    const size = isTiled
      ? `${height}×${width} pixels in tiles of ${segmentHeight}×${storage.segmentWidth}`
      : `${height} rows of ${segmentHeight} a strip`;
    const inPlanes = planes > 1 ? ` in ${planes} planes` : "";
    throw directory.error(`has ${found} ${kind} offsets, expected ${expected} for ${size}${inPlanes}`);
  }
  const countsFound = directory.count(countTag);
  if (countsFound !== found && countsFound !== 0) {
    throw directory.error(`has ${countsFound} ${kind} byte counts, expected ${found}, one for each ${kind}`);
  }
  const isPlain = compression === tiffCompressions.none;
  if (countsFound === 0 && !isPlain) {
    throw directory.error(`has no ${kind} byte counts, which compressed ${kind}s need`);
  }
  const offsets = await directory.integers(offsetTag, found);
  // Where uncompressed strips have no byte counts, their rows say as much.
  const counts = countsFound === 0 ? null : await directory.integers(countTag, found);

  const rowBytes = segmentRowBytes(storage);
  const ratio = largestRatio[compression] ?? 1;
  let claimed = found > listedInside ? listedBytes * found : 0;
  segments.beginFrame();
  for (let index = 0; index < found; index++) {
    const row = Math.floor(index / across) % down;
    const rows = Math.min(segmentHeight, height - row * segmentHeight);
    const bytes = rows * rowBytes;
    const offset = offsets[index];
    if (offset === 0 && counts?.[index] === 0) {
      if (isDirect) requireModestFrame(directory, form);
      if (isDirect) segments.add(sparseOffset, bytes);
      else segments.addApart(sparseOffset, 0);
      continue;
    }
    if (counts && counts[index] * ratio < bytes) {
      throw directory.error(
        `has ${counts[index]} bytes in ${kind} ${index}, expected ${isPlain ? "" : "at least "}` +
          `${Math.ceil(bytes / ratio)} for ${rows} rows of ${storage.segmentWidth} ${storedType} pixels`,
      );
    }
    // No scheme makes pixels much larger; what a count says beyond is padding or nonsense.
    const used = isPlain ? bytes : Math.min(counts?.[index] ?? 0, 2 * segmentHeight * rowBytes + 65_536);
    const end = offset + used;
    if (offset < 8 || end > directory.format.size) {
      throw new SlnetError(
        "bad-input",
        `${directory.format.name} is cut short: page ${directory.page} needs bytes ${offset} to ${end}, ` +
          `the file ends at ${directory.format.size}`,
      );
    }
    if (isDirect) segments.add(offset, used);
    else segments.addApart(offset, used);
    claimed += used;
  }
  return claimed;
}
