import type { EngineRequest } from "../../core/configuration.js";
import { SlnetError } from "../../core/errors.js";
import {
  createOwnReport,
  mostComparedFrames,
  type OwnMethod,
  type OwnReport,
} from "../../core/evaluation/own-report.js";
import { cameraOfStack } from "../../core/minimum-background.js";
import type { ModelFile } from "../../core/model.js";
import type { CleaningMethod } from "../../protocol/api.js";
import { compareMethods } from "../../protocol/compare-methods.js";
import type { ClientStack } from "../../protocol/client.js";
import type { EvaluatedMethod } from "./methods.js";

export interface OwnRequest {
  readonly methods: readonly EvaluatedMethod[];
  /** `null`: one is trained on the recording with the default settings, where a method needs it. */
  readonly model: ModelFile | null;
  readonly pixelSizeNm: number;
  /** How many of the first ones are measured, at most. */
  readonly frames: number;
  readonly engine: EngineRequest;
}

/** Measures methods on a recording without a truth. */
export async function evaluateOwn(
  stack: ClientStack,
  { methods, model: given, pixelSizeNm, frames: wanted, engine }: OwnRequest,
  { signal, say }: { readonly signal: AbortSignal; say(stage: string): void },
): Promise<OwnReport> {
  const { name, shape } = stack.description;
  const frames = Math.min(wanted, mostComparedFrames, shape.frames);
  let model = given;
  if (!model && methods.some(({ cleaning }) => typeof cleaning === "object" && cleaning.needsModel)) {
    say("training");
    for await (const report of await stack.train({ engine }, { signal })) ({ model } = report);
  }
  const compared = methods.map(({ cleaning }) => (typeof cleaning === "object" ? methodOf(cleaning, model) : null));
  const options = { from: 0, to: frames, localizer: { fit: "mle" }, pixelSizeNm, engine } as const;
  const measured: OwnMethod[] = [];
  let current: string | undefined;
  for await (const { index, done } of await compareMethods(stack, compared, options, { signal })) {
    const stage = index === null ? "median of 50 frames" : (methods[index]?.name ?? "");
    if (stage !== current) say((current = stage));
    const method = done && methods[done.index];
    if (!method) continue;
    measured.push({
      name: method.name,
      title: method.title,
      figures: done.figures,
      error: done.error?.message ?? null,
    });
  }
  return createOwnReport({ stack: name, pixelSizeNm, frames, methods: measured });
}

function methodOf(cleaning: Exclude<EvaluatedMethod["cleaning"], string>, model: ModelFile | null): CleaningMethod {
  if (!cleaning.needsModel) return cleaning.method(cameraOfStack);
  if (!model) throw new SlnetError("internal", "evaluate: a method that needs a model has none");
  return cleaning.method(model);
}
