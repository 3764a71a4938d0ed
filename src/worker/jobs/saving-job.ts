import { errorMessage, SlnetError } from "../../core/errors.js";
import { createTiffWriter, type TiffWriter } from "../../core/io/tiff-writer.js";
import type { StackReader } from "../../core/frames.js";
import type { CleaningMethod, CleaningOptions, CleaningPlan, SavedPart, SavingReport } from "../../protocol/api.js";
import type { OutputPlan } from "../engines/engine.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { CleanedFrames } from "../methods/method.js";
import type { OutputFile, Platform } from "../platform/platform.js";
import { CleaningJob } from "./cleaning-job.js";

/** Reports come about this often. */
const reportEveryMs = 50;

/** A process that is killed loses the frames of this time. Each time costs some 0.3 ms, a sixth of that of a block. */
const publishEveryMs = 100;

interface OpenPart {
  readonly part: SavedPart;
  readonly output: OutputFile;
  readonly writer: TiffWriter;
  state: "writing" | "finished" | "discarded";
}

/**
 * Writes what a cleaning job gives. Whatever ends it, the files hold whole frames only: a run that is finished early or
 * fails leaves shorter stacks, and none at all where not one frame was written.
 */
export class SavingJob {
  readonly #cleaning: CleaningJob;
  readonly #parts: readonly OpenPart[];
  /** The block being written, while the next one is computed. */
  #writing: Promise<void> = Promise.resolve();
  #clipped = 0;

  static async open(
    reader: StackReader,
    method: CleaningMethod,
    options: CleaningOptions,
    parts: readonly SavedPart[],
    room: EngineRoom,
    platform: Platform,
  ): Promise<SavingJob> {
    if (parts.length === 0) throw new SlnetError("bad-input", "nothing is to be saved, expected at least one part");
    parts.forEach(checkPart);
    if (new Set(parts.map(({ part }) => part)).size < parts.length) {
      throw new SlnetError(
        "bad-input",
        "a part is to be saved twice, expected each of sparse and low-rank once at most",
      );
    }
    const outputs = { sparse: planOf(parts, "sparse"), lowRank: planOf(parts, "low-rank") };
    const cleaning = await CleaningJob.open(reader, method, options, outputs, room);
    const { plan } = cleaning;
    const { pixelSizeNm, frameIntervalSeconds } = reader.description;
    const opened: OpenPart[] = [];
    try {
      for (const part of parts) {
        const output = await platform.openOutput(part.target);
        const writer = createTiffWriter(output.sink, {
          height: plan.height,
          width: plan.width,
          type: part.type,
          frames: plan.to - plan.from,
          pixelSizeNm,
          frameIntervalSeconds,
          publishEveryMs,
        });
        opened.push({ part, output, writer, state: "writing" });
      }
    } catch (error) {
      for (const { output } of opened) await output.discard();
      cleaning.close();
      throw error;
    }
    return new SavingJob(cleaning, opened);
  }

  private constructor(cleaning: CleaningJob, parts: readonly OpenPart[]) {
    this.#cleaning = cleaning;
    this.#parts = parts;
  }

  get plan(): CleaningPlan {
    return this.#cleaning.plan;
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
        this.#writing = this.#write(range.frames);
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
    for (const part of this.#parts) {
      if (part.state !== "writing") continue;
      if (part.writer.framesWritten === 0) {
        part.state = "discarded";
        await part.output.discard();
      } else {
        part.state = "finished";
        await part.writer.finish();
        await part.output.commit();
      }
    }
  }

  /** @throws {@link SlnetError} `bad-input` where the part was not asked for or has no frame */
  file(part: SavedPart["part"]): Promise<File> {
    const found = this.#parts.find((open) => open.part.part === part && open.state === "finished");
    if (!found) throw new SlnetError("bad-input", `there is no finished file of the ${part} part`);
    return found.output.file();
  }

  /** Ends the job. Files on disk keep their whole frames; private ones are removed. */
  async close(): Promise<void> {
    this.#cleaning.close();
    await this.#writing.catch(() => undefined);
    for (const part of this.#parts) {
      if (part.part.target.type === "private-file") {
        part.state = "discarded";
        await part.output.discard();
      }
    }
    await this.finish();
  }

  async #write({ sparse, lowRank }: CleanedFrames): Promise<void> {
    for (const { part, writer } of this.#parts) {
      const values = part.part === "sparse" ? sparse : lowRank;
      if (!values) throw new SlnetError("internal", `the ${part.part} part was not computed`);
      await writer.write(values);
    }
  }

  async #finishAfter(error: unknown): Promise<unknown> {
    await this.#writing.catch(() => undefined);
    this.#writing = Promise.resolve();
    const written = Math.min(...this.#parts.map(({ writer }) => writer.framesWritten));
    try {
      await this.finish();
    } catch {
      // The first error says what happened.
    }
    const code = error instanceof SlnetError ? error.code : "internal";
    const kept = written > 0 ? `; the ${written} frames before it are saved` : "";
    return new SlnetError(code, errorMessage(error) + kept, { cause: error });
  }
}

function planOf(parts: readonly SavedPart[], wanted: SavedPart["part"]): OutputPlan | null {
  return parts.find(({ part }) => part === wanted) ?? null;
}

function checkPart({ part, type, offsetAdu }: SavedPart): void {
  const refuse = (what: string, value: unknown, expected: string): never => {
    throw new SlnetError("bad-input", `${what} is ${String(value)}, expected ${expected}`);
  };
  if (part !== "sparse" && part !== "low-rank") refuse("the part to save", part, "sparse or low-rank");
  if (type !== "uint16" && type !== "float32") refuse("the sample type to save", type, "uint16 or float32");
  if (!Number.isFinite(offsetAdu) || offsetAdu < 0 || offsetAdu > 65535) {
    refuse("the offset of saved frames", offsetAdu, "0 to 65535 ADU");
  }
}
