import type { TiffDirectory } from "./tiff-directory.js";
import { named, type TiffPageForm, type TiffStorage } from "./tiff-page.js";
import { compressionNames, photometricNames } from "./tiff-tags.js";

/**
 * Checks that a page can follow the first one in a stack.
 *
 * @throws {@link SlnetError} `bad-input` for another size or type; `unsupported` for another way of storing
 */
export function requireSameForm(
  directory: TiffDirectory,
  page: TiffPageForm,
  first: TiffDirectory,
  form: TiffPageForm,
): void {
  if (page.width !== form.width || page.height !== form.height) {
    throw directory.error(
      `is ${page.height}×${page.width} pixels, expected ${form.height}×${form.width} as page ${first.page}`,
    );
  }
  if (page.storedType !== form.storedType) {
    throw directory.error(`has ${page.storedType} pixels, expected ${form.storedType} as page ${first.page}`);
  }
  if (page.storage.samples !== form.storage.samples) {
    throw directory.error(
      `has ${page.storage.samples} samples per pixel, expected ${form.storage.samples} as page ${first.page}`,
    );
  }
  if (isSameStorage(page.storage, form.storage)) return;
  const expected = storageWords(form.storage);
  const differences = storageWords(page.storage).flatMap((words, i) =>
    words === expected[i] ? [] : [`${words}, expected ${expected[i]}`],
  );
  throw directory.error(`has ${differences.join("; ")} as page ${first.page}`, "unsupported");
}

function isSameStorage(a: TiffStorage, b: TiffStorage): boolean {
  return (
    a.compression === b.compression &&
    a.predictor === b.predictor &&
    a.bits === b.bits &&
    a.isPlanar === b.isPlanar &&
    a.photometric === b.photometric &&
    a.hasReversedBits === b.hasReversedBits &&
    a.isDirect === b.isDirect &&
    // Where the rows follow each other it does not matter how they are cut.
    (a.isDirect ||
      (a.isTiled === b.isTiled && a.segmentWidth === b.segmentWidth && a.segmentHeight === b.segmentHeight)) &&
    isSameTables(a.jpegTables, b.jpegTables)
  );
}

function isSameTables(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Each property that pages must share, always in the same order. */
function storageWords(storage: TiffStorage): readonly string[] {
  const { isTiled, segmentHeight, segmentWidth, jpegTables } = storage;
  return [
    `compression ${named(compressionNames, storage.compression)}`,
    `predictor ${storage.predictor}`,
    `${storage.bits} bits per sample`,
    `${named(photometricNames, storage.photometric)} pixels`,
    `planar configuration ${storage.isPlanar ? 2 : 1}`,
    `fill order ${storage.hasReversedBits ? 2 : 1}`,
    isTiled ? `tiles of ${segmentHeight}×${segmentWidth} pixels` : `strips of ${segmentHeight}×${segmentWidth} pixels`,
    jpegTables ? `JPEG tables of sum ${jpegTables.reduce((sum, byte) => sum + byte, 0)}` : "no JPEG tables",
  ];
}
