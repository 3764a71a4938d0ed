import { errorMessage, SlnetError } from "../../core/errors.js";
import { encodeUint16 } from "../../core/io/encode-samples.js";
import { createTiffWriter, type TiffWriter } from "../../core/io/tiff-writer.js";
import type { StackReader } from "../../core/frames.js";
import type { CleanedBlock, SavedPart, SavingReport } from "../../protocol/api.js";
import type { OutputFile, Platform } from "../platform/platform.js";
import type { CleaningJob } from "./cleaning-job.js";

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
  /** Encoded samples of a block, reused from block to block. */
  #encoded = new Uint16Array(0);
  #clipped = 0;

  static async open(
    reader: StackReader,
    cleaning: CleaningJob,
    parts: readonly SavedPart[],
    platform: Platform,
  ): Promise<SavingJob> {
    if (parts.length === 0) throw new SlnetError("bad-input", "nothing is to be saved, expected at least one part");
    const { plan } = cleaning;
    const { pixelSizeNm, frameIntervalSeconds } = reader.description;
    const opened: OpenPart[] = [];
    try {
      for (const part of parts) {
        checkPart(part);
        const output = await platform.openOutput(part.target);
        const writer = createTiffWriter(output.sink, {
          height: plan.height,
          width: plan.width,
          type: part.type,
          frames: plan.to - plan.from,
          pixelSizeNm,
          frameIntervalSeconds,
        });
        opened.push({ part, output, writer, state: "writing" });
      }
    } catch (error) {
      for (const { output } of opened) await output.discard();
      throw error;
    }
    return new SavingJob(cleaning, opened);
  }

  private constructor(cleaning: CleaningJob, parts: readonly OpenPart[]) {
    this.#cleaning = cleaning;
    this.#parts = parts;
  }

  /** Cleans and writes one block. `null` once everything is written and the files are closed. */
  async next(signal: AbortSignal): Promise<SavingReport | null> {
    try {
      const block = await this.#cleaning.next(signal);
      if (!block) {
        await this.finish();
        return null;
      }
      for (const part of this.#parts) await this.#write(part, block);
      return { progress: block.progress, clipped: this.#clipped };
    } catch (error) {
      if (signal.aborted) throw error;
      throw await this.#finishAfter(error);
    }
  }

  /** Closes the files with the frames written so far; those without a frame are removed. */
  async finish(): Promise<void> {
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
    for (const part of this.#parts) {
      if (part.part.target.type === "private-file") {
        part.state = "discarded";
        await part.output.discard();
      }
    }
    await this.finish();
  }

  async #write({ part, writer }: OpenPart, block: CleanedBlock): Promise<void> {
    const values = part.part === "sparse" ? block.sparse : block.lowRank;
    if (!values) throw new SlnetError("internal", `the ${part.part} part was not computed`);
    if (part.type === "float32") {
      if (part.offsetAdu !== 0) for (let i = 0; i < values.length; i++) values[i] += part.offsetAdu;
      await writer.write(values);
      return;
    }
    if (this.#encoded.length < values.length) this.#encoded = new Uint16Array(values.length);
    const encoded = this.#encoded.subarray(0, values.length);
    this.#clipped += encodeUint16(values, part.offsetAdu, encoded);
    await writer.write(encoded);
  }

  async #finishAfter(error: unknown): Promise<unknown> {
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
