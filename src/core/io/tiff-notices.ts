import { storedBytes } from "./stored-samples.js";
import type { TiffPageForm, TiffStorage } from "./tiff-page.js";
import { compressionNames, photometrics, tiffCompressions } from "./tiff-tags.js";

/** What a person should know about how the pixels are read, one sentence each. */
export function formNotices({ storedType, storage }: TiffPageForm): readonly string[] {
  const notices: string[] = [];
  if (storage.bits !== 8 * storedBytes(storedType)) {
    notices.push(`The pixels have ${storage.bits} bits and are read as ${storedType}.`);
  }
  if (storage.photometric === photometrics.whiteIsZero) {
    notices.push("The file says that 0 is white; the stored values are read as they are, not inverted.");
  }
  if (storage.photometric === photometrics.palette) {
    notices.push("The file has a colour table; the stored values are read as they are, without it.");
  }
  if (storage.compression === tiffCompressions.jpeg) {
    notices.push("The pixels are compressed as JPEG, which has changed their values.");
  }
  return notices;
}

/** How the pixels are compressed, in words. */
export function compressionWords({ compression, predictor }: TiffStorage): string {
  const name = compressionNames[compression] ?? String(compression);
  return predictor === 1 ? name : `${name} of differences`;
}
