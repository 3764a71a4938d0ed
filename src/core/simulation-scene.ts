import { framePixels } from "./frames.js";
import { createRandom, type Random } from "./random.js";
import type { Molecules } from "./simulation-emitters.js";
import type { SimulationOptions } from "./simulation-options.js";

/** What does not change from frame to frame, but for bleaching. */
export interface Scene {
  readonly molecules: Molecules;
  /**
   * Writes scale · (background of a frame in photons per pixel) + offset.
   *
   * @param out - `[height, width]`
   */
  background(frame: number, scale: number, offset: number, out: Float32Array): void;
}

// Shares of the mean background of the first frame. The three parts bleach at different rates, so that the background
// of a recording has rank 3 and no single image times a curve describes it.
const hazeShare = 0.4;
const glowShare = 0.3;
const steadyShare = 0.3;
/** The glow bleaches this much slower than the haze. */
const glowSlowness = 3;

/** Distance of the points along a filament, in pixels. */
const filamentStep = 0.5;
/** Points of a filament for each molecule on it. */
const pointsPerMolecule = 2;
/** Standard deviation of the distance of a molecule from its filament, in pixels: a label of 15 nm at 108 nm a pixel. */
const moleculeSpread = 0.15;
/** Haze of a filament in focus and out of focus, in pixels. */
const hazeSigmas = [4, 11] as const;
const glowCount = 7;

/** Draws the filaments, the molecules on them and the images that make up the background. */
export function createScene(options: SimulationOptions): Scene {
  const { width, height, backgroundPhotons, bleachFrames } = options;
  const pixels = framePixels(options);
  const { molecules, density } = drawFilaments(options, createRandom(options.seed, "filaments"));

  const haze = new Float32Array(pixels);
  for (const sigma of hazeSigmas) {
    const blurred = blur(density, width, height, sigma);
    for (let i = 0; i < pixels; i++) haze[i] += blurred[i];
  }
  const glow = drawGlow(width, height, createRandom(options.seed, "glow"));
  scaleToMean(haze, hazeShare * backgroundPhotons);
  scaleToMean(glow, glowShare * backgroundPhotons);
  const steady = steadyShare * backgroundPhotons;

  return {
    molecules,
    background(frame, scale, offset, out) {
      const hazeScale = scale * Math.exp(-frame / bleachFrames);
      const glowScale = scale * Math.exp(-frame / (glowSlowness * bleachFrames));
      const constant = offset + scale * steady;
      for (let i = 0; i < pixels; i++) out[i] = constant + hazeScale * haze[i] + glowScale * glow[i];
    },
  };
}

/** Smooth random curves from edge to edge, the molecules along them, and their length in each pixel. */
function drawFilaments(
  options: SimulationOptions,
  random: Random,
): { readonly molecules: Molecules; readonly density: Float32Array } {
  const { width, height, filamentCount } = options;
  const density = new Float32Array(width * height);
  const xs: number[] = [];
  const ys: number[] = [];
  let points = 0;
  const put = (x: number, y: number): void => {
    density[Math.floor(y) * width + Math.floor(x)] += filamentStep;
    if (points++ % pointsPerMolecule !== 0) return;
    xs.push(clamp(x + moleculeSpread * random.normal(), width));
    ys.push(clamp(y + moleculeSpread * random.normal(), height));
  };

  const longest = (1.5 * (width + height)) / filamentStep;
  for (let filament = 0; filament < filamentCount; filament++) {
    const startX = width * (0.15 + 0.7 * random.next());
    const startY = height * (0.15 + 0.7 * random.next());
    const heading = 2 * Math.PI * random.next();
    for (const direction of [heading, heading + Math.PI]) {
      let [x, y, angle, curvature] = [startX, startY, direction, 0];
      for (let step = 0; step < longest && x >= 0 && y >= 0 && x < width && y < height; step++) {
        put(x, y);
        // Curvature drifts back to straight; radii of about 100 pixels and bends some 60 pixels long.
        curvature += filamentStep * (-0.03 * curvature + 0.0035 * random.normal());
        angle += filamentStep * curvature;
        x += filamentStep * Math.cos(angle);
        y += filamentStep * Math.sin(angle);
      }
    }
  }
  return { molecules: { x: Float64Array.from(xs), y: Float64Array.from(ys) }, density };
}

function clamp(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1e-9);
}

/** Soft spots much larger than a filament, brighter towards the middle as under a laser. */
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

function gaussian(z: number): number {
  return Math.exp(-0.5 * z * z);
}

/** Gaussian blur, rows then columns; beyond the edges the image goes on as in a mirror. */
function blur(image: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = new Float64Array(2 * reach + 1);
  let sum = 0;
  for (let k = -reach; k <= reach; k++) sum += weights[k + reach] = gaussian(k / sigma);
  for (let k = 0; k < weights.length; k++) weights[k] /= sum;

  const rows = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let value = 0;
      for (let k = -reach; k <= reach; k++) {
        value += weights[k + reach] * image[row * width + mirrored(column + k, width)];
      }
      rows[row * width + column] = value;
    }
  }
  const out = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    for (let k = -reach; k <= reach; k++) {
      const from = mirrored(row + k, height) * width;
      const weight = weights[k + reach];
      for (let column = 0; column < width; column++) out[row * width + column] += weight * rows[from + column];
    }
  }
  return out;
}

/** The pixel that a mirror at the edges shows; further out than the size of the image, the edge pixel. */
function mirrored(index: number, size: number): number {
  const inside = index < 0 ? -1 - index : index >= size ? 2 * size - 1 - index : index;
  return Math.min(Math.max(inside, 0), size - 1);
}

function scaleToMean(image: Float32Array, mean: number): void {
  let sum = 0;
  for (let i = 0; i < image.length; i++) sum += image[i];
  const factor = sum > 0 ? (mean * image.length) / sum : 0;
  for (let i = 0; i < image.length; i++) image[i] *= factor;
}
