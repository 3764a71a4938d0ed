import { framePixels } from "../../core/frames.js";
import { nearRange } from "../../core/masked-mean.js";
import { medianWindowStart } from "../../core/running-median.js";
import { MessageBreaks } from "../pace.js";
import { foundPlaces, type MaskedMeanPlan } from "./masked-mean-plan.js";
import type { MaskedMeanSums } from "./masked-mean-sums.js";
import type { SlnetWindows } from "./slnet-windows.js";

/** Frames separated by SLNet that are not in the sums yet. */
interface Incoming {
  readonly from: number;
  readonly to: number;
  /** S, `[to − from, pixels]`. */
  readonly sparse: Float32Array;
}

/**
 * Means of a window that slides over a stack. While frames are asked for in ascending order each is read, separated and
 * masked once; any other starts again with the window of that frame. It holds the frames and masks of one window, and one
 * frame more.
 */
export class MaskedMean {
  readonly #windows: SlnetWindows;
  readonly #sums: MaskedMeanSums;
  readonly #frameCount: number;
  readonly #windowFrames: number;
  readonly #pixels: number;
  /** Frames in the sums: [from, to). Frame f stands in slot f modulo the number of slots. */
  #from = 0;
  #to = 0;
  /** Frames before this one were looked at for molecules; one is so before the one before it enters the sums. */
  #found = 0;
  #incoming: Incoming | null = null;
  /** Near frames: [nearFrom, nearTo). */
  #nearFrom = 0;
  #nearTo = 0;
  readonly #nearFrames: number;
  readonly #breaks = new MessageBreaks();

  /**
   * @param frameCount - frames that windows are made of
   * @param plan - of a window of at most that many
   */
  constructor(windows: SlnetWindows, sums: MaskedMeanSums, frameCount: number, plan: MaskedMeanPlan) {
    this.#windows = windows;
    this.#sums = sums;
    this.#frameCount = frameCount;
    this.#windowFrames = plan.windowFrames;
    this.#nearFrames = plan.nearFrames;
    this.#pixels = framePixels(plan);
  }

  /**
   * Writes frames [from, to) without their background, and the background, into `outputs[into]`. One call at a time.
   *
   * @returns how many values did not fit 16 bits and were set to the nearest limit
   */
  async separate(from: number, to: number, into: 0 | 1, signal: AbortSignal): Promise<number> {
    let clipped = 0;
    // What one call leaves over is not worth the care: the frames that it is of may be read again meanwhile.
    this.#incoming = null;
    for (let frame = from; frame < to; frame++) {
      const start = this.#startOf(frame);
      if (start < this.#from || start > this.#to) this.#restart(start);
      // A window that was left half full at another place.
      if (start > this.#from && this.#to - this.#from < this.#windowFrames) this.#restart(start);
      while (this.#to < start + this.#windowFrames) {
        await this.#enter(this.#startOf(to - 1) + this.#windowFrames, to - from, signal);
      }
      this.#sums.estimate(this.#nearSlots(frame));
      clipped += this.#sums.write(frame % this.#slots, frame - from, into);
      if (this.#breaks.isDue) await this.#breaks.take(signal);
    }
    return clipped;
  }

  get #slots(): number {
    return this.#sums.frames.length;
  }

  #startOf(frame: number): number {
    return medianWindowStart(frame, this.#frameCount, this.#windowFrames);
  }

  #restart(start: number): void {
    this.#sums.clear();
    this.#from = start;
    this.#to = start;
    this.#found = Math.max(0, start - 1);
    this.#incoming = null;
    this.#restartNear(start);
  }

  #restartNear(start: number): void {
    this.#sums.clearNear();
    this.#nearFrom = start;
    this.#nearTo = start;
  }

  /** Slots of the frames near a frame, when the sums know of no others. */
  #nearSlots(frame: number): number[] {
    const { from, to } = nearRange(frame, this.#frameCount, this.#nearFrames);
    // What the window has left cannot be taken out any more.
    const isBehind = from < this.#nearFrom || this.#nearFrom < this.#from;
    const entering = to - this.#nearTo;
    // At the end of the stack more frames leave than enter: the few that stay are counted anew.
    if (isBehind || entering < from - this.#nearFrom) this.#restartNear(from);
    for (; this.#nearTo < to; this.#nearTo++) {
      const leaves = this.#nearFrom < from;
      this.#sums.slideNear(this.#nearTo % this.#slots, leaves ? this.#nearFrom % this.#slots : -1);
      if (leaves) this.#nearFrom++;
    }
    return Array.from({ length: to - from }, (_, k) => (from + k) % this.#slots);
  }

  /**
   * Takes the next frame into the window, and the oldest one out of a full one.
   *
   * @param needed - frames before this one will be needed in this call
   * @param step - frames that one call asks for
   */
  async #enter(needed: number, step: number, signal: AbortSignal): Promise<void> {
    const frame = this.#to;
    const [before, after] = [Math.max(0, frame - 1), Math.min(this.#frameCount - 1, frame + 1)];
    while (this.#found <= after) await this.#find(Math.min(this.#frameCount, needed + 1), step, signal);
    const slot = frame % this.#slots;
    this.#sums.mask(slot, [before % foundPlaces, frame % foundPlaces, after % foundPlaces]);
    const isFull = frame - this.#from === this.#windowFrames;
    this.#sums.slide(slot, isFull ? this.#from % this.#slots : -1);
    if (isFull) this.#from++;
    this.#to = frame + 1;
    if (this.#breaks.isDue) await this.#breaks.take(signal);
  }

  /** Reads the next frame and looks for molecules in it. */
  async #find(needed: number, step: number, signal: AbortSignal): Promise<void> {
    const frame = this.#found;
    const incoming = this.#incoming ?? (await this.#separate(frame, needed, step, signal));
    this.#sums.frames[frame % this.#slots].set(this.#windows.frame(frame));
    const at = (frame - incoming.from) * this.#pixels;
    this.#sums.find(frame % foundPlaces, incoming.sparse.subarray(at, at + this.#pixels));
    this.#found = frame + 1;
    this.#incoming = this.#found < incoming.to ? incoming : null;
    if (this.#breaks.isDue) await this.#breaks.take(signal);
  }

  async #separate(from: number, needed: number, step: number, signal: AbortSignal): Promise<Incoming> {
    let to = Math.min(needed, from + this.#windows.blockFrames);
    for (;;) {
      // Single frames are asked for by somebody who looks around.
      const next = step > 1 ? Math.min(this.#frameCount, to + Math.min(step, this.#windows.blockFrames)) : to;
      try {
        const { sparse } = await this.#windows.separate(from, to, next, signal);
        return { from, to, sparse: sparse as Float32Array };
      } catch (error) {
        if (to - from === 1 || signal.aborted) throw error;
        // A fault in one frame should not cost those before it.
        to = from + Math.ceil((to - from) / 2);
      }
    }
  }
}
