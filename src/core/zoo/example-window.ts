import type { ModelFile } from "../model.js";
import { networkOf } from "../model.js";
import { composeNetwork, type ComposedNetwork } from "../network.js";
import { affineOf, type AffineScaling } from "../normalisation.js";

/** Rows and columns of the frames that a package is tested with. */
export const exampleSide = 32;

/** Counts above the shift that the brightest pixels have where a model does not say what it was trained on. */
const usualCounts = 1000;

/** A window of frames and what a model makes of it. */
export interface Example {
  /** `[1, frames, side, side]`, in ADU. */
  readonly frames: Float32Array<ArrayBuffer>;
  /** The background of each, of the same shape, in ADU. */
  readonly lowRank: Float32Array<ArrayBuffer>;
}

/**
 * A window such as a camera sees: a background that fades slowly and, in each frame, other molecules. The same for the same
 * model.
 */
export function exampleOf(model: ModelFile): Example {
  const { shift, scale } = affineOf(model.normalisation);
  const counts = scale === 1 ? usualCounts : scale;
  const n = model.temporalShifts.length;
  const pixels = exampleSide ** 2;
  const frames = new Float32Array(n * pixels);
  for (let frame = 0; frame < n; frame++) {
    const fading = 1 - 0.1 * (frame / n);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const x = pixel % exampleSide;
      const y = Math.floor(pixel / exampleSide);
      const uneven = 0.3 + 0.1 * Math.sin((3 * x) / exampleSide) * Math.cos((2 * y) / exampleSide);
      let light = uneven * fading;
      for (let spot = 0; spot < 4; spot++) {
        const dx = x - (5 + ((7 * frame + 11 * spot) % (exampleSide - 10)));
        const dy = y - (5 + ((13 * frame + 5 * spot * spot) % (exampleSide - 10)));
        light += 0.5 * Math.exp(-(dx * dx + dy * dy) / 3);
      }
      frames[frame * pixels + pixel] = shift + counts * light;
    }
  }
  const scaling = { shift, scale };
  const normalised = Float64Array.from(frames, (value) => (value - shift) / scale);
  const background = backgroundOf(composeNetwork(networkOf(model)), normalised);
  return { frames, lowRank: Float32Array.from(background, (value) => toCounts(value, scaling)) };
}

/** Normalised values as counts. */
function toCounts(value: number, { shift, scale }: AffineScaling): number {
  return value * scale + shift;
}

/**
 * The background relu(matrix · x + bias) of every pixel.
 *
 * @param frames - `[frames, pixels]`, normalised
 */
export function backgroundOf({ matrix, bias }: ComposedNetwork, frames: Float64Array): Float64Array<ArrayBuffer> {
  const n = bias.length;
  const pixels = frames.length / n;
  const out = new Float64Array(frames.length);
  for (let row = 0; row < n; row++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let sum = bias[row];
      for (let column = 0; column < n; column++) sum += matrix[row * n + column] * frames[column * pixels + pixel];
      out[row * pixels + pixel] = Math.max(0, sum);
    }
  }
  return out;
}
