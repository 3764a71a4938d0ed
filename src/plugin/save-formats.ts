import type { SaveFormat } from "../protocol/api.js";

interface SaveFormatFacts {
  readonly value: SaveFormat;
  readonly title: string;
  /** Of the file name. */
  readonly ending: string;
  readonly mediaType: string;
}

/** What a person can choose. */
export const saveFormats: readonly [SaveFormatFacts, ...SaveFormatFacts[]] = [
  { value: "tiff", title: "TIFF", ending: ".tif", mediaType: "image/tiff" },
  { value: "ome-tiff", title: "OME-TIFF", ending: ".ome.tif", mediaType: "image/tiff" },
  { value: "zarr", title: "OME-Zarr (zip)", ending: ".zarr.zip", mediaType: "application/zip" },
  { value: "npy", title: "NumPy (npy)", ending: ".npy", mediaType: "application/octet-stream" },
  { value: "npz", title: "NumPy (npz)", ending: ".npz", mediaType: "application/zip" },
  { value: "safetensors", title: "safetensors", ending: ".safetensors", mediaType: "application/octet-stream" },
];

export function saveFormat(value: SaveFormat): SaveFormatFacts {
  return saveFormats.find((format) => format.value === value) ?? saveFormats[0];
}

/** Name of a file made from a stack: without what no file system takes. */
export function resultFileName(prefix: string | undefined, stack: string, ending: string): string {
  const base = stack.replace(/(\.companion)?(\.ome)?\.[^./\\]+$/i, "");
  return `${prefix ?? ""}${base}${ending}`.replace(/[/\\:*?"<>|]/g, "_");
}
