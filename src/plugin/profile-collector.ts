import type { PixelPath, ProfilePlan, ProfileReport } from "../protocol/api.js";
import type { Profile } from "./profile.js";

/** Puts the reports of a run together. */
export class ProfileCollector {
  readonly #path: PixelPath;
  readonly #from: number;
  readonly #to: number;
  readonly #positions: number;
  readonly #raw: Float32Array;
  #lowRank: Float32Array | null = null;
  #sparse: Float32Array | null = null;

  constructor(path: PixelPath, { from, to, positions }: ProfilePlan) {
    this.#path = path;
    this.#from = from;
    this.#to = to;
    this.#positions = positions.length;
    this.#raw = this.#unknown();
  }

  /** What there is once this report is in. A new record over the same values. */
  add({ from, to, raw, lowRank, sparse }: ProfileReport): Profile {
    const offset = (from - this.#from) * this.#positions;
    this.#raw.set(raw, offset);
    if (lowRank) (this.#lowRank ??= this.#unknown()).set(lowRank, offset);
    if (sparse) (this.#sparse ??= this.#unknown()).set(sparse, offset);
    return {
      path: this.#path,
      from: this.#from,
      to: this.#to,
      done: to,
      positions: this.#positions,
      raw: this.#raw,
      lowRank: this.#lowRank,
      sparse: this.#sparse,
    };
  }

  #unknown(): Float32Array {
    return new Float32Array((this.#to - this.#from) * this.#positions).fill(NaN);
  }
}
