import { medianWindowStart } from "../../core/running-median.js";
import { MessageBreaks } from "../pace.js";
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
 * masked once; any other starts again with the window of that frame. It holds the frames and masks of one window.
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
  #incoming: Incoming | null = null;
  readonly #breaks = new MessageBreaks();

  /**
   * @param frameCount - frames that windows are made of
   * @param windowFrames - at most that many
   * @param pixels - of one frame
   */
  constructor(windows: SlnetWindows, sums: MaskedMeanSums, frameCount: number, windowFrames: number, pixels: number) {
    this.#windows = windows;
    this.#sums = sums;
    this.#frameCount = frameCount;
    this.#windowFrames = windowFrames;
    this.#pixels = pixels;
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
    this.#incoming = null;
  }

  /**
   * Takes the next frame into the window, and the oldest one out of a full one.
   *
   * @param needed - frames before this one will be needed in this call
   * @param step - frames that one call asks for
   */
  async #enter(needed: number, step: number, signal: AbortSignal): Promise<void> {
    const frame = this.#to;
    const incoming = this.#incoming ?? (await this.#separate(frame, needed, step, signal));
    const slot = frame % this.#slots;
    this.#sums.frames[slot].set(this.#windows.frame(frame));
    const at = (frame - incoming.from) * this.#pixels;
    this.#sums.mask(slot, incoming.sparse.subarray(at, at + this.#pixels));
    const isFull = frame - this.#from === this.#windowFrames;
    this.#sums.slide(slot, isFull ? this.#from % this.#slots : -1);
    if (isFull) this.#from++;
    this.#to = frame + 1;
    this.#incoming = this.#to < incoming.to ? incoming : null;
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
