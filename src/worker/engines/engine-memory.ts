import type { EngineName } from "../../core/configuration.js";
import { sampleBytes } from "../../core/frames.js";
import type { SeparatorPlan } from "./engine.js";
import { outputBytes } from "./kernel-outputs.js";

/** Bytes of the frames that a separator holds and of the two blocks that it writes, in the memory of this machine. */
export function separatorBytes({ pixels, type, slots, blockFrames, sparse, lowRank }: SeparatorPlan): number {
  return slots * pixels * sampleBytes(type) + outputBytes({ sparse, lowRank }, blockFrames * pixels);
}

/** Bytes that the kernel `prepareTraining` lays out: three arrays of padded rows, a tile, and small ones. */
export function kernelCropBytes(n: number, cropPixels: number): number {
  const padded = 16 * Math.ceil(cropPixels / 16);
  return n * (3 * padded * 4 + 256 * 4 + 12) + n * n * 12 + 32;
}

/** What training works on. */
export interface TrainingSize {
  /** Of the frames that were read, as they are stored. */
  readonly framesBytes: number;
  /** Frames of a window. */
  readonly n: number;
  /** Windows of a step. */
  readonly batchSize: number;
  /** Of the larger one of the crops for training and for validation. */
  readonly cropPixels: number;
}

/** Bytes of the frames, of the copy that an engine has of them, and of the crops of a step. */
export function trainerBytes(engine: EngineName, { framesBytes, n, batchSize, cropPixels }: TrainingSize): number {
  const crops = batchSize * n * cropPixels;
  switch (engine) {
    case "wasm":
      return 2 * framesBytes + kernelCropBytes(n, cropPixels);
    case "webgpu":
      return 2 * framesBytes;
    case "js":
      return framesBytes + crops * Float64Array.BYTES_PER_ELEMENT;
    case "tfjs-webgpu":
    case "tfjs-wasm":
    case "tfjs-cpu":
      return framesBytes + crops * Float32Array.BYTES_PER_ELEMENT;
    default:
      return engine satisfies never;
  }
}
