/**
 * - `tiff`: TIFF or BigTIFF by size, with the text that ImageJ writes.
 * - `ome-tiff`: the same with OME-XML; ImageJ itself then reads the frames, but not the frame interval.
 * - `zarr`: OME-Zarr.
 * - `npy`, `npz`, `safetensors`: an array of frames, height and width for programs in Python; `npy` has no place for metadata.
 */
export type SaveFormat = "tiff" | "ome-tiff" | "zarr" | "npy" | "npz" | "safetensors";

export const saveFormatNames: readonly SaveFormat[] = ["tiff", "ome-tiff", "zarr", "npy", "npz", "safetensors"];

/** Whether a stopped run can go on with its file: only a TIFF says page by page whose it is. */
export function canResume(format: SaveFormat): boolean {
  return format === "tiff" || format === "ome-tiff";
}

/** Whether a file holds nothing but pixels in one piece: not compressed, and not put together from shards. */
export function isArrayFormat(format: SaveFormat): format is "npy" | "npz" | "safetensors" {
  return format === "npy" || format === "npz" || format === "safetensors";
}
