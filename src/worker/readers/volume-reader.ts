import { SlnetError } from "../../core/errors.js";
import type { ByteSource, StackReader } from "../../core/frames.js";
import { gzipHead, isGzip } from "../../core/io/gzip-head.js";
import { readMetaHeader } from "../../core/io/meta-header.js";
import { niftiHeaderBytes, readNiftiHeader } from "../../core/io/nifti-header.js";
import { readNrrdHeader } from "../../core/io/nrrd-header.js";
import { openRawVolume } from "../../core/io/volume-frames.js";
import type { VolumeHeader } from "../../core/io/volume.js";
import { openItkVolume } from "./itk-reader.js";
import type { OpeningContext } from "./open-stack.js";

export type VolumeFormat = "mha" | "nrrd" | "nifti";

/**
 * Opens a MetaImage, NRRD or NIfTI stack. Raw pixels are read from the file when they are asked for, in stacks of any
 * size; what is compressed or text goes through itk-wasm.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input`, `unsupported` or `choice-needed`, naming the property
 */
export async function openVolume(
  format: VolumeFormat,
  source: ByteSource,
  context: OpeningContext,
): Promise<StackReader> {
  const header = await readHeader(format, source);
  const pixels = await pixelSource(header, source, context);
  try {
    const { selection, platform, assetsBaseUrl } = context;
    const reader = await (header.data.encoding === "raw"
      ? openRawVolume(header, pixels, source.name, selection)
      : openItkVolume(header, pixels, source.name, selection, () => platform.startItk(assetsBaseUrl)));
    if (pixels !== source) await source.close();
    return reader;
  } catch (error) {
    if (pixels !== source) await pixels.close();
    throw error;
  }
}

async function readHeader(format: VolumeFormat, source: ByteSource): Promise<VolumeHeader> {
  switch (format) {
    case "mha":
      return readMetaHeader(source);
    case "nrrd":
      return readNrrdHeader(source);
    case "nifti": {
      const head = await source.read(0, niftiHeaderBytes);
      const gzip = isGzip(head);
      // A header of its own is never compressed, and its pixels have its name.
      const imageFile = source.name.replace(/(\.hdr)?$/i, source.name.endsWith(".HDR") ? ".IMG" : ".img");
      return readNiftiHeader(gzip ? await gzipHead(source, niftiHeaderBytes) : head, source.name, { gzip, imageFile });
    }
  }
}

/** The file with the pixels: the one with the header, or the one beside it that the header names. */
async function pixelSource(
  { data: { file } }: VolumeHeader,
  source: ByteSource,
  { folder }: OpeningContext,
): Promise<ByteSource> {
  if (file === null) return source;
  const found = await folder.open(file.replace(/^(\.\/)+/, ""));
  if (found) return found;
  throw new SlnetError(
    "bad-input",
    `${source.name} keeps its pixels in ${JSON.stringify(file.slice(0, 200))}, which is not beside it; ` +
      "put it into the same folder, and in a page choose both files together",
  );
}
