import { adamUpdate, createAdam, type AdamState } from "../../core/adam.js";
import { addCameraNoise } from "../../core/camera-noise.js";
import { createConfiguration, type SlnetConfiguration } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import type { StackReader, StackRegion } from "../../core/frames.js";
import { readRegion } from "../../core/io/region-reader.js";
import { createGradient, type Gradient, type LossTerms } from "../../core/loss.js";
import { createModelFile, networkOf, type ModelFile } from "../../core/model.js";
import { missingStatistics } from "../../core/normalisation.js";
import { composeNetwork, createNetwork, networkParameters, type Network } from "../../core/network.js";
import { createRandom, type Random } from "../../core/random.js";
import { separationMap } from "../../core/separation.js";
import { regionIn } from "../../core/stack-region.js";
import { drawBatches, drawCrop, drawShifts, fitCropSize, splitWindows } from "../../core/training-schedule.js";
import { slnetWebVersion } from "../../core/version.js";
import { fallAtEnd } from "../../core/unfinished-training.js";
import type { TrainingPlan, TrainingReport } from "../../protocol/api.js";
import type { Engine, TrainingBatch, TrainingFrames } from "../engines/engine.js";
import { EngineRelay } from "../engines/engine-relay.js";
import type { EngineRoom, EngineTrial } from "../engines/start-engine.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";
import { FramePreview } from "./frame-preview.js";
import { readTrainingData, type TrainingData } from "./training-data.js";

/** Reports come about this often. */
const reportEveryMs = 80;
/** Above this mean weight of a frame in its own background the network has left the plateau (REFERENCE 11.3). */
const driftSelfWeight = 0.6;
/** Below this mean row sum the background is still far under the frames (REFERENCE 11: 0.65 after 10 epochs, 1.08 after 101). */
const unfinishedRowSum = 0.9;
/**
 * A validation loss that falls faster than this at the end has not arrived. Over the last tenth of the published 1212 steps
 * it fell by 0.6 to 1.9 % on three stacks; of trainings stopped after a fifth to a third of them, by 5.7 to 15 %.
 */
const unfinishedFall = 0.05;

/** Trains on one stack. Works only while `next` waits; whatever it has learned is in each report. */
export class TrainingJob {
  readonly plan: TrainingPlan;
  readonly #region: StackRegion | null;
  readonly #configuration: SlnetConfiguration;
  readonly #data: TrainingData;
  readonly #relay: EngineRelay;
  readonly #preview: FramePreview;
  readonly #parameters: Float64Array[];
  readonly #gradient: Gradient;
  readonly #network: Network;
  #adam: AdamState;
  readonly #validation: readonly TrainingBatch[];
  readonly #trainingWindows: readonly number[];
  readonly #warnings: string[];
  readonly #measure: (done: number) => TrainingReport["progress"];
  #epoch: number;
  #step: number;
  /** Batches still to do in this epoch. */
  #batches: number[][] = [];
  #crops: Random;
  #shifts: Random;
  #noise: Random;
  #epochLoss = { sum: 0, count: 0 };
  #lastEpochLoss: number | null;
  #lastTerms: LossTerms | null = null;
  #best: ModelFile | null = null;
  #bestLoss = Infinity;
  readonly #validationLosses: TrainingReport["validations"][number][] = [];
  #finished = false;

  static async open(
    reader: StackReader,
    options: Readonly<Record<string, unknown>>,
    checkpoint: ModelFile | null,
    region: StackRegion | null,
    room: EngineRoom,
  ): Promise<TrainingJob> {
    const configuration = createConfiguration({ ...checkpoint?.configuration, ...options });
    if (checkpoint) requireResumable(checkpoint, configuration);
    const { name, shape } = reader.description;
    const part = region && regionIn(name, shape, region);
    const data = await readTrainingData(
      part ? readRegion(reader, part) : reader,
      configuration,
      configuration.trainFrames,
      "trainFrames",
      checkpoint && missingStatistics(checkpoint.normalisation).length === 0 ? checkpoint.normalisation : null,
    );
    const network = checkpoint
      ? networkOf(checkpoint)
      : createNetwork(configuration.temporalShifts.length, configuration, createRandom(configuration.seed, "weights"));
    const warnings: string[] = [];
    const chosen = await room.choose(configuration.engine, trainingTrial(network, data, configuration));
    const relay = new EngineRelay(room, chosen.engine, (text) => warnings.push(text));
    return new TrainingJob(reader, part, configuration, data, network, checkpoint, relay, chosen.report, warnings);
  }

  private constructor(
    reader: StackReader,
    region: StackRegion | null,
    configuration: SlnetConfiguration,
    data: TrainingData,
    network: Network,
    checkpoint: ModelFile | null,
    relay: EngineRelay,
    report: TrainingPlan["engine"],
    warnings: string[],
  ) {
    const { seed, validationSplit, shuffleDataset, batchSize, maxEpochs } = configuration;
    const { height, width } = data.frames.shape;
    const notices = [...data.notices];
    const cropSize = fitCropSize(configuration.cropSize, height, width);
    if (cropSize < configuration.cropSize) {
      notices.push(
        `the crop side is ${cropSize} instead of ${configuration.cropSize} pixels: ${region ? "the region has" : "frames have"} ${width}×${height} pixels`,
      );
    }
    const split = splitWindows(data.starts.length, validationSplit, shuffleDataset, createRandom(seed, "split"));
    if (split.validation.length === 0) notices.push("there is no validation window, so the last weights are kept");

    this.#region = region;
    this.#configuration = configuration;
    this.#data = data;
    this.#relay = relay;
    this.#preview = new FramePreview(reader, configuration.temporalShifts, relay);
    this.#warnings = warnings;
    this.#parameters = networkParameters(network);
    this.#gradient = createGradient(this.#parameters);
    this.#network = network;
    this.#adam = adamOf(checkpoint, this.#parameters);
    this.#trainingWindows = split.training;
    this.#validation = this.#validationBatches(split.validation);
    this.#epoch = checkpoint?.epoch ?? 0;
    this.#step = checkpoint?.steps ?? 0;
    this.#lastEpochLoss = checkpoint?.loss ?? null;
    this.#crops = createRandom(seed, `crops ${this.#epoch}`);
    this.#shifts = createRandom(seed, `shifts ${this.#epoch}`);
    this.#noise = createRandom(seed, `noise ${this.#epoch}`);
    const stepsPerEpoch = Math.ceil(split.training.length / batchSize);
    const steps = this.#step + (maxEpochs - this.#epoch) * stepsPerEpoch;
    this.#measure = createProgressMeter(steps, this.#step);
    this.plan = {
      epochs: maxEpochs,
      steps,
      trainingWindows: split.training.length,
      validationWindows: split.validation.length,
      cropSize,
      engine: report,
      notices,
    };
  }

  /** Frame `index` cleaned with the weights as they are now: `[height, width]`, in ADU. Also while `next` is waited for. */
  preview(index: number): Promise<Float32Array<ArrayBuffer>> {
    return this.#preview.frame(index, () => separationMap(this.#network, this.#data.frames.normalisation));
  }

  /** Trains on for a moment. `null` once the last report was given. */
  async next(signal: AbortSignal): Promise<TrainingReport | null> {
    if (this.#finished) return null;
    const losses: TrainingReport["losses"][number][] = [];
    const validations: TrainingReport["validations"][number][] = [];
    const end = performance.now() + reportEveryMs;
    do {
      if (this.#batches.length === 0) this.#startEpoch();
      const loss = await this.#trainStep();
      losses.push({ step: this.#step, loss });
      await yieldToMessages();
      signal.throwIfAborted();
      if (this.#batches.length === 0) {
        const validation = await this.#finishEpoch(signal);
        if (validation !== null) validations.push({ step: this.#step, loss: validation });
      }
      this.#finished = this.#epoch >= this.#configuration.maxEpochs;
    } while (!this.#finished && performance.now() < end);
    this.#validationLosses.push(...validations);
    if (this.#finished) this.#warnAtEnd();
    return {
      progress: this.#measure(this.#step),
      epoch: this.#epoch,
      losses,
      validations,
      keptShare: this.#lastTerms?.keptShare ?? 0,
      selfWeight: this.#selfWeight(),
      warnings: [...this.#warnings],
      model: this.#modelToKeep(),
    };
  }

  /** Frees what it holds. */
  close(): void {
    this.#preview.close();
    this.#relay.engine.release();
  }

  #startEpoch(): void {
    const { seed, batchSize } = this.#configuration;
    // Streams of their own for each epoch: a run that goes on from a model file draws what an unbroken run would.
    this.#batches = drawBatches(this.#trainingWindows, batchSize, createRandom(seed, `order ${this.#epoch}`));
    this.#crops = createRandom(seed, `crops ${this.#epoch}`);
    this.#shifts = createRandom(seed, `shifts ${this.#epoch}`);
    this.#noise = createRandom(seed, `noise ${this.#epoch}`);
    this.#epochLoss = { sum: 0, count: 0 };
  }

  async #trainStep(): Promise<number> {
    const indices = this.#batches.shift() ?? [];
    const { useRandomShifts, temporalShifts, addNoise } = this.#configuration;
    const { shape } = this.#data.frames;
    const crop = drawCrop(shape.height, shape.width, this.plan.cropSize, this.#crops);
    const clean: TrainingBatch = {
      ...crop,
      side: this.plan.cropSize,
      windows: indices.map((index) => {
        const shifts = useRandomShifts ? drawShifts(temporalShifts, this.#shifts) : temporalShifts;
        return windowSlots(this.#data, { temporalShifts: shifts }, this.#data.starts[index]);
      }),
    };
    const [frames, batch] = addNoise ? this.#withNoise(clean) : [this.#data.frames, clean];
    const terms = await this.#relay.run((engine) =>
      engine.trainStep(this.#network, frames, batch, this.#configuration, this.#gradient),
    );
    if (!Number.isFinite(terms.total)) {
      throw new SlnetError(
        "bad-input",
        `training diverged at step ${this.#step + 1}: the loss is ${terms.total}; use a learning rate below ${this.#configuration.learningRate}`,
      );
    }
    this.#adam = adamUpdate(this.#parameters, this.#gradient, this.#adam, this.#configuration);
    this.#step++;
    this.#epochLoss.sum += terms.total * indices.length;
    this.#epochLoss.count += indices.length;
    this.#lastTerms = terms;
    return terms.total;
  }

  /** The crops of a batch with camera noise, as a small set of frames of its own. */
  #withNoise({ windows, top, left, side }: TrainingBatch): [TrainingFrames, TrainingBatch] {
    const { samples, shape, normalisation } = this.#data.frames;
    const { signalPowerMin, signalPowerMax, offsetAdu } = this.#configuration;
    const n = this.#configuration.temporalShifts.length;
    const pixels = side * side;
    const noisy = new Float32Array(windows.length * n * pixels);
    const window = new Float64Array(n * pixels);
    windows.forEach((slots, item) => {
      slots.forEach((slot, k) => {
        for (let row = 0; row < side; row++) {
          const read = (slot * shape.height + top + row) * shape.width + left;
          for (let column = 0; column < side; column++) {
            window[k * pixels + row * side + column] = samples[read + column] - offsetAdu;
          }
        }
      });
      const targetMaximum = signalPowerMin + (signalPowerMax - signalPowerMin) * this.#noise.next();
      addCameraNoise(window, { targetMaximum }, this.#noise);
      for (let i = 0; i < window.length; i++) noisy[item * n * pixels + i] = window[i] + offsetAdu;
    });
    return [
      {
        samples: noisy,
        shape: { frames: windows.length * n, height: side, width: side, type: "float32" },
        normalisation,
      },
      {
        windows: windows.map((_, item) => Array.from({ length: n }, (_slot, k) => item * n + k)),
        top: 0,
        left: 0,
        side,
      },
    ];
  }

  async #finishEpoch(signal: AbortSignal): Promise<number | null> {
    const { evalEvery, maxEpochs } = this.#configuration;
    this.#lastEpochLoss = this.#epochLoss.sum / this.#epochLoss.count;
    const due = this.#epoch % evalEvery === 0 || this.#epoch === maxEpochs - 1;
    this.#epoch++;
    if (!due || this.#validation.length === 0) return null;
    let sum = 0;
    let count = 0;
    for (const batch of this.#validation) {
      const { total } = await this.#relay.run((engine) =>
        engine.trainStep(this.#network, this.#data.frames, batch, this.#configuration, null),
      );
      sum += total * batch.windows.length;
      count += batch.windows.length;
      await yieldToMessages();
      signal.throwIfAborted();
    }
    const loss = sum / count;
    if (this.#hasDrifted()) {
      this.#warnOnce(
        `the network drifts towards the identity: a frame makes up ${Math.round(100 * this.#selfWeight())} % of its own ` +
          "background, which removes the molecules; " +
          (this.#configuration.keep === "best" ? "the weights from before are kept" : "train for fewer epochs"),
      );
    } else if (loss < this.#bestLoss) {
      this.#bestLoss = loss;
      this.#best = this.#model(loss);
    }
    return loss;
  }

  #validationBatches(windows: readonly number[]): TrainingBatch[] {
    const { seed, batchSize, validationCropSize } = this.#configuration;
    const { height, width } = this.#data.frames.shape;
    const side = fitCropSize(validationCropSize, height, width);
    // The same crops at each validation, so that its losses can be compared.
    const random = createRandom(seed, "validation crops");
    const batches: TrainingBatch[] = [];
    for (let first = 0; first < windows.length; first += batchSize) {
      batches.push({
        ...drawCrop(height, width, side, random),
        side,
        windows: windows
          .slice(first, first + batchSize)
          .map((index) => windowSlots(this.#data, this.#configuration, this.#data.starts[index])),
      });
    }
    return batches;
  }

  #selfWeight(): number {
    const { matrix } = composeNetwork(this.#network);
    const n = this.#network.frames;
    let sum = 0;
    for (let k = 0; k < n; k++) sum += matrix[k * n + k];
    return sum / n;
  }

  #hasDrifted(): boolean {
    return this.#network.frames > 1 && this.#selfWeight() > driftSelfWeight;
  }

  #warnAtEnd(): void {
    const { matrix } = composeNetwork(this.#network);
    const rowSum = matrix.reduce((sum, weight) => sum + weight, 0) / this.#network.frames;
    if (rowSum < unfinishedRowSum) {
      this.#warnOnce(
        `training stopped early: the background has only ${Math.round(100 * rowSum)} % of the frames' level; ` +
          "train for more epochs or with a larger learning rate",
      );
      return;
    }
    const fall = fallAtEnd(this.#validationLosses, this.plan.steps);
    if (fall !== null && fall > unfinishedFall && !this.#hasDrifted()) {
      this.#warnOnce(
        `training was stopped too early: the validation loss still fell by ${Math.round(100 * fall)} % over the last tenth of ` +
          "the steps; train for more epochs or with a larger learning rate",
      );
    }
  }

  #warnOnce(text: string): void {
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
  }

  #modelToKeep(): ModelFile {
    const best = this.#configuration.keep === "best" && (this.#finished || this.#hasDrifted()) ? this.#best : null;
    return best ?? this.#model(Number.isFinite(this.#bestLoss) ? this.#bestLoss : null);
  }

  #model(validationLoss: number | null): ModelFile {
    const adam = this.#adam;
    return createModelFile({
      network: this.#network,
      temporalShifts: this.#configuration.temporalShifts,
      normalisation: this.#data.frames.normalisation,
      configuration: this.#configuration,
      region: this.#region,
      seed: this.#configuration.seed,
      epoch: this.#epoch,
      steps: this.#step,
      loss: this.#lastEpochLoss,
      validationLoss,
      optimizer: {
        step: adam.step,
        firstMoments: adam.firstMoments.map((moments) => [...moments]),
        secondMoments: adam.secondMoments.map((moments) => [...moments]),
      },
      versions: { slnetWeb: slnetWebVersion, engine: this.#relay.engine.name },
    });
  }
}

/** One training step on the first windows, to time engines with. */
export function trainingTrial(
  network: Network,
  data: TrainingData,
  configuration: SlnetConfiguration,
): (engine: Engine) => Promise<EngineTrial> {
  const { height, width } = data.frames.shape;
  const batch: TrainingBatch = {
    windows: data.starts.slice(0, configuration.batchSize).map((start) => windowSlots(data, configuration, start)),
    top: 0,
    left: 0,
    side: fitCropSize(configuration.cropSize, height, width),
  };
  const gradient = createGradient(networkParameters(network));
  return async (engine) => ({
    run: () => engine.trainStep(network, data.frames, batch, configuration, gradient),
    end: () => engine.release(),
  });
}

/** Training steps, and evaluations of the validation loss. */
export interface TrainingLength {
  readonly steps: number;
  readonly validations: number;
}

/** How long a training from the first epoch on is, for so many windows. */
export function trainingLength(
  { training, validation }: { readonly training: number; readonly validation: number },
  { batchSize, maxEpochs, evalEvery }: Pick<SlnetConfiguration, "batchSize" | "maxEpochs" | "evalEvery">,
): TrainingLength {
  const regular = Math.ceil(maxEpochs / evalEvery);
  const isLastExtra = (maxEpochs - 1) % evalEvery !== 0;
  return {
    steps: maxEpochs * Math.ceil(training / batchSize),
    validations: validation === 0 ? 0 : regular + (isLastExtra ? 1 : 0),
  };
}

function windowSlots(
  data: TrainingData,
  { temporalShifts }: { readonly temporalShifts: readonly number[] },
  start: number,
): number[] {
  return temporalShifts.map((shift) => data.slotOf(start + shift));
}

function adamOf(checkpoint: ModelFile | null, parameters: readonly Float64Array[]): AdamState {
  if (!checkpoint?.optimizer) return createAdam(parameters);
  const { step, firstMoments, secondMoments } = checkpoint.optimizer;
  return {
    step,
    firstMoments: firstMoments.map((moments) => Float64Array.from(moments)),
    secondMoments: secondMoments.map((moments) => Float64Array.from(moments)),
  };
}

function requireResumable(checkpoint: ModelFile, configuration: SlnetConfiguration): void {
  const trained = checkpoint.temporalShifts;
  const asked = configuration.temporalShifts;
  if (trained.length !== asked.length) {
    throw new SlnetError(
      "bad-input",
      `the checkpoint has ${trained.length} frames per window, temporalShifts [${asked.join(", ")}] has ${asked.length}`,
    );
  }
  if ((checkpoint.weights.bias1 !== null) !== configuration.useBias) {
    throw new SlnetError(
      "bad-input",
      `the checkpoint ${configuration.useBias ? "has no" : "has a"} bias, useBias is ${configuration.useBias}`,
    );
  }
  if (checkpoint.epoch >= configuration.maxEpochs) {
    throw new SlnetError(
      "bad-input",
      `the checkpoint has ${checkpoint.epoch} epochs, maxEpochs is ${configuration.maxEpochs}; ask for more epochs to go on`,
    );
  }
}
