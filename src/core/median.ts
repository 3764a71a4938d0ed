import { SlnetError } from "./errors.js";
import type { SampleArray, SampleType } from "./frames.js";

/** Finds the median of each pixel over a stack that is read several times, one frame at a time. */
export interface MedianSelection {
  /** How often all frames must be given. */
  readonly passes: number;
  /** One frame, `[pixels]`, of the sample type given at the start. The order of the frames does not matter. */
  add(frame: SampleArray): void;
  /**
   * Call once after each pass.
   *
   * @throws {@link SlnetError} `bad-input` if there was no frame, or not as many as in the pass before
   */
  finishPass(): void;
  /**
   * `[pixels]`; call after the last pass. For an even number of frames the lower of the two middle values, as in the
   * published code, so that every median is a value that the pixel had.
   */
  result(): Float32Array<ArrayBuffer>;
}

const keyBits = { uint8: 8, uint16: 16, float32: 32 } as const satisfies Record<SampleType, number>;

/** Memory for the counters of all pixels, in bytes. Less memory means fewer bits a pass, and more passes. */
const maximumCounterBytes = 128 * 2 ** 20;

/**
 * Prepares a median by radix selection: each pass counts, for each pixel, the next digit of the values that share the
 * digits found so far, so memory does not depend on the number of frames. Digits have 8 bits up to 362 × 362 pixels
 * (1, 2 and 4 passes for the three sample types), 4 bits up to 1448 × 1448, then 2 or 1.
 *
 * @param type - of the frames; float frames must be finite
 * @param pixels - of one frame
 */
export function createMedianSelection(type: SampleType, pixels: number): MedianSelection {
  const bits = keyBits[type];
  const digitBits = [8, 4, 2].find((candidate) => pixels * 2 ** candidate * 4 <= maximumCounterBytes) ?? 1;
  const digits = 2 ** digitBits;
  const passes = bits / digitBits;
  const counts = new Uint32Array(pixels * digits);
  /** Digits found so far, as a number. */
  const prefixes = new Uint32Array(pixels);
  /** Position of the median among the values that start with the prefix, from 0. */
  const positions = new Uint32Array(pixels);
  let pass = 0;
  let frames = 0;
  let framesBefore = 0;

  return {
    passes,
    add(frame) {
      if (frame.length !== pixels) {
        throw new SlnetError("bad-input", `median: frame ${frames} has ${frame.length} pixels, expected ${pixels}`);
      }
      frames++;
      const shift = bits - digitBits * (pass + 1);
      if (type === "float32") countFloats(frame, shift);
      else countIntegers(frame, shift);
    },
    finishPass() {
      if (frames === 0) throw new SlnetError("bad-input", "median: there are no frames, expected at least one");
      if (pass === 0) positions.fill((frames - 1) >> 1);
      else if (frames !== framesBefore) {
        throw new SlnetError(
          "bad-input",
          `median: pass ${pass + 1} had ${frames} frames, expected ${framesBefore} as before`,
        );
      }
      for (let pixel = 0; pixel < pixels; pixel++) {
        let position = positions[pixel];
        let digit = 0;
        for (; position >= counts[pixel * digits + digit]; digit++) position -= counts[pixel * digits + digit];
        positions[pixel] = position;
        prefixes[pixel] = prefixes[pixel] * digits + digit;
      }
      counts.fill(0);
      framesBefore = frames;
      frames = 0;
      pass++;
    },
    result() {
      if (pass !== passes) throw new SlnetError("internal", `median: ${pass} passes were made, expected ${passes}`);
      if (type !== "float32") return Float32Array.from(prefixes);
      const keys = prefixes.map((key) => (key >= 0x80000000 ? key ^ 0x80000000 : ~key));
      return new Float32Array(keys.buffer);
    },
  };

  function countIntegers(frame: SampleArray, shift: number): void {
    const mask = digits - 1;
    if (pass === 0) {
      for (let i = 0; i < pixels; i++) counts[i * digits + (frame[i] >>> shift)]++;
      return;
    }
    for (let i = 0; i < pixels; i++) {
      const key = frame[i] >>> shift;
      if (key >>> digitBits === prefixes[i]) counts[i * digits + (key & mask)]++;
    }
  }

  /** As {@link countIntegers}, on the bits of the floats, turned so that they order like the numbers. */
  function countFloats(frame: SampleArray, shift: number): void {
    const words = new Uint32Array(frame.buffer, frame.byteOffset, pixels);
    const mask = digits - 1;
    for (let i = 0; i < pixels; i++) {
      const word = words[i];
      const key = (word >= 0x80000000 ? ~word : word | 0x80000000) >>> shift;
      if (pass === 0 || key >>> digitBits === prefixes[i]) counts[i * digits + (key & mask)]++;
    }
  }
}
