import {
  abs,
  add,
  engine as tfEngine,
  env,
  grads,
  matMul,
  maximum,
  mean,
  memory,
  mul,
  relu,
  removeBackend,
  reshape,
  setBackend,
  sub,
  sum,
  tensor,
  tidy,
  tile,
  zeros,
  type Scalar,
  type Tensor,
} from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";

import { SlnetError } from "../../core/errors.js";
import type { LossOptions, LossTerms } from "../../core/loss.js";
import type { Network } from "../../core/network.js";
import { shrinkSingularValues } from "../../core/singular-value-shrinkage.js";
import type { Engine } from "./engine.js";
import { gatherCrops } from "./gather-crops.js";
import { createPlainSeparator, type ApplyRequest } from "./plain-separator.js";

export type TfjsBackend = "cpu" | "wasm" | "webgpu";

/** TensorFlow.js has one current backend for all; whoever computes holds this. */
let turn: Promise<unknown> = Promise.resolve();

function takeTurn<T>(backend: TfjsBackend, work: () => Promise<T>): Promise<T> {
  const mine = turn.then(async () => {
    await setBackend(backend);
    return work();
  });
  turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Number of tensors alive, to find leaks.
 *
 * @testonly
 */
export function tensorCount(): number {
  return memory().numTensors;
}

/**
 * The network as TensorFlow.js graphs, with the gradient from automatic differentiation.
 *
 * Only the singular-value step is done by hand: its n×n algebra needs float64 (float32 Gram matrices lose the smallest
 * singular value, which is near 1/800 of the largest), so the background crops are read back once per step and the
 * gradient through the singular values enters the graph as the term ⟨dG, D·Dᵀ⟩, whose derivative 2·dG·D is the exact one.
 * Read-back is asynchronous: `dataSync` in a worker loses the WebGPU device in Chromium 156.
 *
 * @throws {@link SlnetError} `unsupported` where the backend does not start
 */
export async function startTfjsEngine(backend: TfjsBackend, assetsBaseUrl: string): Promise<Engine> {
  await loadBackend(backend, assetsBaseUrl);
  if (!(await takeTurn(backend, () => Promise.resolve(true))))
    throw new SlnetError("unsupported", `${backend} did not start`);
  const adapter = adapterName(backend);
  let crops = new Float32Array(0);

  return {
    name: `tfjs-${backend}`,
    adapter,
    createSeparator: async (plan) =>
      createPlainSeparator(plan, (request) => takeTurn(backend, () => applyGraph(request))),
    trainStep: (network, frames, batch, options, gradient) =>
      takeTurn(backend, async () => {
        const pixels = batch.side ** 2;
        const length = batch.windows.length * network.frames * pixels;
        if (crops.length !== length) crops = new Float32Array(length);
        gatherCrops(frames, batch, crops);
        return await stepGraph(network, crops, batch.windows.length, options, gradient);
      }),
    release() {
      crops = new Float32Array(0);
    },
    dispose() {
      crops = new Float32Array(0);
      removeBackend(backend);
    },
  };
}

async function loadBackend(backend: TfjsBackend, assetsBaseUrl: string): Promise<void> {
  if (tfEngine().registryFactory[backend]) return;
  switch (backend) {
    case "cpu":
      await import("@tensorflow/tfjs-backend-cpu");
      break;
    case "wasm": {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      // Threads gain nothing and, in an isolated page whose security policy forbids blob workers, the start never
      // ends (tensorflow/tfjs issues 5137 and 8513; measured with 4.22).
      env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
      setWasmPaths(new URL("tfjs/", assetsBaseUrl).href.replace(/^file:\/\//, ""));
      break;
    }
    case "webgpu":
      await import("@tensorflow/tfjs-backend-webgpu");
      break;
    default:
      backend satisfies never;
  }
}

function adapterName(backend: TfjsBackend): string {
  switch (backend) {
    case "cpu":
      return "JavaScript, 32-bit floats";
    case "wasm":
      return env().getBool("WASM_HAS_SIMD_SUPPORT") ? "WebAssembly SIMD" : "WebAssembly";
    case "webgpu":
      return "WebGPU";
    default:
      return backend satisfies never;
  }
}

/** Frames handed to the graph together: enough to fill it, few enough to keep memory small. */
const framesPerGraph = 8;

async function applyGraph({ map, windows, channels, sparse, lowRank }: ApplyRequest): Promise<void> {
  const pixels = windows[0].length === 0 ? 0 : windows[0][0].length;
  for (let first = 0; first < windows.length;) {
    const channel = channels[first];
    let end = first + 1;
    while (end < windows.length && end - first < framesPerGraph && channels[end] === channel) end++;

    const count = end - first;
    const planes = new Float32Array(map.frames * count * pixels);
    for (let k = 0; k < map.frames; k++) {
      for (let i = 0; i < count; i++) planes.set(windows[first + i][k], (k * count + i) * pixels);
    }
    const row = map.matrix.subarray(channel * map.frames, (channel + 1) * map.frames);
    const parts: Tensor[] = tidy(() => {
      const x = tensor(planes, [map.frames, count * pixels]);
      const mapped = matMul(tensor(Float32Array.from(row), [1, map.frames]), x);
      const dense = add(relu(add(mapped, map.offset[channel])), map.pedestal);
      const own = planes.subarray(channel * count * pixels, (channel + 1) * count * pixels);
      const remainder = relu(sub(tensor(own, [1, count * pixels]), dense));
      return lowRank ? [remainder, dense] : [remainder];
    });
    try {
      sparse?.set(await parts[0].data<"float32">(), first * pixels);
      lowRank?.set(await parts[1].data<"float32">(), first * pixels);
    } finally {
      for (const part of parts) part.dispose();
    }
    first = end;
  }
}

async function stepGraph(
  network: Network,
  crops: Float32Array,
  batch: number,
  options: LossOptions,
  gradient: Float64Array[] | null,
): Promise<LossTerms> {
  const n = network.frames;
  const pixels = crops.length / (batch * n);
  const side = Math.sqrt(pixels);
  const { conv1, bias1, conv2, bias2 } = network;
  const parameters = tidy(() => [
    tensor(Float32Array.from(conv1), [2 * n, n]),
    ...(bias1 ? [tensor(Float32Array.from(bias1), [2 * n, 1])] : []),
    tensor(Float32Array.from(conv2), [n, 2 * n]),
    ...(bias2 ? [tensor(Float32Array.from(bias2), [n, 1])] : []),
  ]);
  const x = tensor(crops, [batch, n, pixels]);
  const owned: Tensor[] = [...parameters, x];
  const forward = (weights: Tensor[]): Tensor => {
    const [first, second, third, fourth] = weights;
    const biased = weights.length === 4;
    const outer = biased ? third : second;
    const w = tile(reshape(matMul(outer, first), [1, n, n]), [batch, 1, 1]);
    const z = matMul(w, x);
    if (!biased) return relu(z);
    const b = reshape(add(matMul(outer, second), fourth), [1, n, 1, 1]);
    // In two steps, so that the gradient is summed over columns and then over rows: in one, the float32 sum over all
    // pixels loses the fifth digit.
    const rows = add(b, zeros([batch, n, side, 1]));
    return relu(reshape(add(reshape(z, [batch, n, side, side]), rows), [batch, n, pixels]));
  };

  try {
    const dense = tidy(() => forward(parameters));
    owned.push(dense);
    const projected = projectCrops((await dense.data()) as Float32Array, crops, batch, n, pixels, options);
    if (!gradient) return projected.terms;

    const m = tensor(projected.projections, [batch, n, n]);
    const dGram = tensor(projected.gramGradients, [batch, n, n]);
    owned.push(m, dGram);
    const surrogate = (...weights: Tensor[]): Scalar => {
      const d = forward(weights);
      const reconstruction = mean(abs(sub(matMul(m, d), x)));
      const sparsity = mul(options.sparsityWeight, mean(relu(sub(x, d))));
      const residual = mean(maximum(sub(d, x), 0));
      const throughGram = sum(mul(d, matMul(dGram, d)));
      return add(add(reconstruction, sparsity), add(residual, throughGram));
    };
    const found = tidy(() => grads(surrogate)(parameters));
    owned.push(...found);
    for (let i = 0; i < found.length; i++) gradient[i].set(await found[i].data());
    return projected.terms;
  } finally {
    for (const one of owned) one.dispose();
  }
}

interface ProjectedCrops {
  readonly terms: LossTerms;
  /** M of each item, `[items, n, n]`. */
  readonly projections: Float32Array;
  /** dloss/dG of each item through M, `[items, n, n]`. */
  readonly gramGradients: Float32Array;
}

/** The loss terms and, for each item, the projection of its background and the gradient through it, in float64. */
function projectCrops(
  dense: Float32Array,
  crops: Float32Array,
  batch: number,
  n: number,
  pixels: number,
  options: LossOptions,
): ProjectedCrops {
  const total = batch * n * pixels;
  const projections = new Float32Array(batch * n * n);
  const gramGradients = new Float32Array(batch * n * n);
  const gram = new Float64Array(n * n);
  const outer = new Float64Array(n * n);
  let reconstruction = 0;
  let sparsity = 0;
  let residual = 0;
  let kept = 0;
  for (let item = 0; item < batch; item++) {
    const base = item * n * pixels;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let p = 0; p < pixels; p++) product += dense[base + i * pixels + p] * dense[base + j * pixels + p];
        gram[i * n + j] = gram[j * n + i] = product;
      }
    }
    const shrinkage = shrinkSingularValues(gram, n, options);
    projections.set(shrinkage.matrix, item * n * n);
    outer.fill(0);
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < pixels; p++) {
        const value = crops[base + j * pixels + p];
        const difference = value - dense[base + j * pixels + p];
        if (difference > 0) {
          sparsity += difference;
          kept++;
        } else {
          residual -= difference;
        }
        let error = -value;
        for (let k = 0; k < n; k++) error += shrinkage.matrix[j * n + k] * dense[base + k * pixels + p];
        reconstruction += Math.abs(error);
        const sign = Math.sign(error);
        for (let k = 0; k < n; k++) outer[j * n + k] += sign * dense[base + k * pixels + p];
      }
    }
    for (let i = 0; i < outer.length; i++) outer[i] /= total;
    gramGradients.set(shrinkage.gramGradient(outer), item * n * n);
  }
  const weighted = (options.sparsityWeight * sparsity) / total;
  return {
    terms: {
      total: reconstruction / total + weighted + residual / total,
      reconstruction: reconstruction / total,
      sparsity: weighted,
      residual: residual / total,
      keptShare: kept / total,
    },
    projections,
    gramGradients,
  };
}
