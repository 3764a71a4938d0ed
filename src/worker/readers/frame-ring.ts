import { createSamples, framePixels, type SampleArray, type StackReader } from "../../core/frames.js";

/**
 * Decoded frames of a range that slides over a stack: each is read once while it is needed again and again. Frame i
 * stands in slot i modulo the capacity, so frames that are needed together must lie within one capacity.
 */
export class FrameRing {
  readonly #reader: StackReader;
  readonly #pixels: number;
  readonly #capacity: number;
  readonly #samples: SampleArray;
  /** Index of the frame in each slot, −1 where there is none. */
  readonly #held: Int32Array;

  constructor(reader: StackReader, capacity: number) {
    const { shape } = reader.description;
    this.#reader = reader;
    this.#pixels = framePixels(shape);
    this.#capacity = Math.min(capacity, shape.frames);
    this.#samples = createSamples(shape.type, this.#capacity * this.#pixels);
    this.#held = new Int32Array(this.#capacity).fill(-1);
  }

  /** Makes the frames of `indices`, ascending, readable; what is held already is not read again. */
  async load(indices: readonly number[], signal: AbortSignal): Promise<void> {
    for (let i = 0; i < indices.length;) {
      const first = indices[i];
      let count = 0;
      while (i < indices.length && indices[i] === first + count && !this.#holds(first + count)) {
        i++;
        count++;
        if ((first + count) % this.#capacity === 0) break;
      }
      if (count === 0) {
        i++;
        continue;
      }
      const slot = first % this.#capacity;
      this.#held.fill(-1, slot, slot + count);
      const out = this.#samples.subarray(slot * this.#pixels, (slot + count) * this.#pixels);
      await this.#reader.readFrames(first, first + count, out, signal);
      for (let k = 0; k < count; k++) this.#held[slot + k] = first + k;
    }
  }

  /** A frame that was loaded; valid until the next `load`. */
  frame(index: number): SampleArray {
    const slot = index % this.#capacity;
    return this.#samples.subarray(slot * this.#pixels, (slot + 1) * this.#pixels);
  }

  #holds(index: number): boolean {
    return this.#held[index % this.#capacity] === index;
  }
}
