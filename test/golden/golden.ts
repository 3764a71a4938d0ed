import { readFileSync } from "node:fs";

import type { NormType } from "../../src/core/configuration.js";
import type { Network } from "../../src/core/network.js";
import type { Normalisation } from "../../src/core/normalisation.js";

// The same depth from the source as from build/test/golden, one folder further down.
const folder = new URL("../../../test/golden/", import.meta.url);

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly values: Float64Array | Float32Array | Uint16Array;
}

/** The bytes of a golden file. */
export function goldenFile(name: string): Buffer {
  return readFileSync(new URL(name, folder));
}

/** A NumPy array of version 1.0 in C order, of the types used here. */
export function golden(name: string): GoldenArray {
  const bytes = goldenFile(`${name}.npy`);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + headerLength).toString("latin1");
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((part) => part.trim() !== "").map(Number);
  const data = bytes.buffer.slice(bytes.byteOffset + 10 + headerLength, bytes.byteOffset + bytes.length);
  switch (type) {
    case "<f8":
      return { shape, values: new Float64Array(data) };
    case "<f4":
      return { shape, values: new Float32Array(data) };
    case "<u2":
      return { shape, values: new Uint16Array(data) };
    default:
      throw new Error(`${name} has type ${type ?? "none"}`);
  }
}

export interface GoldenStep {
  readonly weights: string;
  readonly temporal_shifts: readonly number[];
  readonly items: readonly number[];
  readonly crop_centre_row_col: readonly [number, number];
  readonly crop_half: number;
  readonly rank: number;
  readonly mu: number;
  readonly alpha: number;
  readonly norm_type: NormType;
  readonly loss: number;
  readonly recon_l1: number;
  readonly sparse_mean: number;
  readonly resid_mean: number;
}

interface GoldenTrajectory {
  readonly lr: number;
  readonly rank?: number;
  readonly loss: readonly number[];
  readonly weights_at_start?: string;
  readonly weights_at_60?: Readonly<Record<string, readonly (readonly number[] | number)[]>>;
}

interface GoldenFigures {
  readonly rank: number;
  readonly fro_M: number;
  readonly fro: number;
  readonly fro_ratio: number;
  readonly mean_error: number;
  readonly L1: number;
  readonly S_max: number;
}

export interface GoldenValues {
  readonly normalisation: { readonly max: number; readonly mean_float64: number; readonly std_float64_unbiased: number };
  readonly steps: Readonly<Record<string, GoldenStep>>;
  readonly trajectory: {
    readonly schedule: readonly { readonly items: readonly number[]; readonly crop_centre_row_col: readonly [number, number] }[];
    readonly cropHalf: number;
  } & Readonly<Record<"lr1e4" | "lr1e3" | "bias_lr1e3" | "rank2_lr1e3", GoldenTrajectory>>;
  readonly metrics: {
    readonly n3_trained_float64: GoldenFigures;
    readonly n3_init_float64: GoldenFigures;
    readonly "psnr_at_mean_loss_0.03": number;
  };
}

export const goldenValues = JSON.parse(readFileSync(new URL("values.json", folder), "utf8")) as GoldenValues;

/** Weights by the name that the steps use, such as `n3_init`. */
export function goldenNetwork(name: string): Network {
  const array = (part: string): Float64Array => Float64Array.from(golden(`w_${name}_${part}`).values);
  const biased = name.includes("bias");
  return {
    frames: golden(`w_${name}_conv1_weight`).shape[1] ?? 0,
    conv1: array("conv1_weight"),
    bias1: biased ? array("conv1_bias") : null,
    conv2: array("conv2_weight"),
    bias2: biased ? array("conv2_bias") : null,
  };
}

/** The constants of the golden training set. */
export function goldenNormalisation(type: NormType) {
  const { max, mean_float64, std_float64_unbiased } = goldenValues.normalisation;
  return { type, offsetAdu: 0, maximum: max, mean: mean_float64, standardDeviation: std_float64_unbiased } satisfies Normalisation;
}

export const goldenSide = 160;

let stack: Uint16Array | null = null;

/** The whole golden stack, `[110, 160, 160]`, in ADU. */
export function goldenStack(): Uint16Array {
  return (stack ??= golden("input_stack").values as Uint16Array);
}

/** One frame of it. */
export function goldenFrame(index: number): Uint16Array {
  const pixels = goldenSide ** 2;
  return goldenStack().subarray(index * pixels, (index + 1) * pixels);
}

/** Largest difference over the largest value of `expected`. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values, expected ${expected.length}`);
  let scale = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const right = expected[i] as number;
    scale = Math.max(scale, Math.abs(right));
    const off = Math.abs((found[i] as number) - right);
    difference = Math.max(difference, Number.isNaN(off) ? Infinity : off);
  }
  return scale === 0 ? difference : difference / scale;
}
