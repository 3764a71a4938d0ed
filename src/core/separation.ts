import type { SampleArray } from "./frames.js";
import { composeNetwork, type Network } from "./network.js";
import { affineOf, type Normalisation } from "./normalisation.js";

/**
 * Network and normalisation in one map on camera counts. For a window x of n frames, in ADU, per pixel:
 *
 *     L = max(0, matrix · x + offset) + pedestal      low-rank part, the background
 *     S = max(0, x − L)                               sparse part
 *
 * With the normalisation (x − s)/σ and the network relu(W·x + b) that is matrix = W, offset = b·σ − s·W·1 and
 * pedestal = s. S is a difference of counts, so it is scaled back and never shifted; the published code adds the mean to
 * it for normalisation type 1.
 */
export interface SeparationMap {
  /** n, the number of frames of a window. */
  readonly frames: number;
  /** `[n, n]` row-major, no unit. */
  readonly matrix: Float64Array;
  /** `[n]`, in ADU. */
  readonly offset: Float64Array;
  /** In ADU. */
  readonly pedestal: number;
}

/** The map on camera counts of a trained network. */
export function separationMap(network: Network, normalisation: Normalisation): SeparationMap {
  const { frames } = network;
  const { matrix, bias } = composeNetwork(network);
  const { shift, scale } = affineOf(normalisation);
  const offset = bias.map((value, row) => {
    let rowSum = 0;
    for (let column = 0; column < frames; column++) rowSum += matrix[row * frames + column];
    return value * scale - shift * rowSum;
  });
  return { frames, matrix, offset, pedestal: shift };
}

type OutputArray = Float32Array | Float64Array;

/** Pixels that the general case works on at a time; small enough to stay in the first-level cache. */
const chunkPixels = 1024;
const chunk = new Float64Array(chunkPixels);

/**
 * Separates one frame of a window.
 *
 * @param window - the n frames of the window, each `[pixels]`, in ADU
 * @param channel - which of them to separate, in [0, n)
 * @param sparse - where S goes, from `outOffset` on, in ADU; `null` if it is not wanted
 * @param lowRank - the same for L
 */
export function separate(
  map: SeparationMap,
  window: readonly SampleArray[],
  channel: number,
  sparse: OutputArray | null,
  lowRank: OutputArray | null,
  outOffset = 0,
): void {
  if (map.frames === 3) separateThree(map, window, channel, sparse, lowRank, outOffset);
  else separateAny(map, window, channel, sparse, lowRank, outOffset);
}

function separateThree(
  { matrix, offset, pedestal }: SeparationMap,
  window: readonly SampleArray[],
  channel: number,
  sparse: OutputArray | null,
  lowRank: OutputArray | null,
  outOffset: number,
): void {
  const [x0, x1, x2] = window;
  const w0 = matrix[channel * 3];
  const w1 = matrix[channel * 3 + 1];
  const w2 = matrix[channel * 3 + 2];
  const c = offset[channel];
  const input = window[channel];
  const pixels = input.length;
  if (sparse && !lowRank) {
    for (let i = 0; i < pixels; i++) {
      const low = Math.max(0, w0 * x0[i] + w1 * x1[i] + w2 * x2[i] + c) + pedestal;
      sparse[outOffset + i] = Math.max(0, input[i] - low);
    }
    return;
  }
  for (let i = 0; i < pixels; i++) {
    const low = Math.max(0, w0 * x0[i] + w1 * x1[i] + w2 * x2[i] + c) + pedestal;
    if (sparse) sparse[outOffset + i] = Math.max(0, input[i] - low);
    if (lowRank) lowRank[outOffset + i] = low;
  }
}

function separateAny(
  { frames, matrix, offset, pedestal }: SeparationMap,
  window: readonly SampleArray[],
  channel: number,
  sparse: OutputArray | null,
  lowRank: OutputArray | null,
  outOffset: number,
): void {
  const input = window[channel];
  const pixels = input.length;
  for (let from = 0; from < pixels; from += chunkPixels) {
    const count = Math.min(chunkPixels, pixels - from);
    chunk.fill(offset[channel], 0, count);
    for (let k = 0; k < frames; k++) {
      const weight = matrix[channel * frames + k];
      const x = window[k];
      for (let i = 0; i < count; i++) chunk[i] += weight * x[from + i];
    }
    const to = outOffset + from;
    for (let i = 0; i < count; i++) {
      const low = Math.max(0, chunk[i]) + pedestal;
      if (sparse) sparse[to + i] = Math.max(0, input[from + i] - low);
      if (lowRank) lowRank[to + i] = low;
    }
  }
}
