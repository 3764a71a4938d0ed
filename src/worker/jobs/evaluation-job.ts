import { createConfiguration, defaultConfiguration, type SlnetConfiguration } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { parseFrameSelection } from "../../core/frame-selection.js";
import { frameFigures, lossDecibels, type EvaluationFigures } from "../../core/metrics.js";
import { networkOf, type ModelFile } from "../../core/model.js";
import { missingStatistics } from "../../core/normalisation.js";
import { createRandom } from "../../core/random.js";
import { separate, separationMap } from "../../core/separation.js";
import { drawCrop, fitCropSize } from "../../core/training-schedule.js";
import { windowStartCount } from "../../core/windows.js";
import type { EngineReport, EvaluationReport } from "../../protocol/api.js";
import type { TrainingBatch, TrainingFrames } from "../engines/engine.js";
import { EngineRelay } from "../engines/engine-relay.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";

/**
 * Measures a model on the test windows of a stack: the mean loss over all of them, and the figures of the last one
 * (REFERENCE 7). Unlike the published code it uses the shifts that the model was trained with.
 */
export class EvaluationJob {
  readonly engine: EngineReport;
  readonly notices: string[];
  readonly #reader: StackReader;
  readonly #model: ModelFile;
  readonly #configuration: SlnetConfiguration;
  readonly #relay: EngineRelay;
  readonly #starts: readonly number[];
  readonly #measure: (done: number) => EvaluationReport["progress"];
  readonly #crops = createRandom(0, "evaluation crops");
  #position = 0;
  #lossSum = 0;
  #batchMeans = 0;

  static async open(
    reader: StackReader,
    model: ModelFile,
    options: Readonly<Record<string, unknown>>,
    room: EngineRoom,
  ): Promise<EvaluationJob> {
    const { temporalShifts, normalisation } = model;
    const missing = missingStatistics(normalisation);
    if (missing.length > 0) {
      throw new SlnetError(
        "bad-input",
        `evaluation: the loss is of normalised counts, and the model has no ${missing.join(" and ")} of its training frames; say it, on the command line by --model-maximum`,
      );
    }
    const configuration = createConfiguration({ ...model.configuration, ...options, temporalShifts });
    const { shape } = reader.description;
    const notices: string[] = [];
    const startCount = windowStartCount(shape.frames, temporalShifts);
    const asked = parseFrameSelection(configuration.testFrames, shape.frames, "testFrames");
    const starts = asked.filter((start) => start < startCount);
    if (starts.length === 0) parseFrameSelection(configuration.testFrames, startCount, "testFrames");
    const everyFrame = defaultConfiguration.testFrames;
    if (starts.length < asked.length && configuration.testFrames !== everyFrame) {
      notices.push(`${starts.length} of ${asked.length} windows are used: later ones would reach past the last frame`);
    }
    const network = networkOf(model);
    const first = await readBatch(reader, model, starts.slice(0, 1));
    const side = fitCropSize(configuration.validationCropSize, shape.height, shape.width);
    const trial = { windows: first.windows, top: 0, left: 0, side };
    const chosen = await room.choose(configuration.engine, async (engine) => ({
      run: () => engine.trainStep(network, first, trial, configuration, null),
      end: () => engine.release(),
    }));
    const relay = new EngineRelay(room, chosen.engine, (text) => notices.push(text));
    return new EvaluationJob(reader, model, configuration, relay, chosen.report, starts, notices);
  }

  private constructor(
    reader: StackReader,
    model: ModelFile,
    configuration: SlnetConfiguration,
    relay: EngineRelay,
    report: EngineReport,
    starts: readonly number[],
    notices: string[],
  ) {
    this.#reader = reader;
    this.#model = model;
    this.#configuration = configuration;
    this.#relay = relay;
    this.#starts = starts;
    this.#measure = createProgressMeter(starts.length);
    this.engine = report;
    this.notices = notices;
  }

  /** Evaluates one batch of windows. `null` after the report with the figures. */
  async next(signal: AbortSignal): Promise<EvaluationReport | null> {
    if (this.#position >= this.#starts.length) return null;
    const { batchSize, validationCropSize } = this.#configuration;
    const { height, width } = this.#reader.description.shape;
    const side = fitCropSize(validationCropSize, height, width);
    const starts = this.#starts.slice(this.#position, this.#position + batchSize);
    const frames = await readBatch(this.#reader, this.#model, starts);
    const batch: TrainingBatch = { ...drawCrop(height, width, side, this.#crops), side, windows: frames.windows };
    const { total } = await this.#relay.run((engine) =>
      engine.trainStep(networkOf(this.#model), frames, batch, this.#configuration, null),
    );
    this.#lossSum += total * starts.length;
    this.#batchMeans += total;
    this.#position += starts.length;
    await yieldToMessages();
    signal.throwIfAborted();
    const last = this.#position >= this.#starts.length;
    return { progress: this.#measure(this.#position), figures: last ? this.#figures(frames) : null };
  }

  /** Frees what it holds. */
  close(): void {
    this.#relay.engine.release();
  }

  #figures(frames: TrainingFrames & { readonly windows: readonly (readonly number[])[] }): EvaluationFigures {
    const { outputChannel: channel, sparseThreshold } = this.#configuration;
    const { shape } = this.#reader.description;
    const pixels = framePixels(shape);
    const slots = frames.windows.at(-1) ?? [];
    const window = slots.map((slot) => frames.samples.subarray(slot * pixels, (slot + 1) * pixels));
    const sparse = new Float32Array(pixels);
    const lowRank = new Float32Array(pixels);
    const map = separationMap(networkOf(this.#model), this.#model.normalisation);
    separate(map, window, channel, sparse, lowRank);
    const loss = this.#lossSum / this.#starts.length;
    const { maximum } = this.#model.normalisation;
    return {
      ...frameFigures(window[channel], lowRank, shape, sparseThreshold),
      loss,
      publishedLoss: this.#batchMeans / this.#starts.length,
      lossDecibels: maximum === null ? null : lossDecibels(maximum, loss),
      windows: this.#starts.length,
    };
  }
}

/** The frames of a few windows, one window after the other. */
async function readBatch(
  reader: StackReader,
  { temporalShifts, normalisation }: ModelFile,
  starts: readonly number[],
): Promise<TrainingFrames & { readonly windows: readonly (readonly number[])[] }> {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const n = temporalShifts.length;
  const samples = createSamples(shape.type, starts.length * n * pixels);
  const windows = starts.map((_, item) => temporalShifts.map((_shift, k) => item * n + k));
  for (const [item, start] of starts.entries()) {
    for (const [k, shift] of temporalShifts.entries()) {
      const slot = item * n + k;
      await reader.readFrames(start + shift, start + shift + 1, samples.subarray(slot * pixels, (slot + 1) * pixels));
    }
  }
  return { samples, shape: { ...shape, frames: starts.length * n }, normalisation, windows };
}
