import { createSamples, type SampleArray, type SampleType } from "../../src/core/frames.js";
import { createNetwork, networkParameters } from "../../src/core/network.js";
import { createStatistics } from "../../src/core/normalisation.js";
import { createRandom, type Random } from "../../src/core/random.js";
import { separationMap, separate, type SeparationMap } from "../../src/core/separation.js";
import type { Engine, SeparationItem, Separator, TrainingFrames } from "../../src/worker/engines/engine.js";

/** What every engine must do, run by the tests of Node and of the browser alike. */
export interface EngineCase {
  readonly title: string;
  /**
   * @param oracle - the `js` engine
   * @param tolerance - relative to the largest value
   * @throws where the engine does something else
   */
  run(engine: Engine, oracle: Engine, tolerance: number): Promise<void>;
}

const sampleTypes = ["uint8", "uint16", "float32"] as const;

/** Frame sizes with and without a tail behind whole vectors, from one pixel on. */
const sizes = [
  [1, 1],
  [3, 5],
  [16, 16],
  [17, 31],
  [37, 41],
] as const;

export const engineCases: readonly EngineCase[] = [
  ...sampleTypes.map((type) => ({
    title: `separates ${type} frames of any size as the oracle does, for 1 to 16 frames a window and every channel`,
    async run(engine: Engine, _oracle: Engine, tolerance: number) {
      const random = createRandom(5, `separate ${type}`);
      for (const [height, width] of sizes) {
        for (const n of [1, 2, 3, 5, 16]) {
          await checkSeparation(engine, random, { type, pixels: height * width, n, useBias: n % 2 === 0, tolerance });
        }
      }
    },
  })),
  {
    title: "rounds to 16 bits with an offset, limits what does not fit and counts it",
    run: checkRounding,
  },
  {
    title: "sees frames that were replaced, and settles calls under way together in order",
    run: checkReplacedFrames,
  },
  {
    title: "finds loss and gradient of the published network, and of one with bias",
    async run(engine, oracle, tolerance) {
      const random = createRandom(3, "published");
      const published = { type: "uint16", n: 3, side: 32, rank: 3, threshold: 0.01, tolerance } as const;
      await checkStep(engine, oracle, random, { ...published, useBias: false });
      await checkStep(engine, oracle, random, { ...published, useBias: true });
    },
  },
  ...sampleTypes.map((type) => ({
    title: `finds loss and gradient on ${type} frames for 1 to 16 frames a window, odd crops, any rank and threshold`,
    async run(engine: Engine, oracle: Engine, tolerance: number) {
      const random = createRandom(7, `train ${type}`);
      for (const [n, side, rank, threshold] of [
        [1, 9, 1, 0.01],
        [2, 16, 1, 0.5],
        [3, 33, 3, 0.01],
        [3, 20, 2, 2],
        [5, 21, 3, 0.1],
        [16, 12, 16, 0.05],
      ] as const) {
        for (const useBias of [false, true]) {
          await checkStep(engine, oracle, random, { type, n, side, rank, threshold, useBias, tolerance });
        }
      }
    },
  })),
  {
    title: "trains on other frames from one step to the next, and gives the loss alone where no gradient is asked for",
    run: checkOtherFrames,
  },
];

function check(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message());
}

/** The largest difference, relative to the largest expected value. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 1e-300;
  let largest = found.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const off = Math.abs(found[i]! - expected[i]!);
    if (!(off <= largest)) largest = off;
  }
  return largest / scale;
}

function randomSamples(type: SampleType, length: number, random: Random): SampleArray {
  const samples = createSamples(type, length);
  const top = type === "uint8" ? 256 : 3000;
  for (let i = 0; i < length; i++) {
    const value = top * (0.3 + 0.7 * random.next());
    samples[i] = type === "float32" ? value - 500 : Math.floor(value);
  }
  return samples;
}

function randomMap(n: number, useBias: boolean, samples: SampleArray, random: Random): SeparationMap {
  const statistics = createStatistics();
  statistics.add(samples);
  const network = createNetwork(n, { weightMultiplier: 0.9 / Math.sqrt(n), useBias }, random);
  return separationMap(network, statistics.finish(1, 3));
}

/** The frames of slots in one array, as `separate` of the core wants them. */
function windowOf(samples: SampleArray, pixels: number, item: SeparationItem): SampleArray[] {
  return item.slots.map((slot) => samples.subarray(slot * pixels, (slot + 1) * pixels));
}

interface SeparationCase {
  readonly type: SampleType;
  readonly pixels: number;
  readonly n: number;
  readonly useBias: boolean;
  readonly tolerance: number;
}

async function checkSeparation(
  engine: Engine,
  random: Random,
  { type, pixels, n, useBias, tolerance }: SeparationCase,
): Promise<void> {
  const slots = n + 3;
  const samples = randomSamples(type, slots * pixels, random);
  const map = randomMap(n, useBias, samples, random);
  const float = { type: "float32", offsetAdu: 0 } as const;
  const lowRank = { type: "float32", offsetAdu: 7.5 } as const;
  const separator = await engine.createSeparator({ pixels, type, slots, blockFrames: n, sparse: float, lowRank });
  try {
    separator.frames.set(samples);
    separator.refresh(0, slots);
    const items = Array.from({ length: n }, (_, channel) => ({
      slots: random.shuffle(Array.from({ length: slots }, (_slot, slot) => slot)).slice(0, n),
      channel,
    }));
    await separator.separate(map, items, 1);
    for (const [place, item] of items.entries()) {
      const expected = { sparse: new Float64Array(pixels), lowRank: new Float64Array(pixels) };
      separate(map, windowOf(samples, pixels, item), item.channel, expected.sparse, expected.lowRank);
      const shifted = expected.lowRank.map((value) => value + lowRank.offsetAdu);
      const what = `${type}, ${pixels} pixels, n ${n}, channel ${item.channel}`;
      const background = partOf(separator, 1, "lowRank", place, pixels);
      const off = difference(background, shifted);
      check(off <= tolerance, () => `background of ${what} is off by ${off}`);
      // S is a difference of counts: it is as exact as those, not as itself.
      const scale = Math.max(...windowOf(samples, pixels, item).flatMap((frame) => Array.from(frame, Math.abs)), 1);
      const sparse = partOf(separator, 1, "sparse", place, pixels);
      const offSparse = Math.max(...expected.sparse.map((value, i) => Math.abs(value - sparse[i]!))) / scale;
      check(offSparse <= tolerance, () => `sparse part of ${what} is off by ${offSparse}`);
    }
  } finally {
    separator.dispose();
  }
}

function partOf(
  separator: Separator,
  into: 0 | 1,
  part: "sparse" | "lowRank",
  place: number,
  pixels: number,
): Float32Array | Uint16Array {
  const all = separator.outputs[into][part];
  if (!all) throw new Error(`there is no ${part} part`);
  return all.subarray(place * pixels, (place + 1) * pixels);
}

async function checkRounding(engine: Engine): Promise<void> {
  // L is 0.25 · x + 0.25, so S = 0.75 · x − 0.25, and all of it is exact in float32.
  const map = { frames: 1, matrix: Float64Array.of(0.25), offset: Float64Array.of(0.25), pedestal: 0 };
  for (const pixels of [53, 64]) {
    const separator = await engine.createSeparator({
      pixels,
      type: "float32",
      slots: 1,
      blockFrames: 2,
      sparse: { type: "uint16", offsetAdu: 100.25 },
      lowRank: { type: "uint16", offsetAdu: 0 },
    });
    try {
      const frame = Float32Array.from({ length: pixels }, (_, i) => i * 2);
      frame[3] = 87246;
      frame[5] = 87248;
      frame[7] = 300000;
      frame[pixels - 1] = 400000;
      separator.frames.set(frame);
      separator.refresh(0, 1);
      const item = { slots: [0], channel: 0 };
      const clipped = await separator.separate(map, [item, item], 0);
      const even = (value: number): number => {
        const low = Math.floor(value);
        if (value - low !== 0.5) return Math.round(value);
        return low % 2 === 0 ? low : low + 1;
      };
      let wrong = 0;
      for (let i = 0; i < pixels; i++) {
        const low = Math.fround(0.25 * frame[i]! + 0.25);
        const sparse = Math.max(0, frame[i]! - low) + 100.25;
        if (!(sparse < 65535.5)) wrong++;
        if (!(low < 65535.5)) wrong++;
        for (const place of [0, 1]) {
          const found = partOf(separator, 0, "sparse", place, pixels)[i];
          const limited = Math.min(65535, even(sparse));
          check(found === limited, () => `pixel ${i} of ${frame[i]} became ${found}, expected ${limited}`);
          const background = partOf(separator, 0, "lowRank", place, pixels)[i];
          const limitedLow = Math.min(65535, even(low));
          check(background === limitedLow, () => `background ${i} became ${background}, expected ${limitedLow}`);
        }
      }
      check(clipped === 2 * wrong && wrong > 2, () => `${clipped} values were counted, expected ${2 * wrong}`);
    } finally {
      separator.dispose();
    }
  }
}

async function checkReplacedFrames(engine: Engine, _oracle: Engine, tolerance: number): Promise<void> {
  const random = createRandom(9, "replaced");
  const pixels = 600;
  const samples = randomSamples("uint16", 4 * pixels, random);
  const map = randomMap(2, false, samples, random);
  const separator = await engine.createSeparator({
    pixels,
    type: "uint16",
    slots: 4,
    blockFrames: 1,
    sparse: null,
    lowRank: { type: "float32", offsetAdu: 0 },
  });
  const expectedOf = (item: SeparationItem): Float64Array => {
    const expected = new Float64Array(pixels);
    separate(map, windowOf(samples, pixels, item), item.channel, null, expected);
    return expected;
  };
  try {
    separator.frames.set(samples);
    separator.refresh(0, 4);
    const items = [
      { slots: [0, 1], channel: 0 },
      { slots: [2, 3], channel: 1 },
    ] as const;
    const settled: number[] = [];
    const calls = items.map((item, index) =>
      separator.separate(map, [item], index as 0 | 1).then(() => settled.push(index)),
    );
    await Promise.all(calls);
    check(settled.join() === "0,1", () => `calls settled in the order ${settled.join()}`);
    for (const [index, item] of items.entries()) {
      const off = difference(partOf(separator, index as 0 | 1, "lowRank", 0, pixels), expectedOf(item));
      check(off <= tolerance, () => `call ${index} is off by ${off}`);
    }
    samples.set(randomSamples("uint16", pixels, random), pixels);
    separator.frames.set(samples.subarray(pixels, 2 * pixels), pixels);
    separator.refresh(1, 2);
    await separator.separate(map, [items[0]], 1);
    const off = difference(partOf(separator, 1, "lowRank", 0, pixels), expectedOf(items[0]));
    check(off <= tolerance, () => `after a frame was replaced it is off by ${off}`);
  } finally {
    separator.dispose();
  }
}

interface StepCase {
  readonly type: SampleType;
  readonly n: number;
  readonly side: number;
  readonly rank: number;
  readonly threshold: number;
  readonly useBias: boolean;
  readonly tolerance: number;
}

function randomFrames(type: SampleType, count: number, side: number, random: Random): TrainingFrames {
  const shape = { frames: count, height: side + 3, width: side + 6, type } as const;
  const samples = randomSamples(type, count * shape.height * shape.width, random);
  const statistics = createStatistics();
  statistics.add(samples);
  // Type 1 takes the mean away, so that channels are off at some pixels and on at others.
  return { samples, shape, normalisation: statistics.finish(random.next() < 0.5 ? 1 : 2, 0) };
}

async function checkStep(
  engine: Engine,
  oracle: Engine,
  random: Random,
  { type, n, side, rank, threshold, useBias, tolerance }: StepCase,
): Promise<void> {
  const frames = randomFrames(type, n + 2, side, random);
  const network = createNetwork(n, { weightMultiplier: 0.8 / Math.sqrt(n), useBias }, random);
  const batch = {
    windows: [0, 1, 2].map((start) => Array.from({ length: n }, (_, k) => start + k).map((frame) => frame % (n + 2))),
    top: 2,
    left: 5,
    side,
  };
  const options = { rank, singularValueThreshold: threshold, sparsityWeight: 12 };
  const zeros = (): Float64Array[] => networkParameters(network).map((parameter) => new Float64Array(parameter.length));
  const found = zeros();
  const expected = zeros();
  const terms = await engine.trainStep(network, frames, batch, options, found);
  const right = await oracle.trainStep(network, frames, batch, options, expected);
  const what = `${type}, n ${n}, side ${side}, rank ${rank}, threshold ${threshold}, bias ${useBias}`;
  for (const key of ["total", "reconstruction", "sparsity", "residual", "keptShare"] as const) {
    const off = Math.abs(terms[key] - right[key]) / Math.max(right.total, 1e-12);
    // A pixel on the edge between kept and not may fall to either side.
    const allowed = key === "keptShare" ? 2 / (3 * n * side * side) : tolerance;
    check(off <= allowed, () => `${key} of ${what} is ${terms[key]}, expected ${right[key]}`);
  }
  found.forEach((part, index) => {
    const off = difference(part, expected[index]!);
    check(off <= tolerance, () => `gradient ${index} of ${what} is off by ${off}`);
  });
}

async function checkOtherFrames(engine: Engine, oracle: Engine, tolerance: number): Promise<void> {
  const random = createRandom(13, "other frames");
  const network = createNetwork(3, { weightMultiplier: 0.5, useBias: false }, random);
  const sets = [randomFrames("uint16", 3, 24, random), randomFrames("uint8", 4, 40, random)] as const;
  const options = { rank: 3, singularValueThreshold: 0.01, sparsityWeight: 12 };
  for (const [turn, side] of [
    [0, 24],
    [1, 30],
    [0, 17],
    [1, 40],
  ] as const) {
    const batch = { windows: [[2, 0, 1]], top: 1, left: 2, side };
    const { total } = await engine.trainStep(network, sets[turn], batch, options, null);
    const right = await oracle.trainStep(network, sets[turn], batch, options, null);
    check(Math.abs(total - right.total) <= tolerance * right.total, () => `loss ${total}, expected ${right.total}`);
  }
  engine.release();
}
