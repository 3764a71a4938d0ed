import { affineOf } from "../../core/normalisation.js";
import { framePixels, sampleBytes, type SampleArray } from "../../core/frames.js";
import type { TrainingBatch, TrainingFrames } from "./engine.js";
import { gatherCrops } from "./gather-crops.js";
import type { BindingKind, WebGpuDevice } from "./webgpu-device.js";

/** Of the shader `train`: samples, windows, crops, network, bases, shrinkages, sums. */
export const trainBindings: readonly BindingKind[] = [
  "read-only-storage",
  "read-only-storage",
  "uniform",
  "read-only-storage",
  "read-only-storage",
  "read-only-storage",
  "storage",
];

/** Where the crops of a batch are. */
export interface CropSource {
  readonly samples: SampleArray;
  readonly sampleBits: number;
  /** `[items, n]`: which frames of `samples`. */
  readonly windows: Uint32Array<ArrayBuffer>;
  /** Of a frame of `samples`. */
  readonly framePixels: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly side: number;
  /** Normalised counts are (samples − shift) / scale. */
  readonly shift: number;
  readonly scale: number;
}

/** How much room the small buffers have. */
interface Room {
  /** Numbers in windows, in bases and in sums. */
  readonly windows: number;
  readonly bases: number;
  readonly sums: number;
}

type SmallBuffers = Readonly<
  Record<"windows" | "crops" | "network" | "bases" | "shrinkages" | "sums" | "staging", GPUBuffer>
>;

/** Bytes of one upload. */
const uploadBytes = 2 ** 25;

/** What training keeps on the device: the frames, once for each object, and the small buffers of a step. */
export class TrainingMemory {
  readonly #gpu: WebGpuDevice;
  #frames: { readonly buffer: GPUBuffer; readonly bytes: number; of: TrainingFrames | null } | null = null;
  #small: { readonly buffers: SmallBuffers; readonly room: Room } | null = null;
  #group: GPUBindGroup | null = null;
  #gathered = new Float32Array(0);

  constructor(gpu: WebGpuDevice) {
    this.#gpu = gpu;
  }

  get buffers(): SmallBuffers {
    return this.#small!.buffers;
  }

  get group(): GPUBindGroup {
    return (this.#group ??= this.#makeGroup());
  }

  /**
   * Makes room for a step, and uploads its frames if they are not there yet. A stack that the device cannot bind as a
   * whole is not uploaded: its crops are gathered here, for each step.
   *
   * @param n - frames of a window
   * @param sums - numbers that a pass writes at most
   */
  async prepare(frames: TrainingFrames, batch: TrainingBatch, n: number, sums: number): Promise<CropSource> {
    const { windows, side } = batch;
    await this.#makeRoom({ windows: windows.length * n, bases: windows.length * n * n, sums });
    if (paddedBytes(frames.samples) <= this.#gpu.maximumBindingBytes) {
      await this.#upload(frames.samples, frames);
      const { top, left } = batch;
      return {
        samples: frames.samples,
        sampleBits: 8 * sampleBytes(frames.shape.type),
        windows: Uint32Array.from(windows.flat()),
        framePixels: framePixels(frames.shape),
        width: frames.shape.width,
        top,
        left,
        side,
        ...affineOf(frames.normalisation),
      };
    }
    const length = windows.length * n * side * side;
    if (this.#gathered.length !== length) this.#gathered = new Float32Array(length);
    gatherCrops(frames, batch, this.#gathered);
    await this.#upload(this.#gathered, null);
    return {
      samples: this.#gathered,
      sampleBits: 32,
      windows: Uint32Array.from({ length: windows.length * n }, (_, at) => at),
      framePixels: side * side,
      width: side,
      top: 0,
      left: 0,
      side,
      shift: 0,
      scale: 1,
    };
  }

  release(): void {
    this.#frames?.buffer.destroy();
    this.#frames = null;
    this.#gathered = new Float32Array(0);
    this.#dropSmall();
  }

  async #makeRoom(wanted: Room): Promise<void> {
    const had = this.#small?.room;
    if (had && had.windows >= wanted.windows && had.bases >= wanted.bases && had.sums >= wanted.sums) return;
    // Training and validation take turns: room stays for the larger of both.
    const room: Room = {
      windows: Math.max(wanted.windows, had?.windows ?? 0),
      bases: Math.max(wanted.bases, had?.bases ?? 0),
      sums: Math.max(wanted.sums, had?.sums ?? 0),
    };
    this.#dropSmall();
    const { COPY_DST, COPY_SRC, MAP_READ, STORAGE, UNIFORM } = GPUBufferUsage;
    const buffers = await this.#gpu.create((allocate): SmallBuffers => ({
      windows: allocate(4 * room.windows, STORAGE | COPY_DST),
      crops: allocate(48, UNIFORM | COPY_DST),
      network: allocate(4 * (16 * 16 + 16), STORAGE | COPY_DST),
      bases: allocate(4 * room.bases, STORAGE | COPY_DST),
      shrinkages: allocate(4 * room.bases, STORAGE | COPY_DST),
      sums: allocate(4 * room.sums, STORAGE | COPY_SRC),
      staging: allocate(4 * room.sums, MAP_READ | COPY_DST),
    }));
    this.#small = { buffers, room };
  }

  /** @param of - what is not uploaded again if it is asked for next; `null` if it always is */
  async #upload(samples: SampleArray, of: TrainingFrames | null): Promise<void> {
    const bytes = paddedBytes(samples);
    if (of && this.#frames?.of === of) return;
    if (!this.#frames || this.#frames.bytes < bytes) {
      this.#frames?.buffer.destroy();
      this.#frames = null;
      this.#group = null;
      const { COPY_DST, STORAGE } = GPUBufferUsage;
      const buffer = await this.#gpu.create((allocate) => allocate(bytes, STORAGE | COPY_DST));
      this.#frames = { buffer, bytes, of };
    }
    this.#frames.of = of;
    const { buffer } = this.#frames;
    this.#gpu.run(() => {
      const { queue } = this.#gpu.device;
      const whole = samples.byteLength - (samples.byteLength % 4);
      for (let at = 0; at < whole; at += uploadBytes) {
        const length = Math.min(uploadBytes, whole - at);
        queue.writeBuffer(buffer, at, samples.buffer, samples.byteOffset + at, length);
      }
      if (whole === samples.byteLength) return;
      const last = new Uint8Array(4);
      last.set(new Uint8Array(samples.buffer, samples.byteOffset + whole));
      queue.writeBuffer(buffer, whole, last);
    });
  }

  #makeGroup(): GPUBindGroup {
    const { windows, crops, network, bases, shrinkages, sums } = this.buffers;
    return this.#gpu.bindGroup(trainBindings, [this.#frames!.buffer, windows, crops, network, bases, shrinkages, sums]);
  }

  #dropSmall(): void {
    this.#group = null;
    if (!this.#small) return;
    for (const buffer of Object.values<GPUBuffer>(this.#small.buffers)) buffer.destroy();
    this.#small = null;
  }
}

/** Buffers hold whole words. */
function paddedBytes(samples: SampleArray): number {
  return 4 * Math.ceil(samples.byteLength / 4);
}
