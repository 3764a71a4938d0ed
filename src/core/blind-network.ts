import { adamUpdate, createAdam } from "./adam.js";
import { SlnetError } from "./errors.js";
import type { SampleArray } from "./frames.js";
import { createGradient, lossAndGradient, type CropBatch } from "./loss.js";
import type { Network } from "./network.js";
import type { TemporalWindow } from "./windows.js";

/** Frames of a window, and how far they lie apart. */
export interface BlindWindows {
  /** n, 2 to 16. */
  readonly frames: number;
  /** From one frame of the window to the next; longer than molecules stay on. */
  readonly step: number;
}

export interface BlindTraining {
  readonly steps: number;
  /** Above 0. */
  readonly learningRate: number;
  /** τ of the background among the readings of a pixel, from 1/3 to below 1; 1/2 fits the median. */
  readonly quantile: number;
}

/**
 * SLNet that is blind to the frame whose background it predicts: L = relu(W·x) with a diagonal of zeros. A molecule that is on
 * in one frame of the window then has no part in the background of that frame, so that its light is kept. Research: it is
 * measured beside the methods of the worker (docs/quality.md), and is none of them.
 */
export interface BlindNetwork {
  readonly frames: number;
  /** W, `[n, n]` row-major, with zeros on the diagonal. */
  readonly matrix: Float64Array;
  /** Losses of the training, step by step, in the unit of the crops. */
  readonly losses: readonly number[];
}

/**
 * Trains with Adam on the loss of SLNet, with all singular values kept as they are. Without them it is, at each pixel,
 * (1 + α)·relu(x − L) + 2·relu(L − x), so that L aims at the quantile τ = (1 + α)/(3 + α) of the readings: α = (3τ − 1)/(1 − τ).
 *
 * @param nextBatch - crops of windows; in counts without the camera's offset, divided so that they are about 1
 * @throws {@link SlnetError} `bad-input` for a number of frames or a quantile out of range
 */
export function trainBlindNetwork(
  frames: number,
  nextBatch: () => CropBatch,
  { steps, learningRate, quantile }: BlindTraining,
): BlindNetwork {
  if (!(Number.isInteger(frames) && frames >= 2 && frames <= 16)) {
    throw new SlnetError("bad-input", `blind network: windows have ${frames} frames, expected 2 to 16`);
  }
  if (!(quantile >= 1 / 3 && quantile < 1)) {
    throw new SlnetError("bad-input", `blind network: the quantile is ${quantile}, expected 1/3 to below 1`);
  }
  // As the network that the loss knows: [W 0] behind [1; 0]. Only W is trained.
  const hidden = 2 * frames;
  const conv1 = new Float64Array(hidden * frames);
  const conv2 = new Float64Array(frames * hidden);
  for (let row = 0; row < frames; row++) {
    conv1[row * frames + row] = 1;
    for (let column = 0; column < frames; column++) {
      // The mean of the others, to start from.
      conv2[row * hidden + column] = row === column ? 0 : 1 / (frames - 1);
    }
  }
  const network: Network = { frames, conv1, bias1: null, conv2, bias2: null };
  const options = { sparsityWeight: (3 * quantile - 1) / (1 - quantile), rank: frames, singularValueThreshold: 0 };
  const gradient = createGradient([conv1, conv2]);
  let adam = createAdam([conv2]);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push(lossAndGradient(network, nextBatch(), options, gradient).total);
    const slopes = gradient[1];
    for (let row = 0; row < frames; row++) {
      slopes[row * hidden + row] = 0;
      slopes.fill(0, row * hidden + frames, (row + 1) * hidden);
    }
    adam = adamUpdate([conv2], [slopes], adam, { learningRate });
  }
  const matrix = new Float64Array(frames * frames);
  for (let row = 0; row < frames; row++) matrix.set(conv2.subarray(row * hidden, row * hidden + frames), row * frames);
  return { frames, matrix, losses };
}

/**
 * The window in which a frame lies nearest to the middle.
 *
 * @throws {@link SlnetError} `bad-input` where the stack is too short for a window around each frame
 */
export function blindWindowOf(frame: number, frameCount: number, { frames, step }: BlindWindows): TemporalWindow {
  const length = (frames - 1) * step + 1;
  const channels = Array.from({ length: frames }, (_, channel) => channel)
    .filter((channel) => frame - channel * step >= 0 && frame - channel * step + length <= frameCount)
    .sort((a, b) => Math.abs(a - (frames - 1) / 2) - Math.abs(b - (frames - 1) / 2));
  if (channels.length === 0) {
    throw new SlnetError(
      "bad-input",
      `the stack has ${frameCount} frames, of which no window of ${frames} with step ${step} holds frame ${frame}`,
    );
  }
  const channel = channels[0];
  return { channel, frames: Array.from({ length: frames }, (_, k) => frame + (k - channel) * step) };
}

/**
 * The background of one frame of a window.
 *
 * @param window - n frames, `[pixels]` each, in ADU
 * @param channel - which of them
 * @param offsetAdu - of the camera
 * @returns `[pixels]`, in ADU, offset included
 */
export function blindBackground(
  { frames, matrix }: BlindNetwork,
  window: readonly SampleArray[],
  channel: number,
  offsetAdu: number,
): Float32Array<ArrayBuffer> {
  const weights = matrix.subarray(channel * frames, (channel + 1) * frames);
  const background = new Float32Array(window[channel].length);
  for (let i = 0; i < background.length; i++) {
    let sum = 0;
    for (let k = 0; k < frames; k++) sum += k === channel ? 0 : weights[k] * (window[k][i] - offsetAdu);
    background[i] = Math.max(0, sum) + offsetAdu;
  }
  return background;
}
