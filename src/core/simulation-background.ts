import { framePixels } from "./frames.js";
import { gaussianBlur } from "./gaussian-blur.js";
import { createRandom, type Random } from "./random.js";
import type { SimulationOptions } from "./simulation-options.js";
import { addPointSpread } from "./simulation-point-spread.js";

/** Light that is none of the molecules. */
export interface SimulatedBackground {
  /**
   * Writes the background of a frame, in photons per pixel.
   *
   * @param out - `[height, width]`
   */
  write(frame: number, out: Float32Array): void;
}

// Shares of the mean background of the first frame. The three parts bleach at different rates, so that the background
// of a recording has rank 3 and no single image times a curve describes it.
const hazeShare = 0.4;
const glowShare = 0.3;
const steadyShare = 0.3;
/** The glow bleaches this much slower than the haze. */
const glowSlowness = 3;

/** Haze of a structure in focus and out of focus, in pixels. */
const hazeSigmas = [4, 11] as const;
const glowCount = 7;
/** The haze moves this way, in radians from the right, downwards. */
const driftDirection = 0.6;
/** The dimmest of the puncta against the brightest. */
const dimmestPunctum = 0.1;

/**
 * Draws the images that make up the background: a haze about the structure that may move, a wide glow, a steady level,
 * and steady spots of the size of the point-spread function.
 *
 * @param density - of the structure, `[height, width]`
 */
export function createBackground(options: SimulationOptions, density: Float32Array): SimulatedBackground {
  const { width, height, seed, backgroundPhotons, bleachFrames, driftPixels } = options;
  const pixels = framePixels(options);
  const haze = new Float32Array(pixels);
  for (const sigma of hazeSigmas) {
    const blurred = gaussianBlur(density, width, height, sigma);
    for (let i = 0; i < pixels; i++) haze[i] += blurred[i];
  }
  const glow = drawGlow(width, height, createRandom(seed, "glow"));
  scaleToMean(haze, hazeShare * backgroundPhotons);
  scaleToMean(glow, glowShare * backgroundPhotons);
  const steady = drawPuncta(options, createRandom(seed, "puncta"));
  for (let i = 0; i < pixels; i++) steady[i] += steadyShare * backgroundPhotons;
  const moved = driftPixels > 0 ? new Float32Array(pixels) : haze;

  return {
    write(frame, out) {
      if (driftPixels > 0) {
        const distance = driftPixels * frame;
        const [across, down] = [distance * Math.cos(driftDirection), distance * Math.sin(driftDirection)];
        translate(haze, width, height, across, down, moved);
      }
      const hazeScale = Math.exp(-frame / bleachFrames);
      const glowScale = Math.exp(-frame / (glowSlowness * bleachFrames));
      for (let i = 0; i < pixels; i++) out[i] = steady[i] + hazeScale * moved[i] + glowScale * glow[i];
    },
  };
}

/** Soft spots much larger than a molecule, brighter towards the middle as under a laser. */
function drawGlow(width: number, height: number, random: Random): Float32Array {
  const glow = new Float32Array(width * height);
  const side = Math.min(width, height);
  const across = new Float64Array(width);
  for (let spot = 0; spot <= glowCount; spot++) {
    const isLaser = spot === glowCount;
    const x = isLaser ? width / 2 : width * random.next();
    const y = isLaser ? height / 2 : height * random.next();
    const sigma = side * (isLaser ? 0.7 : 0.08 + 0.17 * random.next());
    const strength = isLaser ? 1 : 0.4 + 0.6 * random.next();
    for (let column = 0; column < width; column++) across[column] = gaussian((column + 0.5 - x) / sigma);
    for (let row = 0; row < height; row++) {
      const down = strength * gaussian((row + 0.5 - y) / sigma);
      for (let column = 0; column < width; column++) glow[row * width + column] += down * across[column];
    }
  }
  return glow;
}

/** Steady spots; the brightest has `punctaPhotons` in the pixel that it is centred in. */
function drawPuncta(options: SimulationOptions, random: Random): Float32Array {
  const { width, height, psfSigmaPixels, punctaCount, punctaPhotons } = options;
  const image = new Float32Array(width * height);
  const lightOfPeak = 2 * Math.PI * psfSigmaPixels ** 2;
  for (let spot = 0; spot < punctaCount; spot++) {
    const x = width * random.next();
    const y = height * random.next();
    const peak = punctaPhotons * (dimmestPunctum + (1 - dimmestPunctum) * random.next());
    addPointSpread(image, width, height, x, y, psfSigmaPixels, peak * lightOfPeak);
  }
  return image;
}

/** Moves an image by parts of pixels, linearly between them; beyond the edges it goes on as between two mirrors. */
function translate(
  image: Float32Array,
  width: number,
  height: number,
  across: number,
  down: number,
  out: Float32Array,
): void {
  const columns = mirroredPositions(width, across);
  const rows = mirroredPositions(height, down);
  for (let row = 0; row < height; row++) {
    const above = rows.lower[row] * width;
    const below = rows.upper[row] * width;
    const rowShare = rows.share[row];
    for (let column = 0; column < width; column++) {
      const left = columns.lower[column];
      const right = columns.upper[column];
      const share = columns.share[column];
      const top = image[above + left] * (1 - share) + image[above + right] * share;
      const bottom = image[below + left] * (1 - share) + image[below + right] * share;
      out[row * width + column] = top * (1 - rowShare) + bottom * rowShare;
    }
  }
}

/** For each pixel, the two that it comes from and the share of the second. */
function mirroredPositions(
  size: number,
  shift: number,
): { readonly lower: Int32Array; readonly upper: Int32Array; readonly share: Float64Array } {
  const lower = new Int32Array(size);
  const upper = new Int32Array(size);
  const share = new Float64Array(size);
  const period = 2 * size;
  const mirrored = (index: number): number => {
    const inside = ((index % period) + period) % period;
    return inside < size ? inside : period - 1 - inside;
  };
  for (let i = 0; i < size; i++) {
    const from = i - shift;
    const below = Math.floor(from);
    lower[i] = mirrored(below);
    upper[i] = mirrored(below + 1);
    share[i] = from - below;
  }
  return { lower, upper, share };
}

function gaussian(z: number): number {
  return Math.exp(-0.5 * z * z);
}

function scaleToMean(image: Float32Array, mean: number): void {
  let sum = 0;
  for (let i = 0; i < image.length; i++) sum += image[i];
  const factor = sum > 0 ? (mean * image.length) / sum : 0;
  for (let i = 0; i < image.length; i++) image[i] *= factor;
}
