import trainSource from "../../kernels/train.wgsl";
import { createLossSums, finishLoss } from "../../core/loss-sums.js";
import type { Gradient, LossOptions, LossTerms } from "../../core/loss.js";
import { composeNetwork, type ComposedNetwork, type Network } from "../../core/network.js";
import { shrinkSingularValues } from "../../core/singular-value-shrinkage.js";
import type { TrainingBatch, TrainingFrames } from "./engine.js";
import { cropBasis } from "./webgpu-crop-basis.js";
import { addCompared, addSlopes, comparedCount, slopeCount, transposed } from "./webgpu-crop-sums.js";
import type { WebGpuDevice } from "./webgpu-device.js";
import { trainBindings, TrainingMemory, type CropSource } from "./webgpu-training-memory.js";

/** Pixels that a workgroup takes at a time. */
const tilePixels = 64;

/** Workgroups of a pass: enough for a graphics card, and no more, as each has sums of its own to hand back. */
const groupsWanted = 512;
/** Sums that a pass may hand back, unless that leaves a crop with fewer workgroups than this. */
const sumsWanted = 2 ** 15;
const fewestGroups = 8;

/** How a pass over a batch is split. */
interface Split {
  readonly items: number;
  /** Workgroups of each item. */
  readonly groups: number;
  /** That each of them takes. */
  readonly tiles: number;
}

/** Training steps on the device, with two small read-backs each. The n×n algebra is done here, in float64. */
export class WebGpuTrainer {
  readonly #gpu: WebGpuDevice;
  readonly #memory: TrainingMemory;
  /** One step at a time: they share buffers. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(gpu: WebGpuDevice) {
    this.#gpu = gpu;
    this.#memory = new TrainingMemory(gpu);
  }

  step(
    network: Network,
    frames: TrainingFrames,
    batch: TrainingBatch,
    options: LossOptions,
    gradient: Gradient | null,
  ): Promise<LossTerms> {
    const step = this.#turn.then(() => this.#step(network, frames, batch, options, gradient));
    this.#turn = step.catch(() => undefined);
    return step;
  }

  /** Gives the memory back. */
  release(): void {
    void this.#turn.then(() => this.#memory.release());
  }

  async #step(
    network: Network,
    frames: TrainingFrames,
    batch: TrainingBatch,
    options: LossOptions,
    gradient: Gradient | null,
  ): Promise<LossTerms> {
    const n = network.frames;
    const items = batch.windows.length;
    const comparedSums = comparedCount(n);
    const slopeSums = slopeCount(n, gradient !== null);
    const most = Math.max(comparedSums, slopeSums);
    const split = splitPass(items, batch.side ** 2, most);
    const source = await this.#memory.prepare(frames, batch, n, items * split.groups * most);

    // The shader counts in a power of two near the scale, in which camera counts are exact.
    const unit = 2 ** Math.round(Math.log2(source.scale));
    const toNormalised = unit / source.scale;
    const { matrix, bias } = composeNetwork(network);
    const composed = { matrix, bias: bias.map((value) => value / toNormalised) };
    const crops = batch.windows.map((_, item) => ({ basis: basisOf(source, composed, item, n, unit), toNormalised }));
    this.#write({
      windows: source.windows,
      // As the struct Crops of the shader.
      crops: cropConstants(
        [source.framePixels, source.width, source.top, source.left, source.side, split.tiles, slopeSums],
        [options.sparsityWeight, source.shift, 1 / unit],
      ),
      network: Float32Array.from([...matrix, ...composed.bias]),
      // A row of the shader's basis is a vector.
      bases: concatenate(crops.map(({ basis }) => transposed(basis, n))),
    });

    const compared = await this.#pass("compare", source.sampleBits, n, split, comparedSums);
    const sums = createLossSums(n);
    const shrinkages = crops.map((crop, item) =>
      shrinkSingularValues(addCompared(sums, compared[item], crop, n), n, options),
    );
    this.#write({ shrinkages: concatenate(shrinkages.map((shrinkage) => shrinkage.matrix)) });
    const slopes = await this.#pass("differentiate", source.sampleBits, n, split, slopeSums);
    crops.forEach((crop, item) => addSlopes(sums, slopes[item], crop, shrinkages[item], n));
    return finishLoss(network, sums, items * n * batch.side ** 2, options, gradient);
  }

  #write(contents: Readonly<Partial<Record<keyof TrainingMemory["buffers"], BufferSource>>>): void {
    const { buffers } = this.#memory;
    this.#gpu.run(() => {
      for (const name of Object.keys(contents) as (keyof typeof contents)[]) {
        const content = contents[name];
        if (content) this.#gpu.device.queue.writeBuffer(buffers[name], 0, content);
      }
    });
  }

  /** @returns for each item its sums */
  async #pass(
    entryPoint: "compare" | "differentiate",
    sampleBits: number,
    n: number,
    { items, groups }: Split,
    count: number,
  ): Promise<Float64Array[]> {
    const source = `const frames = ${n}u;\nconst sampleBits = ${sampleBits}u;\n${trainSource}`;
    const pipeline = await this.#gpu.pipeline(source, entryPoint, trainBindings);
    const { sums, staging } = this.#memory.buffers;
    const bytes = 4 * items * groups * count;
    this.#gpu.submit((encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#memory.group);
      pass.dispatchWorkgroups(groups, items);
      pass.end();
      encoder.copyBufferToBuffer(sums, 0, staging, 0, bytes);
    });
    return this.#gpu.read(staging, bytes, (mapped) => {
      const partial = new Float32Array(mapped, 0, bytes / 4);
      return Array.from({ length: items }, (_, item) => {
        const totals = new Float64Array(count);
        for (let group = 0; group < groups; group++) {
          const at = (item * groups + group) * count;
          for (let i = 0; i < count; i++) totals[i] += partial[at + i];
        }
        return totals;
      });
    });
  }
}

function splitPass(items: number, pixels: number, sums: number): Split {
  const all = Math.ceil(pixels / tilePixels);
  const affordable = Math.max(fewestGroups, Math.floor(sumsWanted / (items * sums)));
  const wanted = Math.max(1, Math.floor(groupsWanted / items));
  const tiles = Math.ceil(all / Math.min(all, wanted, affordable));
  return { items, groups: Math.ceil(all / tiles), tiles };
}

function cropConstants(integers: readonly number[], numbers: readonly number[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(12);
  words.set(integers);
  new Float32Array(words.buffer).set(numbers, integers.length);
  return words;
}

function concatenate(matrices: readonly Float64Array[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(matrices.flatMap((matrix) => Array.from(matrix)));
}

function basisOf(
  { samples, windows, framePixels, width, top, left, side, shift }: CropSource,
  composed: ComposedNetwork,
  item: number,
  n: number,
  unit: number,
): Float64Array {
  const starts = Array.from(
    windows.subarray(item * n, (item + 1) * n),
    (frame) => frame * framePixels + top * width + left,
  );
  return cropBasis(composed, { samples, starts, stride: width, side, shift, scale: 1 / unit });
}
