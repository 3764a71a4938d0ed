import { SlnetError } from "../../core/errors.js";
import {
  createSamples,
  framePixels,
  sampleBytes,
  type SampleArray,
  type StackReader,
  type StackShape,
} from "../../core/frames.js";
import { lesserPixels } from "../../core/minimum-background.js";
import { medianWindowStart } from "../../core/running-median.js";
import { MessageBreaks } from "../pace.js";

const memoryLimitBytes = 1e9;
/** Frames read in one call, in bytes. */
const readBytes = 8e6;
const maximumReadFrames = 64;

/** How a running minimum works through a stack. */
export interface MinimumPlan {
  /** Frames of a window. */
  readonly windowFrames: number;
  /** Frames whose minimum is kept together, at most those of a window. */
  readonly chunkFrames: number;
  /** Frames held at the same time. */
  readonly slots: number;
  /** Memory of all frames and minima. */
  readonly bytes: number;
}

/**
 * A window of W frames takes about W + 2·√W frames of memory, and those that are read together.
 *
 * @param windowFrames - at least 1
 * @throws {@link SlnetError} `out-of-memory` where the window does not fit 1 GB
 */
export function planRunningMinimum(name: string, shape: StackShape, windowFrames: number): MinimumPlan {
  const frameBytes = framePixels(shape) * sampleBytes(shape.type);
  const size = Math.min(windowFrames, shape.frames);
  const chunkFrames = Math.max(1, Math.min(size, Math.round(Math.sqrt(size))));
  const readFrames = Math.max(1, Math.min(maximumReadFrames, Math.floor(readBytes / frameBytes)));
  const planOf = (slots: number): MinimumPlan => {
    const minima = chunkFrames + chunkCount(size, chunkFrames) + 2;
    return { windowFrames: size, chunkFrames, slots, bytes: (slots + minima) * frameBytes };
  };
  const plan = planOf(Math.min(size + readFrames, shape.frames));
  if (plan.bytes <= memoryLimitBytes) return plan;
  throw new SlnetError(
    "out-of-memory",
    `${name}: a running minimum of ${size} frames needs ${Math.ceil(plan.bytes / 1e6)} MB, the limit is ` +
      `${memoryLimitBytes / 1e6} MB; use a shorter window`,
  );
}

/** Most chunks that a window touches. */
function chunkCount(windowFrames: number, chunkFrames: number): number {
  return Math.floor(windowFrames / chunkFrames) + 2;
}

/** A frame and the least values of its window. Both are overwritten by later calls. */
interface MinimumFrame {
  readonly frame: SampleArray;
  readonly minimum: SampleArray;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const nothing: Range = { from: 0, to: 0 };

/**
 * Running minimum over a stack, in windows as those of the running median. Frames asked for in ascending order are read
 * once each; any other starts again with the window of that frame.
 *
 * The frames are divided into chunks. A window is the end of one chunk, some whole chunks, and the beginning of another;
 * the minimum of each of the three follows from the one before, so that a frame takes about five passes over its pixels,
 * however long the window is.
 */
export class RunningMinimum {
  readonly #reader: StackReader;
  readonly #plan: MinimumPlan;
  readonly #pixels: number;
  /** Frame f is in slot f modulo the number of slots. */
  readonly #frames: SampleArray;
  /** Minimum of the frames of chunk k that windows have reached, at k modulo their number. */
  readonly #chunks: readonly SampleArray[];
  /** Minima of frame j of a chunk and those of it behind that. */
  readonly #endings: readonly SampleArray[];
  readonly #middle: SampleArray;
  readonly #minimum: SampleArray;
  /** First frame of the latest window, and the one after its last. */
  #window = nothing;
  /** First frame of what was done since the last start. */
  #origin = 0;
  /** Frames in slots. */
  #held = nothing;
  /** Chunk that `#endings` are of, from this frame of it on. */
  #ending = { chunk: -1, from: 0 };
  /** Chunks that `#middle` is of. */
  #whole = nothing;

  /** @throws {@link SlnetError} `out-of-memory` */
  constructor(reader: StackReader, windowFrames: number) {
    const { name, shape } = reader.description;
    const plan = planRunningMinimum(name, shape, windowFrames);
    const pixels = framePixels(shape);
    const create = (count: number): SampleArray[] =>
      Array.from({ length: count }, () => createSamples(shape.type, pixels));
    this.#reader = reader;
    this.#plan = plan;
    this.#pixels = pixels;
    this.#frames = createSamples(shape.type, plan.slots * pixels);
    this.#chunks = create(chunkCount(plan.windowFrames, plan.chunkFrames));
    this.#endings = create(plan.chunkFrames);
    this.#middle = createSamples(shape.type, pixels);
    this.#minimum = createSamples(shape.type, pixels);
  }

  /** A frame and the minimum of its window, until the next call. One call at a time. */
  async frame(index: number, signal: AbortSignal): Promise<MinimumFrame> {
    const { windowFrames } = this.#plan;
    const start = medianWindowStart(index, this.#reader.description.shape.frames, windowFrames);
    if (start < this.#window.from || start > this.#window.to) this.#startAgain(start);
    await this.#reach(start, start + windowFrames, signal);
    this.#combine(start, start + windowFrames);
    return { frame: this.#slot(index), minimum: this.#minimum };
  }

  #startAgain(start: number): void {
    this.#origin = start;
    this.#window = { from: start, to: start };
    const { from, to } = this.#held;
    this.#held = start >= from && start <= to ? { from: start, to } : { from: start, to: start };
    this.#ending = { chunk: -1, from: 0 };
    this.#whole = nothing;
  }

  /** Reads frames up to `end` and takes them into the minima of their chunks. */
  async #reach(start: number, end: number, signal: AbortSignal): Promise<void> {
    const { chunkFrames } = this.#plan;
    const breaks = new MessageBreaks();
    this.#window = { from: start, to: this.#window.to };
    while (this.#window.to < end) {
      const frame = this.#window.to;
      if (frame >= this.#held.to) await this.#read(start, signal);
      const chunk = this.#chunks[Math.floor(frame / chunkFrames) % this.#chunks.length];
      const samples = this.#slot(frame);
      if (frame % chunkFrames === 0 || frame === this.#origin) chunk.set(samples);
      else lesserPixels(chunk, samples, chunk);
      this.#window = { from: start, to: frame + 1 };
      if (breaks.isDue) await breaks.take(signal);
    }
  }

  /** Reads at least one frame behind those held; frames from `needed` on stay. */
  async #read(needed: number, signal: AbortSignal): Promise<void> {
    const { slots } = this.#plan;
    const from = this.#held.to;
    const slot = from % slots;
    const room = needed + slots - from;
    let count = Math.min(room, slots - slot, maximumReadFrames, this.#reader.description.shape.frames - from);
    const target = (): SampleArray => this.#frames.subarray(slot * this.#pixels, (slot + count) * this.#pixels);
    this.#held = { from: Math.max(this.#held.from, from + count - slots), to: from };
    try {
      await this.#reader.readFrames(from, from + count, target(), signal);
    } catch (error) {
      if (signal.aborted || count === 1) throw error;
      // A fault in a frame read ahead should not cost those before it.
      count = 1;
      await this.#reader.readFrames(from, from + 1, target(), signal);
    }
    this.#held = { from: this.#held.from, to: from + count };
  }

  /** Writes the minimum of frames [start, end), all of which are in chunks. */
  #combine(start: number, end: number): void {
    const { chunkFrames } = this.#plan;
    const into = start % chunkFrames;
    const firstWhole = Math.ceil(start / chunkFrames);
    const endWhole = Math.floor(end / chunkFrames);
    const parts: SampleArray[] = [];
    if (into > 0) parts.push(this.#endingOf(firstWhole - 1, into));
    if (firstWhole < endWhole) parts.push(this.#middleOf(firstWhole, endWhole));
    if (end % chunkFrames > 0) parts.push(this.#chunk(endWhole));
    this.#minimum.set(parts[0]);
    for (const part of parts.slice(1)) lesserPixels(this.#minimum, part, this.#minimum);
  }

  #endingOf(chunk: number, from: number): SampleArray {
    if (this.#ending.chunk !== chunk || this.#ending.from > from) {
      const { chunkFrames } = this.#plan;
      for (let j = chunkFrames - 1; j >= from; j--) {
        const samples = this.#slot(chunk * chunkFrames + j);
        if (j === chunkFrames - 1) this.#endings[j].set(samples);
        else lesserPixels(this.#endings[j + 1], samples, this.#endings[j]);
      }
      this.#ending = { chunk, from };
    }
    return this.#endings[from];
  }

  #middleOf(from: number, to: number): SampleArray {
    if (this.#whole.from !== from || this.#whole.to !== to) {
      this.#middle.set(this.#chunk(from));
      for (let chunk = from + 1; chunk < to; chunk++) lesserPixels(this.#middle, this.#chunk(chunk), this.#middle);
      this.#whole = { from, to };
    }
    return this.#middle;
  }

  #chunk(index: number): SampleArray {
    return this.#chunks[index % this.#chunks.length];
  }

  #slot(frame: number): SampleArray {
    const slot = frame % this.#plan.slots;
    return this.#frames.subarray(slot * this.#pixels, (slot + 1) * this.#pixels);
  }
}
