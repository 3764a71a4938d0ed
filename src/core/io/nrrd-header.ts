import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource } from "../frames.js";
import { lengthInNanometres, timeInSeconds } from "./physical-units.js";
import type { StoredType } from "./stored-samples.js";
import { headerLines, shown } from "./text-header.js";
import type { VolumeAxis, VolumeData, VolumeHeader } from "./volume.js";

// Layout: https://teem.sourceforge.net/nrrd/format.html

const types: Readonly<Record<string, StoredType>> = {
  "signed char": "int8",
  int8: "int8",
  int8_t: "int8",
  uchar: "uint8",
  "unsigned char": "uint8",
  uint8: "uint8",
  uint8_t: "uint8",
  short: "int16",
  "short int": "int16",
  "signed short": "int16",
  "signed short int": "int16",
  int16: "int16",
  int16_t: "int16",
  ushort: "uint16",
  "unsigned short": "uint16",
  "unsigned short int": "uint16",
  uint16: "uint16",
  uint16_t: "uint16",
  int: "int32",
  "signed int": "int32",
  int32: "int32",
  int32_t: "int32",
  uint: "uint32",
  "unsigned int": "uint32",
  uint32: "uint32",
  uint32_t: "uint32",
  longlong: "int64",
  "long long": "int64",
  "long long int": "int64",
  "signed long long": "int64",
  "signed long long int": "int64",
  int64: "int64",
  int64_t: "int64",
  ulonglong: "uint64",
  "unsigned long long": "uint64",
  "unsigned long long int": "uint64",
  uint64: "uint64",
  uint64_t: "uint64",
  float: "float32",
  double: "float64",
};

const encodings: Readonly<Record<string, VolumeData["encoding"]>> = {
  raw: "raw",
  gz: "gzip",
  gzip: "gzip",
  txt: "text",
  text: "text",
  ascii: "text",
  hex: "hex",
};

const spaceKinds = new Set(["domain", "space", "???", "none"]);

/** Axes that the format allows. */
const mostAxes = 16;

/**
 * Reads the header of an NRRD file, attached (`.nrrd`) or detached (`.nhdr`).
 *
 * @throws {@link SlnetError} `bad-input`, naming the field; `unsupported` for pixels in several files
 */
export async function readNrrdHeader(source: ByteSource): Promise<VolumeHeader> {
  const { name } = source;
  const bad = (what: string): SlnetError => new SlnetError("bad-input", `${name}: the NRRD header ${what}`);
  const fields = new Map<string, string>();
  const header = await headerLines(source, (line) => line === "");
  for (const line of header.lines.slice(1)) {
    const colon = line.indexOf(":");
    // `key:=value` is the user's own.
    if (line.startsWith("#") || colon < 1 || line[colon + 1] === "=") continue;
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const text = (...names: readonly string[]): string | null => {
    for (const field of names) {
      const value = fields.get(field);
      if (value !== undefined) return value;
    }
    return null;
  };

  const typeName = text("type") ?? "";
  const type = lookUp(types, typeName.toLowerCase());
  if (!type) {
    throw new SlnetError("unsupported", `${name} has pixels of NRRD type ${shown(typeName)}, expected a number type`);
  }
  const encodingName = text("encoding");
  if (encodingName === null) throw bad("names no encoding, expected raw, gzip, text or hex");
  const encoding = lookUp(encodings, encodingName.toLowerCase());
  if (!encoding) {
    throw new SlnetError(
      "unsupported",
      `${name} has pixels in NRRD encoding ${shown(encodingName)}, expected raw, gzip, text or hex`,
    );
  }
  const dimension = integer(text("dimension"), "dimension", bad);
  const sizes = words(text("sizes")).map((word) => integer(word, "sizes", bad));
  if (dimension < 1 || dimension > mostAxes || sizes.length !== dimension) {
    throw bad(`has dimension ${dimension} and ${sizes.length} sizes, expected as many of each, up to ${mostAxes}`);
  }
  const kinds = words(text("kinds"));
  const axes = sizes.map((length, index): VolumeAxis => ({ kind: axisKind(kinds[index]), length }));
  const endian = text("endian");
  const needsEndian = type !== "int8" && type !== "uint8" && (encoding === "raw" || encoding === "gzip");
  if (endian !== "little" && endian !== "big" && (needsEndian || endian !== null)) {
    throw bad(`has endian ${shown(endian ?? "")}, expected little or big`);
  }

  const file = text("data file", "datafile");
  if (file !== null && (/^LIST\b/.test(file) || /%\d*d\b/.test(file))) {
    throw new SlnetError(
      "unsupported",
      `${name} keeps its pixels in several files, expected one; save it as one .nrrd`,
    );
  }
  if (file === null && !header.ended) throw bad("does not end with an empty line, as it must before the pixels");
  if (integer(text("line skip", "lineskip") ?? "0", "line skip", bad) !== 0) {
    throw new SlnetError("unsupported", `${name} skips lines before its pixels, expected none; save it as one .nrrd`);
  }
  const byteSkip = integer(text("byte skip", "byteskip") ?? "0", "byte skip", bad);
  if (byteSkip < -1 || (byteSkip === -1 && encoding !== "raw")) {
    throw bad(`skips ${byteSkip} bytes, expected 0 or more`);
  }
  // Of compressed pixels the bytes to skip are counted after decompression.
  const isRaw = encoding === "raw";
  const start = file === null ? header.bytes : 0;
  const data: VolumeData = {
    file,
    offset: byteSkip === -1 ? -1 : start + (isRaw ? byteSkip : 0),
    bytes: null,
    encoding,
    decodedOffset: isRaw ? 0 : byteSkip,
  };
  return {
    format: "nrrd",
    type,
    littleEndian: endian !== "big",
    axes,
    data,
    ...unknownMetadata,
    ...calibration(text, axes),
    notices: [],
  };
}

/** Pixel size and frame interval, where the header gives the unit. */
function calibration(
  text: (...names: readonly string[]) => string | null,
  axes: readonly VolumeAxis[],
): { readonly pixelSizeNm: number | null; readonly frameIntervalSeconds: number | null } {
  const units = quoted(text("units"));
  const spaceUnits = quoted(text("space units"));
  const spacings = words(text("spacings")).map(Number);
  // One vector for each axis, `none` for those that are not of space.
  const directions = [...(text("space directions") ?? "").matchAll(/none|\(([^)]*)\)/g)].map(([, vector]) =>
    vector === undefined ? NaN : Math.hypot(...vector.split(",").map(Number)),
  );
  const columns = axes.findIndex(({ kind }) => kind === "space");
  const others = axes.flatMap(({ kind }, index) => (kind !== "channel" && index !== columns ? [index] : []));
  const times = axes.findIndex(({ kind }) => kind === "time");
  const last = times === -1 ? others.at(-1) : times;
  const inPlane =
    lengthInNanometres(spacings[columns] ?? NaN, units[columns] ?? "") ??
    lengthInNanometres(directions[columns] ?? NaN, spaceUnits[0] ?? "");
  return {
    pixelSizeNm: inPlane === null ? null : Number(inPlane.toPrecision(12)),
    frameIntervalSeconds: last === undefined ? null : timeInSeconds(spacings[last] ?? NaN, units[last] ?? ""),
  };
}

function axisKind(kind: string | undefined): VolumeAxis["kind"] {
  const name = (kind ?? "none").toLowerCase();
  if (spaceKinds.has(name)) return "space";
  return name === "time" || name === "list" ? "time" : "channel";
}

function integer(text: string | null, field: string, bad: (what: string) => SlnetError): number {
  const value = Number(text ?? "");
  if (text !== null && /^-?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw bad(`has ${field} ${shown(text ?? "")}, expected a whole number`);
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function words(text: string | null): readonly string[] {
  return text === null || text === "" ? [] : text.split(/\s+/);
}

function quoted(text: string | null): readonly string[] {
  return [...(text ?? "").matchAll(/"([^"]*)"/g)].map(([, word]) => word);
}
