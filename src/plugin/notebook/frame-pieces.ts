import type { StackShape } from "../../core/frames.js";

/**
 * Bytes of one message: a fraction of a second on a slow line, and far more than a message costs. The server of Jupyter
 * closes the connection over one of more than 10 MiB, https://github.com/jupyter/notebook/issues/3468 .
 */
export const pieceBytes = 4 * 1024 ** 2;

/** Rows `[row, row + rows)` of frames `[from, to)`: all rows, or some of a single frame. */
export interface FramePiece {
  readonly from: number;
  readonly to: number;
  readonly row: number;
  readonly rows: number;
}

/** The pieces of frames `[from, to)` that fit into a message each, in order. @param sampleBytes - of one pixel */
export function* framePieces(
  from: number,
  to: number,
  { height, width }: Pick<StackShape, "height" | "width">,
  sampleBytes: number,
): Generator<FramePiece> {
  const rowBytes = width * sampleBytes;
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
