import { errorMessage, isSlnetError, type SlnetErrorCode } from "../../src/core/errors.js";
import {
  createSamples,
  framePixels,
  sampleBytes,
  type StackDescription,
  type StackReader,
  type StackSelection,
} from "../../src/core/frames.js";
import { workingType } from "../../src/core/io/stored-samples.js";
import { createRandom, type Random } from "../../src/core/random.js";
import { openStack } from "../../src/worker/readers/open-stack.js";
import { createMemoryPlatform } from "./memory-platform.js";
import { mutate } from "./mutate.js";
import { isSlow, slowEvery, type FileSet, type Seed } from "./seeds.js";
import { findFrameBlocks, isOneOf } from "./stored-pixels.js";

/** A mutant, and how it is opened. */
export interface FuzzCase {
  readonly seed: Seed;
  readonly files: FileSet;
  readonly selection: StackSelection;
  readonly random: Random;
}

/**
 * - `read`: frames came.
 * - `large`: it was opened, and a frame is larger than what is read here.
 * - a code: it was refused with that.
 * - `failed`: none of what may happen; `reason` says it.
 */
export interface FuzzOutcome {
  readonly result: "read" | "large" | SlnetErrorCode | "failed";
  readonly reason: string;
  /** Frames that were compared with the bytes of the file. */
  readonly compared: number;
}

/** What a broken or unknown file may be refused with. */
const refusals: readonly SlnetErrorCode[] = ["bad-input", "unsupported", "choice-needed", "out-of-memory"];

/** Frames of more bytes are not read: a test of so many cases has no time for that. */
const largestFrame = 2 ** 24;
/** Deflate makes 1032 bytes out of one at most, and Zarr and sparse TIFF leave out what is empty. */
const largestGrowth = 1100;
/** Characters that a person would still read. */
const longestMessage = 2000;

// The same depth from the source as from build/test/fuzz, one folder further down.
const assets = new URL("../../../dist/assets/", import.meta.url).href;

/** Case `number` of the fuzzing by `seedNumber`: always the same for the same seeds. */
export function createCase(seeds: readonly Seed[], seedNumber: number, number: number): FuzzCase {
  const random = createRandom(seedNumber, `case ${number}`);
  const slow = random.integer(slowEvery) === 0;
  const candidates = seeds.filter((candidate) => isSlow(candidate) === slow);
  const from = candidates.length > 0 ? candidates : seeds;
  const seed = from[random.integer(from.length)]!;
  const changed = random.next() < 0.5 && seed.main !== null ? seed.main : seed.own[random.integer(seed.own.length)]!;
  const other = seeds[random.integer(seeds.length)]!;
  const donor = other.files.get(other.own[random.integer(other.own.length)]!)!;
  const files = new Map(seed.files);
  if (seed.own.length > 1 && random.next() < 0.02) files.delete(changed);
  else files.set(changed, mutate(seed.files.get(changed)!, donor, random));
  if (seed.main !== null && !files.has(seed.main)) files.set(seed.main, new Uint8Array(0));
  return { seed, files, selection: chooseSelection(seed, random), random };
}

function chooseSelection(seed: Seed, random: Random): StackSelection {
  if (random.next() < 0.9) return seed.selections[random.integer(seed.selections.length)]!;
  const position = (): number | undefined => (random.next() < 0.5 ? random.integer(4) : undefined);
  return { series: position(), channel: position(), slice: position() };
}

/** Opens, reads the first, the last and a middle frame, and closes; follows the choices that it is asked for. */
export async function runCase({ seed, files, selection, random }: FuzzCase): Promise<FuzzOutcome> {
  let chosen = selection;
  for (let choices = 0; ; choices++) {
    const platform = createMemoryPlatform(seed.name, seed.main, files);
    let outcome: FuzzOutcome;
    let choice: StackSelection | null = null;
    try {
      const reader = await openStack({ type: "path", path: seed.name }, chosen, null, platform, assets);
      try {
        outcome = await readFrames(reader, seed, files, random.next() < 0.2);
      } finally {
        await reader.close();
      }
    } catch (error) {
      outcome = refusal(error);
      if (isSlnetError(error, "choice-needed") && error.choice) {
        const { of, labels } = error.choice;
        if (labels.length === 0 || chosen[of] !== undefined) return failed(`asked again or in vain: ${error.message}`);
        choice = { ...chosen, [of]: random.integer(labels.length) };
      }
    }
    if (outcome.result !== "failed" && platform.leftOpen > 0)
      return failed(`${platform.leftOpen} files were left open`);
    // Series, channel and slice, and no more.
    if (!choice || outcome.result === "failed" || random.next() < 0.2) return outcome;
    if (choices === 3) return failed(`a fourth choice was asked for: ${outcome.reason}`);
    chosen = choice;
  }
}

/** @param all - reads every frame before, where that is not too much: then nothing is left that was not looked at */
async function readFrames(
  reader: StackReader,
  { main, name, files: originals }: Seed,
  files: FileSet,
  all: boolean,
): Promise<FuzzOutcome> {
  const { description } = reader;
  const { shape } = description;
  const wrong = wrongDescription(description);
  if (wrong !== null) return failed(wrong);
  const pixels = framePixels(shape);
  const size = pixels * sampleBytes(shape.type);
  if (size > largestFrame) {
    const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
    const isPossible = size <= bytes * largestGrowth * 4 || description.format === "zarr";
    return isPossible
      ? { result: "large", reason: "", compared: 0 }
      : failed(`${name}: a frame of ${size} bytes out of ${bytes}`);
  }
  const readsAll = all && size * shape.frames <= largestFrame;
  if (readsAll) await reader.readFrames(0, shape.frames, createSamples(shape.type, pixels * shape.frames));
  let compared = 0;
  for (const index of new Set([0, shape.frames - 1, Math.floor(shape.frames / 2)])) {
    const out = createSamples(shape.type, pixels);
    await reader.readFrames(index, index + 1, out);
    const stored = await reader.readStoredFrame?.(index);
    const wrongPixel = stored ? out.findIndex((value, i) => value !== Math.fround(stored[i]!)) : -1;
    if (wrongPixel >= 0 || (stored && stored.length !== pixels)) {
      return failed(`frame ${index} differs at pixel ${wrongPixel} from how it is stored`);
    }
    const blocks = findFrameBlocks(description, index, main, files, readsAll ? null : originals);
    if (!blocks) continue;
    if (!isOneOf(stored ?? out, blocks, description))
      return failed(`frame ${index} has pixels that are not in the file`);
    compared++;
  }
  return { result: "read", reason: "", compared };
}

function wrongDescription({ shape, storedType, notices, ...metadata }: StackDescription): string | null {
  const { frames, height, width, type } = shape;
  if (![frames, height, width, frames * height * width].every((count) => Number.isSafeInteger(count) && count >= 1)) {
    return `it was opened as ${frames}×${height}×${width}`;
  }
  if (type !== workingType(storedType)) return `${storedType} is read as ${type}`;
  for (const name of ["pixelSizeNm", "frameIntervalSeconds", "exposureSeconds", "aduPerElectron"] as const) {
    const value = metadata[name];
    if (value !== null && !(value > 0 && Number.isFinite(value))) return `${name} is ${value}`;
  }
  const offset = metadata.cameraOffsetAdu;
  if (offset !== null && !Number.isFinite(offset)) return `cameraOffsetAdu is ${offset}`;
  const long = notices.find((notice) => notice.length > longestMessage);
  return long === undefined ? null : `a notice has ${long.length} characters: ${long.slice(0, 200)}`;
}

function refusal(error: unknown): FuzzOutcome {
  if (!isSlnetError(error)) return failed(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (!refusals.includes(error.code)) return failed(`${error.code}: ${error.stack ?? error.message}`);
  if (error.message.length > longestMessage) {
    return failed(`a message of ${error.message.length} characters: ${error.message.slice(0, 300)}`);
  }
  return { result: error.code, reason: errorMessage(error), compared: 0 };
}

function failed(reason: string): FuzzOutcome {
  return { result: "failed", reason, compared: 0 };
}
