import { SlnetError } from "../../core/errors.js";
import {
  createSamples,
  framePixels,
  sampleBytes,
  type SampleArray,
  type SampleType,
  type StackShape,
} from "../../core/frames.js";
import type { FrameSource, HostFrame } from "../host/contract.js";
import { framePieces, pieceBytes, type FramePiece } from "./frame-pieces.js";
import type { KernelLink } from "./kernel-link.js";

/** Bytes of frames kept. */
const cacheBytes = 64 * 1024 ** 2;
/** Blocks kept however large they are: training and the viewer are at different places. */
const leastBlocks = 2;
/** Requests under way: the next one travels while Python answers the first. */
const requestsUnderWay = 2;

interface Block {
  readonly samples: Promise<SampleArray>;
  /** How many still want it; nobody is asked for what nobody wants any more. */
  readers: number;
}

/** The frames of an array that Python holds, read by the block, of which only so many are kept as fit the memory. */
export class KernelFrames implements FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  readonly #link: KernelLink;
  readonly #blockFrames: number;
  readonly #capacity: number;
  /** By first frame, oldest use first. */
  readonly #blocks = new Map<number, Block>();
  readonly #turns: (() => void)[] = [];
  #underWay = 0;

  constructor(link: KernelLink, shape: StackShape) {
    this.#link = link;
    this.frames = shape.frames;
    this.height = shape.height;
    this.width = shape.width;
    this.type = shape.type;
    const frameBytes = framePixels(shape) * sampleBytes(shape.type);
    this.#blockFrames = Math.max(1, Math.floor(pieceBytes / frameBytes));
    this.#capacity = Math.max(leastBlocks, Math.floor(cacheBytes / (this.#blockFrames * frameBytes)));
  }

  async read(index: number, signal?: AbortSignal): Promise<HostFrame | null> {
    signal?.throwIfAborted();
    const from = Math.floor(index / this.#blockFrames) * this.#blockFrames;
    const samples = await this.#wait(this.#block(from), signal);
    const pixels = framePixels(this);
    const offset = (index - from) * pixels;
    return { index, height: this.height, width: this.width, samples: samples.subarray(offset, offset + pixels) };
  }

  dispose(): void {
    this.#blocks.clear();
  }

  #block(from: number): Block {
    const held = this.#blocks.get(from);
    if (held) {
      this.#blocks.delete(from);
      this.#blocks.set(from, held);
      return held;
    }
    const block: Block = { readers: 0, samples: this.#ask(from, () => block.readers > 0) };
    this.#blocks.set(from, block);
    // What failed is asked for anew the next time.
    block.samples.catch(() => {
      if (this.#blocks.get(from) === block) this.#blocks.delete(from);
    });
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#capacity) break;
      this.#blocks.delete(oldest);
    }
    return block;
  }

  /** The samples of a block, unless the one who waits for them is called off. */
  async #wait(block: Block, signal?: AbortSignal): Promise<SampleArray> {
    block.readers++;
    const leave = (): void => {
      block.readers--;
    };
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await block.samples;
    } finally {
      signal?.removeEventListener("abort", leave);
      signal?.throwIfAborted();
    }
  }

  async #ask(from: number, isWanted: () => boolean): Promise<SampleArray> {
    if (this.#underWay >= requestsUnderWay) await new Promise<void>((turn) => this.#turns.push(turn));
    else this.#underWay++;
    try {
      // The one who asked counts as a reader from the next moment on.
      await Promise.resolve();
      if (!isWanted()) {
        this.#blocks.delete(from);
        throw new DOMException(`frame ${from} is not wanted any more`, "AbortError");
      }
      return await this.#samples(from, Math.min(from + this.#blockFrames, this.frames));
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#underWay--;
    }
  }

  async #samples(from: number, to: number): Promise<SampleArray> {
    const samples = createSamples(this.type, (to - from) * framePixels(this));
    const bytes = new Uint8Array(samples.buffer);
    let filled = 0;
    for (const piece of framePieces(from, to, this, sampleBytes(this.type))) {
      const found = this.#checked(await this.#link.ask({ type: "read", ...piece }), piece);
      bytes.set(found, filled);
      filled += found.byteLength;
    }
    return samples;
  }

  #checked(buffers: readonly ArrayBufferView[], { from, to, rows }: FramePiece): Uint8Array {
    const expected = (to - from) * rows * this.width * sampleBytes(this.type);
    const [view] = buffers;
    if (buffers.length !== 1 || view?.byteLength !== expected) {
      const found = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
      throw new SlnetError(
        "bad-input",
        `Python gave ${found} bytes in ${buffers.length} buffers for frames ${from} to ${to - 1}, ` +
          `expected ${expected} bytes in one: ${rows} rows of ${this.width} pixels of ${this.type} each`,
      );
    }
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
}
