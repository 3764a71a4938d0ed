import type { Random } from "./random.js";

/**
 * Weights of the network: two 1×1 convolutions, n → 2n → n for windows of n frames, with one ReLU behind both. All
 * matrices row-major, `[outputs, inputs]`.
 */
export interface Network {
  /** n, the number of frames of a window. */
  readonly frames: number;
  /** `[2n, n]` */
  readonly conv1: Float64Array;
  /** `[2n]`; both biases are `null` or neither is. */
  readonly bias1: Float64Array | null;
  /** `[n, 2n]` */
  readonly conv2: Float64Array;
  /** `[n]` */
  readonly bias2: Float64Array | null;
}

/** What decides the initial weights. */
export interface NetworkOptions {
  /** Factor on the initial weights, above 0. */
  readonly weightMultiplier: number;
  readonly useBias: boolean;
}

/**
 * A network with initial weights distributed as in the published code: each weight the absolute value of a
 * Kaiming-uniform draw (slope √2, fan-in) times the multiplier, so U(0, m·√(2/n)) in the first layer and U(0, m·√(1/n))
 * in the second; biases U(−1/√fan-in, 1/√fan-in), which the multiplier leaves alone.
 *
 * @param frames - frames per window, at least 1
 * @param random - gives the same weights for the same seed
 */
export function createNetwork(frames: number, options: NetworkOptions, random: Random): Network {
  const hidden = 2 * frames;
  const weights = (length: number, fanIn: number): Float64Array => {
    const bound = options.weightMultiplier * Math.sqrt(2 / fanIn);
    return Float64Array.from({ length }, () => bound * random.next());
  };
  const biases = (length: number, fanIn: number): Float64Array => {
    const bound = 1 / Math.sqrt(fanIn);
    return Float64Array.from({ length }, () => bound * (2 * random.next() - 1));
  };
  return {
    frames,
    conv1: weights(hidden * frames, frames),
    bias1: options.useBias ? biases(hidden, frames) : null,
    conv2: weights(frames * hidden, hidden),
    bias2: options.useBias ? biases(frames, hidden) : null,
  };
}

/** The one linear map that both layers together are: `relu(matrix · x + bias)` is the low-rank part. */
export interface ComposedNetwork {
  /** W2·W1, `[n, n]` row-major. */
  readonly matrix: Float64Array;
  /** W2·b1 + b2, `[n]`; zeros without bias. */
  readonly bias: Float64Array;
}

/** Multiplies the two layers out. */
export function composeNetwork({ frames, conv1, bias1, conv2, bias2 }: Network): ComposedNetwork {
  const hidden = 2 * frames;
  const matrix = new Float64Array(frames * frames);
  const bias = new Float64Array(frames);
  for (let output = 0; output < frames; output++) {
    if (bias2) bias[output] = bias2[output];
    for (let middle = 0; middle < hidden; middle++) {
      const weight = conv2[output * hidden + middle];
      if (bias1) bias[output] += weight * bias1[middle];
      for (let input = 0; input < frames; input++) {
        matrix[output * frames + input] += weight * conv1[middle * frames + input];
      }
    }
  }
  return { matrix, bias };
}

/** The arrays that training changes, in the order of Adam's moments: conv1, bias1 if any, conv2, bias2 if any. */
export function networkParameters({ conv1, bias1, conv2, bias2 }: Network): Float64Array[] {
  return [conv1, bias1, conv2, bias2].filter((parameter) => parameter !== null);
}

/** A network with weights of its own. */
export function cloneNetwork({ frames, conv1, bias1, conv2, bias2 }: Network): Network {
  return {
    frames,
    conv1: conv1.slice(),
    bias1: bias1 && bias1.slice(),
    conv2: conv2.slice(),
    bias2: bias2 && bias2.slice(),
  };
}
