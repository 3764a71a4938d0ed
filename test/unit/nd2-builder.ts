import { deflateSync } from "node:zlib";

// A small ND2 file of version 3 by hand, from the layout that nd2, limnd2 and Bio-Formats document.

export type TestValue = boolean | number | string | Uint8Array | TestInteger | TestLevel | readonly TestLevel[];
export interface TestLevel {
  readonly [name: string]: TestValue;
}
/** A number that is stored as an integer of 32 bits; plain numbers are stored as 64-bit floats. */
export interface TestInteger {
  readonly uint32: number;
}

export interface TestNd2 {
  readonly attributes: TestLevel;
  /** Content of each image after its time, one row after the other. */
  readonly images: readonly (Uint8Array | null)[];
  readonly experiment?: TestLevel;
  readonly picture?: TestLevel;
  readonly calibration?: TestLevel;
  readonly texts?: TestLevel;
  /** Times in milliseconds, those before the pixels and those of the cache. */
  readonly times?: readonly number[];
  readonly cachedTimes?: readonly number[];
  readonly version?: string;
  /** Bytes of the name of each image with its padding. */
  readonly imageNameBytes?: number;
  readonly deflated?: boolean;
  /** Bytes after the end of a deflated image. */
  readonly padding?: number;
  /** Writes the images from the last to the first. */
  readonly reversed?: boolean;
  /** Stores the metadata of the picture in the compressed form. */
  readonly compressedMetadata?: boolean;
  readonly withoutMap?: boolean;
}

export const integer = (value: number): TestInteger => ({ uint32: value });

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function numberBytes(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return new Uint8Array(view.buffer);
}

const uint32 = (value: number) =>
  numberBytes(4, (view) => {
    view.setUint32(0, value, true);
  });
const uint64 = (value: number) =>
  numberBytes(8, (view) => {
    view.setBigUint64(0, BigInt(value), true);
  });
const float64 = (value: number) =>
  numberBytes(8, (view) => {
    view.setFloat64(0, value, true);
  });
const ascii = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Uint8Array.from(Buffer.from(`${text}\0`, "utf16le"));

/** One entry in the "lite variant" form. */
export function encodeLite(name: string, value: TestValue): Uint8Array<ArrayBuffer> {
  const nameBytes = name === "" ? new Uint8Array(0) : utf16(name);
  const head = (type: number) => joined(Uint8Array.of(type, nameBytes.length / 2), nameBytes);
  if (typeof value === "boolean") return joined(head(1), Uint8Array.of(value ? 1 : 0));
  if (typeof value === "number") return joined(head(6), float64(value));
  if (typeof value === "string") return joined(head(8), utf16(value));
  if (value instanceof Uint8Array) return joined(head(9), uint64(value.length), value);
  if ("uint32" in value && typeof value.uint32 === "number") return joined(head(3), uint32(value.uint32));
  const list = Array.isArray(value);
  const items = Object.entries(value).map(([key, item]) => encodeLite(list ? "" : key, item as TestValue));
  const start = head(11);
  const inside = joined(...items);
  const length = start.length + 12 + inside.length;
  return joined(start, uint32(items.length), uint64(length), inside, new Uint8Array(8 * items.length));
}

function encodeChunk(name: string, content: Uint8Array, nameBytes = name.length): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(nameBytes);
  padded.set(ascii(name));
  return joined(Uint8Array.of(0xda, 0xce, 0xbe, 0x0a), uint32(nameBytes), uint64(content.length), padded, content);
}

export function buildNd2(file: TestNd2): Uint8Array<ArrayBuffer> {
  const { version = "Ver3.0", imageNameBytes = 4072, times = [] } = file;
  const parts: Uint8Array[] = [];
  const map: Uint8Array[] = [];
  let end = 0;
  const add = (name: string, content: Uint8Array, nameBytes?: number): void => {
    const chunk = encodeChunk(name, content, nameBytes);
    map.push(ascii(name), uint64(end), uint64(content.length));
    parts.push(chunk);
    end += chunk.length;
  };
  const signature = new Uint8Array(64);
  signature.set(ascii(version));
  add("ND2 FILE SIGNATURE CHUNK NAME01!", signature);
  add("ImageAttributesLV!", encodeLite("SLxImageAttributes", file.attributes));
  if (file.experiment) add("ImageMetadataLV!", encodeLite("SLxExperiment", file.experiment));
  if (file.picture) {
    const plain = encodeLite("SLxPictureMetadata", file.picture);
    const compressed = joined(Uint8Array.of(76, 0), new Uint8Array(10), deflateSync(plain));
    add("ImageMetadataSeqLV|0!", file.compressedMetadata ? compressed : plain);
  }
  if (file.calibration) add("ImageCalibrationLV|0!", encodeLite("SLxCalibration", file.calibration));
  const order = file.images.map((_, i) => i);
  if (file.reversed) order.reverse();
  for (const i of order) {
    const image = file.images[i];
    if (!image) continue;
    const content = file.deflated ? joined(deflateSync(image), new Uint8Array(file.padding ?? 0)) : image;
    add(`ImageDataSeq|${i}!`, joined(float64(times[i] ?? 0), content), imageNameBytes);
  }
  if (file.texts) add("ImageTextInfoLV!", encodeLite("SLxImageTextInfo", file.texts));
  if (file.cachedTimes) add("CustomData|AcqTimesCache!", joined(...file.cachedTimes.map(float64)));
  if (file.withoutMap) return joined(...parts);
  const mapEnd = ascii("ND2 CHUNK MAP SIGNATURE 0000001!");
  const mapContent = joined(...map, mapEnd, uint64(0), uint64(0));
  parts.push(encodeChunk("ND2 FILEMAP SIGNATURE NAME 0001!", mapContent), mapEnd, uint64(end));
  return joined(...parts);
}

/** What NIS-Elements says of images of 16 bits without padding, with `more` in place of some of it. */
export function attributesOf(width: number, height: number, images: number, more: TestLevel = {}): TestLevel {
  const components = (more["uiComp"] as TestInteger | undefined)?.uint32 ?? 1;
  return {
    uiWidth: integer(width),
    uiWidthBytes: integer(2 * width * components),
    uiHeight: integer(height),
    uiComp: integer(components),
    uiBpcInMemory: integer(16),
    uiBpcSignificant: integer(12),
    uiSequenceCount: integer(images),
    uiTileWidth: integer(width),
    uiTileHeight: integer(height),
    eCompression: integer(2),
    dCompressionParam: 0,
    ePixelType: integer(1),
    uiVirtualComponents: integer(components),
    ...more,
  };
}
