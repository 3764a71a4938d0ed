import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type FileFolder, type StackMetadata, type StackReader } from "../frames.js";
import { countFrames, openRawFrames, statedFrameBytes } from "./raw-frames.js";
import { readNeighbourText } from "./small-text.js";

/**
 * Opens a recording of the Zhuang laboratory's programs: 16-bit frames without any header, and an .inf file of the same
 * name beside them with lines of `key = value`. The keys are those that storm-control writes and storm-analysis reads.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @param folder - where the .inf file is
 * @throws {@link SlnetError} `bad-input` where there is no .inf file, it says no size, or no frame is whole;
 *   `unsupported` where the pixels are not 16-bit integers
 */
export async function openDax(source: ByteSource, folder: FileFolder): Promise<StackReader> {
  const { name } = source;
  const information = await readNeighbourText(name, folder, [".inf"]);
  if (!information) {
    const wanted = name.replace(/\.[^./]*$/, ".inf");
    throw new SlnetError("bad-input", `${name} needs ${wanted} beside it, which says its size; open both together`);
  }
  const values = parseInformation(information.text);
  const { width, height } = sizeOf(values, information.name);
  const { littleEndian, notices } = byteOrderOf(values, information.name);
  const frameBytes = statedFrameBytes(name, height, width, "uint16");
  const count = countFrames(name, source.size, frameBytes, statedFrames(values, information.name), information.name);
  return openRawFrames(
    source,
    {
      shape: { frames: count.frames, height, width, type: "uint16" },
      name,
      format: "dax",
      compression: "none",
      byteOrder: littleEndian ? "little-endian" : "big-endian",
      storedType: "uint16",
      ...metadataOf(values),
      notices: [...notices, ...count.notices],
    },
    0,
  );
}

/** Most lines that are looked at; a real .inf file has some tens. */
const mostLines = 10_000;

/** Values by key, both trimmed, keys in lower case. The first of several counts. */
function parseInformation(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r\n?|\n/, mostLines)) {
    const equals = line.indexOf("=");
    if (equals < 1) continue;
    const key = line.slice(0, equals).trim().toLowerCase().replaceAll("_", " ");
    if (!values.has(key)) values.set(key, line.slice(equals + 1).trim());
  }
  return values;
}

/** Width comes first: storm-control writes the camera's pixels in x, then in y. */
function sizeOf(
  values: ReadonlyMap<string, string>,
  name: string,
): { readonly width: number; readonly height: number } {
  const text = values.get("frame dimensions");
  const [, width, height] = /^(\d{1,9})\s*[x×]\s*(\d{1,9})$/i.exec(text ?? "") ?? [];
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
  const found = text === undefined ? "does not say the frame dimensions" : `says frame dimensions = ${cut(text)}`;
  throw new SlnetError("bad-input", `${name} ${found}, expected width x height such as 256 x 256`);
}

function byteOrderOf(
  values: ReadonlyMap<string, string>,
  name: string,
): { readonly littleEndian: boolean; readonly notices: readonly string[] } {
  const text = values.get("data type");
  if (text !== undefined && !/\b16[ -]?bit\b/i.test(text)) {
    throw new SlnetError("unsupported", `${name} says data type = ${cut(text)}, expected 16 bit integers`);
  }
  const order = /\b(big|little)[ -]endian\b/i.exec(text ?? "")?.[1]?.toLowerCase();
  if (order !== undefined) return { littleEndian: order === "little", notices: [] };
  const notice = `${name} does not say the byte order; the pixels are read as big-endian, as such files mostly are.`;
  return { littleEndian: false, notices: [notice] };
}

function metadataOf(values: ReadonlyMap<string, string>): StackMetadata {
  const seconds = (...keys: readonly string[]): number | null => {
    for (const key of keys) {
      const found = toSeconds(values.get(key) ?? "");
      if (found !== null) return found;
    }
    return null;
  };
  const framesPerSecond = positive(Number(values.get("frames per second")));
  return {
    ...unknownMetadata,
    pixelSizeNm: pixelSizeOf(values),
    exposureSeconds: seconds("exposure time", "exposure"),
    frameIntervalSeconds:
      seconds("kinetic cycle time", "kinetic value", "frame interval") ??
      (framesPerSecond === null ? null : 1 / framesPerSecond),
  };
}

/** Only where the unit is said, beside the number or in the key: `pixel size = 160 nm`, `pixel size (um) = 0.16`. */
function pixelSizeOf(values: ReadonlyMap<string, string>): number | null {
  for (const [key, text] of values) {
    if (!/^pixel ?size\b/.test(key)) continue;
    const number = positive(Number.parseFloat(text));
    // Both letters that look like a micro sign.
    const unit = /(?<![a-z])(nm|nanomet|um|[\u00b5\u03bc]m|micron|micromet)/i.exec(`${text} ${key}`);
    if (number === null || !unit) continue;
    return /^n/i.test(unit[1]) ? number : number * 1000;
  }
  return null;
}

/** Seconds, unless the text says milliseconds. */
function toSeconds(text: string): number | null {
  const [, digits, unit] = /^([\d.]+(?:e[+-]?\d+)?)\s*(m?s(?:ec)?|seconds?|milliseconds?)?$/i.exec(text) ?? [];
  const number = positive(Number(digits));
  if (number === null) return null;
  return /^m/i.test(unit ?? "") ? number / 1000 : number;
}

/** `null` where the file does not say: then the recording is as long as the pixels are. */
function statedFrames(values: ReadonlyMap<string, string>, name: string): number | null {
  const text = values.get("number of frames");
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SlnetError("bad-input", `${name} says number of frames = ${cut(text)}, expected a whole number`);
}

function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}

function cut(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}
