import type { StackShape } from "../../core/frames.js";
import type { CleanedBlock } from "../../protocol/api.js";
import type { CleanedReceiver } from "../cleaned-receiver.js";
import { framePieces, type FramePiece } from "./frame-pieces.js";
import type { CleanedPart, KernelLink } from "./kernel-link.js";

/** Gives cleaned frames to Python, piece by piece: the next one leaves when Python has taken the one before. */
export class CleanedSender implements CleanedReceiver {
  readonly #link: KernelLink;
  readonly #isWanted: () => boolean;
  #run = "";
  #shape: StackShape | null = null;

  /** @param isWanted - whether the stack that is cleaned now is Python's */
  constructor(link: KernelLink, isWanted: () => boolean) {
    this.#link = link;
    this.#isWanted = isWanted;
  }

  async begin(
    { shape, from, to, lowRank }: Parameters<CleanedReceiver["begin"]>[0],
    signal: AbortSignal,
  ): Promise<void> {
    this.#shape = this.#isWanted() ? shape : null;
    if (!this.#shape) return;
    this.#run = this.#link.nextName();
    const { frames, height, width } = shape;
    const parts: readonly CleanedPart[] = lowRank ? ["sparse", "low_rank"] : ["sparse"];
    await this.#link.ask(
      { type: "begin", run: this.#run, shape: [frames, height, width], from, to, parts },
      [],
      signal,
    );
  }

  async take({ from, to, sparse, lowRank }: CleanedBlock, signal: AbortSignal): Promise<void> {
    const shape = this.#shape;
    if (!shape) return;
    for (const piece of framePieces(from, to, shape, Float32Array.BYTES_PER_ELEMENT)) {
      await this.#send("sparse", sparse, from, piece, shape, signal);
      if (lowRank) await this.#send("low_rank", lowRank, from, piece, shape, signal);
    }
  }

  async #send(
    part: CleanedPart,
    samples: Float32Array,
    first: number,
    piece: FramePiece,
    { height, width }: StackShape,
    signal: AbortSignal,
  ): Promise<void> {
    const { from, to, row, rows } = piece;
    const start = ((from - first) * height + row) * width;
    // A buffer of its own: hosts have been seen to send the memory behind a view instead of the view.
    const { buffer } = Float32Array.from(samples.subarray(start, start + (to - from) * rows * width));
    await this.#link.ask({ type: "block", run: this.#run, part, ...piece }, [buffer], signal);
  }
}
