import { littleEndianBytes } from "../../core/io/byte-order.js";

const hashBytes = 32;

/**
 * A checksum of frames that grows with them, in their order: h(0) = 32 zero bytes, h(n) = SHA-256(h(n − 1), samples of frame n,
 * little-endian). It is of the pixels, whatever file they are in, and what it holds is one frame.
 */
export class FrameChecksum {
  readonly #told: Uint8Array<ArrayBuffer>;

  /** @param frameBytes - of one frame */
  constructor(frameBytes: number) {
    this.#told = new Uint8Array(hashBytes + frameBytes);
  }

  /**
   * Takes in whole frames. One call at a time.
   *
   * @param frames - `[any number, height, width]`
   */
  async add(frames: Uint16Array | Float32Array): Promise<void> {
    const bytes = littleEndianBytes(frames);
    const frameBytes = this.#told.length - hashBytes;
    for (let start = 0; start < bytes.length; start += frameBytes) {
      this.#told.set(bytes.subarray(start, start + frameBytes), hashBytes);
      this.#told.set(new Uint8Array(await crypto.subtle.digest("SHA-256", this.#told)));
    }
  }

  /** 64 hexadecimal digits. */
  get text(): string {
    return Array.from(this.#told.subarray(0, hashBytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
