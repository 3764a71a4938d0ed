/** Calls a step at a steady rate, but never before the last one is on screen. */
export class Playback {
  /** Goes on from the first frame after the last. */
  loop = true;
  readonly #step: () => void;
  readonly #ready: () => boolean;
  #framesPerSecond = 15;
  #dueAt = 0;
  #handle = 0;

  /**
   * @param step - moves to the next frame
   * @param ready - true when the present frame is shown
   */
  constructor(step: () => void, ready: () => boolean) {
    this.#step = step;
    this.#ready = ready;
  }

  get running(): boolean {
    return this.#handle !== 0;
  }

  get framesPerSecond(): number {
    return this.#framesPerSecond;
  }

  set framesPerSecond(value: number) {
    this.#framesPerSecond = value;
    this.#dueAt = 0;
  }

  /** The frame that comes some steps after one, or `null` after the end. */
  following(step: number, ahead: number, frames: number): number | null {
    const next = step + ahead;
    if (next < frames) return next;
    return this.loop && frames > 0 ? next % frames : null;
  }

  start(): void {
    if (this.running) return;
    this.#dueAt = 0;
    this.#handle = requestAnimationFrame(this.#tick);
  }

  stop(): void {
    cancelAnimationFrame(this.#handle);
    this.#handle = 0;
  }

  readonly #tick = (now: number): void => {
    this.#handle = requestAnimationFrame(this.#tick);
    if (now < this.#dueAt || !this.#ready()) return;
    const interval = 1000 / this.#framesPerSecond;
    // Half a screen refresh early is nearer to the rate than half a refresh late.
    this.#dueAt = Math.max(this.#dueAt + interval, now + interval - 8);
    this.#step();
  };
}
