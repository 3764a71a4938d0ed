import { createConfiguration } from "../../core/configuration.js";
import { createSamples, framePixels, sampleBytes, type StackReader, type StackRegion } from "../../core/frames.js";
import { readRegion } from "../../core/io/region-reader.js";
import { createModelFile } from "../../core/model.js";
import { createNetwork } from "../../core/network.js";
import { createRandom } from "../../core/random.js";
import { fitCropSize, splitWindows } from "../../core/training-schedule.js";
import { slnetWebVersion } from "../../core/version.js";
import { requiredFrames } from "../../core/windows.js";
import type { EngineReport, RunEstimate } from "../../protocol/api.js";
import { separatorBytes, trainerBytes } from "../engines/engine-memory.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { OutputPlans } from "../engines/engine.js";
import { blockFramesFor } from "../methods/method.js";
import { openSlnetMethod } from "../methods/slnet-method.js";
import { yieldToMessages } from "../pace.js";
import { planSlots } from "../readers/frame-slots.js";
import { givenAway } from "./cleaning-job.js";
import { planTrainingData, readTrainingData } from "./training-data.js";
import { trainingLength, trainingTrial } from "./training-job.js";

/** A piece of work is repeated for so long, to be timed, after some turns that make it fast. */
const timingMs = 300;
const warmingMs = 80;
const warmingTurns = 2;
const longestTimingMs = 450;
/** Frames that are cleaned to be timed, at most. */
const timedFrames = 32;
/** Bytes that are read to be timed, at most. */
const timedReadBytes = 16e6;

const outputs: OutputPlans = { sparse: { type: "float32", offsetAdu: 0 }, lowRank: null };
/** Any normalisation will do: how long the work takes does not depend on it. */
const normalisation = { type: -1, offsetAdu: 0, maximum: 1, mean: 0, standardDeviation: 1 } as const;

/**
 * How long training with these options and cleaning the whole stack after it would take here, found by doing a training step
 * and cleaning a few frames, and how many bytes of pixels they would hold.
 *
 * @param options - by configuration name
 * @param region - what is trained on
 * @throws {@link SlnetError} as a training with them
 */
export async function estimateRun(
  reader: StackReader,
  options: Readonly<Record<string, unknown>>,
  region: StackRegion | null,
  room: EngineRoom,
): Promise<RunEstimate> {
  const configuration = createConfiguration(options);
  const part = region ? readRegion(reader, region) : reader;
  const longest = requiredFrames(configuration.temporalShifts);
  const training = part.description.shape.frames < longest ? null : await estimateTraining(part, configuration, room);
  const cleaning =
    reader.description.shape.frames < longest ? null : await estimateCleaning(reader, configuration, room);
  return {
    trainingSeconds: training?.seconds ?? null,
    cleaningSeconds: cleaning?.seconds ?? null,
    trainingBytes: training?.bytes ?? 0,
    cleaningBytes: cleaning?.bytes ?? 0,
    engine: (training ?? cleaning)?.engine ?? configuration.engine,
  };
}

interface Estimate {
  readonly seconds: number;
  readonly bytes: number;
  readonly engine: EngineReport["name"];
}

type Configuration = ReturnType<typeof createConfiguration>;

async function estimateTraining(
  reader: StackReader,
  configuration: Configuration,
  room: EngineRoom,
): Promise<Estimate> {
  const { temporalShifts, batchSize, validationSplit, cropSize, validationCropSize, seed } = configuration;
  const random = createRandom(seed, "estimate");
  const plan = planTrainingData(reader.description.shape, configuration, configuration.trainFrames, "trainFrames");
  const few = plan.starts.slice(0, batchSize).join(",");
  const readSeconds = await timeReading(reader);
  const data = await readTrainingData(reader, configuration, few, "trainFrames", normalisation);
  const network = createNetwork(temporalShifts.length, configuration, random);
  const prepare = trainingTrial(network, data, configuration);
  const { engine } = await room.choose(configuration.engine, prepare);
  const trial = await prepare(engine);
  const stepSeconds = await timed(() => trial.run());
  trial.end();
  const split = splitWindows(plan.starts.length, validationSplit, false, random);
  const counts = { training: split.training.length, validation: split.validation.length };
  const { steps, validations } = trainingLength(counts, configuration);
  const crop = fitCropSize(cropSize, plan.height, plan.width) ** 2;
  const validationCrop = fitCropSize(validationCropSize, plan.height, plan.width) ** 2;
  const validationSteps = validations * Math.ceil(counts.validation / batchSize) * (validationCrop / crop);
  return {
    seconds: plan.needed.length * readSeconds + (steps + validationSteps) * stepSeconds,
    bytes: trainerBytes(engine.name, {
      framesBytes: plan.bytes,
      n: temporalShifts.length,
      batchSize,
      cropPixels: Math.max(crop, validationCrop),
    }),
    engine: engine.name,
  };
}

async function estimateCleaning(
  reader: StackReader,
  configuration: Configuration,
  room: EngineRoom,
): Promise<Estimate> {
  const { shape } = reader.description;
  const { temporalShifts, seed, engine } = configuration;
  const model = createModelFile({
    network: createNetwork(temporalShifts.length, configuration, createRandom(seed, "estimate")),
    temporalShifts,
    normalisation,
    configuration,
    region: null,
    seed,
    epoch: 0,
    steps: 0,
    loss: null,
    validationLoss: null,
    optimizer: null,
    versions: { slnetWeb: slnetWebVersion, engine },
  });
  const pixels = framePixels(shape);
  const blockFrames = blockFramesFor(pixels);
  const count = Math.min(blockFrames, timedFrames, shape.frames);
  const readSeconds = await timeReading(reader);
  const opening = performance.now();
  const method = await openSlnetMethod(reader, model, { tail: "shift", engine }, outputs, room);
  const { signal } = new AbortController();
  try {
    await method.clean(0, 1, signal);
    const openSeconds = (performance.now() - opening) / 1000;
    // The frames of a block that is cleaned again are there already, so this is the computing alone.
    const frameSeconds = (await timed(async () => givenAway(await method.clean(0, count, signal)))) / count;
    const { slots, ring } = planSlots({
      type: shape.type,
      pixels,
      frameCount: shape.frames,
      temporalShifts,
      blockFrames,
    });
    // Beyond what is held between blocks, each frame is read for each window that it is in.
    const reads = ring ? 1 : temporalShifts.length;
    return {
      seconds: openSeconds + shape.frames * (frameSeconds + reads * readSeconds),
      bytes: separatorBytes({ pixels, type: shape.type, slots, blockFrames, ...outputs }),
      engine: method.engine?.name ?? "js",
    };
  } finally {
    method.close();
  }
}

/** Seconds of one turn, the mean of as many as fit the time, after some that make it fast. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let from = start;
  let now: number;
  let turns = 0;
  do {
    await work();
    await yieldToMessages();
    now = performance.now();
    turns++;
    // Not the fastest turn: what else this machine does goes on during the run too.
    if (from === start && turns >= warmingTurns && now - start >= warmingMs && now - start < timingMs) {
      from = now;
      turns = 0;
    }
  } while (turns === 0 || (now - from < timingMs && now - start < longestTimingMs));
  return (now - from) / 1000 / turns;
}

/** Seconds in which one frame is read, in the middle of the stack, after some others that warm up. */
async function timeReading(reader: StackReader): Promise<number> {
  const { shape } = reader.description;
  const pixels = framePixels(shape);
  const fitting = Math.max(1, Math.floor(timedReadBytes / (pixels * sampleBytes(shape.type))));
  const count = Math.min(timedFrames, fitting, Math.ceil(shape.frames / 2));
  const samples = createSamples(shape.type, count * pixels);
  await reader.readFrames(0, count, samples);
  const middle = Math.floor(shape.frames / 2);
  const start = performance.now();
  await reader.readFrames(
    middle,
    Math.min(shape.frames, middle + count),
    samples.subarray(0, Math.min(count, shape.frames - middle) * pixels),
  );
  return (performance.now() - start) / 1000 / count;
}
