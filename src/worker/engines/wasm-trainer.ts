import { sampleBytes } from "../../core/frames.js";
import type { Gradient, LossOptions, LossTerms } from "../../core/loss.js";
import { createLossSums, finishLoss, type LossSums } from "../../core/loss-sums.js";
import { composeNetwork, type Network } from "../../core/network.js";
import { affineOf } from "../../core/normalisation.js";
import { shrinkSingularValues } from "../../core/singular-value-shrinkage.js";
import type { TrainingBatch, TrainingFrames } from "./engine.js";
import { kernelCropBytes } from "./engine-memory.js";
import { KernelInstance } from "./kernels.js";

/** The kernels with a copy of the training frames in their memory. */
interface Loaded {
  readonly instance: KernelInstance;
  /** Where the frames are, and for how many bytes there is room. */
  readonly framesAddress: number;
  readonly framesRoom: number;
  /** The same for the arrays of a crop. */
  readonly cropAddress: number;
  readonly cropRoom: number;
  frames: TrainingFrames;
}

/** Training steps in WebAssembly. The n×n algebra between the passes over the pixels is done here, in float64. */
export class WasmTrainer {
  readonly #module: WebAssembly.Module;
  #loaded: Loaded | null = null;

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  step(
    network: Network,
    frames: TrainingFrames,
    batch: TrainingBatch,
    options: LossOptions,
    gradient: Gradient | null,
  ): LossTerms {
    const n = network.frames;
    const { windows, top, left, side } = batch;
    const loaded = this.#load(frames, n, side * side);
    const { kernels, buffer } = loaded.instance;
    const { width, height, type } = frames.shape;
    const bytes = sampleBytes(type);
    const { shift, scale } = affineOf(frames.normalisation);
    const wholeShift = Math.round(shift);
    const gather = { uint8: kernels.gatherUint8, uint16: kernels.gatherUint16, float32: kernels.gatherFloat32 }[type];

    kernels.prepareTraining(loaded.cropAddress, n, side * side);
    const matrix = new Float32Array(buffer, kernels.matrixAddress(), n * n);
    const products = new Float64Array(buffer, kernels.productsAddress(), n * n);
    const losses = new Float64Array(buffer, kernels.lossesAddress(), 4);
    const totals = new Float64Array(buffer, kernels.totalsAddress(), n);
    const composed = composeNetwork(network);
    new Float32Array(buffer, kernels.biasAddress(), n).set(composed.bias);

    const sums = createLossSums(n);
    for (const window of windows) {
      window.forEach((frame, k) => {
        const first = loaded.framesAddress + ((frame * height + top) * width + left) * bytes;
        gather(k, first, width * bytes, side, wholeShift, shift - wholeShift, 1 / scale);
      });
      matrix.set(composed.matrix);
      kernels.project();
      const shrinkage = shrinkSingularValues(products.slice(), n, options);
      matrix.set(shrinkage.matrix);
      kernels.compare(options.sparsityWeight, gradient !== null);
      addLosses(sums, losses);
      if (!gradient) continue;
      const gramGradient = shrinkage.gramGradient(products.slice());
      for (let i = 0; i < matrix.length; i++) matrix[i] = 2 * gramGradient[i];
      kernels.differentiate();
      for (let i = 0; i < products.length; i++) sums.matrixGradient[i] += products[i];
      for (let j = 0; j < n; j++) sums.biasGradient[j] += totals[j];
    }
    return finishLoss(network, sums, windows.length * n * side * side, options, gradient);
  }

  /** Gives the memory back. */
  release(): void {
    this.#loaded = null;
  }

  #load(frames: TrainingFrames, n: number, cropPixels: number): Loaded {
    const framesBytes = frames.samples.byteLength;
    // Sizes by the formula of the kernels, which one cannot be asked for before there is one.
    const cropBytes = kernelCropBytes(n, cropPixels);
    let loaded = this.#loaded;
    if (!loaded || loaded.framesRoom < framesBytes || loaded.cropRoom < cropBytes) {
      // The validation crop may be larger than the training crop: room stays for the larger one.
      const cropRoom = Math.max(cropBytes, loaded?.cropRoom ?? 0);
      this.#loaded = null;
      const instance = new KernelInstance(this.#module, framesBytes + cropRoom);
      loaded = {
        instance,
        framesAddress: instance.reserve(framesBytes),
        framesRoom: framesBytes,
        cropAddress: instance.reserve(cropRoom),
        cropRoom,
        frames,
      };
      copyFrames(loaded);
      this.#loaded = loaded;
    } else if (loaded.frames !== frames) {
      loaded.frames = frames;
      copyFrames(loaded);
    }
    return loaded;
  }
}

function copyFrames({ instance, framesAddress, frames: { samples } }: Loaded): void {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  new Uint8Array(instance.buffer).set(bytes, framesAddress);
}

function addLosses(sums: LossSums, [reconstruction, sparse, residual, kept]: Float64Array): void {
  sums.reconstruction += reconstruction;
  sums.sparse += sparse;
  sums.residual += residual;
  sums.kept += kept;
}
