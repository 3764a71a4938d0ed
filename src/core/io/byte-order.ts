import type { SampleArray } from "../frames.js";

/** Whether this machine stores the low byte of a number first. */
export const machineIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Reverses the bytes of every sample, in place. */
export function swapBytes(samples: SampleArray): void {
  if (samples instanceof Uint16Array) {
    for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] & 0xff) << 8) | (samples[i] >>> 8);
  } else if (samples instanceof Float32Array) {
    // As integers: a float that is moved as a float may lose the bits of a NaN.
    const words = new Uint32Array(samples.buffer, samples.byteOffset, samples.length);
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    }
  }
}

/** Samples as bytes with the low one first: a view where this machine stores them so, else a copy. */
export function littleEndianBytes(frames: Uint16Array | Float32Array): Uint8Array<ArrayBuffer> {
  const samples = machineIsLittleEndian ? frames : frames.slice();
  if (!machineIsLittleEndian) swapBytes(samples);
  return new Uint8Array(samples.buffer as ArrayBuffer, samples.byteOffset, samples.byteLength);
}
