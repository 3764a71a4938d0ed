import { SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type StackMetadata, type StackReader } from "../frames.js";
import { parseNumpyType, type NumpyType } from "./numpy-type.js";
import { countFrames, openRawFrames, statedFrameBytes } from "./raw-frames.js";
import { roundingNotice, workingType } from "./stored-samples.js";

/** What stands beside a .raw file, parsed. */
export interface PicassoDescription {
  /** Name of the file, for messages. */
  readonly name: string;
  /** One per YAML document: the first describes the recording, the later ones what was done to it. */
  readonly documents: readonly unknown[];
}

/**
 * Opens a recording of Picasso: frames without any header, described by a YAML file of the same name. The keys are those
 * that `picasso.io.load_raw` reads: Byte Order, Data Type, Frames, Height and Width.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` where a key is missing or wrong or no frame is whole; `unsupported` where the
 *   pixels are of another type
 */
export function openPicassoRaw(source: ByteSource, description: PicassoDescription): StackReader {
  const { name } = source;
  const entries = entriesOf(description.documents[0]);
  const [frames, height, width] = ["Frames", "Height", "Width"].map((key) => sizeOf(entries, key, description.name));
  const { type, littleEndian } = pixelTypeOf(entries, description.name);
  const frameBytes = statedFrameBytes(name, height, width, type);
  const count = countFrames(name, source.size, frameBytes, frames, description.name);
  const rounding = roundingNotice(type);
  return openRawFrames(
    source,
    {
      shape: { frames: count.frames, height, width, type: workingType(type) },
      name,
      format: "raw",
      compression: "none",
      byteOrder: littleEndian ? "little-endian" : "big-endian",
      storedType: type,
      ...metadataOf(description.documents.map(entriesOf)),
      notices: [...count.notices, ...(rounding === null ? [] : [rounding])],
    },
    0,
  );
}

type Entries = Readonly<Record<string, unknown>>;

/** The keys of a YAML map; none where it is something else. */
function entriesOf(value: unknown): Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entries) : {};
}

function own(entries: Entries, key: string): unknown {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

function sizeOf(entries: Entries, key: string, name: string): number {
  const value = own(entries, key);
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  const found = value === undefined ? `does not say ${key}` : `says ${key}: ${shown(value)}`;
  throw new SlnetError("bad-input", `${name} ${found}, expected a whole number from 1 on`);
}

function pixelTypeOf(
  entries: Entries,
  name: string,
): { readonly type: NumpyType["type"]; readonly littleEndian: boolean } {
  const text = own(entries, "Data Type");
  const order = own(entries, "Byte Order");
  if (typeof text !== "string")
    throw new SlnetError("bad-input", `${name} does not say Data Type, expected one as uint16`);
  const numpyType = parseNumpyType(text);
  if (!numpyType) {
    throw new SlnetError(
      "unsupported",
      `${name} says Data Type: ${shown(text)}, expected integers or floats of 8 to 64 bits such as uint16`,
    );
  }
  if (order !== "<" && order !== ">" && order !== undefined) {
    throw new SlnetError("bad-input", `${name} says Byte Order: ${shown(order)}, expected < or >`);
  }
  const { type } = numpyType;
  if (type === "uint8" || type === "int8") return { type, littleEndian: true };
  const littleEndian = order === undefined ? numpyType.littleEndian : order === "<";
  if (littleEndian === null) throw new SlnetError("bad-input", `${name} does not say Byte Order, expected < or >`);
  return { type, littleEndian };
}

/** @param documents - what was done to the recording last comes last, and counts first */
function metadataOf(documents: readonly Entries[]): StackMetadata {
  const latestFirst = [...documents].reverse();
  const number = (...keys: readonly string[]): number | null => {
    for (const key of keys) {
      const found = latestFirst.map((entries) => own(entries, key)).find((value) => isAmount(value));
      if (found !== undefined) return found;
    }
    return null;
  };
  const [recording] = documents;
  const microManager = entriesOf(own(recording, "Micro-Manager Metadata"));
  const camera = own(recording, "Camera");
  const fromMicroManager = (key: string): number | null => positive(Number(own(microManager, key) ?? NaN));
  const scaled = (value: number | null, factor: number): number | null => (value === null ? null : value * factor);
  const sensitivity = positive(number("Sensitivity") ?? NaN);
  return {
    ...unknownMetadata,
    // Picasso counts in nanometres, Micro-Manager in micrometres and milliseconds.
    pixelSizeNm:
      positive(number("Pixelsize", "Camera.Pixelsize") ?? NaN) ?? scaled(fromMicroManager("PixelSizeUm"), 1000),
    exposureSeconds: scaled(
      positive(number("Camera.Integration Time") ?? NaN) ??
        fromMicroManager("Exposure-ms") ??
        (typeof camera === "string" ? fromMicroManager(`${camera}-Exposure`) : null),
      1e-3,
    ),
    frameIntervalSeconds: scaled(fromMicroManager("Interval_ms"), 1e-3),
    cameraOffsetAdu: number("Baseline"),
    // Photoelectrons are (counts − Baseline) · Sensitivity / Gain, Gain being that of the electron multiplication.
    aduPerElectron: sensitivity === null ? null : positive((number("Gain") ?? 1) / sensitivity),
  };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value);
  return text.length <= 40 ? text : `${text.slice(0, 37)}…`;
}
