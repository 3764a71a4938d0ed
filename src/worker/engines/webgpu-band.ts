import { SlnetError } from "../../core/errors.js";
import { sampleBytes } from "../../core/frames.js";
import type { OutputPlan, SeparatorPlan } from "./engine.js";
import type { BindingKind, WebGpuDevice } from "./webgpu-device.js";

/** Pixels that the shader works on together. */
export const quadPixels = 4;

/** Of the shader `separate`: ring, items, map, band, parts, clipped. */
export const separateBindings: readonly BindingKind[] = [
  "read-only-storage",
  "read-only-storage",
  "read-only-storage",
  "uniform",
  "storage",
  "storage",
];

/** Some pixels of all frames, as many as fit one buffer; most often all of them. */
export interface Band {
  readonly firstPixel: number;
  /** Pixels and groups of four pixels; the last group may not be full. */
  readonly pixels: number;
  readonly quads: number;
  /** `[slots, quads]` */
  readonly ring: GPUBuffer;
  /** Sparse part `[blockFrames, quads]`, then the low-rank part; those that are wanted. */
  readonly parts: GPUBuffer;
  /** Each with room for the parts and, behind them, a counter. */
  readonly staging: readonly [GPUBuffer, GPUBuffer];
  readonly group: GPUBindGroup;
  readonly buffers: readonly GPUBuffer[];
}

/** What the bands have in common. */
export interface SharedBuffers {
  readonly items: GPUBuffer;
  readonly map: GPUBuffer;
  readonly clipped: GPUBuffer;
}

/** Bytes that four pixels of a part take; 0 where it is not wanted. */
export function quadBytes(output: OutputPlan | null): number {
  return output ? quadPixels * sampleBytes(output.type) : 0;
}

/**
 * Cuts frames into bands and creates their buffers.
 *
 * @throws {@link SlnetError} `out-of-memory` where there is not enough on the device, or four pixels of all frames are
 *   more than it can bind
 */
export async function createBands(
  gpu: WebGpuDevice,
  { pixels, type, slots, blockFrames, sparse, lowRank }: SeparatorPlan,
  { items, map, clipped }: SharedBuffers,
): Promise<Band[]> {
  const quads = Math.ceil(pixels / quadPixels);
  const ringBytes = slots * quadPixels * sampleBytes(type);
  const partBytes = blockFrames * (quadBytes(sparse) + quadBytes(lowRank));
  const largest = Math.min(
    Math.floor(gpu.maximumBindingBytes / Math.max(ringBytes, partBytes + 4)),
    gpu.device.limits.maxComputeWorkgroupsPerDimension * 64,
  );
  if (largest < 1 || blockFrames > gpu.device.limits.maxComputeWorkgroupsPerDimension) {
    throw new SlnetError(
      "out-of-memory",
      `webgpu: ${slots} frames and blocks of ${blockFrames} are more than the graphics device can hold in one buffer`,
    );
  }
  const bandQuads = Math.ceil(quads / Math.ceil(quads / largest));
  const { COPY_DST, COPY_SRC, MAP_READ, STORAGE, UNIFORM } = GPUBufferUsage;
  const bands: Band[] = [];
  try {
    for (let first = 0; first < quads; first += bandQuads) {
      const count = Math.min(bandQuads, quads - first);
      const inside = Math.min(count * quadPixels, pixels - first * quadPixels);
      // One call for each band: a device says which of several is too much only for all of them.
      const band = await gpu.create((allocate): Band => {
        const ring = allocate(count * ringBytes, STORAGE | COPY_DST);
        const parts = allocate(Math.max(count * partBytes, 8), STORAGE | COPY_SRC);
        const uniform = allocate(32, UNIFORM | COPY_DST);
        const read = (): GPUBuffer => allocate(count * partBytes + 4, MAP_READ | COPY_DST);
        const staging = [read(), read()] as const;
        // As the struct Band of the shader; `parts` is in pairs of words there.
        const constants = Uint32Array.of(count, inside, (count * blockFrames * quadBytes(sparse)) / 8, 0, 0);
        new Float32Array(constants.buffer).set([sparse?.offsetAdu ?? 0, lowRank?.offsetAdu ?? 0], 3);
        gpu.device.queue.writeBuffer(uniform, 0, constants);
        const group = gpu.bindGroup(separateBindings, [ring, items, map, uniform, parts, clipped]);
        const buffers = [ring, parts, uniform, ...staging];
        return { firstPixel: first * quadPixels, pixels: inside, quads: count, ring, parts, staging, group, buffers };
      });
      bands.push(band);
    }
  } catch (error) {
    for (const { buffers } of bands) for (const buffer of buffers) buffer.destroy();
    throw error;
  }
  return bands;
}
