/** What the description text of a TIFF says about the stack. */
export interface TiffDescription {
  /** Written by ImageJ or in its form. */
  readonly isImageJ: boolean;
  /** Number of images that an ImageJ text names, `null` where it names none. */
  readonly images: number | null;
  /** Micrometres in the unit of the resolution tags, `null` where the text does not say. */
  readonly unitMicrometres: number | null;
  /** Nanometres per pixel where the text itself says so, else `null`. */
  readonly pixelSizeNm: number | null;
  readonly frameIntervalSeconds: number | null;
  readonly notices: readonly string[];
}

const lengthUnits: Readonly<Record<string, number>> = {
  nm: 1e-3,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometers: 1,
  um: 1,
  "\u00b5m": 1,
  "\u03bcm": 1,
  // What ImageJ writes for the sign, and what is left of one in Latin-1.
  "\\u00B5m": 1,
  "\ufffdm": 1,
  mm: 1e3,
  cm: 1e4,
  inch: 25_400,
};

const timeUnits: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  ms: 1e-3,
  msec: 1e-3,
  min: 60,
};

/** Reads the text forms that hold sizes: ImageJ's lines of `name=value`, and the attributes of OME-XML. */
export function parseTiffDescription(text: string): TiffDescription {
  if (text.startsWith("ImageJ=")) return parseImageJ(text);
  if (text.startsWith("<?xml") || text.startsWith("<OME")) return parseOme(text);
  return {
    isImageJ: false,
    images: null,
    unitMicrometres: null,
    pixelSizeNm: null,
    frameIntervalSeconds: null,
    notices: [],
  };
}

function parseImageJ(text: string): TiffDescription {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const number = (name: string): number | null => positive(Number(values.get(name) ?? 0));
  const notices: string[] = [];
  addAxisNotice(notices, number("channels") ?? 1, number("slices") ?? 1, number("frames") ?? 1);
  if (values.has("cf")) {
    notices.push("ImageJ stored a calibration of the pixel values; it is not applied, the stored values are read.");
  }
  const interval = number("finterval");
  const timeUnit = timeUnits[values.get("tunit") ?? ""];
  return {
    isImageJ: true,
    images: number("images"),
    unitMicrometres: lengthUnits[values.get("unit") ?? ""] ?? null,
    pixelSizeNm: null,
    frameIntervalSeconds: interval === null || timeUnit === undefined ? null : interval * timeUnit,
    notices,
  };
}

function parseOme(text: string): TiffDescription {
  const attribute = (name: string): string | null => new RegExp(`\\s${name}="([^"]{0,64})"`).exec(text)?.[1] ?? null;
  const size = positive(Number(attribute("PhysicalSizeX") ?? 0));
  // The schema's default unit is the micrometre.
  const unit = lengthUnits[attribute("PhysicalSizeXUnit") ?? "um"];
  const interval = positive(Number(attribute("TimeIncrement") ?? 0));
  const timeUnit = timeUnits[attribute("TimeIncrementUnit") ?? "s"];
  const notices: string[] = [];
  addAxisNotice(
    notices,
    Number(attribute("SizeC") ?? 1),
    Number(attribute("SizeZ") ?? 1),
    Number(attribute("SizeT") ?? 1),
  );
  return {
    isImageJ: false,
    images: null,
    unitMicrometres: null,
    pixelSizeNm: size === null || unit === undefined ? null : size * unit * 1000,
    frameIntervalSeconds: interval === null || timeUnit === undefined ? null : interval * timeUnit,
    notices,
  };
}

/** A stack along z alone is most often a film that lost its time axis, so only a mixture is worth a word. */
function addAxisNotice(notices: string[], channels: number, slices: number, frames: number): void {
  if (channels <= 1 && (slices <= 1 || frames <= 1)) return;
  notices.push(
    `The file says ${channels} channels, ${slices} slices and ${frames} times; its pages are taken as frames in file order.`,
  );
}

function positive(value: number): number | null {
  return value > 0 && Number.isFinite(value) ? value : null;
}
