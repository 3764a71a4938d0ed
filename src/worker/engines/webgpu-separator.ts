import separateSource from "../../kernels/separate.wgsl";
import { maximumWindowFrames } from "../../core/configuration.js";
import { errorMessage, SlnetError } from "../../core/errors.js";
import { sampleBytes, type SampleArray, type SampleType } from "../../core/frames.js";
import type { SeparationMap } from "../../core/separation.js";
import type { OutputArray, OutputPlan, SeparatedBlock, SeparationItem, Separator, SeparatorPlan } from "./engine.js";
import { createBands, quadBytes, quadPixels, separateBindings, type Band, type SharedBuffers } from "./webgpu-band.js";
import type { WebGpuDevice } from "./webgpu-device.js";

/** How the shader reads four samples. */
const unpacking: Readonly<Record<SampleType, string>> = {
  uint8: `alias Packed = u32;
    fn unpack(p: u32) -> vec4<f32> {
      return vec4<f32>((vec4<u32>(p) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu));
    }`,
  uint16: `alias Packed = vec2<u32>;
    fn unpack(p: vec2<u32>) -> vec4<f32> {
      return vec4<f32>(vec4<u32>(p.x & 0xffffu, p.x >> 16u, p.y & 0xffffu, p.y >> 16u));
    }`,
  float32: `alias Packed = vec4<f32>;
    fn unpack(p: vec4<f32>) -> vec4<f32> { return p; }`,
};

/** Bytes up to which frames are uploaded together: the browser holds a copy of all that is under way. */
const largestWrite = 2 ** 25;

const nothing = (): void => undefined;

/**
 * Creates a separator that keeps its frames on the device too, each uploaded once, and reads outputs back while the next
 * ones are computed.
 *
 * @throws {@link SlnetError} `out-of-memory` where the plan does not fit
 */
export async function createWebGpuSeparator(gpu: WebGpuDevice, plan: SeparatorPlan): Promise<Separator> {
  const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
  const host = createHostArrays(plan);
  const shared = await gpu.create((allocate): SharedBuffers => {
    const n = maximumWindowFrames;
    return {
      items: allocate(plan.blockFrames * (n + 1) * 4, STORAGE | COPY_DST),
      map: allocate((n * n + n + 1) * 4, STORAGE | COPY_DST),
      clipped: allocate(4, STORAGE | COPY_DST | COPY_SRC),
    };
  });
  try {
    return new WebGpuSeparator(gpu, plan, host, shared, await createBands(gpu, plan, shared));
  } catch (error) {
    for (const buffer of Object.values(shared) as GPUBuffer[]) buffer.destroy();
    throw error;
  }
}

class WebGpuSeparator implements Separator {
  readonly frames: SampleArray;
  readonly outputs: readonly [SeparatedBlock, SeparatedBlock];
  readonly #gpu: WebGpuDevice;
  readonly #plan: SeparatorPlan;
  readonly #shared: SharedBuffers;
  readonly #bands: readonly Band[];
  /** Slots [from, to) that the device does not have yet. */
  readonly #stale: { from: number; to: number }[] = [];
  /** The last call has handed its work to the device; never rejects, as the two below. */
  #submitted: Promise<void> = Promise.resolve();
  #settled: Promise<void> = Promise.resolve();
  readonly #free: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];

  constructor(
    gpu: WebGpuDevice,
    plan: SeparatorPlan,
    host: Pick<Separator, "frames" | "outputs">,
    shared: SharedBuffers,
    bands: readonly Band[],
  ) {
    this.frames = host.frames;
    this.outputs = host.outputs;
    this.#gpu = gpu;
    this.#plan = plan;
    this.#shared = shared;
    this.#bands = bands;
  }

  refresh(from: number, to: number): void {
    if (to > from) this.#stale.push({ from, to });
  }

  async separate(map: SeparationMap, items: readonly SeparationItem[], into: 0 | 1): Promise<number> {
    // Now: the caller may fill other slots as soon as this has returned.
    this.#gpu.run(() => this.#upload());
    const submitted = Promise.all([this.#submitted, this.#free[into]]).then(() => this.#submit(map, items, into));
    this.#submitted = submitted.then(nothing, nothing);
    const before = this.#settled;
    const result = submitted.then(() => this.#collect(items.length, into)).finally(() => before);
    this.#settled = this.#free[into] = result.then(nothing, nothing);
    return result;
  }

  dispose(): void {
    // A buffer that is destroyed while it is mapped breaks off the call under way.
    void this.#settled.then(() => {
      const buffers = [...this.#bands.flatMap((band) => band.buffers), ...(Object.values(this.#shared) as GPUBuffer[])];
      for (const buffer of buffers) buffer.destroy();
    });
  }

  #upload(): void {
    const { pixels, type } = this.#plan;
    const { queue } = this.#gpu.device;
    const bytes = sampleBytes(type);
    // WebGPU writes multiples of four bytes; what is read too much lands between two slots.
    const write = ({ ring, quads, firstPixel }: Band, slot: number, length: number): void => {
      const at = slot * quads * quadPixels * bytes;
      const from = (slot * pixels + firstPixel) * bytes;
      queue.writeBuffer(ring, at, this.frames.buffer, from, 4 * Math.ceil((length * bytes) / 4));
    };
    for (const { from, to } of this.#stale.splice(0)) {
      for (const band of this.#bands) {
        const together = band.quads * quadPixels === pixels && (to - from) * pixels * bytes <= largestWrite;
        if (together) write(band, from, (to - from) * pixels);
        else for (let slot = from; slot < to; slot++) write(band, slot, band.pixels);
      }
    }
  }

  async #submit(map: SeparationMap, items: readonly SeparationItem[], into: 0 | 1): Promise<void> {
    const gpu = this.#gpu;
    const { sparse, lowRank, type, blockFrames } = this.#plan;
    const n = map.frames;
    const source = `
      const frames = ${n}u;
      const sparseForm = ${outputForm(sparse)}u;
      const lowRankForm = ${outputForm(lowRank)}u;
      ${unpacking[type]}
      ${separateSource}`;
    const pipeline = await gpu.pipeline(source, "separate", separateBindings);
    const { clipped } = this.#shared;
    gpu.run(() => {
      const { queue } = gpu.device;
      queue.writeBuffer(
        this.#shared.items,
        0,
        Uint32Array.from(items.flatMap(({ slots, channel }) => [...slots, channel])),
      );
      queue.writeBuffer(this.#shared.map, 0, Float32Array.from([...map.matrix, ...map.offset, map.pedestal]));
    });
    gpu.submit((encoder) => {
      encoder.clearBuffer(clipped);
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      for (const { group, quads } of this.#bands) {
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(Math.ceil(quads / 64), items.length);
      }
      pass.end();
      for (const { parts, quads, staging } of this.#bands) {
        let to = 0;
        let from = 0;
        for (const output of [sparse, lowRank]) {
          const bytes = items.length * quads * quadBytes(output);
          if (bytes > 0) encoder.copyBufferToBuffer(parts, from, staging[into], to, bytes);
          from += blockFrames * quads * quadBytes(output);
          to += bytes;
        }
        encoder.copyBufferToBuffer(clipped, 0, staging[into], to, 4);
      }
    });
  }

  /** @returns how many values were clipped */
  async #collect(count: number, into: 0 | 1): Promise<number> {
    const { sparse, lowRank } = this.#plan;
    const outputs = this.outputs[into];
    const counts = await Promise.all(
      this.#bands.map((band) => {
        const bytes = count * band.quads * (quadBytes(sparse) + quadBytes(lowRank));
        return this.#gpu.read(band.staging[into], bytes + 4, (mapped) => {
          if (outputs.sparse) this.#copy(mapped, 0, band, count, outputs.sparse);
          const start = count * band.quads * quadBytes(sparse);
          if (outputs.lowRank) this.#copy(mapped, start, band, count, outputs.lowRank);
          return new Uint32Array(mapped, bytes, 1)[0];
        });
      }),
    );
    // Each band carries the count of all.
    return counts[0];
  }

  #copy(mapped: ArrayBuffer, start: number, { quads, firstPixel, pixels }: Band, count: number, to: OutputArray): void {
    const stride = quads * quadPixels;
    const source =
      to instanceof Uint16Array
        ? new Uint16Array(mapped, start, count * stride)
        : new Float32Array(mapped, start, count * stride);
    if (stride === this.#plan.pixels) to.set(source);
    else {
      for (let place = 0; place < count; place++) {
        to.set(source.subarray(place * stride, place * stride + pixels), place * this.#plan.pixels + firstPixel);
      }
    }
  }
}

/** As the shader calls it. */
function outputForm(output: OutputPlan | null): 0 | 1 | 2 {
  if (!output) return 0;
  return output.type === "uint16" ? 1 : 2;
}

function createHostArrays(plan: SeparatorPlan): Pick<Separator, "frames" | "outputs"> {
  const { pixels, type, slots, blockFrames } = plan;
  const outputOf = (output: OutputPlan | null): OutputArray | null => {
    if (!output) return null;
    return output.type === "uint16" ? new Uint16Array(blockFrames * pixels) : new Float32Array(blockFrames * pixels);
  };
  try {
    // The last write to the device may reach up to three bytes behind the last frame.
    const buffer = new ArrayBuffer(slots * pixels * sampleBytes(type) + 4);
    const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
    const block = (): SeparatedBlock => ({ sparse: outputOf(plan.sparse), lowRank: outputOf(plan.lowRank) });
    return { frames: new arrays[type](buffer, 0, slots * pixels), outputs: [block(), block()] };
  } catch (error) {
    throw new SlnetError(
      "out-of-memory",
      `webgpu: there is no memory for ${slots} frames of ${pixels} pixels: ${errorMessage(error)}`,
      { cause: error },
    );
  }
}
