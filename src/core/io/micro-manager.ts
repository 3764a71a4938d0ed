import { unknownMetadata, type ByteSource, type StackMetadata } from "../frames.js";
import { inUnit, positive } from "./physical-units.js";

// Micro-Manager's MultipageTiffWriter and its "File Formats" page: what follows the TIFF header, and what that points to.

/** What stands behind the TIFF header. */
export const microManagerMark = 54773648;
const mapMark = 3453623;
const summaryMark = 2355492;
const summaryAt = 40;
const mapEntryBytes = 20;

/** A classic TIFF of 4 GiB has no more of any size that a camera has. */
const mostEntries = 2_000_000;

/** Texts that are longer are not looked at. */
const longestSummary = 4 * 1024 * 1024;

/** Names of channels and positions that are kept, and characters of each. */
const mostNames = 1000;
const longestName = 200;

/** What a file of Micro-Manager says besides what every TIFF says. */
export interface MicroManagerFile {
  /** Positions of the directories in file order. */
  readonly directories: Float64Array;
  /** `[pages, 4]`: channel, slice, time and position of each page in file order. */
  readonly places: Uint32Array;
  readonly summary: MicroManagerSummary;
}

export interface MicroManagerSummary {
  readonly metadata: StackMetadata;
  readonly channelNames: readonly string[];
  /** Of the positions of the stage, by their number; empty where nobody says. */
  readonly positionNames: readonly string[];
  /** As planned; 1 where nobody says. */
  readonly channels: number;
  readonly slices: number;
  /** How many times, slices, channels and positions were planned; `null` where nobody says. */
  readonly plannedFrames: number | null;
}

/**
 * Reads the table of pages and the summary.
 *
 * @returns `null` where the file has none, or one that is broken: such as after a recording that was not ended
 */
export async function readMicroManagerFile(
  source: ByteSource,
  littleEndian: boolean,
): Promise<MicroManagerFile | null> {
  const head = viewOf(await source.read(0, summaryAt));
  if (head.byteLength < summaryAt || head.getUint32(8, littleEndian) !== microManagerMark) return null;
  const mapAt = head.getUint32(12, littleEndian);
  const mapHead = mapAt + 8 > source.size ? null : viewOf(await source.read(mapAt, 8));
  if (mapHead?.byteLength !== 8 || mapHead.getUint32(0, littleEndian) !== mapMark) return null;
  const count = mapHead.getUint32(4, littleEndian);
  if (count === 0 || count > mostEntries || mapAt + 8 + count * mapEntryBytes > source.size) return null;
  const map = viewOf(await source.read(mapAt + 8, count * mapEntryBytes));
  if (map.byteLength !== count * mapEntryBytes) return null;

  const offsetOf = (entry: number): number => map.getUint32(entry * mapEntryBytes + 16, littleEndian);
  // The table may be in any order.
  const entries = Uint32Array.from({ length: count }, (_, entry) => entry).sort((a, b) => offsetOf(a) - offsetOf(b));
  const directories = new Float64Array(count);
  const places = new Uint32Array(4 * count);
  for (let page = 0; page < count; page++) {
    const entry = entries[page];
    directories[page] = offsetOf(entry);
    if (page > 0 && directories[page] === directories[page - 1]) return null;
    const [channel, slice, time, position] = [0, 4, 8, 12].map((at) =>
      map.getUint32(entry * mapEntryBytes + at, littleEndian),
    );
    places.set([channel, slice, time, position], 4 * page);
  }
  return { directories, places, summary: await readMicroManagerSummary(source, littleEndian) };
}

/** Reads what was planned. It is in the file from its beginning on. */
export async function readMicroManagerSummary(source: ByteSource, littleEndian: boolean): Promise<MicroManagerSummary> {
  const head = viewOf(await source.read(0, summaryAt));
  const isThere = head.byteLength === summaryAt && head.getUint32(32, littleEndian) === summaryMark;
  const length = isThere ? head.getUint32(36, littleEndian) : 0;
  const text = length > longestSummary ? "" : new TextDecoder().decode(await source.read(summaryAt, length));
  return parseMicroManagerSummary(text);
}

/** Reads the summary, a text in JSON. Of a broken one nothing is known. */
export function parseMicroManagerSummary(text: string): MicroManagerSummary {
  const values = parseObject(text);
  const count = (name: string): number => positive(Number(values[name] ?? 1)) ?? 1;
  const planned = count("Frames") * count("Slices") * count("Channels") * count("Positions");
  return {
    metadata: {
      ...unknownMetadata,
      pixelSizeNm: pixelSizeOf(values),
      frameIntervalSeconds: inUnit(number(values["Interval_ms"]), 1e-3),
    },
    channelNames: listOf(values["ChNames"]).map(nameOf),
    positionNames: listOf(values["StagePositions"] ?? values["InitialPositionList"]).map((position) =>
      nameOf(objectOf(position)["Label"]),
    ),
    channels: count("Channels"),
    slices: count("Slices"),
    plannedFrames: "Frames" in values && Number.isSafeInteger(planned) ? planned : null,
  };
}

/** Reads what the first page of a file says of itself, a text in JSON. It knows better than the plan. */
export function parseMicroManagerPage(text: string): Pick<StackMetadata, "pixelSizeNm" | "exposureSeconds"> {
  const values = parseObject(text);
  return { pixelSizeNm: pixelSizeOf(values), exposureSeconds: inUnit(number(values["Exposure-ms"]), 1e-3) };
}

/** What a page calls the position of the stage that it was taken at; empty where it does not say. */
export function parsePositionName(text: string): string {
  return nameOf(parseObject(text)["PositionName"]);
}

function pixelSizeOf(values: Readonly<Record<string, unknown>>): number | null {
  return inUnit(number(values.PixelSizeUm ?? values.PixelSize_um), 1000);
}

/** A number, which some versions write as a text or as an object with a type and a scalar. */
function number(written: unknown): number | null {
  const value = scalarOf(written);
  return typeof value === "string" || typeof value === "number" ? positive(Number(value)) : null;
}

/** A name for people, written in the same ways as a number; empty where there is none. */
function nameOf(written: unknown): string {
  const value = scalarOf(written);
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, longestName) : "";
}

function scalarOf(value: unknown): unknown {
  const values = objectOf(value);
  return "scalar" in values ? values["scalar"] : value;
}

function listOf(value: unknown): readonly unknown[] {
  const list = objectOf(value)["array"] ?? value;
  return Array.isArray(list) ? list.slice(0, mostNames) : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const end = text.indexOf("\0");
    return objectOf(JSON.parse(end < 0 ? text : text.slice(0, end)));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** One file of a series that Micro-Manager splits: 0 for the first, which has no number. */
export interface SeriesName {
  readonly base: string;
  readonly number: number;
}

/** Takes `cells_MMStack_Pos0_1.ome.tif` apart; `null` for a name of another kind. */
export function parseSeriesName(name: string): SeriesName | null {
  const found = /^(.{1,240}_MMStack(?:_[^.]*?)??)(?:_([1-9]\d{0,4}))?\.ome\.tif$/i.exec(name);
  return found ? { base: found[1], number: Number(found[2] ?? 0) } : null;
}

/** The name that is taken apart by {@link parseSeriesName}. */
export function seriesName({ base, number }: SeriesName): string {
  return number === 0 ? `${base}.ome.tif` : `${base}_${number}.ome.tif`;
}

/** Channel, slice, time and position in the name of a file that Micro-Manager wrote for a single image. */
export function parseImageName(
  name: string,
): { readonly channel: string; readonly slice: number; readonly time: number; readonly position: string } | null {
  const older = /^img_(\d{1,12})_(.{0,100})_(\d{1,6})\.tiff?$/i.exec(name);
  if (older) return { channel: older[2], slice: Number(older[3]), time: Number(older[1]), position: "" };
  const newer = /^img_channel(\d{1,6})_position(\d{1,6})_time(\d{1,12})_z(\d{1,6})\.tiff?$/i.exec(name);
  if (!newer) return null;
  return { channel: newer[1], position: newer[2], time: Number(newer[3]), slice: Number(newer[4]) };
}
