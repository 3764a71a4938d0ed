import { errorMessage, SlnetError } from "../../core/errors.js";

/** A read-back that takes longer counts as a lost device: mapping a buffer of one may never settle. */
const readTimeLimitMs = 30_000;

/** A part of a shader's interface: what a buffer is to it. */
export type BindingKind = "read-only-storage" | "storage" | "uniform";

type Allocate = (bytes: number, usage: GPUBufferUsageFlags) => GPUBuffer;

/**
 * A GPUDevice on which nothing fails in silence. WebGPU answers a mistake, a lack of memory or a lost device with zeros;
 * here the first of them is kept, and the call under way and all later ones are rejected with it.
 */
export class WebGpuDevice {
  readonly device: GPUDevice;
  #failure: SlnetError | null = null;
  readonly #failed: Promise<never>;
  #reject: (failure: SlnetError) => void = () => undefined;
  /** Settles when all work that was submitted so far is known to be valid. */
  #checked: Promise<void> = Promise.resolve();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.device = device;
    this.#failed = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Whoever waits for the device races with it; with nobody waiting it is no unhandled rejection.
    this.#failed.catch(() => undefined);
    void device.lost.then(({ reason, message }) => {
      this.#fail(
        new SlnetError("unsupported", `the graphics device was lost (${message || reason || "no reason given"})`),
      );
    });
  }

  /** Largest part of a buffer that a shader can see, in bytes. */
  get maximumBindingBytes(): number {
    return Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
  }

  /** @throws {@link SlnetError} where the device has failed before */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Keeps the first failure. */
  #fail(failure: SlnetError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#reject(failure);
  }

  /**
   * Creates buffers, and what is made of them.
   *
   * @param make - gets the function that creates a buffer of some bytes, a multiple of 4
   * @throws {@link SlnetError} `out-of-memory` where the device has not enough; it stays usable then
   */
  async create<T>(make: (allocate: Allocate) => T): Promise<T> {
    this.check();
    const buffers: GPUBuffer[] = [];
    this.device.pushErrorScope("validation");
    this.device.pushErrorScope("out-of-memory");
    let errors: [Promise<GPUError | null>, Promise<GPUError | null>];
    let made: T;
    try {
      made = make((size, usage) => {
        const buffer = this.device.createBuffer({ size, usage });
        buffers.push(buffer);
        return buffer;
      });
    } finally {
      errors = [this.#popError(), this.#popError()];
    }
    const [memory, validation] = await this.#unlessFailed(Promise.all(errors));
    if (!memory && !validation) return made;
    for (const buffer of buffers) buffer.destroy();
    if (memory) throw new SlnetError("out-of-memory", `the graphics device has not enough memory: ${memory.message}`);
    throw new SlnetError("internal", `a graphics buffer is not valid: ${validation?.message ?? ""}`);
  }

  /** Makes commands and hands them to the device. What is wrong with them rejects the read-backs that follow. */
  submit(encode: (encoder: GPUCommandEncoder) => void): void {
    this.run(() => {
      const encoder = this.device.createCommandEncoder();
      encode(encoder);
      this.device.queue.submit([encoder.finish()]);
    });
  }

  /** Does anything else with the device or its queue, checked like {@link submit}. */
  run(work: () => void): void {
    this.check();
    this.device.pushErrorScope("validation");
    this.device.pushErrorScope("out-of-memory");
    try {
      work();
    } finally {
      for (let scope = 0; scope < 2; scope++) {
        const popped = this.#popError();
        this.#checked = this.#checked.then(async () => {
          const error = await popped;
          if (error) this.#fail(new SlnetError("internal", `the graphics device refused a command: ${error.message}`));
        });
      }
    }
  }

  /**
   * Reads a buffer once the work submitted so far is done.
   *
   * @param buffer - for mapping, and not mapped
   * @param consume - gets the first `bytes`, which are gone when it returns
   */
  async read<T>(buffer: GPUBuffer, bytes: number, consume: (mapped: ArrayBuffer) => T): Promise<T> {
    this.check();
    await this.#unlessFailed(buffer.mapAsync(GPUMapMode.READ, 0, bytes));
    await this.#unlessFailed(this.#checked);
    this.check();
    const result = consume(buffer.getMappedRange(0, bytes));
    buffer.unmap();
    return result;
  }

  /**
   * Compiles an entry point of a shader, once for each source.
   *
   * @param bindings - of group 0, in order
   */
  pipeline(source: string, entryPoint: string, bindings: readonly BindingKind[]): Promise<GPUComputePipeline> {
    const key = `${entryPoint}\n${source}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(source, entryPoint, bindings);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(source: string, entryPoint: string, bindings: readonly BindingKind[]): Promise<GPUComputePipeline> {
    this.check();
    const { device } = this;
    try {
      const module = device.createShaderModule({ code: source, label: entryPoint });
      const { messages } = await this.#unlessFailed(module.getCompilationInfo());
      const wrong = messages.find(({ type }) => type === "error");
      if (wrong) throw new SlnetError("internal", `line ${wrong.lineNum}: ${wrong.message}`);
      const layout = device.createPipelineLayout({ bindGroupLayouts: [this.#bindGroupLayout(bindings)] });
      return await this.#unlessFailed(
        device.createComputePipelineAsync({ layout, compute: { module, entryPoint }, label: entryPoint }),
      );
    } catch (error) {
      this.#fail(
        new SlnetError("internal", `the shader "${entryPoint}" does not compile here: ${errorMessage(error)}`, {
          cause: error,
        }),
      );
      this.check();
      throw error;
    }
  }

  /** Layouts of the same bindings are compatible, however often they are made. */
  #bindGroupLayout(bindings: readonly BindingKind[]): GPUBindGroupLayout {
    return this.device.createBindGroupLayout({
      entries: bindings.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
    });
  }

  /** Buffers as group 0, in the order of the bindings. */
  bindGroup(bindings: readonly BindingKind[], buffers: readonly GPUBuffer[]): GPUBindGroup {
    return this.device.createBindGroup({
      layout: this.#bindGroupLayout(bindings),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  /** A lost device may reject this too; its failure is then known from `lost`. */
  #popError(): Promise<GPUError | null> {
    return this.device.popErrorScope().catch(() => null);
  }

  /** The outcome of `work`, or the failure of the device if that comes first or `work` takes too long. */
  async #unlessFailed<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#fail(new SlnetError("unsupported", `the graphics device did not answer for ${readTimeLimitMs / 1000} s`));
    }, readTimeLimitMs);
    try {
      return await Promise.race([work, this.#failed]);
    } catch (error) {
      // The device tells that it is lost a little after it has broken off its work.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#fail(
        new SlnetError("unsupported", `the graphics device broke off its work: ${errorMessage(error)}`, {
          cause: error,
        }),
      );
      this.check();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
