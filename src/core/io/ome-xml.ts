import { SlnetError } from "../errors.js";
import type { OmeBlock, OmeDocument, OmeFile, OmeImage } from "./ome-image.js";
import { inUnit, micrometresIn, positive, secondsIn } from "./physical-units.js";
import type { StackAxis } from "./stack-axes.js";
import type { XmlHandler, XmlReader } from "./xml-events.js";

type Attributes = Readonly<Record<string, string>>;

const axisOfLetter: Readonly<Record<string, StackAxis>> = { C: "channel", Z: "slice", T: "time" };

/** More than this is no text of a microscope. */
const mostImages = 10_000;
const mostBlocks = 2_000_000;
const mostNames = 1000;
const longestName = 200;

/** Largest difference of exposures that are called the same. */
const sameExposure = 0.01;

/** What was read of an OME-XML text, and why no more. */
export interface OmeReading {
  readonly document: OmeDocument;
  /** Why the text ended too early, `null` where all was read. */
  readonly failure: SlnetError | null;
}

/**
 * Reads OME-XML: axes, where the planes are, pixel size and times. The schema 2016-06; older ones say these things alike.
 *
 * @throws {@link SlnetError} `bad-input` where sizes make no sense
 */
export async function readOmeXml(parts: AsyncIterable<string>, readXml: XmlReader): Promise<OmeReading> {
  const builder = new OmeBuilder();
  let failure: SlnetError | null = null;
  try {
    await readXml(parts, builder);
  } catch (error) {
    if (!(error instanceof SlnetError)) throw error;
    failure = error;
  }
  return { document: builder.document(), failure };
}

/** What is collected of one image. */
interface ImageDraft {
  label: string;
  sizes: Record<StackAxis, number>;
  order: StackAxis[];
  channelNames: string[];
  /** Samples of the pixels of its first channel. */
  samples: number;
  blocks: OmeBlock[];
  pixels: Attributes;
  firstTime: readonly [position: number, seconds: number] | null;
  lastTime: readonly [position: number, seconds: number] | null;
  shortestExposure: number;
  longestExposure: number;
}

class OmeBuilder implements XmlHandler {
  #uuid = "";
  #metadataFile: string | null = null;
  #hasPixels = false;
  readonly #images: ImageDraft[] = [];
  readonly #files: OmeFile[] = [];
  readonly #fileIndices = new Map<string, number>();
  readonly #cameras = new Set<string>();
  readonly #offsets = new Set<number>();
  #blockCount = 0;
  /** The element that is open, if one is, and the index of the file that it names. */
  #block: Attributes | null = null;
  #file = -1;
  /** Of the name of a file inside it, and the text of that. */
  #fileName: string | null = null;
  #uuidText: string | null = null;
  /** What our own writer has noted, by name, and the one that is open. */
  readonly #facts = new Map<string, number>();
  #isOurAnnotation = false;
  #factName: string | null = null;
  #factText = "";

  open(name: string, attributes: Attributes): void {
    const image = this.#images.at(-1);
    switch (name) {
      case "OME":
        this.#uuid = attributes.UUID ?? "";
        return;
      case "BinaryOnly":
        this.#metadataFile = attributes.MetadataFile ?? null;
        return;
      case "Detector":
        if (/^(CCD|EMCCD|EBCCD|IntensifiedCCD|CMOS|sCMOS)$/i.test(attributes.Type ?? "")) {
          this.#cameras.add(attributes.ID ?? "");
          this.#addOffset(attributes);
        }
        return;
      case "DetectorSettings":
        if (this.#cameras.has(attributes.ID ?? "")) this.#addOffset(attributes);
        return;
      case "Image":
        this.#addImage(attributes);
        return;
      case "Pixels":
        if (image) readPixels(image, attributes);
        return;
      case "Channel":
        if (!image || image.channelNames.length >= mostNames) return;
        if (image.channelNames.length === 0) image.samples = Math.max(1, wholeNumber(attributes.SamplesPerPixel, 1));
        image.channelNames.push((attributes.Name ?? "").slice(0, longestName));
        return;
      case "BinData":
        this.#hasPixels ||= image !== undefined;
        return;
      case "TiffData":
        this.#block = attributes;
        this.#file = -1;
        return;
      case "UUID":
        if (!this.#block) return;
        this.#fileName = attributes.FileName ?? "";
        this.#uuidText = "";
        return;
      case "Plane":
        if (image) readPlane(image, attributes);
        return;
      case "MapAnnotation":
        this.#isOurAnnotation = attributes.Namespace === "slnet-web";
        return;
      case "M":
        this.#factName = this.#isOurAnnotation ? (attributes.K ?? "") : null;
        this.#factText = "";
        return;
      default:
    }
  }

  text(text: string): void {
    if (this.#uuidText !== null && this.#uuidText.length < longestName) this.#uuidText += text;
    if (this.#factName !== null && this.#factText.length < longestName) this.#factText += text;
  }

  close(name: string): void {
    if (name === "UUID" && this.#fileName !== null) {
      this.#file = this.#fileIndex(this.#fileName, (this.#uuidText ?? "").trim());
      this.#fileName = null;
      this.#uuidText = null;
    } else if (name === "TiffData" && this.#block) {
      this.#addBlock(this.#block);
      this.#block = null;
    } else if (name === "M" && this.#factName !== null) {
      if (this.#facts.size < mostNames) this.#facts.set(this.#factName, Number(this.#factText));
      this.#factName = null;
    }
  }

  document(): OmeDocument {
    const [offset, ...otherOffsets] = this.#offsets;
    return {
      uuid: this.#uuid,
      images: this.#images.map(finishImage),
      files: this.#files,
      metadataFile: this.#metadataFile,
      hasPixels: this.#hasPixels,
      cameraOffsetAdu:
        this.#fact("offset") ??
        (offset === undefined || otherOffsets.length > 0 || this.#cameras.size > 1 ? null : offset),
      aduPerElectron: positive(this.#fact("aduPerElectron") ?? 0),
    };
  }

  #fact(name: string): number | null {
    const value = this.#facts.get(name) ?? NaN;
    return Number.isFinite(value) ? value : null;
  }

  #addImage(attributes: Attributes): void {
    if (this.#images.length === mostImages) {
      throw new SlnetError("bad-input", `the OME-XML has more than ${mostImages} images`);
    }
    const label = attributes.Name || attributes.ID || `image ${this.#images.length}`;
    this.#images.push({
      label: label.slice(0, longestName),
      sizes: { channel: 1, slice: 1, time: 1 },
      order: ["channel", "slice", "time"],
      channelNames: [],
      samples: 1,
      blocks: [],
      pixels: {},
      firstTime: null,
      lastTime: null,
      shortestExposure: Infinity,
      longestExposure: 0,
    });
  }

  #addOffset(attributes: Attributes): void {
    const offset = Number(attributes.Offset ?? NaN);
    if (Number.isFinite(offset)) this.#offsets.add(offset);
  }

  #fileIndex(name: string, uuid: string): number {
    const key = `${name}\n${uuid}`;
    const known = this.#fileIndices.get(key);
    if (known !== undefined) return known;
    this.#fileIndices.set(key, this.#files.length);
    return this.#files.push({ name, uuid }) - 1;
  }

  #addBlock(attributes: Attributes): void {
    const image = this.#images.at(-1);
    if (!image) return;
    if (++this.#blockCount > mostBlocks) {
      throw new SlnetError("bad-input", `the OME-XML places planes in more than ${mostBlocks} elements`);
    }
    image.blocks.push({
      page: attributes.IFD === undefined ? null : wholeNumber(attributes.IFD, 0),
      first: {
        channel: wholeNumber(attributes.FirstC, 0),
        slice: wholeNumber(attributes.FirstZ, 0),
        time: wholeNumber(attributes.FirstT, 0),
      },
      planes: attributes.PlaneCount === undefined ? null : wholeNumber(attributes.PlaneCount, 1),
      file: this.#file,
    });
  }
}

function readPixels(image: ImageDraft, attributes: Attributes): void {
  image.pixels = attributes;
  for (const [letter, axis] of Object.entries(axisOfLetter)) {
    const size = wholeNumber(attributes[`Size${letter}`], 1);
    if (size < 1) throw new SlnetError("bad-input", `${image.label} has Size${letter} 0, expected at least 1`);
    image.sizes[axis] = size;
  }
  const letters = /^XY([CZT]{3})$/.exec(attributes.DimensionOrder ?? "")?.[1] ?? "";
  if (new Set(letters).size === 3) image.order = Array.from(letters, (letter) => axisOfLetter[letter]);
}

function readPlane(image: ImageDraft, attributes: Attributes): void {
  const exposure = inUnit(positive(Number(attributes.ExposureTime)), secondsIn(attributes.ExposureTimeUnit ?? "s"));
  if (exposure !== null) {
    image.shortestExposure = Math.min(image.shortestExposure, exposure);
    image.longestExposure = Math.max(image.longestExposure, exposure);
  }
  // Times of one channel and slice are compared, or of one channel along z where that is the time.
  const timeLetter = image.sizes.time > 1 ? "T" : "Z";
  const otherLetters = timeLetter === "T" ? ["C", "Z"] : ["C", "T"];
  if (otherLetters.some((letter) => (attributes[`The${letter}`] ?? "0") !== "0")) return;
  const unit = secondsIn(attributes.DeltaTUnit ?? "s");
  const seconds = Number(attributes.DeltaT ?? NaN);
  if (unit === null || !Number.isFinite(seconds)) return;
  const time = [wholeNumber(attributes[`The${timeLetter}`], 0), seconds * unit] as const;
  if (!image.firstTime || time[0] < image.firstTime[0]) image.firstTime = time;
  if (!image.lastTime || time[0] > image.lastTime[0]) image.lastTime = time;
}

function finishImage(image: ImageDraft): OmeImage {
  const { pixels, sizes, samples, firstTime, lastTime, shortestExposure, longestExposure } = image;
  // The schema's default units are the micrometre and the second.
  const length = (letter: string): number | null =>
    inUnit(
      positive(Number(pixels[`PhysicalSize${letter}`])),
      micrometresIn(pixels[`PhysicalSize${letter}Unit`] ?? "um"),
    );
  const width = length("X");
  const height = length("Y");
  const notices: string[] = [];
  if (width !== null && height !== null && Math.abs(height / width - 1) >= 0.01) {
    notices.push(
      `Pixels are not square: ${Math.round(width * 1e4) / 10} nm wide and ${Math.round(height * 1e4) / 10} nm high; the width is used.`,
    );
  }
  const difference = firstTime && lastTime && lastTime[0] > firstTime[0] ? lastTime[1] - firstTime[1] : 0;
  const steps = firstTime && lastTime ? lastTime[0] - firstTime[0] : 1;
  const isSame = longestExposure > 0 && longestExposure - shortestExposure <= sameExposure * longestExposure;
  return {
    label: image.label,
    axes: {
      ...sizes,
      // The samples of a pixel are counted as channels, and lie in one plane.
      channel: sizes.channel % samples === 0 ? sizes.channel / samples : sizes.channel,
      channelNames: image.channelNames,
    },
    order: image.order,
    blocks: image.blocks,
    pixelSizeNm: width === null ? null : width * 1000,
    frameIntervalSeconds:
      inUnit(positive(Number(pixels.TimeIncrement)), secondsIn(pixels.TimeIncrementUnit ?? "s")) ??
      positive(difference / steps),
    exposureSeconds: isSame ? longestExposure : null,
    notices,
  };
}

/** A whole number from 0 on; what is none becomes one that is in no file. */
function wholeNumber(text: string | undefined, missing: number): number {
  if (text === undefined) return missing;
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : Number.MAX_SAFE_INTEGER;
}
