import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource } from "../frames.js";
import { lengthInNanometres } from "./physical-units.js";
import type { StoredType } from "./stored-samples.js";
import { headerLines, shown } from "./text-header.js";
import type { VolumeAxis, VolumeData, VolumeHeader } from "./volume.js";

// Layout: https://itk.org/Wiki/ITK/MetaIO/Documentation

const types: Readonly<Record<string, StoredType>> = {
  MET_CHAR: "int8",
  MET_UCHAR: "uint8",
  MET_SHORT: "int16",
  MET_USHORT: "uint16",
  MET_INT: "int32",
  MET_UINT: "uint32",
  // Of 4 bytes, whatever a `long` is on the machine.
  MET_LONG: "int32",
  MET_ULONG: "uint32",
  MET_LONG_LONG: "int64",
  MET_ULONG_LONG: "uint64",
  MET_FLOAT: "float32",
  MET_DOUBLE: "float64",
};

/** Axes that the format allows. */
const mostAxes = 10;

/**
 * Reads the header of a MetaImage file, with its pixels (`.mha`) or without (`.mhd`).
 *
 * @throws {@link SlnetError} `bad-input`, naming the field; `unsupported` for pixels in several files
 */
export async function readMetaHeader(source: ByteSource): Promise<VolumeHeader> {
  const { name } = source;
  const bad = (what: string): SlnetError => new SlnetError("bad-input", `${name}: the MetaImage header ${what}`);
  const header = await headerLines(source, (line) => /^\s*ElementDataFile\s*=/.test(line));
  const fields = new Map<string, string>();
  for (const line of header.lines) {
    const equals = line.indexOf("=");
    if (equals > 0) fields.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const text = (...names: readonly string[]): string | null => {
    for (const field of names) {
      const value = fields.get(field);
      if (value !== undefined) return value;
    }
    return null;
  };
  const integer = (field: string, otherwise: number): number => {
    const value = text(field);
    if (value === null) return otherwise;
    if (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
    throw bad(`has ${field} ${shown(value)}, expected a whole number`);
  };
  const flag = (...names: readonly string[]): boolean => /^(true|t|1|yes)$/i.test(text(...names) ?? "");

  const dataFile = text("ElementDataFile");
  if (!header.ended || dataFile === null || dataFile === "") throw bad("does not name its pixels (ElementDataFile)");
  const typeName = text("ElementType") ?? "";
  if (!Object.hasOwn(types, typeName)) {
    throw new SlnetError("unsupported", `${name} has pixels of type ${shown(typeName)}, expected one like MET_USHORT`);
  }
  const sizes = (text("DimSize") ?? "").split(/\s+/).map(Number);
  const dimensions = integer("NDims", 0);
  if (dimensions < 1 || dimensions > mostAxes || sizes.length !== dimensions) {
    throw bad(`has ${dimensions} dimensions and ${sizes.length} sizes, expected as many of each, up to ${mostAxes}`);
  }
  const channels = integer("ElementNumberOfChannels", 1);
  const axes: VolumeAxis[] = sizes.map((length) => ({ kind: "space", length }));
  if (channels !== 1) axes.unshift({ kind: "channel", length: channels });

  const isLocal = /^local$/i.test(dataFile);
  // `LIST`, a pattern with its range, or one file for each of several axes.
  if (/^LIST\b/.test(dataFile) || /%\d*d/.test(dataFile)) {
    throw new SlnetError("unsupported", `${name} keeps its pixels in several files, expected one; save it as one .mha`);
  }
  const isBinary = text("BinaryData") === null || flag("BinaryData");
  const isCompressed = isBinary && flag("CompressedData");
  const skipped = integer("HeaderSize", 0);
  if (skipped < -1 || (skipped === -1 && (isCompressed || !isBinary))) {
    throw bad(`has HeaderSize ${skipped}, expected 0 or more`);
  }
  const compressedBytes = integer("CompressedDataSize", 0);
  const data: VolumeData = {
    file: isLocal ? null : dataFile,
    // For pixels in the same file the format has no other start than the end of the header.
    offset: isLocal ? header.bytes : skipped,
    bytes: isCompressed && compressedBytes > 0 ? compressedBytes : null,
    encoding: isCompressed ? "zlib" : isBinary ? "raw" : "text",
    decodedOffset: 0,
  };
  const spacing = Number((text("ElementSpacing", "ElementSize") ?? "").split(/\s+/)[0]);
  return {
    format: "mha",
    type: types[typeName],
    littleEndian: !flag("BinaryDataByteOrderMSB", "ElementByteOrderMSB"),
    axes,
    data,
    ...unknownMetadata,
    pixelSizeNm: lengthInNanometres(spacing, text("DistanceUnits") ?? ""),
    notices: [],
  };
}
