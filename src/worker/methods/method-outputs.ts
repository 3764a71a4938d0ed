import type { SampleArray } from "../../core/frames.js";
import { OutputBlock } from "../engines/output-block.js";
import type { OutputPlans } from "../engines/engine.js";
import type { CleanedFrames } from "./method.js";

/** Two blocks of outputs, used in turn, for methods that compute in float32. */
export class MethodOutputs {
  readonly #pixels: number;
  readonly #blocks: readonly [OutputBlock, OutputBlock];
  #turn: 0 | 1 = 0;

  /** @param pixels - of one frame */
  constructor(plans: OutputPlans, blockFrames: number, pixels: number) {
    this.#pixels = pixels;
    this.#blocks = [new OutputBlock(plans, blockFrames * pixels), new OutputBlock(plans, blockFrames * pixels)];
  }

  /**
   * Lets `fill` write frames into the block whose turn it is, and encodes them.
   *
   * @param fill - gets `[frames, height, width]` of each part, in ADU, `null` where it is not wanted
   */
  async give(
    frames: number,
    fill: (sparse: Float32Array | null, lowRank: Float32Array | null) => void | Promise<void>,
  ): Promise<CleanedFrames> {
    const block = this.#blocks[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    const length = frames * this.#pixels;
    await fill(block.sparseValues?.subarray(0, length) ?? null, block.lowRankValues?.subarray(0, length) ?? null);
    const clipped = block.encode(length);
    return {
      sparse: block.sparse?.subarray(0, length) ?? null,
      lowRank: block.lowRank?.subarray(0, length) ?? null,
      clipped,
    };
  }
}

/** What of a frame is above its background, 0 where nothing is: `[height, width]` each, in ADU. */
export function takeBackground(frame: SampleArray, background: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.max(0, frame[i] - background[i]);
}
