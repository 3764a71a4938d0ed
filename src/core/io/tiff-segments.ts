/** In place of a position: the file leaves the bytes out, and they are 0. */
export const sparseOffset = -1;

/** Where the bytes of the frames are. Frame f is made of the segments from `firstOfFrame[f]` up to `firstOfFrame[f + 1]`. */
export interface TiffSegments {
  /** Positions in the file, or {@link sparseOffset}. */
  readonly offsets: Float64Array;
  /** Sizes in bytes. */
  readonly bytes: Float64Array;
  /** `[frames + 1]` */
  readonly firstOfFrame: Float64Array;
}

/** Collects segments. */
export class SegmentList {
  #offsets = new Float64Array(64);
  #bytes = new Float64Array(64);
  #firstOfFrame = new Float64Array(64);
  #segments = 0;
  #frames = 0;
  #sparse = 0;

  /** Number of segments that the file leaves out. */
  get sparse(): number {
    return this.#sparse;
  }

  get frames(): number {
    return this.#frames;
  }

  beginFrame(): void {
    // One place stays free for the end of the last frame.
    if (this.#frames + 1 === this.#firstOfFrame.length) this.#firstOfFrame = grown(this.#firstOfFrame);
    this.#firstOfFrame[this.#frames++] = this.#segments;
  }

  /** Adds bytes to the frame begun last. Bytes that follow the last ones of the frame in the file join them. */
  add(offset: number, bytes: number): void {
    const last = this.#segments - 1;
    const follows = last >= this.#firstOfFrame[this.#frames - 1] && this.#offsets[last] + this.#bytes[last] === offset;
    if (follows && this.#offsets[last] !== sparseOffset) this.#bytes[last] += bytes;
    else this.addApart(offset, bytes);
  }

  /** Adds a strip or tile that is unpacked by itself to the frame begun last. */
  addApart(offset: number, bytes: number): void {
    if (this.#segments === this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#bytes = grown(this.#bytes);
    }
    if (offset === sparseOffset) this.#sparse++;
    this.#offsets[this.#segments] = offset;
    this.#bytes[this.#segments++] = bytes;
  }

  /** The only segment, or `null` where there are several or its bytes are left out. */
  only(): { readonly offset: number; readonly bytes: number } | null {
    if (this.#segments !== 1 || this.#sparse > 0) return null;
    return { offset: this.#offsets[0], bytes: this.#bytes[0] };
  }

  /** Makes it empty, to be used again. */
  clear(): void {
    this.#segments = 0;
    this.#frames = 0;
    this.#sparse = 0;
  }

  /** Whether all segments are as long as those of a pattern, and `shift` bytes further on. */
  isShiftOf({ offsets, bytes }: TiffSegments, shift: number): boolean {
    if (this.#segments !== offsets.length) return false;
    for (let i = 0; i < offsets.length; i++) {
      if (offsets[i] + shift !== this.#offsets[i] || bytes[i] !== this.#bytes[i]) return false;
    }
    return true;
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
