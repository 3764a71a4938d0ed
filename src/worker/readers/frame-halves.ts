import { framePixels, type StackReader } from "../../core/frames.js";
import type { FrameLoader, FrameSlots, SlotOf } from "./frame-slots.js";

/** Frames of two blocks: each load reads all of its frames anew, into the half of the slots that the one before left. */
export class FrameHalves implements FrameLoader {
  readonly #reader: StackReader;
  readonly #into: FrameSlots;
  readonly #pixels: number;
  readonly #halfSlots: number;
  #second = true;

  /** @param slots - twice as many as the frames of one load */
  constructor(reader: StackReader, into: FrameSlots, slots: number) {
    this.#reader = reader;
    this.#into = into;
    this.#pixels = framePixels(reader.description.shape);
    this.#halfSlots = slots / 2;
  }

  async load(frames: readonly number[], signal: AbortSignal): Promise<SlotOf> {
    this.#second = !this.#second;
    const base = this.#second ? this.#halfSlots : 0;
    for (let i = 0; i < frames.length;) {
      let count = 1;
      while (i + count < frames.length && frames[i + count] === frames[i] + count) count++;
      const slot = base + i;
      const out = this.#into.frames.subarray(slot * this.#pixels, (slot + count) * this.#pixels);
      await this.#reader.readFrames(frames[i], frames[i] + count, out, signal);
      this.#into.refresh(slot, slot + count);
      i += count;
    }
    const slots = new Map(frames.map((frame, position) => [frame, base + position]));
    return (frame) => slots.get(frame) as number;
  }
}
