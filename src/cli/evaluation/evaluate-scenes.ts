import { baselines, verdictOn } from "../../core/evaluation/method-verdict.js";
import { edgePixels, leastPhotonsShare } from "../../core/evaluation/recording-truth.js";
import { scoredFrames } from "../../core/evaluation/scored-frames.js";
import { seedStatistics } from "../../core/evaluation/seed-statistics.js";
import { defaultMatchingRadiusNm } from "../../core/evaluation/truth-figures.js";
import type { EngineRequest } from "../../core/configuration.js";
import { createSimulationOptions, type SimulationOptions } from "../../core/simulation.js";
import { simulationScenes, type SimulationSceneName } from "../../core/simulation-scenes.js";
import { slnetWebVersion } from "../../core/version.js";
import type { SlnetClient } from "../../protocol/client.js";
import {
  evaluateRecording,
  type EvaluatedRecording,
  type RecordingFigures,
  type RecordingResult,
} from "./evaluate-recording.js";
import type { EvaluatedMethod } from "./methods.js";
import type { MethodReport, QualityReport, SceneReport } from "./quality-report.js";
import { workInLanes } from "./work-in-lanes.js";

export interface EvaluationRequest {
  readonly scenes: readonly SimulationSceneName[];
  /** With the baselines. */
  readonly methods: readonly EvaluatedMethod[];
  readonly seeds: readonly number[];
  readonly tuningSeeds: readonly number[];
  /** `null`: those of the scene. */
  readonly frames: number | null;
  readonly side: number | null;
  readonly scoredFrames: number;
  readonly engine: EngineRequest;
  /** Workers at the same time. */
  readonly jobs: number;
}

/** What the report is made with, besides the figures: one recording of each scene. */
export interface ShownScene {
  readonly name: SimulationSceneName;
  readonly simulation: SimulationOptions;
  /** Indices of the frames that were scored. */
  readonly scored: readonly number[];
  readonly results: readonly RecordingResult[];
}

export interface EvaluationContext {
  readonly signal: AbortSignal;
  /** A worker of its own; it is disposed of at the end. */
  createClient(): Promise<SlnetClient>;
  /** @param stage - what one of the workers is doing */
  onProgress(done: number, total: number, stage: string): void;
}

/** Multiples of the noise, from what takes noise for molecules to what misses all but the brightest. */
const thresholdFactors = [0.8, 1, 1.2, 1.6, 2.2, 3, 4.5] as const;

/** Measures methods on scenes. First each method's threshold is chosen for each scene, on recordings of their own. */
export async function evaluateScenes(
  request: EvaluationRequest,
  { signal, createClient, onProgress }: EvaluationContext,
): Promise<{ readonly report: QualityReport; readonly shown: readonly ShownScene[] }> {
  const { scenes, methods, seeds, tuningSeeds } = request;
  const started = performance.now();
  const total = scenes.length * (seeds.length + tuningSeeds.length);
  let done = 0;
  const evaluate = async (
    client: SlnetClient,
    scene: SimulationSceneName,
    seed: number,
    thresholdFactorsOf: (method: EvaluatedMethod) => readonly number[],
    keepsPictures = false,
  ): Promise<EvaluatedRecording> => {
    const simulation = sceneOptions(scene, seed, request);
    const { scoredFrames: scoredFrameCount, engine } = request;
    const recording = { simulation, methods, thresholdFactorsOf, scoredFrameCount, engine, keepsPictures };
    const say = (stage: string): void => onProgress(done, total, `${scene}, seed ${seed}: ${stage}`);
    const evaluated = await evaluateRecording(client, recording, { signal, say });
    done++;
    say("done");
    return evaluated;
  };

  const lanes = { count: request.jobs, createClient };
  const tuned = await workInLanes(lanes, pairs(scenes, tuningSeeds), (client, [scene, seed]) =>
    evaluate(client, scene, seed, () => thresholdFactors),
  );
  const choices = new Map(
    scenes.map((scene, at) => {
      const recordings = tuned.slice(at * tuningSeeds.length, (at + 1) * tuningSeeds.length);
      return [scene, new Map(methods.map(({ name }) => [name, chooseThreshold(name, recordings)]))];
    }),
  );
  const measured = await workInLanes(lanes, pairs(scenes, seeds), (client, [scene, seed]) =>
    evaluate(client, scene, seed, ({ name }) => [choices.get(scene)!.get(name)!.factor], seed === seeds[0]),
  );

  const recordingsOf = (at: number): EvaluatedRecording[] => measured.slice(at * seeds.length, (at + 1) * seeds.length);
  const engines = [...tuned, ...measured].map(({ engine }) => engine).filter((engine) => engine !== null);
  const report: QualityReport = {
    format: "slnet-quality-report",
    formatVersion: 1,
    version: slnetWebVersion,
    options: {
      seeds,
      tuningSeeds,
      thresholdFactors,
      frames: request.frames,
      side: request.side,
      scoredFrames: request.scoredFrames,
      matchingRadiusNm: defaultMatchingRadiusNm,
      edgePixels,
      leastPhotonsShare,
      engine: request.engine,
      jobs: request.jobs,
    },
    methods: methods.map(({ name, title }) => ({ name, title })),
    scenes: scenes.map((scene, at) => sceneReport(scene, methods, recordingsOf(at), choices.get(scene)!)),
    engines: [...new Set(engines)].sort(),
    seconds: (performance.now() - started) / 1000,
  };
  const shown = scenes.map((name, at) => {
    const simulation = sceneOptions(name, seeds[0] ?? 0, request);
    const scored = scoredFrames(simulation.frames, request.scoredFrames);
    return { name, simulation, scored, results: recordingsOf(at)[0]?.results ?? [] };
  });
  return { report, shown };
}

/** The scene, or a smaller one with as many of everything on the same area. */
export function sceneOptions(
  name: SimulationSceneName,
  seed: number,
  { frames, side }: Pick<EvaluationRequest, "frames" | "side">,
): SimulationOptions {
  const scene = createSimulationOptions({ ...simulationScenes[name].request, seed });
  const length = frames ?? scene.frames;
  if (side === null) return createSimulationOptions({ ...scene, frames: length });
  const share = (side * side) / (scene.width * scene.height);
  return createSimulationOptions({
    ...scene,
    width: side,
    height: side,
    frames: length,
    structureCount: Math.max(1, Math.round(scene.structureCount * share)),
    emittersPerFrame: scene.emittersPerFrame * share,
    punctaCount: Math.round(scene.punctaCount * share),
    outOfFocusEmitters: scene.outOfFocusEmitters * share,
  });
}

interface ThresholdChoice {
  readonly factor: number;
  readonly efficiencies: readonly number[];
}

function chooseThreshold(method: string, recordings: readonly EvaluatedRecording[]): ThresholdChoice {
  const results = recordings.map(({ results }) => resultOf(method, results));
  const efficiencies = thresholdFactors.map(
    (_, at) => results.reduce((sum, { atThresholds }) => sum + atThresholds[at]!.efficiency, 0) / results.length,
  );
  const best = efficiencies.indexOf(Math.max(...efficiencies));
  return { factor: thresholdFactors[best] ?? thresholdFactors[0], efficiencies };
}

function sceneReport(
  name: SimulationSceneName,
  methods: readonly EvaluatedMethod[],
  recordings: readonly EvaluatedRecording[],
  choices: ReadonlyMap<string, ThresholdChoice>,
): SceneReport {
  const figuresOf = (method: string): RecordingFigures[] =>
    recordings.map(({ results }) => resultOf(method, results).atThresholds[0]!);
  const others = {
    raw: figuresOf("raw"),
    "median-50": figuresOf("median-50"),
    "median-100": figuresOf("median-100"),
  };
  return {
    name,
    title: simulationScenes[name].title,
    emitters: recordings.reduce((sum, { countedEmitters }) => sum + countedEmitters, 0),
    trainingSeconds: seedStatistics(recordings.map(({ trainingSeconds }) => trainingSeconds)),
    rows: methods.map(({ name: method }): MethodReport => {
      const perSeed = figuresOf(method);
      const { factor, efficiencies } = choices.get(method)!;
      const isBaseline = (baselines as readonly string[]).includes(method);
      return {
        method,
        thresholdFactor: factor,
        tuningEfficiencies: efficiencies,
        perSeed,
        overSeeds: overSeeds(perSeed),
        verdict: isBaseline ? null : verdictOn(perSeed, others),
      };
    }),
  };
}

function overSeeds(perSeed: readonly RecordingFigures[]): MethodReport["overSeeds"] {
  const keys = Object.keys(perSeed[0] ?? {}) as (keyof RecordingFigures)[];
  return Object.fromEntries(
    keys.map((key) => [key, seedStatistics(perSeed.map((figures) => figures[key]))]),
  ) as MethodReport["overSeeds"];
}

function resultOf(method: string, results: readonly RecordingResult[]): RecordingResult {
  return results.find((result) => result.method === method)!;
}

function pairs<A, B>(first: readonly A[], second: readonly B[]): (readonly [A, B])[] {
  return first.flatMap((a) => second.map((b) => [a, b] as const));
}
