import { base64 } from "slnet-kernels/shrink";

import type { SampleArray } from "../../../core/frames.js";
import type { HostFrame } from "../../host/contract.js";
import { type Coverage, extentOf, totalWeight, weightAt } from "./coverage.js";
import type { RowMeans } from "./shrink-frame.js";

/** What the module exports; `src/kernels/assembly/shrink.ts` says what each does. */
interface Exports {
  heapBase(): number;
  addRowsUint8: AddRows;
  addRowsUint16: AddRows;
  addRowsFloat32: AddRows;
  combineColumns(sums: number, columns: number, count: number, scale: number, out: number): void;
}

type AddRows = (
  rows: number,
  count: number,
  stride: number,
  width: number,
  first: number,
  last: number,
  sums: number,
  fresh: boolean,
) => void;

/** Rows of the frame that are handed over at a time: with more of them they leave the cache. */
const rowsAtOnce = 8;
const columnBytes = 32;
const pageBytes = 65_536;

/** Computes means of frames with WebAssembly SIMD, in a memory of a few rows: to the last bit those of plain JavaScript. */
export class ShrinkKernel {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;

  /** A kernel, or `null` where WebAssembly or its SIMD is missing or the page's content security policy forbids it. */
  static create(): ShrinkKernel | null {
    try {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const memory = new WebAssembly.Memory({ initial: 1 });
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      return new ShrinkKernel(memory, exports as unknown as Exports);
    } catch {
      return null;
    }
  }

  private constructor(memory: WebAssembly.Memory, exports: Exports) {
    this.#memory = memory;
    this.#exports = exports;
  }

  /**
   * The means of a frame's rows, until the next frame is prepared.
   *
   * @returns `null` where the memory that it takes is not to be had
   */
  rowMeans(
    { samples, width }: Pick<HostFrame, "samples" | "width">,
    rows: Coverage,
    columns: Coverage,
  ): RowMeans | null {
    const [left, right] = extentOf(columns);
    const count = columns.from.length;
    const paddedWidth = Math.ceil((right - left) / 4) * 4;
    const stride = paddedWidth * samples.BYTES_PER_ELEMENT;

    const rowsAt = Math.ceil(this.#exports.heapBase() / 16) * 16;
    const sumsAt = rowsAt + rowsAtOnce * stride;
    const columnsAt = sumsAt + 8 * paddedWidth;
    const meansAt = columnsAt + columnBytes * count;
    if (!this.#grow(meansAt + 4 * count)) return null;

    const { buffer } = this.#memory;
    writeColumns(columns, left, new DataView(buffer, columnsAt, columnBytes * count));
    const [strip, addRows] = this.#strip(samples, rowsAt, rowsAtOnce * paddedWidth);
    const means = new Float32Array(buffer, meansAt, count);

    return (row, out) => {
      const [from, to] = [rows.from[row]!, rows.to[row]!];
      for (let start = from; start < to; start += rowsAtOnce) {
        const end = Math.min(start + rowsAtOnce, to);
        for (let y = start; y < end; y++) {
          strip.set(samples.subarray(y * width + left, y * width + right), (y - start) * paddedWidth);
        }
        const first = weightAt(rows, row, start);
        const last = weightAt(rows, row, end - 1);
        addRows(rowsAt, end - start, stride, paddedWidth, first, last, sumsAt, start === from);
      }
      this.#exports.combineColumns(sumsAt, columnsAt, count, 1 / totalWeight(rows, row), meansAt);
      out.set(means);
    };
  }

  /** Memory for rows of samples, and what adds them. */
  #strip(samples: SampleArray, address: number, length: number): readonly [strip: SampleArray, addRows: AddRows] {
    const { buffer } = this.#memory;
    const { addRowsUint8, addRowsUint16, addRowsFloat32 } = this.#exports;
    if (samples instanceof Uint8Array) return [new Uint8Array(buffer, address, length), addRowsUint8];
    if (samples instanceof Uint16Array) return [new Uint16Array(buffer, address, length), addRowsUint16];
    return [new Float32Array(buffer, address, length), addRowsFloat32];
  }

  #grow(bytes: number): boolean {
    const missing = Math.ceil((bytes - this.#memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return true;
    try {
      this.#memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}

/** As `combineColumns` reads them. */
function writeColumns(columns: Coverage, left: number, out: DataView): void {
  columns.from.forEach((from, i) => {
    const at = i * columnBytes;
    out.setInt32(at, 8 * (from - left), true);
    out.setInt32(at + 4, 8 * (columns.to[i]! - 1 - left), true);
    out.setFloat64(at + 8, columns.firstWeight[i]!, true);
    out.setFloat64(at + 16, columns.lastWeight[i]!, true);
    out.setFloat64(at + 24, 1 / totalWeight(columns, i), true);
  });
}
