import { SlnetError } from "../../core/errors.js";
import type { SampleArray, SampleType } from "../../core/frames.js";
import type { OutputArray } from "./engine.js";

/** The kernels as compiled for what runs here. */
export interface KernelModule {
  readonly module: WebAssembly.Module;
  readonly relaxed: boolean;
}

let compiled: Promise<KernelModule> | null = null;

/**
 * The WebAssembly kernels, compiled once: with relaxed SIMD where there is that, else with SIMD.
 *
 * @throws {@link SlnetError} `unsupported` where WebAssembly or its SIMD is missing or forbidden
 */
export function loadKernels(): Promise<KernelModule> {
  compiled ??= compileKernels();
  return compiled;
}

/** A module of one function that uses an instruction of relaxed SIMD. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253],
  ...[15, 253, 128, 2, 11],
);

async function compileKernels(): Promise<KernelModule> {
  const relaxed = WebAssembly.validate(relaxedProbe);
  const { base64 } = relaxed ? await import("slnet-kernels/relaxed-simd") : await import("slnet-kernels/simd");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) throw new SlnetError("unsupported", "this browser has no WebAssembly SIMD");
  try {
    return { module: await WebAssembly.compile(bytes), relaxed };
  } catch (error) {
    throw new SlnetError(
      "unsupported",
      "WebAssembly may not be compiled here; the page's content security policy has to allow 'wasm-unsafe-eval'",
      { cause: error },
    );
  }
}

/** What the module exports; `src/kernels/assembly` says what each does. Addresses are positions in the memory. */
export interface Kernels {
  heapBase(): number;
  prepareSeparation(table: number, n: number, offset: number, pedestal: number): void;
  prepareSparse(out: number, integers: boolean, added: number): void;
  prepareLowRank(out: number, integers: boolean, added: number): void;
  separateUint8(pixels: number): number;
  separateUint16(pixels: number): number;
  separateFloat32(pixels: number): number;
  prepareTraining(base: number, n: number, pixels: number): void;
  matrixAddress(): number;
  biasAddress(): number;
  productsAddress(): number;
  lossesAddress(): number;
  totalsAddress(): number;
  gatherUint8: GatherKernel;
  gatherUint16: GatherKernel;
  gatherFloat32: GatherKernel;
  project(): void;
  compare(sparsityWeight: number, withSlopes: boolean): void;
  differentiate(): void;
  runningMedianScratch(w: number, b: number): number;
  prepareRunningMedian(table: number, w: number, b: number, scratch: number, out: number, outStride: number): void;
  runningMedianUint8(from: number, to: number): void;
  runningMedianUint16(from: number, to: number): void;
  runningMedianFloat32(from: number, to: number): void;
  subtractUint8: SubtractKernel;
  subtractUint16: SubtractKernel;
  subtractFloat32: SubtractKernel;
  maskScratchBytes(width: number, height: number): number;
  maskMolecules(sparse: number, width: number, height: number, weights: number, mask: number, scratch: number): void;
  prepareMaskedMean(
    pixels: number,
    sums: number,
    integers: boolean,
    frames: number,
    stride: number,
    masks: number,
    maskStride: number,
    slots: number,
    means: number,
  ): void;
  growMask(before: number, mask: number, after: number, out: number): void;
  slideUint8: SlideKernel;
  slideUint16: SlideKernel;
  slideFloat32: SlideKernel;
  estimateMeanInteger(window: number): void;
  estimateMeanFloat32(window: number): void;
  nearScratchBytes(width: number, height: number): number;
  sumTilesUint8: SumTilesKernel;
  sumTilesUint16: SumTilesKernel;
  sumTilesFloat32: SumTilesKernel;
  countNear(counts: number, entering: number, leaving: number, pixels: number): void;
  correctByNear(
    means: number,
    sums: number,
    counts: number,
    width: number,
    height: number,
    integers: boolean,
    scratch: number,
  ): void;
  writeMeanUint8: WriteMeanKernel;
  writeMeanUint16: WriteMeanKernel;
  writeMeanFloat32: WriteMeanKernel;
}

/** That for integers needs no third one. */
type SlideKernel = (entering: number, leaving: number, held: number) => void;

type SumTilesKernel = (frame: number, mask: number, width: number, height: number, out: number) => void;

type WriteMeanKernel = (slot: number, out: number, integers: boolean, added: number) => number;

type GatherKernel = (
  k: number,
  from: number,
  frameStride: number,
  side: number,
  shift: number,
  rest: number,
  scale: number,
) => void;

type SubtractKernel = (
  frame: number,
  median: number,
  out: number,
  integers: boolean,
  added: number,
  pixels: number,
) => number;

const pageBytes = 65_536;
const maximumPages = 65_536;
/** What the module itself uses, and gaps between reserved pieces. */
const reserveBytes = 2 * pageBytes;
const alignment = 64;

/** The kernels with a memory of their own, of a fixed size: arrays in it stay valid. */
export class KernelInstance {
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
  #next: number;

  /**
   * @param bytes - that will be reserved
   * @throws {@link SlnetError} `out-of-memory`
   */
  constructor(module: WebAssembly.Module, bytes: number) {
    const pages = Math.ceil((bytes + reserveBytes) / pageBytes);
    const refused = (cause?: unknown): SlnetError =>
      new SlnetError("out-of-memory", `${Math.ceil(bytes / 1e6)} MB of WebAssembly memory are not to be had`, {
        cause,
      });
    if (pages > maximumPages) throw refused();
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (error) {
      throw refused(error);
    }
    this.kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
    this.buffer = memory.buffer;
    this.#next = this.kernels.heapBase();
  }

  /** Address of a piece of memory that nothing else uses. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.#next / alignment) * alignment;
    this.#next = at + bytes;
    if (this.#next > this.buffer.byteLength) {
      throw new SlnetError("internal", `a kernel memory of ${this.buffer.byteLength} bytes is too small`);
    }
    return at;
  }
}

/** An array in the memory of kernels. */
export function arrayAt(type: "uint16" | "float32", buffer: ArrayBuffer, address: number, length: number): OutputArray;
export function arrayAt(type: SampleType, buffer: ArrayBuffer, address: number, length: number): SampleArray;
export function arrayAt(type: SampleType, buffer: ArrayBuffer, address: number, length: number): SampleArray {
  const constructors = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
  return new constructors[type](buffer, address, length);
}
