import type { FrameSource, HostFrame, Unsubscribe } from "./host/contract.js";
import { Invalidations } from "./invalidations.js";

/** Computes frame `index` again, once it was dropped, and gives it back by {@link CleanedFrames.restore}. */
export type RestoreFrame = (index: number, signal?: AbortSignal) => Promise<void>;

interface Block {
  readonly from: number;
  readonly to: number;
  /** `[to − from, height, width]`, in ADU. */
  readonly samples: Float32Array;
}

export interface CleanedFramesOptions {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Memory that the frames may take, in bytes. The block that was used longest ago is dropped first. */
  readonly budgetBytes: number;
  readonly restoreFrame: RestoreFrame;
}

/**
 * One part of the result of a cleaning, filled block by block. Only as many blocks as fit the budget are held; a
 * dropped frame is computed again when it is looked at. A frame that is not cleaned yet reads as `null`.
 */
export class CleanedFrames implements FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type = "float32";
  readonly #budgetBytes: number;
  readonly #restoreFrame: RestoreFrame;
  readonly #invalidations = new Invalidations();
  /** Oldest use first. */
  readonly #blocks = new Set<Block>();
  readonly #blockOf = new Map<number, Block>();
  readonly #finished: Uint8Array;
  #bytes = 0;

  constructor({ frames, height, width, budgetBytes, restoreFrame }: CleanedFramesOptions) {
    this.frames = frames;
    this.height = height;
    this.width = width;
    this.#budgetBytes = budgetBytes;
    this.#restoreFrame = restoreFrame;
    this.#finished = new Uint8Array(frames);
  }

  /** Bytes of pixels held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes over frames that were just cleaned. */
  add(from: number, to: number, samples: Float32Array): void {
    this.#finished.fill(1, from, to);
    this.restore(from, to, samples);
    this.#invalidations.emit(from, to);
  }

  /** Takes over frames that were computed again: nobody is told, since they are what they were. */
  restore(from: number, to: number, samples: Float32Array): void {
    const block = { from, to, samples };
    for (let frame = from; frame < to; frame++) this.#blockOf.set(frame, block);
    this.#blocks.add(block);
    this.#bytes += samples.byteLength;
    for (const oldest of this.#blocks) {
      if (this.#bytes <= this.#budgetBytes || oldest === block) break;
      this.#drop(oldest);
    }
  }

  async read(index: number, signal?: AbortSignal): Promise<HostFrame | null> {
    if (this.#finished[index] !== 1) return null;
    if (!this.#blockOf.has(index)) await this.#restoreFrame(index, signal);
    const block = this.#blockOf.get(index);
    if (!block) return null;
    this.#blocks.delete(block);
    this.#blocks.add(block);
    const pixels = this.height * this.width;
    const offset = (index - block.from) * pixels;
    return { index, height: this.height, width: this.width, samples: block.samples.subarray(offset, offset + pixels) };
  }

  onInvalidate(callback: (from: number, to: number) => void): Unsubscribe {
    return this.#invalidations.add(callback);
  }

  dispose(): void {
    this.#blocks.clear();
    this.#blockOf.clear();
    this.#finished.fill(0);
    this.#bytes = 0;
  }

  #drop(block: Block): void {
    this.#blocks.delete(block);
    this.#bytes -= block.samples.byteLength;
    for (let frame = block.from; frame < block.to; frame++) {
      if (this.#blockOf.get(frame) === block) this.#blockOf.delete(frame);
    }
  }
}
