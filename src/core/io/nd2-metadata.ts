import { isSlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type StackMetadata } from "../frames.js";
import {
  liteLevel,
  liteMembers,
  liteNumber,
  liteValue,
  parseLiteVariant,
  type LiteLevel,
  type LiteValue,
} from "./lite-variant.js";
import { readNd2Metadata, type Nd2Map } from "./nd2-chunks.js";

/** What a file says beside its pixels, as far as it matters here. */
export interface Nd2Metadata extends StackMetadata {
  /** Names of the values of a pixel, as many as the file names. */
  readonly channels: readonly string[];
}

/**
 * Reads a chunk of metadata.
 *
 * @returns `null` where there is none of this name
 * @throws {@link SlnetError} `bad-input` where it is broken
 */
export async function readNd2Level(source: ByteSource, map: Nd2Map, chunk: string): Promise<LiteLevel | null> {
  const bytes = await readNd2Metadata(source, map, chunk);
  return bytes && parseLiteVariant(bytes, `${source.name}: its chunk ${chunk}`);
}

/** Pixel size, exposure and names of the channels; what cannot be read is not known, and does not keep from the pixels. */
export async function readNd2Description(source: ByteSource, map: Nd2Map): Promise<Nd2Metadata> {
  const read = async (chunk: string): Promise<LiteLevel> => {
    try {
      return (await readNd2Level(source, map, chunk)) ?? { entries: [] };
    } catch (error) {
      if (isSlnetError(error, "bad-input")) return { entries: [] };
      throw error;
    }
  };
  const picture = liteLevel(await read("ImageMetadataSeqLV|0!"), "SLxPictureMetadata");
  const calibration = liteLevel(await read("ImageCalibrationLV|0!"), "SLxCalibration");
  const texts = liteLevel(await read("ImageTextInfoLV!"), "SLxImageTextInfo");
  const planes = planesOf(picture);
  return {
    ...unknownMetadata,
    pixelSizeNm: pixelSizeOf(picture) ?? pixelSizeOf(calibration),
    exposureSeconds: exposureOf(picture) ?? exposureIn(texts),
    channels: planes.flatMap(channelNames),
  };
}

/** `dCalibration` is micrometres per pixel, and 1 where nobody calibrated the objective. */
function pixelSizeOf(level: LiteLevel): number | null {
  const micrometres = liteNumber(level, "dCalibration") ?? 0;
  return micrometres > 0 && liteValue(level, "bCalibrated") !== false ? micrometres * 1000 : null;
}

function planesOf(picture: LiteLevel): readonly LiteLevel[] {
  const planes = liteLevel(picture, "sPicturePlanes");
  const recent = liteMembers(liteLevel(planes, "sPlaneNew"));
  return recent.length > 0 ? recent : liteMembers(liteLevel(planes, "sPlane"));
}

function channelNames(plane: LiteLevel): readonly string[] {
  const text = liteValue(plane, "sDescription");
  const name = typeof text === "string" && text.trim() !== "" ? text.trim().slice(0, 100) : "channel";
  const count = liteNumber(plane, "uiCompCount") ?? 1;
  if (!(count > 1 && count <= 16)) return [name];
  // A colour camera; which value is which colour is not said.
  return Array.from({ length: Math.floor(count) }, (_, i) => `${name}, value ${i + 1} of a pixel`);
}

/** `dExposureTime` is milliseconds. Only where all cameras have the same. */
function exposureOf(picture: LiteLevel): number | null {
  const settings = liteMembers(liteLevel(picture, "sPicturePlanes", "sSampleSetting"));
  return onlyOne(settings.map((setting) => (liteNumber(setting, "dExposureTime") ?? 0) / 1000));
}

/** What NIS-Elements writes for people: `Exposure: 30 ms`, for each channel. */
function exposureIn(texts: LiteLevel): number | null {
  const found = texts.entries.flatMap(({ value }: { readonly value: LiteValue }) =>
    typeof value === "string"
      ? [...value.slice(0, 100_000).matchAll(/\bExposure:\s{0,4}([\d.]{1,12})\s?(ms|s)\b/g)]
      : [],
  );
  return onlyOne(found.map(([, digits, unit]) => Number(digits) / (unit === "ms" ? 1000 : 1)));
}

function onlyOne(values: readonly number[]): number | null {
  const [first, ...others] = values;
  return first > 0 && Number.isFinite(first) && others.every((value) => value === first) ? first : null;
}
