import { SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";
import { gzipHead, isGzip } from "../../core/io/gzip-head.js";
import { isMarkedMrc, looksLikeMrc } from "../../core/io/mrc-reader.js";
import { isNifti, niftiHeaderBytes } from "../../core/io/nifti-header.js";
import { looksLikePic } from "../../core/io/pic-reader.js";
import { looksLikeSafetensors } from "../../core/io/safetensors-head.js";
import { isOmeXml } from "../../core/io/tiff-description.js";

/** What a file is, as far as it decides who reads it. */
export type FileFormat =
  | "tiff"
  | "ome"
  | "nd2"
  | "npy"
  | "dax"
  | "raw"
  | "safetensors"
  | "zip"
  | "zarr"
  | "mrc"
  | "pic"
  | "nrrd"
  | "mha"
  | "nifti";

/** The file in a Zarr folder that says what the folder holds; a person may have opened that. */
export function isZarrMetadata(name: string): boolean {
  return ["zarr.json", ".zarray", ".zgroup", ".zattrs"].includes(name);
}

/** A text in OME-XML beside the TIFF files that it describes, as Bio-Formats and acquisition programs call it. */
export function isOmeCompanion(name: string): boolean {
  return /\.companion\.ome(\.xml)?$/i.test(name) && !name.startsWith(".");
}

/**
 * Says what a file is by its first bytes, and by its name only where a format has none of its own.
 *
 * @throws {@link SlnetError} `bad-input` where it is nothing that we read
 */
export async function formatOf(source: ByteSource): Promise<FileFormat> {
  if (source.size === 0) throw new SlnetError("bad-input", `${source.name} is empty, expected a TIFF stack`);
  const head = await source.read(0, 1024);
  const text = String.fromCharCode(...head);
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return "tiff";
  if (isOmeXml(new TextDecoder().decode(head))) return "ome";
  if (text.startsWith("\xda\xce\xbe\x0a")) return "nd2";
  if (text.startsWith("\x93NUMPY")) return "npy";
  if (text.startsWith("\0\0\0\x0cjP  ")) {
    throw new SlnetError(
      "unsupported",
      `${source.name} is JPEG 2000, as ND2 files of before version 2 are; export it as TIFF from NIS-Elements`,
    );
  }
  if (text.startsWith("Andor Technology Multi-Channel File")) {
    // Where its pixels begin depends on the version of the program in ways that nobody has published.
    throw new SlnetError(
      "unsupported",
      `${source.name} is an Andor SIF file, whose layout is not published; export it as TIFF from Solis`,
    );
  }
  if (text.startsWith("PK\x03\x04")) return "zip";
  if (isZarrMetadata(source.name)) return "zarr";
  if (text.startsWith("NRRD00")) return "nrrd";
  if (isNifti(head)) return "nifti";
  if (isMarkedMrc(head)) return "mrc";
  if (/^\s*(ObjectType|NDims)\s*=/m.test(text)) return "mha";
  if (isGzip(head)) {
    if (isNifti(await gzipHead(source, niftiHeaderBytes))) return "nifti";
    throw new SlnetError(
      "bad-input",
      `${source.name} could not be read: it is a gzip file, and what is in it is damaged or no NIfTI stack; decompress any other`,
    );
  }
  // These have no first bytes of their own; what they are stands in a file beside them.
  if (/\.dax$/i.test(source.name)) return "dax";
  if (/\.raw$/i.test(source.name)) return "raw";
  if (looksLikeSafetensors(head)) return "safetensors";
  if (looksLikePic(head, source.size)) return "pic";
  if (looksLikeMrc(head, source.size)) return "mrc";
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new SlnetError(
    "bad-input",
    `${source.name} is not a stack that can be read: it starts with bytes ${start}; expected TIFF, OME-Zarr, ND2, NPY, NPZ, safetensors, ` +
      "MRC, NRRD, MHA, MHD, NIfTI, PIC, DAX or RAW",
  );
}
