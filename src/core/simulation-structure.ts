import type { Random } from "./random.js";
import type { SimulationOptions, SimulationStructure } from "./simulation-options.js";

/** Where molecules can be, in pixels: place i is at `(x[i], y[i])`; pixel p spans [p, p + 1). */
export interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What is labelled, without its blur. */
export interface Structure {
  readonly places: Places;
  /** Its length, or number of places, in each pixel: `[height, width]`. */
  readonly density: Float32Array;
}

type Put = (x: number, y: number) => void;
type DrawStructure = (options: SimulationOptions, random: Random, put: Put) => void;

/** Distance of the points along a line, in pixels. */
const step = 0.5;
/** Points of a line for each molecule on it. */
const pointsPerPlace = 2;
/** Standard deviation of the distance of a molecule from its line, in pixels: a label of 15 nm at 108 nm a pixel. */
const labelSpread = 0.15;
/** Radii of rings, in pixels: 0.2 to 1 µm. */
const ringRadii = [2, 9] as const;
/** Places of each cluster, and its standard deviation in pixels. */
const clusterPlaces = 100;
const clusterSigma = 1.5;

/** Draws the structure that the molecules sit on. There is at least one place. */
export function drawStructure(options: SimulationOptions, random: Random): Structure {
  const { width, height } = options;
  const density = new Float32Array(width * height);
  const xs: number[] = [];
  const ys: number[] = [];
  let points = 0;
  structures[options.structure](options, random, (x, y) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    density[Math.floor(y) * width + Math.floor(x)] += step;
    if (points++ % pointsPerPlace !== 0) return;
    xs.push(clamp(x + labelSpread * random.normal(), width));
    ys.push(clamp(y + labelSpread * random.normal(), height));
  });
  if (xs.length === 0) {
    xs.push(width / 2);
    ys.push(height / 2);
  }
  return { places: { x: Float64Array.from(xs), y: Float64Array.from(ys) }, density };
}

const structures: Readonly<Record<SimulationStructure, DrawStructure>> = {
  filaments: drawFilaments,
  rings: drawRings,
  grid: drawGrid,
  scattered: drawClusters,
};

/** Smooth random curves from edge to edge. */
function drawFilaments({ width, height, structureCount }: SimulationOptions, random: Random, put: Put): void {
  const longest = (1.5 * (width + height)) / step;
  for (let filament = 0; filament < structureCount; filament++) {
    const startX = width * (0.15 + 0.7 * random.next());
    const startY = height * (0.15 + 0.7 * random.next());
    const heading = 2 * Math.PI * random.next();
    for (const direction of [heading, heading + Math.PI]) {
      let [x, y, angle, curvature] = [startX, startY, direction, 0];
      for (let i = 0; i < longest && x >= 0 && y >= 0 && x < width && y < height; i++) {
        put(x, y);
        // Curvature drifts back to straight; radii of about 100 pixels and bends some 60 pixels long.
        curvature += step * (-0.03 * curvature + 0.0035 * random.normal());
        angle += step * curvature;
        x += step * Math.cos(angle);
        y += step * Math.sin(angle);
      }
    }
  }
}

/** Circles, as of vesicles. */
function drawRings({ width, height, structureCount }: SimulationOptions, random: Random, put: Put): void {
  const [least, most] = ringRadii;
  for (let ring = 0; ring < structureCount; ring++) {
    const x = width * random.next();
    const y = height * random.next();
    const radius = least + (most - least) * random.next();
    const points = Math.max(1, Math.round((2 * Math.PI * radius) / step));
    for (let i = 0; i < points; i++) {
      const angle = (2 * Math.PI * i) / points;
      put(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
  }
}

/** Straight lines across and down, slightly turned so that they meet the pixels at every phase. */
function drawGrid({ width, height, structureCount }: SimulationOptions, random: Random, put: Put): void {
  const turn = 0.1 + 0.1 * random.next();
  const half = (width + height) / 2;
  for (let line = 0; line < structureCount; line++) {
    const across = ((line + 0.5) / structureCount - 0.5) * 2 * half;
    for (let along = -half; along <= half; along += step) {
      for (const [u, v] of [
        [across, along],
        [along, across],
      ] as const) {
        put(width / 2 + u * Math.cos(turn) - v * Math.sin(turn), height / 2 + u * Math.sin(turn) + v * Math.cos(turn));
      }
    }
  }
}

/** Clusters at random places. */
function drawClusters({ width, height, structureCount }: SimulationOptions, random: Random, put: Put): void {
  for (let cluster = 0; cluster < structureCount; cluster++) {
    const x = width * random.next();
    const y = height * random.next();
    for (let i = 0; i < clusterPlaces * pointsPerPlace; i++) {
      put(x + clusterSigma * random.normal(), y + clusterSigma * random.normal());
    }
  }
}

function clamp(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size - 1e-9);
}
