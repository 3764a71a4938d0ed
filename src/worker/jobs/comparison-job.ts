import { errorMessage, SlnetError } from "../../core/errors.js";
import { mostComparedFrames } from "../../core/evaluation/own-report.js";
import { ResidualFollower, type FollowedResiduals } from "../../core/evaluation/residual-follower.js";
import { figuresSide, localizedFigures, type WideField } from "../../core/evaluation/truthless-figures.js";
import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { joinedLocalizations } from "../../core/localization/joined-localizations.js";
import type { Localizations } from "../../core/localization/localization.js";
import type { CleaningMethod, Progress } from "../../protocol/api.js";
import type {
  ComparedMethod,
  ComparedMethods,
  ComparisonEstimate,
  ComparisonOptions,
  ComparisonReport,
} from "../../protocol/comparison-api.js";
import { toWireError } from "../../protocol/reply.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { CleanedFrames } from "../methods/method.js";
import { createProgressMeter } from "../pace.js";
import { CleaningJob } from "./cleaning-job.js";
import { LocalizationJob, type FollowFrames } from "./localization-job.js";

/** By which the molecules of the wide-field image are told from the background. */
const wideFieldMethod: CleaningMethod = { type: "median", windowFrames: 50 };
const mostMethods = 16;

/** A method is tried on so many frames at most, and for so long after its first ones. */
const triedFrames = 64;
const tryingMs = 200;
/**
 * What the figures of one method take: for each pixel of the image, times the logarithm of its side, and for each of a frame.
 * Measured on one busy core; to try them would take as long as they do.
 */
const figureSeconds = { perImagePixel: 0.2e-6, perFramePixel: 6e-6 };

/** Without its progress. */
type Step = Omit<ComparisonReport, "progress"> & {
  /** Frames that were gone through since, of those that every method goes through. */
  readonly frames: number;
};

/**
 * Measures methods on the same frames of a recording whose truth nobody knows: one after the other they find the background,
 * the same localizer fits the emitters, and figures are made of both. A method that fails costs no other one anything.
 */
export class ComparisonJob {
  readonly #reader: StackReader;
  readonly #methods: ComparedMethods;
  readonly #options: ComparisonOptions;
  readonly #room: EngineRoom;
  #steps: AsyncGenerator<Step> | null = null;
  #measure: ((done: number) => Progress) | null = null;
  #done = 0;

  /** @throws {@link SlnetError} `bad-input` where there are no such frames, no pixel size, or too many methods */
  constructor(reader: StackReader, methods: ComparedMethods, options: ComparisonOptions, room: EngineRoom) {
    checkRequest(reader, methods, options);
    this.#reader = reader;
    this.#methods = methods;
    this.#options = options;
    this.#room = room;
  }

  /** What was done since, or `null` at the end. */
  async next(signal: AbortSignal): Promise<ComparisonReport | null> {
    const { from, to } = this.#options;
    this.#measure ??= createProgressMeter((this.#methods.length + 1) * (to - from));
    this.#steps ??= this.#compare(signal);
    const step = await this.#steps.next();
    if (step.done) return null;
    const { frames, ...report } = step.value;
    this.#done += frames;
    return { ...report, progress: this.#measure(this.#done) };
  }

  /** Frees what it holds. */
  async close(): Promise<void> {
    await this.#steps?.return(null);
  }

  async *#compare(signal: AbortSignal): AsyncGenerator<Step> {
    const wideField = yield* this.#wideField(signal);
    for (const [index, method] of this.#methods.entries()) yield* this.#method(index, method, wideField, signal);
  }

  /** The images that the localizations are compared with, `null` where they cannot be made. */
  async *#wideField(signal: AbortSignal): AsyncGenerator<Step, WideField | null> {
    const { from, to, engine } = this.#options;
    const { shape } = this.#reader.description;
    const pixels = framePixels(shape);
    let position = from;
    try {
      const follower = new ResidualFollower(pixels, from, to);
      const float = { type: "float32", offsetAdu: 0 } as const;
      const options = { from, to, lowRank: true, tail: "shift", engine } as const;
      const outputs = { sparse: null, lowRank: float };
      const job = await CleaningJob.open(this.#reader, wideFieldMethod, options, outputs, this.#room);
      try {
        for (;;) {
          const block = await job.advance(signal);
          if (!block) break;
          const counts = createSamples(shape.type, (block.to - block.from) * pixels);
          await this.#reader.readFrames(block.from, block.to, counts, signal);
          follower.add(block.from, block.to, counts, floatsOf(block.frames.lowRank));
          yield { index: null, done: null, notices: [], frames: block.to - position };
          position = block.to;
        }
      } finally {
        job.close();
      }
      const { mean, meanLeft } = follower.finish();
      return { mean, meanWithoutBackground: meanLeft };
    } catch (error) {
      if (signal.aborted) throw error;
      const notice = `there is no wide-field image to compare with: ${errorMessage(error)}`;
      yield { index: null, done: null, notices: [notice], frames: to - position };
      return null;
    }
  }

  async *#method(
    index: number,
    method: CleaningMethod | null,
    wideField: WideField | null,
    signal: AbortSignal,
  ): AsyncGenerator<Step> {
    const { from, to, pixelSizeNm } = this.#options;
    const { shape } = this.#reader.description;
    let position = from;
    let done: ComparedMethod;
    try {
      const follower = method && new ResidualFollower(framePixels(shape), from, to);
      let cleaningSeconds = 0;
      const opening = performance.now();
      const job = await this.#openLocalization(method, (first, end, counts, background, seconds) => {
        cleaningSeconds += seconds;
        if (background) follower?.add(first, end, counts, background);
      });
      cleaningSeconds += (performance.now() - opening) / 1000;
      const blocks: Localizations[] = [];
      try {
        for (let { notices } = job.plan; ; notices = []) {
          const block = await job.next(signal);
          if (!block) break;
          blocks.push(block.localizations);
          yield { index, done: null, notices, frames: block.to - position };
          position = block.to;
        }
      } finally {
        job.close();
      }
      const localized = localizedFigures(joinedLocalizations(blocks), shape, wideField, pixelSizeNm);
      const followed: Partial<FollowedResiduals> = follower?.finish() ?? {};
      const { residualAutocorrelation = null, keptShare = null } = followed;
      const figures = {
        ...localized,
        residualAutocorrelation,
        keptShare,
        cleaningSeconds: method && cleaningSeconds,
      };
      done = { index, figures, error: null };
    } catch (error) {
      if (signal.aborted) throw error;
      done = { index, figures: null, error: toWireError(error) };
    }
    yield { index, done, notices: [], frames: to - position };
  }

  #openLocalization(method: CleaningMethod | null, follow: FollowFrames): Promise<LocalizationJob> {
    const { from, to, localizer, engine } = this.#options;
    const options = { from, to, tail: "shift", engine, localizer } as const;
    return LocalizationJob.open(this.#reader, method, options, this.#room, follow);
  }
}

/**
 * What a comparison would take here, found by trying each method on some of the frames; one that fails takes no time.
 *
 * @throws {@link SlnetError} as the comparison itself
 */
export async function estimateComparison(
  reader: StackReader,
  methods: ComparedMethods,
  options: ComparisonOptions,
  room: EngineRoom,
): Promise<ComparisonEstimate> {
  checkRequest(reader, methods, options);
  const { shape } = reader.description;
  const { from, engine, localizer } = options;
  const to = Math.min(options.to, from + triedFrames);
  const { signal } = new AbortController();
  const pixels = framePixels(shape);
  const side = figuresSide(shape);
  const figures = figureSeconds.perImagePixel * side ** 2 * Math.log2(side) + figureSeconds.perFramePixel * pixels;
  let fixedSeconds = 0;
  let secondsPerFrame = 0;
  for (const method of methods) {
    const start = performance.now();
    try {
      const job = await LocalizationJob.open(reader, method, { from, to, tail: "shift", engine, localizer }, room);
      try {
        await job.next(signal);
        // The first frames fill windows and wake the engine: they tell nothing of those that follow.
        const begun = performance.now();
        let [frames, now] = [0, begun];
        while (now - begun < tryingMs) {
          const block = await job.next(signal);
          now = performance.now();
          if (!block) break;
          frames += block.to - block.from;
        }
        fixedSeconds += (begun - start) / 1000;
        if (frames > 0) secondsPerFrame += (now - begun) / 1000 / frames;
      } finally {
        job.close();
      }
      fixedSeconds += figures;
    } catch {
      // It fails in the comparison too, and says there why.
      fixedSeconds += (performance.now() - start) / 1000;
    }
  }
  return { fixedSeconds, secondsPerFrame };
}

function checkRequest(
  reader: StackReader,
  methods: ComparedMethods,
  { from, to, pixelSizeNm }: ComparisonOptions,
): void {
  const { frames } = reader.description.shape;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= to || to > frames) {
    throw new SlnetError("bad-input", `frames ${from}:${to} were asked for, expected a part of 0:${frames}`);
  }
  if (to - from > mostComparedFrames) {
    throw new SlnetError(
      "bad-input",
      `${to - from} frames were to be compared, expected at most ${mostComparedFrames}`,
    );
  }
  if (!(pixelSizeNm > 0 && pixelSizeNm < Infinity)) {
    throw new SlnetError("bad-input", `the pixel size is ${pixelSizeNm} nm, expected a number above 0`);
  }
  if (!Array.isArray(methods) || methods.length === 0 || methods.length > mostMethods) {
    throw new SlnetError("bad-input", `expected 1 to ${mostMethods} methods to compare`);
  }
}

function floatsOf(samples: CleanedFrames["lowRank"]): Float32Array {
  if (samples instanceof Float32Array) return samples;
  throw new SlnetError("internal", "the low-rank part was not computed");
}
