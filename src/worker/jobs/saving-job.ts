import { errorMessage, SlnetError } from "../../core/errors.js";
import type { StackWriter } from "../../core/io/stack-writer.js";
import type { StackReader } from "../../core/frames.js";
import type {
  CleaningMethod,
  CleaningOptions,
  SavedPart,
  SavingOptions,
  SavingPlan,
  SavingReport,
} from "../../protocol/api.js";
import type { OutputPlan } from "../engines/engine.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { Platform } from "../platform/platform.js";
import { requireShard, shardRange } from "../../core/shards.js";
import { slnetWebVersion } from "../../core/version.js";
import { CleaningJob, type CleanedRange } from "./cleaning-job.js";
import { fingerprintOf } from "./fingerprint.js";
import { openPartWriter, type PartWriter } from "./part-writer.js";
import { correctedMetadata, resolveParts, type ResolvedPart } from "./saved-parts.js";

/** Reports come about this often. */
const reportEveryMs = 50;

/** A process that is killed loses the frames of this time. Each time costs some 0.3 ms, a sixth of that of a block. */
const publishEveryMs = 100;

/** Machines that do not talk cannot agree on the fastest engine; this one computes the same on all. */
const shardEngine = "wasm";

interface OpenPart {
  readonly part: ResolvedPart;
  readonly output: PartWriter["output"];
  readonly writer: StackWriter;
  readonly neededFrames: number;
  state: "writing" | "finished" | "discarded";
  /** Frames in the file once it is finished. */
  savedFrames: number;
}

/**
 * Writes what a cleaning job gives. Whatever ends it, the files hold whole frames only: a run that is finished early or
 * fails leaves shorter stacks, and none at all where not one frame was written.
 */
export class SavingJob {
  readonly plan: SavingPlan;
  readonly #cleaning: CleaningJob;
  readonly #parts: readonly OpenPart[];
  /** The block being written, while the next one is computed. */
  #writing: Promise<void> = Promise.resolve();
  #clipped = 0;

  static async open(
    reader: StackReader,
    method: CleaningMethod,
    options: CleaningOptions,
    wanted: readonly SavedPart[],
    { metadata: changes = {}, resume = false, shard = null }: SavingOptions,
    room: EngineRoom,
    platform: Platform,
  ): Promise<SavingJob> {
    if (shard) requireShard(shard);
    if (shard && resume) {
      throw new SlnetError(
        "unsupported",
        "a shard cannot be resumed; one that was stopped is cleaned again as a whole",
      );
    }
    const parts = resolveParts(wanted, correctedMetadata(reader.description, changes), method);
    const outputs = { sparse: planOf(parts, "sparse"), lowRank: planOf(parts, "low-rank") };
    const isEngineFixed = shard !== null && options.engine === "auto";
    const engine = isEngineFixed ? shardEngine : options.engine;
    const cleaning = await CleaningJob.open(reader, method, { ...options, engine }, outputs, room);
    const { plan } = cleaning;
    const writers: PartWriter[] = [];
    try {
      // Loaded where it is needed: a page has no use for it.
      const sharding = shard && (await import("./shard-part.js"));
      const unit = sharding?.shardUnit(parts, plan, plan.to - plan.from) ?? 1;
      for (const part of parts) {
        const isPath = part.target.type === "path";
        // By this a file is known again that is to be continued.
        const fingerprint = await fingerprintOf(reader, method, plan, options.tail, part);
        const written = {
          height: plan.height,
          width: plan.width,
          type: part.type,
          frames: plan.to - plan.from,
          ...part.metadata,
          name: reader.description.name,
          description: [`slnet=${slnetWebVersion}`, `fingerprint=${fingerprint}`],
          // Elsewhere a file is there when it is closed, and not before.
          publishEveryMs: isPath ? publishEveryMs : Infinity,
        };
        const common = { unit, from: plan.from, to: plan.to, fingerprint };
        writers.push(
          shard && sharding
            ? await sharding.openShardPart(part, written, common, shard, platform)
            : await openPartWriter(part, written, platform, resume),
        );
      }
      if (shard) {
        const range = shardRange(plan.to - plan.from, unit, shard);
        cleaning.narrowTo({ from: plan.from + range.from, to: plan.from + range.to });
      }
      // The last frame is always cleaned again: so there is one to report, and nothing special about a finished file.
      const earlier = writers.map(({ earlierFrames }) => earlierFrames);
      const resumedFrames = shard ? 0 : Math.min(plan.to - plan.from - 1, ...earlier);
      if (!shard) cleaning.skipTo(plan.from + resumedFrames);
      const open = parts.map((part, index): OpenPart => {
        const { output, neededFrames } = writers[index];
        const writer = writers[index].start(resumedFrames);
        return { part, output, writer, neededFrames, state: "writing", savedFrames: 0 };
      });
      const { engine: report } = plan;
      const used = report && isEngineFixed ? { ...report, reason: "which computes the same for all shards" } : report;
      return new SavingJob(cleaning, open, resumedFrames, used);
    } catch (error) {
      for (const { output } of writers) await output.discard();
      cleaning.close();
      throw error;
    }
  }

  private constructor(
    cleaning: CleaningJob,
    parts: readonly OpenPart[],
    resumedFrames: number,
    engine: SavingPlan["engine"],
  ) {
    this.#cleaning = cleaning;
    this.#parts = parts;
    this.plan = {
      ...cleaning.plan,
      engine,
      parts: parts.map(({ part: { part, offsetAdu, offsetFrom, metadata } }) => ({
        part,
        offsetAdu,
        offsetFrom,
        metadata,
      })),
      resumedFrames,
    };
  }

  /** Cleans and writes for a moment. `null` once everything is written and the files are closed. */
  async next(signal: AbortSignal): Promise<SavingReport | null> {
    const end = performance.now() + reportEveryMs;
    let report: SavingReport | null = null;
    try {
      do {
        const range = await this.#cleaning.advance(signal);
        await this.#writing;
        if (!range) {
          await this.finish();
          break;
        }
        this.#clipped += range.frames.clipped;
        this.#writing = this.#write(range);
        // Heard by whoever waits for it next.
        this.#writing.catch(() => undefined);
        report = { progress: range.progress, clipped: this.#clipped };
      } while (performance.now() < end);
      return report;
    } catch (error) {
      if (signal.aborted) throw error;
      throw await this.#finishAfter(error);
    }
  }

  /** Closes the files with the frames written so far; those without a frame are removed. */
  async finish(): Promise<void> {
    await this.#writing;
    const errors: unknown[] = [];
    for (const part of this.#parts) {
      if (part.state === "writing") await finishPart(part, this.#clipped).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  /** @throws {@link SlnetError} `bad-input` where the part was not asked for or has no frame */
  file(part: SavedPart["part"]): Promise<File> {
    const found = this.#parts.find((open) => open.part.part === part && open.state === "finished");
    if (!found) throw new SlnetError("bad-input", `there is no finished file of the ${part} part`);
    return found.output.file();
  }

  /**
   * Ends the job. Files at a path keep their whole frames; private ones are removed, and chosen ones that are not finished
   * stay what they were before.
   */
  async close(): Promise<void> {
    this.#cleaning.close();
    await this.#writing.catch(() => undefined);
    this.#writing = Promise.resolve();
    for (const part of this.#parts) {
      const { type } = part.part.target;
      if (type === "path" || (type === "file-handle" && part.state !== "writing")) continue;
      part.state = "discarded";
      await part.output.discard();
    }
    await this.finish();
  }

  async #write({ from, frames: { sparse, lowRank } }: CleanedRange): Promise<void> {
    for (const { part, writer } of this.#parts) {
      const values = part.part === "sparse" ? sparse : lowRank;
      if (!values) throw new SlnetError("internal", `the ${part.part} part was not computed`);
      try {
        await writer.write(values);
      } catch (error) {
        const code = error instanceof SlnetError ? error.code : "internal";
        throw new SlnetError(code, `frame ${from} could not be written: ${errorMessage(error)}`, { cause: error });
      }
    }
  }

  /** Saves what can be saved, and says in the error what that is. */
  async #finishAfter(error: unknown): Promise<SlnetError> {
    const wasWritten = this.#parts.some(({ writer }) => writer.framesWritten > 0);
    await this.#writing.catch(() => undefined);
    this.#writing = Promise.resolve();
    // The first error says what happened.
    await this.finish().catch(() => undefined);
    const saved = Math.min(...this.#parts.map(({ savedFrames }) => savedFrames));
    const code = error instanceof SlnetError ? error.code : "internal";
    const frames = saved === 1 ? "frame" : `${saved} frames`;
    const kept = `; the ${frames} before frame ${this.plan.from + saved} ${saved === 1 ? "is" : "are"} saved`;
    const message = saved > 0 ? kept : wasWritten ? "; nothing is saved" : "";
    return new SlnetError(code, errorMessage(error) + message, { cause: error });
  }
}

/** Closes one file. It is kept also where its last frames cannot be made reachable: it is whole without them. */
async function finishPart(part: OpenPart, clipped: number): Promise<void> {
  const { writer, output, neededFrames } = part;
  part.state = "discarded";
  if (writer.framesWritten < neededFrames) return output.discard();
  const failure = await writer.finish().then(
    () => null,
    (error: unknown) => ({ error }),
  );
  await output.commit(clipped);
  part.state = "finished";
  part.savedFrames = failure ? (writer.framesReachable ?? 0) : writer.framesWritten;
  if (failure) throw failure.error;
}

function planOf(parts: readonly ResolvedPart[], wanted: SavedPart["part"]): OutputPlan | null {
  return parts.find(({ part }) => part === wanted) ?? null;
}
