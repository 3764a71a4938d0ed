import { framePixels, type StackReader } from "../../core/frames.js";
import type { FrameLoader, FrameSlots, SlotOf } from "./frame-slots.js";

/**
 * Frames of a range that slides over a stack: each is read once while it is needed again and again. Frame i stands in
 * slot i modulo the number of slots, so frames that are needed together must lie within so many.
 */
export class FrameRing implements FrameLoader {
  readonly #reader: StackReader;
  readonly #into: FrameSlots;
  readonly #pixels: number;
  readonly #slots: number;
  /** Index of the frame in each slot, −1 where there is none. */
  readonly #held: Int32Array;

  constructor(reader: StackReader, into: FrameSlots, slots: number) {
    this.#reader = reader;
    this.#into = into;
    this.#pixels = framePixels(reader.description.shape);
    this.#slots = slots;
    this.#held = new Int32Array(slots).fill(-1);
  }

  async load(frames: readonly number[], signal: AbortSignal): Promise<SlotOf> {
    for (let i = 0; i < frames.length;) {
      const first = frames[i];
      let count = 0;
      while (i < frames.length && frames[i] === first + count && !this.#holds(first + count)) {
        i++;
        count++;
        if ((first + count) % this.#slots === 0) break;
      }
      if (count === 0) {
        i++;
        continue;
      }
      const slot = first % this.#slots;
      this.#held.fill(-1, slot, slot + count);
      const out = this.#into.frames.subarray(slot * this.#pixels, (slot + count) * this.#pixels);
      await this.#reader.readFrames(first, first + count, out, signal);
      for (let k = 0; k < count; k++) this.#held[slot + k] = first + k;
      this.#into.refresh(slot, slot + count);
    }
    return (frame) => frame % this.#slots;
  }

  #holds(frame: number): boolean {
    return this.#held[frame % this.#slots] === frame;
  }
}
