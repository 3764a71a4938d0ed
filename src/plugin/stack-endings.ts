/** Formats that are read, as a person knows them. */
export const stackFormatsText =
  "TIFF, OME-TIFF, OME-Zarr, MRC, NRRD, MHA/MHD, NIfTI, dax, nd2, raw, npy, npz or safetensors";

export const tiffEndings = [".tif", ".tiff", ".btf", ".tf2", ".tf8"] as const;
/** OME-XML beside the TIFF files that it describes. */
export const companionEndings = [".companion.ome", ".companion.ome.xml"] as const;
/** Files whose first bytes, or whose partner, say what they are. */
export const stackEndings: readonly string[] = [
  ...tiffEndings,
  ...[".mha", ".mhd", ".nrrd", ".nhdr", ".mrc", ".mrcs", ".nii", ".nii.gz", ".hdr"],
  ...[".dax", ".nd2", ".raw", ".npy", ".npz", ".safetensors", ".zip", ".ozx"],
  ...companionEndings,
];
