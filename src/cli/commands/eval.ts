import { resolve } from "node:path";

import { SlnetError } from "../../core/errors.js";
import type { EvaluationFigures } from "../../core/metrics.js";
import type { StackSelection } from "../../core/frames.js";
import type { ModelFile } from "../../core/model.js";
import type { EngineReport } from "../../protocol/api.js";
import type { SlnetClient } from "../../protocol/client.js";
import {
  commonOptions,
  createNoticeList,
  requiredOperand,
  type Command,
  type CommandContext,
  type NoticeList,
} from "../command.js";
import { checkedConfiguration, configurationOptions, givenConfiguration } from "../configuration-options.js";
import { modelFactOptions, readTypedModel } from "../model-file.js";
import { createOption } from "../option.js";
import { createProgressDisplay } from "../progress.js";
import { parseStackOperand, selectionOf, selectionOptions } from "../stack-operand.js";

export interface StackEvaluation {
  readonly figures: EvaluationFigures;
  readonly engine: EngineReport;
  readonly seconds: number;
}

export const evalCommand: Command = {
  name: "eval",
  operand: "STACK",
  summary: "Measures a model on a stack, by the loss and the figures of the published code.",
  seeAlso: "evaluate, which compares background methods.",
  examples: ["eval recording.tif --model model.json", "eval recording.tif --model model.json --test-frames 100:200"],
  answersInText: true,
  options: [
    createOption({
      name: "model",
      short: "m",
      kind: { type: "text" },
      placeholder: "MODEL",
      help: "The model, as clean takes it.",
    }),
    ...modelFactOptions,
    ...configurationOptions([
      "testFrames",
      "imageSize",
      "validationCropSize",
      "sparsityWeight",
      "singularValueThreshold",
      "rank",
      "outputChannel",
      "sparseThreshold",
      "seed",
      "engine",
    ]).map((option) => ({ ...option, defaultText: option.name === "engine" ? "auto" : "that of the model" })),
    ...selectionOptions,
    ...commonOptions,
  ],

  async run(parsed, context) {
    const stack = requiredOperand(parsed, evalCommand);
    const modelPath = parsed.required("model", "--model model.json");
    const notices = createNoticeList(context.say);
    const model = await readTypedModel(modelPath, parsed, notices);
    const given = { engine: "auto", ...givenConfiguration(parsed) };
    checkedConfiguration({ ...model.configuration, temporalShifts: model.temporalShifts, frameCount: 0, ...given });
    const client = await context.connect();
    const { figures, engine, seconds } = await evaluateStack(
      client,
      stack,
      model,
      given,
      selectionOf(parsed),
      notices,
      context,
    );
    return {
      json: { figures, engine, seconds, notices: notices.list(), model: resolve(modelPath) },
      text: figuresText(figures),
    };
  },
};

/**
 * Measures a model on a stack.
 *
 * @param operand - as typed: a path or an address
 * @param options - by configuration name; what is missing is taken from the model
 */
export async function evaluateStack(
  client: SlnetClient,
  operand: string,
  model: ModelFile,
  options: Readonly<Record<string, unknown>>,
  selection: StackSelection,
  notices: NoticeList,
  { interrupt: { signal } }: CommandContext,
): Promise<StackEvaluation> {
  const stack = await client.openStack(parseStackOperand(operand), { signal, selection });
  notices.add(stack.description.notices);
  const started = performance.now();
  const run = await stack.evaluate(model, options, { signal });
  notices.add(run.plan.notices);
  const display = createProgressDisplay("evaluating", "windows");
  let figures: EvaluationFigures | null = null;
  try {
    for await (const report of run) {
      display.show(report.progress);
      figures = report.figures ?? figures;
    }
  } finally {
    display.clear();
  }
  await stack.close();
  if (!figures) throw new SlnetError("internal", "the evaluation ended without figures");
  const seconds = (performance.now() - started) / 1000;
  return { figures, engine: run.plan.engine, seconds };
}

/** What each figure is, in words that say no more than it measures. */
const figureTitles = {
  windows: "windows measured",
  loss: "loss, mean over the windows",
  publishedLoss: "loss as the published code prints it",
  lossDecibels: 'input maximum over √loss, dB (published as "psnr")',
  keptShare: "share of pixels above the background",
  shareAboveThreshold: "share of pixels above the threshold",
  sparseMaximum: "largest sparse pixel, ADU",
  inputNorm: "norm of the input, ADU",
  overshootNorm: "norm of the background above the frame, ADU",
  overshootRatio: "the same norm over that of the input",
  meanOvershoot: "mean of the background above the frame, ADU",
  imageRank: "numerical rank of the background image",
} as const satisfies Record<keyof EvaluationFigures, string>;

/** A table of the figures for people. */
export function figuresText(figures: EvaluationFigures): string {
  const titles = Object.entries(figureTitles) as [keyof EvaluationFigures, string][];
  const width = Math.max(...titles.map(([, title]) => title.length));
  return titles
    .map(([key, title]) => {
      const value = figures[key];
      const shown = value === null ? "not taken" : String(Number(value.toPrecision(5)));
      return `${title.padEnd(width)}  ${shown}`;
    })
    .join("\n");
}
