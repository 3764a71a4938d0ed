import { SlnetError } from "../../core/errors.js";
import type { StackWriterOptions } from "../../core/io/stack-writer.js";
import { largestShardCount, shardRange, type Shard } from "../../core/shards.js";
import type { SavedPart, SaveFormat } from "../../protocol/api.js";
import type { ShardFolder } from "../platform/platform.js";

/** What the shards of one output have in common, as the file `run.json` of their folder says it. */
export interface ShardedRun {
  readonly format: "slnet-shards";
  readonly formatVersion: 1;
  readonly shards: number;
  /** Frames that are not divided between shards. */
  readonly unit: number;
  /** Frames of the recording that are cleaned: [from, to). */
  readonly from: number;
  readonly to: number;
  /** That of one run over all of them. */
  readonly fingerprint: string;
  readonly file: { readonly format: SaveFormat; readonly compression: NonNullable<SavedPart["compression"]> };
  /** Of the whole stack. */
  readonly writer: StackWriterOptions;
}

/** What a shard leaves when it is done, as `shard-I-of-N.json`. */
export interface ShardRecord {
  readonly format: "slnet-shard";
  readonly formatVersion: 1;
  readonly shard: number;
  readonly shards: number;
  /** Frames of the recording: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly fingerprint: string;
  /** Pixels that did not fit the sample type, over all parts that were saved together. */
  readonly clipped: number;
  /** A `FrameChecksum` of the frames. */
  readonly checksum: string;
}

/** What is larger was not written by a shard: a frame has to fit the memory. */
const largestFramePixels = 2 ** 30;

export const runName = "run.json";

/** The OME-Zarr folder that shards fill together. */
export const stackFolderName = "stack";

export function recordName({ index, count }: Shard): string {
  return `shard-${index}-of-${count}.json`;
}

export function shardTiffName({ index, count }: Shard): string {
  return `shard-${index}-of-${count}.tif`;
}

/** Frames of a shard, [from, to), counted from the first frame of the recording. */
export function framesOf(
  { from, to, unit }: Pick<ShardedRun, "from" | "to" | "unit">,
  shard: Shard,
): { readonly from: number; readonly to: number } {
  const range = shardRange(to - from, unit, shard);
  return { from: from + range.from, to: from + range.to };
}

export function encodeFacts(facts: ShardedRun | ShardRecord): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(facts, null, 2)}\n`);
}

/**
 * @returns `null` where there is none
 * @throws {@link SlnetError} `bad-input` for a file that is something else
 */
export async function readRun(folder: ShardFolder): Promise<ShardedRun | null> {
  const facts = await readFacts(folder, runName);
  if (facts === null) return null;
  if (isRun(facts)) return facts;
  throw new SlnetError("bad-input", `${folder.path}/${runName} is not what a sharded cleaning of this version writes`);
}

/**
 * @returns `null` where the shard is not done
 * @throws {@link SlnetError} `bad-input` for a file that is something else, or of another cleaning
 */
export async function readRecord(folder: ShardFolder, run: ShardedRun, shard: Shard): Promise<ShardRecord | null> {
  const name = recordName(shard);
  const facts = await readFacts(folder, name);
  if (facts === null) return null;
  const record = facts as unknown as ShardRecord;
  const { from, to } = framesOf(run, shard);
  const isRecord =
    record.format === "slnet-shard" &&
    record.formatVersion === 1 &&
    isCount(record.clipped, 0) &&
    typeof record.checksum === "string";
  if (!isRecord) throw new SlnetError("bad-input", `${folder.path}/${name} is not what a shard writes when it is done`);
  const isOfRun =
    record.shard === shard.index &&
    record.shards === shard.count &&
    record.from === from &&
    record.to === to &&
    record.fingerprint === run.fingerprint;
  if (isOfRun) return record;
  throw new SlnetError(
    "bad-input",
    `shard ${shard.index} of ${shard.count} in ${folder.path} was made with another model, stack, engine or other options ` +
      "than the rest, expected the same for all; clean it again",
  );
}

async function readFacts(folder: ShardFolder, name: string): Promise<Readonly<Record<string, unknown>> | null> {
  const bytes = await folder.read(name);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new SlnetError("bad-input", `${folder.path}/${name} is not the JSON that a shard writes`);
}

function isRun(facts: object): facts is ShardedRun {
  const run = facts as ShardedRun;
  const { file, writer } = run as Partial<ShardedRun>;
  return (
    run.format === "slnet-shards" &&
    run.formatVersion === 1 &&
    isCount(run.shards, 1) &&
    run.shards <= largestShardCount &&
    isCount(run.unit, 1) &&
    isCount(run.from, 0) &&
    isCount(run.to, run.from + 1) &&
    typeof run.fingerprint === "string" &&
    (file?.format === "tiff" || file?.format === "ome-tiff" || file?.format === "zarr") &&
    (file.compression === "none" || file.compression === "deflate") &&
    typeof writer === "object" &&
    isWriter(writer, run.to - run.from)
  );
}

function isWriter(writer: StackWriterOptions, frames: number): boolean {
  const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron } = writer;
  const numbers = [pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron];
  const lines: unknown = writer.description ?? [];
  return (
    isCount(writer.height, 1) &&
    isCount(writer.width, 1) &&
    writer.height * writer.width <= largestFramePixels &&
    writer.frames === frames &&
    ["uint16", "float32"].includes(writer.type) &&
    numbers.every((value) => value === null || Number.isFinite(value)) &&
    typeof writer.name === "string" &&
    Array.isArray(lines) &&
    lines.every((line) => typeof line === "string" && !/[\r\n]/.test(line))
  );
}

function isCount(value: unknown, minimum: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= minimum;
}
