import { SlnetError } from "./errors.js";
import { logFactorial } from "./log-factorial.js";

/** A stream of random numbers that its seed and name decide. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** A whole number in [0, below), each equally likely to one part in 2⁵³/below. `below` is at least 1. */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
  /**
   * Poisson with this mean.
   *
   * @throws {@link SlnetError} `bad-input` if `mean` is negative or not finite
   */
  poisson(mean: number): number;
  /** Shuffles in place, every order equally likely; returns the same array. */
  shuffle<T>(items: T[]): T[];
}

/**
 * Random numbers by xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47,
 * 2021). Streams of different names are independent of each other, so that drawing more numbers for one purpose does
 * not change another.
 *
 * @param seed - a whole number from 0 to 2³² − 1
 * @param stream - what the numbers are for, for example `order`
 */
export function createRandom(seed: number, stream: string): Random {
  // The state is filled by splitmix32 steps from a hash of the name, with the seed worked in between.
  let mixed = fnv1a(stream);
  const fill = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    return finalise(mixed);
  };
  mixed = fill() ^ (seed >>> 0);
  let s0 = fill();
  let s1 = fill();
  let s2 = fill();
  // Never all zero: the one state from which the generator does not move.
  let s3 = fill() | 1;

  const bits = (): number => {
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  };
  const next = (): number => ((bits() >>> 5) * 0x4000000 + (bits() >>> 6)) / 0x20000000000000;
  const integer = (below: number): number => Math.floor(next() * below);

  let spareNormal = NaN;
  const normal = (): number => {
    if (!Number.isNaN(spareNormal)) {
      const spare = spareNormal;
      spareNormal = NaN;
      return spare;
    }
    // Polar method (Marsaglia and Bray 1964): two normals from a point inside the unit circle.
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spareNormal = v * factor;
      return u * factor;
    }
  };

  return {
    next,
    integer,
    normal,
    poisson(mean) {
      if (!(mean >= 0 && mean < Infinity)) {
        throw new SlnetError("bad-input", `the mean of a Poisson number is ${mean}, expected a number of at least 0`);
      }
      return mean < 10 ? poissonByMultiplication(mean, next) : poissonByRejection(mean, next);
    },
    shuffle(items) {
      for (let last = items.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        const moved = items[last];
        items[last] = items[other];
        items[other] = moved;
      }
      return items;
    },
  };
}

/** Knuth's product of uniforms; about `mean` + 1 draws. */
function poissonByMultiplication(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count++;
  return count;
}

/** PTRS of W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993. Mean from 10. */
function poissonByRejection(mean: number, next: () => number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const quickAccept = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = next() - 0.5;
    const v = next();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quickAccept) return count;
    // Not written as "count < 0 || …", so that an infinite count (edge 0) is drawn again too.
    if (!(count >= 0 && count < Infinity) || (edge < 0.013 && v > edge)) continue;
    const left = Math.log((v * inverseAlpha) / (a / (edge * edge) + b));
    if (left <= count * logMean - mean - logFactorial(count)) return count;
  }
}

/** FNV-1a over the UTF-16 units of a text, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function finalise(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
