import { numericalRank } from "./singular-values.js";

/** Figures of one frame. */
export interface FrameFigures {
  /** Numerical rank of the low-rank frame as a height × width matrix; `null` where a side is above 1024 pixels. */
  readonly imageRank: number | null;
  /** Euclidean norm of the input frame, in ADU. */
  readonly inputNorm: number;
  /** Euclidean norm of relu(L − x), by which the background lies above the frame, in ADU. */
  readonly overshootNorm: number;
  /** `overshootNorm` / `inputNorm`; 0 for an all-zero frame. */
  readonly overshootRatio: number;
  /** Mean of relu(L − x), in ADU, at least 0. The published code prints it with the other sign, as "mean error". */
  readonly meanOvershoot: number;
  /** Largest pixel of the sparse part, in ADU. */
  readonly sparseMaximum: number;
  /** Share of the pixels whose sparse part is above `sparseThreshold` times its largest pixel. Published as "L1". */
  readonly shareAboveThreshold: number;
  /** Share of the pixels with a positive sparse part. */
  readonly keptShare: number;
}

/** What an evaluation reports. Frame figures are of the last window, as in the published code. */
export interface EvaluationFigures extends FrameFigures {
  /** Mean loss over all windows, channels and crop pixels. */
  readonly loss: number;
  /** The loss as the published code prints it: the sum of the batch means divided by the number of windows. */
  readonly publishedLoss: number;
  /** 20·log10(maximum/√loss), with the maximum in ADU. Published as "psnr", which it is not. `null` where the maximum is not known. */
  readonly lossDecibels: number | null;
  /** Number of windows that the loss is the mean of. */
  readonly windows: number;
}

/** Side above which the numerical rank is not computed: its time grows with the third power, seconds at 1024. */
const maximumRankSide = 1024;

/**
 * Figures of one frame and its background.
 *
 * @param input - `[height, width]`, in ADU
 * @param lowRank - the background, same shape, in ADU
 * @param sparseThreshold - share of the sparse maximum, 0 to 1
 */
export function frameFigures(
  input: ArrayLike<number>,
  lowRank: ArrayLike<number>,
  { height, width }: { readonly height: number; readonly width: number },
  sparseThreshold: number,
): FrameFigures {
  const pixels = height * width;
  let inputSquares = 0;
  let overshootSquares = 0;
  let overshoot = 0;
  let sparseMaximum = 0;
  let kept = 0;
  for (let i = 0; i < pixels; i++) {
    inputSquares += input[i] * input[i];
    const difference = input[i] - lowRank[i];
    if (difference > 0) {
      kept++;
      if (difference > sparseMaximum) sparseMaximum = difference;
    } else {
      overshoot -= difference;
      overshootSquares += difference * difference;
    }
  }
  let above = 0;
  const threshold = sparseThreshold * sparseMaximum;
  for (let i = 0; i < pixels; i++) {
    if (Math.max(input[i] - lowRank[i], 0) > threshold) above++;
  }
  const inputNorm = Math.sqrt(inputSquares);
  const overshootNorm = Math.sqrt(overshootSquares);
  return {
    imageRank: Math.max(height, width) > maximumRankSide ? null : numericalRank(lowRank, height, width),
    inputNorm,
    overshootNorm,
    overshootRatio: inputNorm > 0 ? overshootNorm / inputNorm : 0,
    meanOvershoot: overshoot / pixels,
    sparseMaximum,
    shareAboveThreshold: above / pixels,
    keptShare: kept / pixels,
  };
}

/**
 * The loss on a logarithmic scale, as the published code prints it under the name of a PSNR.
 *
 * @param maximum - largest pixel of the training frames, in ADU
 * @param loss - mean loss, in normalised counts
 */
export function lossDecibels(maximum: number, loss: number): number {
  return 20 * Math.log10(maximum / Math.sqrt(loss));
}
