import type { ViewerHost } from "../../host/contract.js";
import { Playback } from "./playback.js";

/** Moves from frame to frame, by hand or playing. */
export class FrameSteps {
  readonly #dims: ViewerHost["dims"];
  readonly #onChange: () => void;
  readonly #playback: Playback;
  #playing = false;

  /**
   * @param ready - true when the present frame is shown
   * @param onChange - called when the controls have something else to show
   */
  constructor(dims: ViewerHost["dims"], ready: () => boolean, onChange: () => void) {
    this.#dims = dims;
    this.#onChange = onChange;
    this.#playback = new Playback(() => this.#playNext(), ready);
  }

  get playing(): boolean {
    return this.#playing;
  }

  set playing(value: boolean) {
    const { step, frames } = this.#dims;
    this.#playing = value && frames > 1;
    if (!this.#playing) this.#playback.stop();
    else {
      if (this.#playback.following(step, 1, frames) === null) this.#dims.setStep(0);
      this.#playback.start();
    }
    this.#onChange();
  }

  /** Goes on from the first frame after the last. */
  get loop(): boolean {
    return this.#playback.loop;
  }

  set loop(value: boolean) {
    this.#playback.loop = value;
    this.#onChange();
  }

  get framesPerSecond(): number {
    return this.#playback.framesPerSecond;
  }

  set framesPerSecond(value: number) {
    this.#playback.framesPerSecond = value;
    this.#onChange();
  }

  /** The frame that is wanted some steps after the present one, `null` where it is not known or there is none. */
  following(ahead: number): number | null {
    return this.#playing ? this.#playback.following(this.#dims.step, ahead, this.#dims.frames) : null;
  }

  /** @param step - as typed; nothing happens where it is no number */
  goTo(step: number): void {
    if (Number.isFinite(step)) this.#dims.setStep(step);
    this.#onChange();
  }

  /** @param frames - later by these; an infinite number goes to an end */
  moveBy(frames: number): void {
    this.#dims.setStep(Math.min(Math.max(this.#dims.step + frames, 0), this.#dims.frames - 1));
  }

  #playNext(): void {
    const next = this.#playback.following(this.#dims.step, 1, this.#dims.frames);
    if (next === null) this.playing = false;
    else this.#dims.setStep(next);
  }
}
