import type { EngineRequest } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import { residualAutocorrelation } from "../../core/evaluation/residual-autocorrelation.js";
import { localizedFigures, type LocalizedFigures, type WideField } from "../../core/evaluation/truthless-figures.js";
import { framePixels } from "../../core/frames.js";
import { createLocalizationList, type Localizations } from "../../core/localization/localization.js";
import { cameraOfStack } from "../../core/minimum-background.js";
import type { ModelFile } from "../../core/model.js";
import { slnetWebVersion } from "../../core/version.js";
import type { CleaningMethod } from "../../protocol/api.js";
import type { ClientStack } from "../../protocol/client.js";
import type { EvaluatedMethod } from "./methods.js";

/** Figures of one method on a recording of one's own. `null` where a figure does not exist. */
export interface OwnFigures extends LocalizedFigures {
  /** Of what is left, one frame later: see {@link residualAutocorrelation}. */
  readonly residualAutocorrelation: number | null;
  /** Share of the pixels above the background. */
  readonly keptShare: number | null;
}

/** What was measured on one recording, whose truth nobody knows. */
export interface OwnReport {
  readonly format: "slnet-recording-report";
  readonly formatVersion: 1;
  /** Of this package. */
  readonly version: string;
  readonly stack: string;
  readonly pixelSizeNm: number;
  /** Frames that were measured: the first ones. */
  readonly frames: number;
  readonly methods: readonly { readonly name: string; readonly title: string; readonly figures: OwnFigures }[];
}

export interface OwnRequest {
  readonly methods: readonly EvaluatedMethod[];
  /** `null`: one is trained on the recording with the default settings, where a method needs it. */
  readonly model: ModelFile | null;
  readonly pixelSizeNm: number;
  readonly engine: EngineRequest;
}

/** More frames change little, and all methods are to end today. */
const mostFrames = 2000;
/** Pixels whose traces are followed, spread evenly. */
const tracedPixels = 400;
/** By which the molecules of the wide-field image are told from the background. */
const wideFieldMethod: CleaningMethod = { type: "median", windowFrames: 50 };

/** Measures methods on a recording without a truth. */
export async function evaluateOwn(
  stack: ClientStack,
  { methods, model: given, pixelSizeNm, engine }: OwnRequest,
  { signal, say }: { readonly signal: AbortSignal; say(stage: string): void },
): Promise<OwnReport> {
  const { name, shape } = stack.description;
  const frames = Math.min(mostFrames, shape.frames);
  const options = { from: 0, to: frames, tail: "shift", engine } as const;
  let model = given;
  if (!model && methods.some(({ cleaning }) => typeof cleaning === "object" && cleaning.needsModel)) {
    say("training");
    for await (const report of await stack.train({ engine }, { signal })) ({ model } = report);
  }
  say("median of 50 frames");
  const median = await followCleaning(stack, wideFieldMethod, options, signal);
  const wideField: WideField = { ...shape, mean: median.mean, meanWithoutBackground: median.meanLeft };
  const measured: { name: string; title: string; figures: OwnFigures }[] = [];
  for (const { name: method, title, cleaning } of methods) {
    say(method);
    const worker = typeof cleaning === "object" ? methodOf(cleaning, model) : null;
    const list = createLocalizationList();
    const run = await stack.localize(worker, { ...options, localizer: { fit: "mle" } }, { signal });
    const blocks: Localizations[] = [];
    for await (const { localizations } of run) blocks.push(localizations);
    for (const block of blocks) {
      for (let row = 0; row < block.frames.length; row++) list.push(rowOf(block, row));
    }
    const followed = worker && (await followCleaning(stack, worker, options, signal));
    const figures = {
      ...localizedFigures(list.take(), wideField, pixelSizeNm),
      residualAutocorrelation: followed && residualAutocorrelation(followed.traces, followed.frames, 1),
      keptShare: followed && followed.keptShare,
    };
    measured.push({ name: method, title, figures });
  }
  return {
    format: "slnet-recording-report",
    formatVersion: 1,
    version: slnetWebVersion,
    stack: name,
    pixelSizeNm,
    frames,
    methods: measured,
  };
}

function methodOf(cleaning: Exclude<EvaluatedMethod["cleaning"], string>, model: ModelFile | null): CleaningMethod {
  if (!cleaning.needsModel) return cleaning.method(cameraOfStack);
  if (!model) throw new SlnetError("internal", "evaluate: a method that needs a model has none");
  return cleaning.method(model);
}

function rowOf(block: Localizations, row: number) {
  return {
    frame: block.frames[row]!,
    xPixels: block.xPixels[row]!,
    yPixels: block.yPixels[row]!,
    sigmaPixels: block.sigmaPixels[row]!,
    photons: block.photons[row]!,
    backgroundPhotons: block.backgroundPhotons[row]!,
    backgroundDeviationPhotons: block.backgroundDeviationPhotons[row]!,
    uncertaintyPixels: block.uncertaintyPixels[row]!,
  };
}

interface FollowedCleaning {
  /** Mean of the frames, and of what is left of them, `[height, width]`. */
  readonly mean: Float32Array;
  readonly meanLeft: Float32Array;
  /** What is left of some pixels, `[pixels, frames]`. */
  readonly traces: Float32Array;
  readonly frames: number;
  readonly keptShare: number;
}

/** Cleans frames and keeps of them no more than sums and the traces of some pixels. */
async function followCleaning(
  stack: ClientStack,
  method: CleaningMethod,
  options: { readonly from: number; readonly to: number; readonly tail: "shift"; readonly engine: EngineRequest },
  signal: AbortSignal,
): Promise<FollowedCleaning> {
  const pixels = framePixels(stack.description.shape);
  const step = Math.max(1, Math.floor(pixels / tracedPixels));
  const followed = Math.floor(pixels / step);
  const traces = new Float32Array(followed * options.to);
  const [sums, left] = [new Float64Array(pixels), new Float64Array(pixels)];
  let [frames, above] = [0, 0];
  const run = await stack.clean(method, { ...options, lowRank: true }, { signal });
  try {
    for await (const { from, to, lowRank } of run) {
      if (!lowRank) throw new SlnetError("internal", "evaluate: the cleaning gave no background");
      for (let frame = from; frame < to; frame++) {
        const counts = await stack.readFrame(frame, { signal });
        for (let i = 0; i < pixels; i++) {
          const residual = counts[i]! - lowRank[(frame - from) * pixels + i]!;
          sums[i]! += counts[i]!;
          left[i]! += residual;
          if (residual > 0) above++;
        }
        for (let trace = 0; trace < followed; trace++) {
          const i = trace * step;
          traces[trace * options.to + frame] = counts[i]! - lowRank[(frame - from) * pixels + i]!;
        }
        frames++;
      }
    }
  } finally {
    await run.close();
  }
  const meanOf = (values: Float64Array): Float32Array => Float32Array.from(values, (value) => value / frames);
  return {
    mean: meanOf(sums),
    meanLeft: meanOf(left),
    traces,
    frames: options.to,
    keptShare: above / (frames * pixels),
  };
}
