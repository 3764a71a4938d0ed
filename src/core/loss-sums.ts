import type { Gradient, LossOptions, LossTerms } from "./loss.js";
import type { Network } from "./network.js";

/** Sums over the pixels, channels and windows of a batch, in normalised counts. */
export interface LossSums {
  /** Σ |R − x| */
  reconstruction: number;
  /** Σ relu(x − D) */
  sparse: number;
  /** Σ relu(D − x) */
  residual: number;
  /** Number of pixels with x > D. */
  kept: number;
  /** Derivative of the summed loss by the composed matrix, `[n, n]`. */
  readonly matrixGradient: Float64Array;
  /** The same by the composed bias, `[n]`. */
  readonly biasGradient: Float64Array;
}

/** Sums of nothing. */
export function createLossSums(frames: number): LossSums {
  return {
    reconstruction: 0,
    sparse: 0,
    residual: 0,
    kept: 0,
    matrixGradient: new Float64Array(frames * frames),
    biasGradient: new Float64Array(frames),
  };
}

/**
 * The loss and its gradient from the sums over a batch.
 *
 * @param values - windows · channels · crop pixels that were summed over
 * @param gradient - where d total / d parameters is written, in the order of `networkParameters`; `null` if only the loss
 *   is wanted
 */
export function finishLoss(
  network: Network,
  sums: LossSums,
  values: number,
  { sparsityWeight }: LossOptions,
  gradient: Gradient | null,
): LossTerms {
  if (gradient) toParameters(network, sums, 1 / values, gradient);
  const reconstruction = sums.reconstruction / values;
  const sparsity = (sparsityWeight * sums.sparse) / values;
  const residual = sums.residual / values;
  return {
    total: reconstruction + sparsity + residual,
    reconstruction,
    sparsity,
    residual,
    keptShare: sums.kept / values,
  };
}

/** From the composed map W = W2·W1, b = W2·b1 + b2 back to both layers. */
function toParameters(
  { frames, conv1, bias1, conv2, bias2 }: Network,
  { matrixGradient, biasGradient }: LossSums,
  scale: number,
  gradient: Gradient,
): void {
  const hidden = 2 * frames;
  const conv1Gradient = gradient[0].fill(0);
  const bias1Gradient = bias1 && gradient[1].fill(0);
  const conv2Gradient = gradient[bias1 ? 2 : 1].fill(0);
  for (let output = 0; output < frames; output++) {
    const biasSlope = biasGradient[output] * scale;
    for (let middle = 0; middle < hidden; middle++) {
      const weight = conv2[output * hidden + middle];
      let slope = bias1 ? biasSlope * bias1[middle] : 0;
      for (let input = 0; input < frames; input++) {
        const matrixSlope = matrixGradient[output * frames + input] * scale;
        conv1Gradient[middle * frames + input] += weight * matrixSlope;
        slope += matrixSlope * conv1[middle * frames + input];
      }
      conv2Gradient[output * hidden + middle] = slope;
      if (bias1Gradient) bias1Gradient[middle] += weight * biasSlope;
    }
  }
  if (bias2) for (let output = 0; output < frames; output++) gradient[3][output] = biasGradient[output] * scale;
}
