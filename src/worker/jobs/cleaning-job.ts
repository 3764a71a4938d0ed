import { SlnetError } from "../../core/errors.js";
import { framePixels, type StackReader } from "../../core/frames.js";
import type { CleanedBlock, CleaningMethod, CleaningOptions, CleaningPlan } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { BackgroundMethod } from "../methods/method.js";
import { openMethod } from "../methods/open-method.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";
import { BlockPace } from "./block-pace.js";

/** Cleans a range of frames block by block, and single frames on demand. */
export class CleaningJob {
  readonly plan: CleaningPlan;
  readonly #method: BackgroundMethod;
  readonly #pixels: number;
  readonly #lowRank: boolean;
  readonly #pace: BlockPace;
  #measure: ((done: number) => CleanedBlock["progress"]) | null = null;
  #position: number;

  static async open(
    reader: StackReader,
    method: CleaningMethod,
    options: CleaningOptions,
    room: EngineRoom,
  ): Promise<CleaningJob> {
    const opened = await openMethod(reader, method, options, room);
    return new CleaningJob(reader, opened, options);
  }

  private constructor(reader: StackReader, method: BackgroundMethod, { from, to, lowRank }: CleaningOptions) {
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
    this.#pixels = framePixels(shape);
    this.#lowRank = lowRank;
    this.#pace = new BlockPace(this.#pixels);
    this.#position = from;
    this.plan = { from, to: end, height: shape.height, width: shape.width, engine: method.engine, notices };
  }

  /** The next frames, or `null` at the end. */
  async next(signal: AbortSignal): Promise<CleanedBlock | null> {
    const { from: first, to: end } = this.plan;
    if (this.#position >= end) return null;
    this.#measure ??= createProgressMeter(end - first);
    const from = this.#position;
    const to = from + this.#pace.next(end - from);
    const start = performance.now();
    const block = await this.#clean(from, to, signal);
    this.#pace.took(to - from, performance.now() - start);
    this.#position = to;
    await yieldToMessages();
    signal.throwIfAborted();
    return { from, to, ...block, progress: this.#measure(to - first) };
  }

  /** One frame again. */
  frame(index: number, signal: AbortSignal): Promise<Pick<CleanedBlock, "sparse" | "lowRank">> {
    const { from, to } = this.plan;
    if (!Number.isInteger(index) || index < from || index >= to) {
      throw new SlnetError("bad-input", `frame ${index} is not cleaned by this job, expected ${from} to ${to - 1}`);
    }
    return this.#clean(index, index + 1, signal);
  }

  async #clean(from: number, to: number, signal: AbortSignal): Promise<Pick<CleanedBlock, "sparse" | "lowRank">> {
    const length = (to - from) * this.#pixels;
    const sparse = new Float32Array(length);
    const lowRank = this.#lowRank ? new Float32Array(length) : null;
    await this.#method.clean(from, to, sparse, lowRank, signal);
    return { sparse, lowRank };
  }
}
