import { SlnetError } from "../../core/errors.js";
import { framePixels, sampleBytes, type StackShape } from "../../core/frames.js";
import type { StackWriter, StackWriterOptions } from "../../core/io/stack-writer.js";
import { createTiffWriter } from "../../core/io/tiff-writer.js";
import type { Shard } from "../../core/shards.js";
import { isArrayFormat } from "../../protocol/save-formats.js";
import type { OutputFile, Platform, ShardFolder } from "../platform/platform.js";
import { createZarrWriter, zarrChunkFrames } from "../writers/zarr-writer.js";
import { FrameChecksum } from "./frame-checksum.js";
import type { PartWriter } from "./part-writer.js";
import type { ResolvedPart } from "./saved-parts.js";
import {
  encodeFacts,
  framesOf,
  recordName,
  runName,
  shardTiffName,
  stackFolderName,
  type ShardedRun,
} from "./shard-files.js";

/** Frames that no two shards may share: those of a chunk, for each part that is written in chunks. */
export function shardUnit(
  parts: readonly ResolvedPart[],
  shape: Pick<StackShape, "height" | "width">,
  frames: number,
): number {
  const units = parts
    .filter(({ format }) => format === "zarr")
    .map(({ type }) => zarrChunkFrames({ ...shape, type, frames }));
  return units.reduce((all, unit) => (all * unit) / greatestDivisor(all, unit), 1);
}

/**
 * Opens the place of a shard: its frames go into the folder of the shards beside the output, and when all of them are
 * there, a record says so. A shard that ends before that leaves no record and counts as not begun.
 *
 * Two runs of a shard at the same time do no harm: each file is written under a name of its own and takes its final one
 * whole, and both write the same.
 *
 * @param options - of the whole stack
 * @throws {@link SlnetError} `bad-input` where the place cannot be written to or holds shards of another cleaning,
 *   `unsupported` for a place that is not a path
 */
export async function openShardPart(
  part: ResolvedPart,
  options: StackWriterOptions,
  common: Pick<ShardedRun, "unit" | "from" | "to" | "fingerprint">,
  shard: Shard,
  platform: Platform,
): Promise<PartWriter> {
  const { target, format = "tiff", compression = "none" } = part;
  if (target.type !== "path" || /\.zip$/i.test(target.path)) {
    throw new SlnetError("unsupported", "shards come together in a folder on disk, expected a path that is no archive");
  }
  if (isArrayFormat(format)) {
    throw new SlnetError(
      "unsupported",
      `shards are not put together as ${format}, expected TIFF, OME-TIFF or OME-Zarr`,
    );
  }
  const { publishEveryMs = 0, ...writer } = options;
  const run: ShardedRun = {
    format: "slnet-shards",
    formatVersion: 1,
    shards: shard.count,
    ...common,
    file: { format, compression },
    writer,
  };
  const folder = await platform.openShardFolder(target.path, true);
  // Better now than when all is done.
  if (format === "zarr") await folder.requireMovable();
  else await (await platform.openOutput(target)).discard();
  await agreeOn(folder, run);
  const { from, to } = framesOf(run, shard);
  const frames = to - from;
  const checksum = new FrameChecksum(framePixels(options) * sampleBytes(options.type));
  let isFinished = false;
  let file: OutputFile | null = null;

  const openWriter = async (): Promise<StackWriter | null> => {
    if (frames === 0) return null;
    if (format === "zarr") {
      const within = { from: from - run.from, to: to - run.from };
      return createZarrWriter(folder.tree(stackFolderName), { ...writer, compression }, within);
    }
    file = await folder.openFile(shardTiffName(shard));
    const text = format === "tiff" ? "imagej" : "ome";
    return createTiffWriter(file.sink, { ...writer, frames, text, compression, publishEveryMs });
  };
  const written = await openWriter();
  const discard = async (): Promise<void> => file?.discard();

  return {
    earlierFrames: 0,
    neededFrames: frames,
    start: () => ({
      get framesWritten() {
        return written?.framesWritten ?? 0;
      },
      framesReachable: 0,
      async write(samples) {
        await written?.write(samples);
        await checksum.add(samples);
      },
      async finish() {
        const result = (await written?.finish()) ?? { frames: 0, bytes: 0 };
        isFinished = true;
        return result;
      },
    }),
    output: {
      discard,
      file: () => Promise.reject(new SlnetError("unsupported", `${folder.path} is a folder on disk`)),
      async commit(clipped) {
        if (!isFinished) return discard();
        await file?.commit();
        await folder.write(
          recordName(shard),
          encodeFacts({
            format: "slnet-shard",
            formatVersion: 1,
            shard: shard.index,
            shards: shard.count,
            from,
            to,
            fingerprint: run.fingerprint,
            clipped,
            checksum: checksum.text,
          }),
        );
      },
    },
  };
}

/** The first shard says what all are of; the others compare. */
async function agreeOn(folder: ShardFolder, run: ShardedRun): Promise<void> {
  const wanted = encodeFacts(run);
  if ((await folder.read(runName)) === null) await folder.write(runName, wanted);
  // Read again: another shard may have been first, and of another cleaning.
  const found = (await folder.read(runName)) ?? new Uint8Array();
  if (found.length === wanted.length && found.every((byte, i) => byte === wanted[i])) return;
  throw new SlnetError(
    "bad-input",
    `${folder.path} holds shards of another cleaning (another stack, model, engine, number of shards, program version or ` +
      "other options); merge or remove it, or name another output",
  );
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
