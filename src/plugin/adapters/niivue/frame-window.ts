/**
 * Which frames of a stack a volume of fewer frames holds: `size` consecutive ones from `start`. It moves so that there
 * is a frame on either side of the one shown, wherever the stack has one; so the viewer's own control can step on.
 */
export class FrameWindow {
  readonly #frames: number;
  readonly size: number;
  #start = 0;

  /** @param capacityBytes - at most so much, but one frame at least */
  constructor(frames: number, frameBytes: number, capacityBytes: number) {
    this.#frames = frames;
    this.size = Math.min(frames, Math.max(1, Math.floor(capacityBytes / frameBytes)));
  }

  get start(): number {
    return this.#start;
  }

  /** Moves so that `frame` is well inside. Returns by how many frames, towards the end where positive. */
  reach(frame: number): number {
    const slot = frame - this.#start;
    const last = this.size - 1;
    const margin = this.size > 2 ? 1 : 0;
    const tooEarly = slot < margin && this.#start > 0;
    const tooLate = slot > last - margin && this.#start + last < this.#frames - 1;
    if (slot >= 0 && slot <= last && !tooEarly && !tooLate) return 0;
    const from = this.#start;
    this.#start = Math.min(Math.max(0, frame - (this.size >> 1)), this.#frames - this.size);
    return this.#start - from;
  }
}
