import { SlnetError } from "../../core/errors.js";
import type { StackReader } from "../../core/frames.js";
import type { CleanedBlock, CleaningMethod, CleaningOptions, CleaningPlan } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { OutputArray, OutputPlans } from "../engines/engine.js";
import type { BackgroundMethod, CleanedFrames } from "../methods/method.js";
import { openMethod } from "../methods/open-method.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";
import { BlockPace } from "./block-pace.js";

/** The next frames in order, as the method gives them. */
export interface CleanedRange {
  readonly from: number;
  readonly to: number;
  /** Used again by the second call after it. */
  readonly frames: CleanedFrames;
  readonly progress: CleanedBlock["progress"];
}

/** Cleans a range of frames block by block, and single frames on demand. */
export class CleaningJob {
  readonly #method: BackgroundMethod;
  readonly #pace: BlockPace;
  #measure: ((done: number) => CleanedBlock["progress"]) | null = null;
  #plan: CleaningPlan;
  #position: number;

  static async open(
    reader: StackReader,
    method: CleaningMethod | null,
    options: CleaningOptions,
    outputs: OutputPlans,
    room: EngineRoom,
  ): Promise<CleaningJob> {
    const opened = await openMethod(reader, method, options, outputs, room);
    return new CleaningJob(reader, opened, options);
  }

  private constructor(reader: StackReader, method: BackgroundMethod, { from, to }: CleaningOptions) {
    const { shape } = reader.description;
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= to || from >= method.to) {
      throw new SlnetError("bad-input", `frames ${from}:${to} were asked for, expected a part of 0:${method.to}`);
    }
    const end = Math.min(to, method.to);
    const notices = [...method.notices];
    if (end < Math.min(to, shape.frames)) {
      notices.push(`frames ${end} to ${shape.frames - 1} have no whole window and are left out`);
    }
    this.#method = method;
    this.#pace = new BlockPace(method.blockFrames);
    this.#position = from;
    this.#plan = { from, to: end, height: shape.height, width: shape.width, engine: method.engine, notices };
  }

  get plan(): CleaningPlan {
    return this.#plan;
  }

  /** Cleans these frames of the planned ones alone, or none of them. Before the first `advance`. */
  narrowTo({ from, to }: Pick<CleaningPlan, "from" | "to">): void {
    this.#plan = { ...this.#plan, from, to };
    this.#position = from;
  }

  /** Leaves out the frames before this one, as done already. Before the first `advance`. */
  skipTo(frame: number): void {
    this.#position = frame;
  }

  /** The next frames, or `null` at the end. */
  async advance(signal: AbortSignal): Promise<CleanedRange | null> {
    const { from: first, to: end } = this.plan;
    if (this.#position >= end) return null;
    this.#measure ??= createProgressMeter(end - first, this.#position - first);
    const from = this.#position;
    let to = from + this.#pace.next(end - from);
    let start = performance.now();
    let frames: CleanedFrames | null = null;
    while (!frames) {
      try {
        frames = await this.#method.clean(from, to, signal);
      } catch (error) {
        if (to - from === 1 || signal.aborted) throw error;
        // A fault in one frame, such as the end of a file that was cut off, should not cost those before it.
        to = from + Math.ceil((to - from) / 2);
        start = performance.now();
      }
    }
    this.#pace.took(to - from, performance.now() - start);
    this.#position = to;
    await yieldToMessages();
    signal.throwIfAborted();
    return { from, to, frames, progress: this.#measure(to - first) };
  }

  /** The same as arrays to give away. */
  async next(signal: AbortSignal): Promise<CleanedBlock | null> {
    const range = await this.advance(signal);
    return range && { from: range.from, to: range.to, ...givenAway(range.frames), progress: range.progress };
  }

  /** One frame again. */
  async frame(index: number, signal: AbortSignal): Promise<Pick<CleanedBlock, "sparse" | "lowRank">> {
    const { from, to } = this.plan;
    if (!Number.isInteger(index) || index < from || index >= to) {
      throw new SlnetError("bad-input", `frame ${index} is not cleaned by this job, expected ${from} to ${to - 1}`);
    }
    return givenAway(await this.#method.clean(index, index + 1, signal));
  }

  /** Frees what it holds. */
  close(): void {
    this.#method.close();
  }
}

/** Copies for the other thread, which takes their buffers. */
export function givenAway({ sparse, lowRank }: CleanedFrames): Pick<CleanedBlock, "sparse" | "lowRank"> {
  if (!sparse) throw new SlnetError("internal", "the sparse part was not computed");
  return { sparse: copyOf(sparse), lowRank: lowRank && copyOf(lowRank) };
}

function copyOf(values: OutputArray): Float32Array<ArrayBuffer> {
  return new Float32Array(values);
}
