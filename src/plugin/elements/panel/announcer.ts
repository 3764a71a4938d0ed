/** A screen reader that is told more often than this never comes to the end of a sentence. */
const intervalMs = 5000;

/** Passes texts on, at most one in five seconds; of those in between, the last one. */
export class Announcer {
  readonly #say: (text: string) => void;
  #next = "";
  #timer = 0;
  #saidAt = -Infinity;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  announce(text: string): void {
    if (text === "" || text === this.#next) return;
    this.#next = text;
    if (this.#timer !== 0) return;
    const wait = Math.max(0, this.#saidAt + intervalMs - performance.now());
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      this.#saidAt = performance.now();
      this.#say(this.#next);
    }, wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
