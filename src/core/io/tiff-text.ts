import { SlnetError } from "../errors.js";
import type { StackMetadata } from "../frames.js";
import { slnetWebVersion } from "../version.js";
import type { TiffWriterOptions } from "./tiff-writer.js";

/** The text of the first page, in a room that fits the largest number of frames. */
export interface TiffText {
  /** Bytes, with the zero that ends it; the same for any number of frames. */
  readonly length: number;
  encode(frames: number): Uint8Array<ArrayBuffer>;
}

/**
 * ImageJ's lines of `name=value`, or OME-XML 2016-06. One text cannot be both: ImageJ looks for its word at the start, and
 * OME readers for XML there.
 *
 * @param hasResolution - whether the page says how many pixels make a micrometre
 */
export function createTiffText(options: TiffWriterOptions, hasResolution: boolean): TiffText {
  for (const line of options.description ?? []) {
    if (!/[\n\0]/.test(line)) continue;
    throw new SlnetError(
      "bad-input",
      `write TIFF: the description line ${JSON.stringify(line)} has a line break, expected none`,
    );
  }
  const facts = [...cameraFacts(options), ...(options.description ?? [])];
  return options.text === "ome" ? createOmeText(options, facts) : createImageJText(options, facts, hasResolution);
}

/** What ImageJ and OME have no place of their own for. Names that ImageJ does not use. */
function cameraFacts({ exposureSeconds, cameraOffsetAdu, aduPerElectron }: Partial<StackMetadata>): string[] {
  const facts = { offset: cameraOffsetAdu, exposure: exposureSeconds, aduPerElectron };
  return Object.entries(facts).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name}=${value}`],
  );
}

function createImageJText(
  { frames: plannedFrames, frameIntervalSeconds = null }: TiffWriterOptions,
  facts: readonly string[],
  hasResolution: boolean,
): TiffText {
  const text = (frames: number): string =>
    [
      "ImageJ=1.53t",
      `images=${frames}`,
      `frames=${frames}`,
      ...(hasResolution ? ["unit=micron"] : []),
      ...(frameIntervalSeconds !== null && frameIntervalSeconds > 0 ? [`finterval=${frameIntervalSeconds}`] : []),
      "loop=false",
      ...facts,
      "",
    ].join("\n");
  return paddedText(plannedFrames, text, (length) => "\n".repeat(length), "");
}

/**
 * The smallest OME-XML that says everything: one series of times, its planes in file order. Lengths are in micrometres
 * and times in seconds, the units of the schema where none are named; so the text is ASCII, as a TIFF text should be.
 */
function createOmeText(options: TiffWriterOptions, facts: readonly string[]): TiffText {
  const { height, width, type, frames: plannedFrames, pixelSizeNm, frameIntervalSeconds, exposureSeconds } = options;
  const { cameraOffsetAdu } = options;
  const attributes = (values: Readonly<Record<string, string | number | null | undefined>>): string =>
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
      .join("");
  const micrometres = isPositive(pixelSizeNm) ? Number((pixelSizeNm / 1000).toPrecision(12)) : null;
  const hasOffset = cameraOffsetAdu !== null && cameraOffsetAdu !== undefined;
  const pixels = (frames: number): string =>
    attributes({
      ID: "Pixels:0",
      DimensionOrder: "XYZCT",
      Type: type === "float32" ? "float" : type,
      BigEndian: "false",
      SizeX: width,
      SizeY: height,
      SizeZ: 1,
      SizeC: 1,
      SizeT: frames,
      PhysicalSizeX: micrometres,
      PhysicalSizeY: micrometres,
      TimeIncrement: isPositive(frameIntervalSeconds) ? frameIntervalSeconds : null,
    });
  const annotations = facts.map((fact) => {
    const [name = "", ...value] = fact.split("=");
    return `<M${attributes({ K: name })}>${xmlText(value.join("="))}</M>`;
  });
  const text = (frames: number): string =>
    [
      `<?xml version="1.0" encoding="UTF-8"?>`,
      `<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
        ` xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd"` +
        `${attributes({ Creator: `slnet-web ${slnetWebVersion}` })}>`,
      ...(hasOffset ? [`<Instrument ID="Instrument:0"><Detector ID="Detector:0:0"/></Instrument>`] : []),
      `<Image${attributes({ ID: "Image:0", Name: options.name })}>`,
      ...(hasOffset ? [`<InstrumentRef ID="Instrument:0"/>`] : []),
      `<Pixels${pixels(frames)}>`,
      hasOffset
        ? `<Channel ID="Channel:0:0" SamplesPerPixel="1"><DetectorSettings${attributes({ ID: "Detector:0:0", Offset: cameraOffsetAdu })}/></Channel>`
        : `<Channel ID="Channel:0:0" SamplesPerPixel="1"/>`,
      `<TiffData IFD="0" FirstZ="0" FirstC="0" FirstT="0" PlaneCount="${frames}"/>`,
      // For the first plane only: a line for each of 40,000 would be megabytes of the same.
      ...(isPositive(exposureSeconds)
        ? [`<Plane${attributes({ TheZ: 0, TheC: 0, TheT: 0, ExposureTime: exposureSeconds })}/>`]
        : []),
      `</Pixels>`,
      ...(annotations.length > 0 ? [`<AnnotationRef ID="Annotation:0"/>`] : []),
      `</Image>`,
      ...(annotations.length > 0
        ? [
            `<StructuredAnnotations><MapAnnotation ID="Annotation:0" Namespace="slnet-web"><Value>`,
            ...annotations,
            `</Value></MapAnnotation></StructuredAnnotations>`,
          ]
        : []),
      "",
    ].join("\n");
  // The room is within the root element: tifffile takes a text for OME-XML only where it ends with its closing tag.
  return paddedText(plannedFrames, text, (length) => " ".repeat(length), "</OME>");
}

function paddedText(
  plannedFrames: number,
  text: (frames: number) => string,
  padding: (length: number) => string,
  end: string,
): TiffText {
  const encoder = new TextEncoder();
  const longest = text(plannedFrames).length;
  // One byte more for the zero that ends a text.
  const length = encoder.encode(text(plannedFrames) + end).length + 1;
  return {
    length,
    encode(frames) {
      const bytes = new Uint8Array(length);
      const body = text(frames);
      bytes.set(encoder.encode(body + padding(longest - body.length) + end));
      return bytes;
    },
  };
}

function isPositive(value: number | null | undefined): value is number {
  return typeof value === "number" && value > 0;
}

/** Text within an attribute or element, in ASCII; what XML 1.0 cannot hold at all becomes a question mark. */
function xmlText(text: string): string {
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isForbidden = code < 0x20 || (code >= 0xd800 && code < 0xe000) || code === 0xfffe || code === 0xffff;
    if (isForbidden) out += "?";
    else if (code > 0x7e || `<>&"'`.includes(character)) out += `&#${code};`;
    else out += character;
  }
  return out;
}
