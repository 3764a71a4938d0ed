/** How frames are written. */
export type SaveFormat = "tiff" | "ome-tiff" | "zarr";
export type SaveCompression = "none" | "deflate";

interface SaveFormatFacts {
  readonly value: SaveFormat;
  readonly title: string;
  /** Of the file name. */
  readonly ending: string;
  readonly mediaType: string;
  /** Whether pages can be deflated. */
  readonly compresses: boolean;
}

const saveFormats: readonly [SaveFormatFacts, ...SaveFormatFacts[]] = [
  { value: "tiff", title: "TIFF", ending: ".tif", mediaType: "image/tiff", compresses: true },
  { value: "ome-tiff", title: "OME-TIFF", ending: ".ome.tif", mediaType: "image/tiff", compresses: true },
  { value: "zarr", title: "OME-Zarr (zip)", ending: ".zarr.zip", mediaType: "application/zip", compresses: false },
];

/** Formats that a person can choose: those that the worker writes. */
export const offeredFormats: readonly SaveFormatFacts[] = saveFormats.filter(({ value }) => value === "tiff");

export function saveFormat(value: SaveFormat): SaveFormatFacts {
  return saveFormats.find((format) => format.value === value) ?? saveFormats[0];
}
