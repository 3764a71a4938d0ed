import { createSamples, sampleBytes, type SampleArray, type StackReader } from "../../core/frames.js";
import { medianWindowStart } from "../../core/running-median.js";
import type { KernelModule } from "../engines/kernels.js";
import { MessageBreaks } from "../pace.js";
import type { MedianFinder, OutputRoom } from "./running-median-finder.js";
import { createKernelFinder } from "./running-median-kernel.js";
import { createPlainFinder } from "./running-median-plain.js";
import { blockFramesFor, planRunningMedian, type FinderPlan } from "./running-median-plan.js";

/** Frames read in one call, in bytes. */
const readBytes = 8e6;
const maximumReadFrames = 64;
/** Medians found after a jump to another part of the stack: few, since perhaps only one is wanted. */
const jumpBlockFrames = 16;
/** A multiple of 64, as finders want. */
const stepPixels = 2048;

/** A frame and the median of its window. Both are overwritten by later calls. */
interface MedianFrame {
  readonly frame: SampleArray;
  readonly median: SampleArray;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface ReadFailure {
  readonly cause: unknown;
}

/** Frames on their way, or waiting to be copied into their slots. */
interface StagedFrames extends Range {
  readonly signal: AbortSignal;
  /** Why they could not be read, or `null`. */
  readonly failed: Promise<ReadFailure | null>;
  isRead: boolean;
}

/**
 * Running median over a stack. Frames asked for in ascending order are read once each, the next ones meanwhile; any
 * other starts again with the window of that frame. It holds a window and a block of frames, and the medians of a block.
 */
export class RunningMedian {
  readonly #reader: StackReader;
  readonly #plan: FinderPlan;
  readonly #finder: MedianFinder;
  readonly #staging: SampleArray;
  readonly #stagingFrames: number;
  /** Frames in slots: frame f in slot f modulo the number of slots. */
  #held: Range = { from: 0, to: 0 };
  /** First frames of the windows whose medians are there. */
  #block: Range = { from: 0, to: 0 };
  #staged: StagedFrames | null = null;

  /**
   * @param kernels - `null`: in TypeScript
   * @throws {@link SlnetError} `out-of-memory`
   */
  static open(
    reader: StackReader,
    windowFrames: number,
    room: OutputRoom,
    kernels: KernelModule | null,
  ): RunningMedian {
    const { name, shape } = reader.description;
    const plan = planRunningMedian(name, shape, windowFrames);
    const finder = kernels ? createKernelFinder(kernels, plan, room) : createPlainFinder(plan, room);
    return new RunningMedian(reader, plan, finder);
  }

  private constructor(reader: StackReader, plan: FinderPlan, finder: MedianFinder) {
    this.#reader = reader;
    this.#plan = plan;
    this.#finder = finder;
    const { type, pixels } = plan;
    const fitting = Math.floor(readBytes / (pixels * sampleBytes(type)));
    this.#stagingFrames = Math.max(1, Math.min(fitting, maximumReadFrames, plan.slots));
    this.#staging = createSamples(type, this.#stagingFrames * pixels);
  }

  /** Room for separated frames. */
  get outputs(): MedianFinder["outputs"] {
    return this.#finder.outputs;
  }

  /** A frame and its median, until the next call. One call at a time, of this or the next method. */
  async frame(index: number, signal: AbortSignal): Promise<MedianFrame> {
    const { slot, window } = await this.#find(index, signal);
    return { frame: this.#finder.frames[slot], median: this.#finder.medians[window] };
  }

  /**
   * Writes a frame without its median, and the median, as frame `place` of `outputs[into]`.
   *
   * @returns how many values did not fit 16 bits and were set to the nearest limit
   */
  async separate(index: number, place: number, into: 0 | 1, signal: AbortSignal): Promise<number> {
    const { slot, window } = await this.#find(index, signal);
    return this.#finder.separate(slot, window, place, into);
  }

  async #find(index: number, signal: AbortSignal): Promise<{ readonly slot: number; readonly window: number }> {
    const start = medianWindowStart(index, this.#frameCount, this.#plan.windowFrames);
    const isThere = start >= this.#block.from && start < this.#block.to && index >= this.#held.from;
    if (!isThere) await this.#findBlock(start, signal);
    // What is before this frame and the next block can make room.
    if (this.#staged?.isRead) await this.#takeStaged(this.#staged, Math.min(index, this.#block.to));
    return { slot: index % this.#plan.slots, window: start - this.#block.from };
  }

  get #frameCount(): number {
    return this.#reader.description.shape.frames;
  }

  /** Medians of the windows that start at `start` and behind it. */
  async #findBlock(start: number, signal: AbortSignal): Promise<void> {
    const { windowFrames, slots, blockFrames, pixels } = this.#plan;
    const left = this.#frameCount - windowFrames + 1 - start;
    const inOrder = start === this.#block.to;
    const count = Math.min(blockFrames, blockFramesFor(windowFrames, inOrder ? left : Math.min(left, jumpBlockFrames)));
    const { from, to } = this.#held;
    this.#held = start >= from && start <= to ? { from: start, to } : { from: start, to: start };
    this.#block = { from: start, to: start };

    let end = Math.min(this.#frameCount, start + windowFrames + count - 1);
    while (this.#held.to < end) {
      const staged = this.#staged ?? this.#stage(signal, this.#stagingFrames);
      const failed = await this.#takeStaged(staged, start);
      // What was read ahead for a call that was stopped meanwhile is read again.
      if (!failed || staged.signal !== signal) continue;
      signal.throwIfAborted();
      if (staged.to - staged.from > 1) {
        // A fault in one frame should not cost those before it: the next one is tried alone.
        this.#stage(signal, 1);
      } else {
        end = this.#held.to;
        if (end < start + windowFrames) throw failed.cause;
      }
    }
    // Behind the last frame the last one stands in, for windows that nobody asks for.
    const frames = Array.from({ length: windowFrames + count - 1 }, (_, index) => Math.min(start + index, end - 1));
    this.#finder.prepare(frames.map((frame) => frame % slots));
    const breaks = new MessageBreaks();
    for (let pixel = 0; pixel < pixels; pixel += stepPixels) {
      this.#finder.find(pixel, Math.min(pixels, pixel + stepPixels));
      if (breaks.isDue) await breaks.take(signal);
    }
    this.#block = { from: start, to: Math.min(start + count, end - windowFrames + 1) };
  }

  /**
   * Copies frames into slots once they are read, as far as there is room, and has those behind them read.
   *
   * @param needed - this frame and those behind it stay
   * @returns why frames that come next could not be read, or `null`
   */
  async #takeStaged(staged: StagedFrames, needed: number): Promise<ReadFailure | null> {
    const failed = await staged.failed;
    const first = this.#held.to;
    const isNext = staged.from === first;
    if (failed || !isNext) {
      this.#staged = null;
      return isNext ? failed : null;
    }
    const { pixels, slots } = this.#plan;
    const to = Math.max(first, Math.min(staged.to, needed + slots));
    for (let frame = first; frame < to; frame++) {
      const at = (frame - staged.to + this.#stagingFrames) * pixels;
      this.#finder.frames[frame % slots].set(this.#staging.subarray(at, at + pixels));
    }
    this.#held = { from: Math.max(this.#held.from, to - slots), to };
    this.#staged = to < staged.to ? { ...staged, from: to } : null;
    if (to === staged.to && to < this.#frameCount) this.#stage(staged.signal, this.#stagingFrames);
    return null;
  }

  /** Starts to read so many frames behind those held. They stand at the end of the staging room. */
  #stage(signal: AbortSignal, count: number): StagedFrames {
    const { pixels } = this.#plan;
    const from = this.#held.to;
    const to = Math.min(this.#frameCount, from + count);
    const room = this.#staging.subarray((this.#stagingFrames - (to - from)) * pixels);
    const failed = this.#reader.readFrames(from, to, room, signal).then(
      () => null,
      (cause: unknown) => ({ cause }),
    );
    const staged: StagedFrames = { from, to, signal, failed, isRead: false };
    void failed.then(() => (staged.isRead = true));
    this.#staged = staged;
    return staged;
  }
}
