import { sampleBytes } from "../../core/frames.js";
import { yieldToMessages } from "../pace.js";
import type { OutputArray, Separator, SeparatorPlan } from "./engine.js";
import { separatorBytes } from "./engine-memory.js";
import { frameAddress, reserveOutputs } from "./kernel-outputs.js";
import { arrayAt, KernelInstance } from "./kernels.js";

/** Addresses and weights of a window of at most 16 frames. */
const tableBytes = 16 * 8;

/**
 * Computing gives way this often, in ms. A file is written in pieces, each begun when the one before it is heard to be
 * done: with a pause only after each block of 1.3 ms, cleaning from file to file took a tenth longer.
 */
const pauseEveryMs = 0.2;

/** Separates frames in a WebAssembly memory of its own, from which frames are read and into which outputs are written. */
export function createWasmSeparator(module: WebAssembly.Module, plan: SeparatorPlan): Separator {
  const { pixels, type, slots, blockFrames } = plan;
  const frameBytes = pixels * sampleBytes(type);
  const instance = new KernelInstance(module, tableBytes + separatorBytes(plan) + 512);
  const { kernels, buffer } = instance;
  const table = instance.reserve(tableBytes);
  const addresses = new Uint32Array(buffer, table, 16);
  const frames = instance.reserve(slots * frameBytes);
  const separateFrame = {
    uint8: kernels.separateUint8,
    uint16: kernels.separateUint16,
    float32: kernels.separateFloat32,
  }[type];
  const outputs = reserveOutputs(instance, plan, blockFrames * pixels);
  const addressOf = (output: OutputArray | null, place: number): number => frameAddress(output, place, pixels);
  let last: Promise<unknown> = Promise.resolve();

  const separateFrames: Separator["separate"] = async (map, items, into) => {
    const n = map.frames;
    const weights = new Float32Array(buffer, table + 4 * n, n);
    const { sparse, lowRank } = outputs[into];
    let clipped = 0;
    let paused = performance.now();
    for (const [place, { slots: window, channel }] of items.entries()) {
      if (performance.now() - paused > pauseEveryMs) {
        await yieldToMessages();
        paused = performance.now();
      }
      // The separated frame comes first.
      for (let k = 0; k < n; k++) {
        const entry = k === channel ? 0 : k < channel ? k + 1 : k;
        addresses[entry] = frames + window[k] * frameBytes;
        weights[entry] = map.matrix[channel * n + k];
      }
      kernels.prepareSeparation(table, n, map.offset[channel], map.pedestal);
      kernels.prepareSparse(addressOf(sparse, place), plan.sparse?.type === "uint16", plan.sparse?.offsetAdu ?? 0);
      kernels.prepareLowRank(addressOf(lowRank, place), plan.lowRank?.type === "uint16", plan.lowRank?.offsetAdu ?? 0);
      clipped += separateFrame(pixels);
    }
    return clipped;
  };

  return {
    frames: arrayAt(type, buffer, frames, slots * pixels),
    outputs,
    refresh: () => undefined,
    separate(map, items, into) {
      const result = last.then(() => separateFrames(map, items, into));
      last = result.catch(() => undefined);
      return result;
    },
    dispose: () => undefined,
  };
}
