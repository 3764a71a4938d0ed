import type { StackShape } from "../../core/frames.js";
import type { CleanedBlock } from "../../protocol/api.js";
import type { CleanedReceiver } from "../cleaned-receiver.js";
import type { CleanedPart, KernelLink } from "./kernel-link.js";

/** Bytes of one message: the server of Jupyter takes at most 10 MiB from a page, unless it is told otherwise. */
const pieceBytes = 4 * 1024 ** 2;

/** Rows of one or several whole frames, or of a part of one frame. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly rows: number;
}

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
    for (const piece of piecesOf(from, to, shape)) {
      await this.#send("sparse", sparse, from, piece, shape, signal);
      if (lowRank) await this.#send("low_rank", lowRank, from, piece, shape, signal);
    }
  }

  async #send(
    part: CleanedPart,
    samples: Float32Array,
    first: number,
    piece: Piece,
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

function* piecesOf(from: number, to: number, { height, width }: StackShape): Generator<Piece> {
  const rowBytes = 4 * width;
  const framesAtOnce = Math.floor(pieceBytes / (height * rowBytes));
  if (framesAtOnce > 0) {
    for (let first = from; first < to; first += framesAtOnce) {
      yield { from: first, to: Math.min(first + framesAtOnce, to), row: 0, rows: height };
    }
    return;
  }
  const rowsAtOnce = Math.max(1, Math.floor(pieceBytes / rowBytes));
  for (let frame = from; frame < to; frame++) {
    for (let row = 0; row < height; row += rowsAtOnce) {
      yield { from: frame, to: frame + 1, row, rows: Math.min(rowsAtOnce, height - row) };
    }
  }
}
