import { backgroundWeights } from "../../core/background-weights.js";
import type { EngineRequest } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import { PublishedSums, type PublishedFigures } from "../../core/evaluation/published-figures.js";
import { seedStatistics, type SeedStatistics } from "../../core/evaluation/seed-statistics.js";
import { createSimulation, createSimulationOptions, type Simulation } from "../../core/simulation.js";
import type { CleaningMethod } from "../../protocol/api.js";
import type { ClientStack, SlnetClient } from "../../protocol/client.js";

/** One line of the comparison with the published code. */
export interface PublishedRow extends PublishedFigures {
  readonly name: string;
  /** Sums of the rows of W; `null` for what has none. */
  readonly rowSums: readonly number[] | null;
}

const published = (
  name: string,
  [backgroundRmseAdu, backgroundBiasAdu, psnrDecibels, snrDecibels, nonzeroShare, keptLight]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  rowSums: readonly number[] | null,
): PublishedRow => ({
  name,
  backgroundRmseAdu,
  backgroundBiasAdu,
  psnrDecibels,
  snrDecibels,
  nonzeroShare,
  keptLight,
  rowSums,
});

/**
 * Measured with the published code (github.com/patrisvalera/SLNet_STORM): the script as it is, and four seeds of the same
 * loss in float64 on every second pixel of the crops; 101 epochs, other options by default.
 */
export const publishedRuns: readonly PublishedRow[] = [
  published("published script", [18.42, 14.26, 38.16, 4.03, 0.15, 0.502], [1.078, 1.103, 1.044]),
  published("published loss, seed 0", [20.47, 16.55, 37.85, 3.73, 0.08, 0.345], [1.088, 1.063, 1.051]),
  published("published loss, seed 1", [26.62, 23.02, 37.69, 3.56, 0.038, 0.295], [1.122, 1.044, 1.049]),
  published("published loss, seed 2", [26.4, 22.91, 37.68, 3.56, 0.037, 0.292], [1.122, 1.052, 1.04]),
  published("published loss, seed 3", [22.46, 18.69, 38.39, 4.26, 0.087, 0.417], [1.102, 1.092, 1.015]),
];

/** The same measures of what needs no training, on the stack that those runs were measured on and that is not at hand. */
export const publishedYardsticks: readonly PublishedRow[] = [
  published("true background known, on that stack", [0, 0, 33.43, -0.69, 0.498, 1.058], null),
  published("running median 50, on that stack", [3.06, 0.36, 33.61, -0.52, 0.478, 0.976], null),
  published("running median 100, on that stack", [2.49, 0.86, 33.87, -0.25, 0.465, 0.993], null),
];

type SpreadKey = keyof PublishedFigures;

/** A figure of the comparison as people read it. */
export interface PublishedColumn {
  readonly key: SpreadKey;
  readonly title: string;
  readonly digits: number;
}

/** Every figure that is compared, in the order of the table. */
export const publishedColumns: readonly PublishedColumn[] = [
  { key: "backgroundRmseAdu", title: "Background RMSE, ADU", digits: 2 },
  { key: "backgroundBiasAdu", title: "Background bias, ADU", digits: 2 },
  { key: "psnrDecibels", title: "PSNR, dB", digits: 2 },
  { key: "snrDecibels", title: "SNR, dB", digits: 2 },
  { key: "nonzeroShare", title: "Share S > 0", digits: 3 },
  { key: "keptLight", title: "Kept light", digits: 3 },
];

/** Mean and standard deviation over runs, of each figure. */
export function spreadOf(rows: readonly PublishedRow[]): Readonly<Record<SpreadKey, SeedStatistics | null>> {
  return Object.fromEntries(
    publishedColumns.map(({ key }) => [key, seedStatistics(rows.map((row) => row[key]))]),
  ) as Record<SpreadKey, SeedStatistics | null>;
}

/**
 * A recording as near to that stack as is known of it: 256 × 256 pixels, 250 frames, filaments, 43 emitters a frame of 800
 * to 1500 photons, a structured background that bleaches, an offset of 100, an sCMOS camera. Of its background the runs
 * tell that frames 101 to 149 have 193 counts on average, offset included (nine hundredths of them is what the median
 * times 1.09 has more than the median), and a noise of 13.9 counts: so it had 52 photons there on this simulator's camera.
 */
function publishedRecording(seed: number): Simulation {
  return createSimulation(
    createSimulationOptions({
      width: 256,
      height: 256,
      frames: 250,
      seed,
      emittersPerFrame: 43,
      photonsMin: 800,
      photonsMax: 1500,
      backgroundPhotons: 63,
    }),
  );
}

/** Frames 101, 104, … 149: in none of the windows that are trained on by default is one of them the first. */
const measuredFrames = Array.from({ length: 17 }, (_, k) => 101 + 3 * k);

export interface PublishedComparison {
  /** One for each seed, of the recording and of the training. */
  readonly trained: readonly PublishedRow[];
  /** On the recording of the first seed. */
  readonly yardsticks: readonly PublishedRow[];
}

/** Trains with the default settings on a recording for each seed and measures as the published code was measured. */
export async function comparePublishedMode(
  client: SlnetClient,
  seeds: readonly number[],
  { signal, engine }: { readonly signal: AbortSignal; readonly engine: EngineRequest },
): Promise<PublishedComparison> {
  const trained: PublishedRow[] = [];
  const yardsticks: PublishedRow[] = [];
  for (const seed of seeds) {
    const simulation = publishedRecording(seed);
    const stack = await client.openStack({ type: "simulated", options: simulation.options }, { signal });
    const run = await stack.train({ engine, seed }, { signal });
    let model = null;
    for await (const report of run) model = report.model;
    if (!model) throw new SlnetError("internal", "evaluate: the training ended without a model");
    const figures = await measure(stack, simulation, { type: "slnet", model }, { signal, engine });
    const rowSums = backgroundWeights(model).rows.map((row) => row.reduce((sum, weight) => sum + weight, 0));
    trained.push({ name: `seed ${seed}`, ...figures, rowSums });
    if (seed === seeds[0]) {
      yardsticks.push({ name: "true background known", ...measureTruth(simulation), rowSums: null });
      for (const windowFrames of [50, 100]) {
        const median = await measure(stack, simulation, { type: "median", windowFrames }, { signal, engine });
        yardsticks.push({ name: `running median ${windowFrames}`, ...median, rowSums: null });
      }
    }
    await stack.close();
  }
  return { trained, yardsticks };
}

async function measure(
  stack: ClientStack,
  simulation: Simulation,
  method: CleaningMethod,
  { signal, engine }: { readonly signal: AbortSignal; readonly engine: EngineRequest },
): Promise<PublishedFigures> {
  const sums = sumsFor(simulation);
  const range = { from: measuredFrames[0]!, to: measuredFrames.at(-1)! + 1 };
  const run = await stack.clean(method, { ...range, lowRank: true, tail: "shift", engine }, { signal });
  const pixels = simulation.options.width * simulation.options.height;
  try {
    for await (const { from, to, sparse, lowRank } of run) {
      if (!lowRank) throw new SlnetError("internal", "evaluate: the cleaning gave no background");
      for (const index of measuredFrames.filter((frame) => frame >= from && frame < to)) {
        const place = [(index - from) * pixels, (index - from + 1) * pixels] as const;
        // Published S is max(0, x − L), also of a median.
        const clipped = sparse.subarray(...place).map((value) => Math.max(0, value));
        sums.add({ lowRank: lowRank.subarray(...place), sparse: clipped, ...truthOf(simulation, index) });
      }
    }
  } finally {
    await run.close();
  }
  return sums.figures();
}

function measureTruth(simulation: Simulation): PublishedFigures {
  const sums = sumsFor(simulation);
  for (const index of measuredFrames) {
    const truth = truthOf(simulation, index);
    const sparse = Float32Array.from(simulation.frame(index), (value, i) =>
      Math.max(0, value - (truth.trueBackground[i] ?? 0)),
    );
    sums.add({ lowRank: truth.trueBackground, sparse, ...truth });
  }
  return sums.figures();
}

function sumsFor({ options: { width, height, photonsMin } }: Simulation): PublishedSums {
  return new PublishedSums(width, height, photonsMin / 2);
}

function truthOf(simulation: Simulation, index: number) {
  return {
    trueBackground: simulation.background(index),
    signal: simulation.signal(index),
    emitters: simulation.emittersIn(index),
  };
}
