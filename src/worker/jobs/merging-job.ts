import { SlnetError } from "../../core/errors.js";
import { createSamples, framePixels, sampleBytes, type StackReader } from "../../core/frames.js";
import type { StackWriter } from "../../core/io/stack-writer.js";
import { createTiffWriter } from "../../core/io/tiff-writer.js";
import type { Shard } from "../../core/shards.js";
import type { MergingPlan, SavingReport } from "../../protocol/api.js";
import { blockFramesFor } from "../methods/method.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";
import type { OutputFile, Platform, ShardFolder } from "../platform/platform.js";
import { openStack } from "../readers/open-stack.js";
import { writeZarrMetadata } from "../writers/zarr-writer.js";
import { FrameChecksum } from "./frame-checksum.js";
import {
  readRecord,
  readRun,
  shardTiffName,
  stackFolderName,
  type ShardedRun,
  type ShardRecord,
} from "./shard-files.js";

/** A merge that is killed begins anew, so there is no hurry. */
const publishEveryMs = 1000;

/** A shard of which frames are read. */
interface OpenShard {
  readonly record: ShardRecord;
  readonly reader: StackReader;
  readonly checksum: FrameChecksum;
  /** Of the recording, where reading goes on. */
  position: number;
}

/**
 * Reads what all shards of an output have written, compares it with their checksums, and makes the stack of it that one run
 * would have written: a TIFF is written anew, an OME-Zarr folder gets its metadata and its name. Until all of it is
 * found right nothing takes the name of the output, and the shards stay; a merge that was killed is run again.
 */
export class MergingJob {
  readonly plan: MergingPlan;
  readonly #run: ShardedRun;
  readonly #records: readonly ShardRecord[];
  readonly #folder: ShardFolder;
  readonly #openReader: (shard: Shard) => Promise<StackReader>;
  readonly #output: { readonly file: OutputFile; readonly writer: StackWriter } | null;
  /** Whether an OME-Zarr folder is still to get its name. */
  readonly #isToMove: boolean;
  readonly #measure: (done: number) => SavingReport["progress"];
  readonly #samples: Uint16Array | Float32Array;
  #shardsDone = 0;
  #framesDone = 0;
  #open: OpenShard | null = null;
  #isClosed = false;

  /**
   * @param path - of the output
   * @throws {@link SlnetError} `bad-input` where shards are missing, or not of the same cleaning
   */
  static async open(path: string, platform: Platform, assetsBaseUrl: string): Promise<MergingJob> {
    if (typeof path !== "string" || path === "") {
      throw new SlnetError("bad-input", "the output of the shards has no name, expected a path");
    }
    const folder = await platform.openShardFolder(path, false);
    const run = await readRun(folder);
    if (!run) throw new SlnetError("bad-input", `${folder.path} holds no shard, expected what clean --shard writes`);
    const records = await readRecords(folder, run);
    const openPath = (at: string): Promise<StackReader> =>
      openStack({ type: "path", path: at }, {}, null, platform, assetsBaseUrl);
    if (run.file.format === "zarr") {
      // It has its name already where a merge was killed after that.
      const isToMove = await folder.hasFolder(stackFolderName);
      if (isToMove) {
        await writeZarrMetadata(folder.tree(stackFolderName), { ...run.writer, compression: run.file.compression });
      }
      const stackPath = isToMove ? `${folder.path}/${stackFolderName}` : path;
      return new MergingJob(run, records, folder, () => openPath(stackPath), null, isToMove);
    }
    const file = await platform.openOutput({ type: "path", path });
    const text = run.file.format === "tiff" ? "imagej" : "ome";
    const options = { ...run.writer, text, compression: run.file.compression, publishEveryMs } as const;
    const output = { file, writer: createTiffWriter(file.sink, options) };
    const openReader = (shard: Shard): Promise<StackReader> => openPath(`${folder.path}/${shardTiffName(shard)}`);
    return new MergingJob(run, records, folder, openReader, output, false);
  }

  private constructor(
    run: ShardedRun,
    records: readonly ShardRecord[],
    folder: ShardFolder,
    openReader: (shard: Shard) => Promise<StackReader>,
    output: { readonly file: OutputFile; readonly writer: StackWriter } | null,
    isToMove: boolean,
  ) {
    const { from, to, shards, writer } = run;
    this.plan = { from, to, shards };
    this.#run = run;
    this.#records = records;
    this.#folder = folder;
    this.#openReader = openReader;
    this.#output = output;
    this.#isToMove = isToMove;
    this.#measure = createProgressMeter(to - from);
    const pixels = framePixels(writer);
    this.#samples = createSamples(writer.type, blockFramesFor(pixels) * pixels) as Uint16Array | Float32Array;
  }

  /** Reads some frames. `null` once the output is whole and the folder of the shards is gone. */
  async next(signal: AbortSignal): Promise<SavingReport | null> {
    if (this.#isClosed) return null;
    const record = this.#records.at(this.#shardsDone);
    if (!record) {
      await this.#finish();
      return null;
    }
    if (record.to > record.from) {
      const shard = (this.#open ??= await this.#openShard(record));
      await this.#takeFrames(shard, signal);
      if (shard.position < record.to) return this.#report(signal);
      await this.#closeShard();
      if (shard.checksum.text !== record.checksum) throw changed(record, "what it has written was changed since");
    }
    this.#shardsDone++;
    return this.#report(signal);
  }

  /** Leaves everything as it was, unless it was finished. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#closeShard();
    await this.#output?.file.discard();
  }

  async #report(signal: AbortSignal): Promise<SavingReport> {
    await yieldToMessages();
    signal.throwIfAborted();
    const clipped = this.#records.reduce((sum, record) => sum + record.clipped, 0);
    return { progress: this.#measure(this.#framesDone), clipped };
  }

  async #openShard(record: ShardRecord): Promise<OpenShard> {
    const { height, width, type, frames } = this.#run.writer;
    const reader = await this.#openReader({ index: record.shard, count: record.shards }).catch((error: unknown) => {
      throw changed(record, "what it has written cannot be read", error);
    });
    const { shape } = reader.description;
    const expected = this.#run.file.format === "zarr" ? frames : record.to - record.from;
    if (shape.height !== height || shape.width !== width || shape.type !== type || shape.frames !== expected) {
      await reader.close();
      throw changed(
        record,
        `what it has written has ${shape.frames} frames of ${shape.width}×${shape.height} ${shape.type} pixels, expected ` +
          `${expected} of ${width}×${height} ${type} pixels`,
      );
    }
    const checksum = new FrameChecksum(framePixels(shape) * sampleBytes(type));
    return { record, reader, checksum, position: record.from };
  }

  async #takeFrames(shard: OpenShard, signal: AbortSignal): Promise<void> {
    const { record, reader, checksum, position } = shard;
    const pixels = framePixels(this.#run.writer);
    const end = Math.min(record.to, position + this.#samples.length / pixels);
    const first = this.#run.file.format === "zarr" ? this.#run.from : record.from;
    const samples = this.#samples.subarray(0, (end - position) * pixels);
    try {
      await reader.readFrames(position - first, end - first, samples, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw changed(record, "what it has written cannot be read", error);
    }
    await checksum.add(samples);
    await this.#output?.writer.write(samples);
    shard.position = end;
    this.#framesDone += end - position;
  }

  async #closeShard(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.reader.close();
  }

  async #finish(): Promise<void> {
    this.#isClosed = true;
    if (this.#output) {
      await this.#output.writer.finish();
      await this.#output.file.commit();
    } else if (this.#isToMove) {
      await this.#folder.moveOut(stackFolderName);
    }
    await this.#folder.remove();
  }
}

async function readRecords(folder: ShardFolder, run: ShardedRun): Promise<readonly ShardRecord[]> {
  const records: ShardRecord[] = [];
  const missing: number[] = [];
  for (let index = 1; index <= run.shards; index++) {
    const record = await readRecord(folder, run, { index, count: run.shards });
    if (record) records.push(record);
    else missing.push(index);
  }
  if (missing.length === 0) return records;
  const some = missing.slice(0, 10).join(", ") + (missing.length > 10 ? " and more" : "");
  const names = missing.length === 1 ? `shard ${some} of ${run.shards} is` : `shards ${some} of ${run.shards} are`;
  throw new SlnetError("bad-input", `${folder.path}: ${names} not done, expected all of them`);
}

function changed({ shard, shards }: ShardRecord, what: string, cause?: unknown): SlnetError {
  return new SlnetError("bad-input", `shard ${shard} of ${shards}: ${what}; clean it again`, { cause });
}
