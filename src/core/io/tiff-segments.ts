/** Where the bytes of the frames are. Frame f is made of the segments from `firstOfFrame[f]` up to `firstOfFrame[f + 1]`. */
export interface TiffSegments {
  /** Positions in the file. */
  readonly offsets: Float64Array;
  /** Sizes in bytes. */
  readonly bytes: Float64Array;
  /** `[frames + 1]` */
  readonly firstOfFrame: Float64Array;
}

/** Collects segments; strips that follow each other in the file become one. */
export class SegmentList {
  #offsets = new Float64Array(64);
  #bytes = new Float64Array(64);
  #firstOfFrame = new Float64Array(64);
  #segments = 0;
  #frames = 0;

  get frames(): number {
    return this.#frames;
  }

  beginFrame(): void {
    // One place stays free for the end of the last frame.
    if (this.#frames + 1 === this.#firstOfFrame.length) this.#firstOfFrame = grown(this.#firstOfFrame);
    this.#firstOfFrame[this.#frames++] = this.#segments;
  }

  /** Adds bytes to the frame begun last. */
  add(offset: number, bytes: number): void {
    const last = this.#segments - 1;
    if (last >= this.#firstOfFrame[this.#frames - 1] && this.#offsets[last] + this.#bytes[last] === offset) {
      this.#bytes[last] += bytes;
      return;
    }
    if (this.#segments === this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#bytes = grown(this.#bytes);
    }
    this.#offsets[this.#segments] = offset;
    this.#bytes[this.#segments++] = bytes;
  }

  /** Where the only segment starts, or `null` where there are several. */
  onlyOffset(): number | null {
    return this.#segments === 1 ? this.#offsets[0] : null;
  }

  finish(): TiffSegments {
    this.#firstOfFrame[this.#frames] = this.#segments;
    return {
      offsets: this.#offsets.slice(0, this.#segments),
      bytes: this.#bytes.slice(0, this.#segments),
      firstOfFrame: this.#firstOfFrame.slice(0, this.#frames + 1),
    };
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}
