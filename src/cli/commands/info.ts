import { SlnetError } from "../../core/errors.js";
import type { StackDescription } from "../../core/frames.js";
import type { FrameStatistics, StackSurvey } from "../../protocol/api.js";
import type { ClientStack } from "../../protocol/client.js";
import type { ParsedArguments } from "../arguments.js";
import {
  checkedConfiguration,
  configurationOptions,
  givenConfiguration,
  namedAsTyped,
} from "../configuration-options.js";
import { commonOptions, requiredOperand, type Command } from "../command.js";
import { createOption } from "../option.js";
import { parseStackOperand, selectionOf, selectionOptions } from "../stack-operand.js";

/** What the warnings of a survey are about. */
const surveyKeys = ["temporalShifts", "offsetAdu"] as const;

export const infoCommand: Command = {
  name: "info",
  operand: "STACK",
  summary: "Says what a stack file holds.",
  examples: ["info recording.tif", "info recording.tif --json --stats", "info recording.tif --survey"],
  answersInText: true,
  options: [
    createOption({
      name: "stats",
      kind: { type: "flag" },
      help: "Also read the first frame and give the sum, minimum and maximum of its pixels as they are stored.",
    }),
    createOption({
      name: "survey",
      kind: { type: "flag" },
      help: "Also look at a sample of the frames: levels, saturation, how long molecules stay on, and temporal shifts that suit.",
    }),
    ...configurationOptions(surveyKeys),
    ...selectionOptions,
    ...commonOptions,
  ],

  async run(parsed, { connect, interrupt: { signal } }) {
    const operand = parseStackOperand(requiredOperand(parsed, infoCommand));
    const client = await connect();
    const stack = await client.openStack(operand, { signal, selection: selectionOf(parsed) });
    const firstFrame = parsed.flag("stats") ? await stack.frameStatistics(0, { signal }) : null;
    const survey = parsed.flag("survey") ? await surveyOf(stack, checkedOptions(parsed), signal) : null;
    const { shape, ...file } = stack.description;
    return {
      json: {
        ...shape,
        ...file,
        type: file.storedType,
        readAs: shape.type,
        ...(firstFrame && { firstFrame }),
        ...(survey && { survey }),
      },
      text: [describe(stack.description, firstFrame), ...(survey ? surveyLines(survey) : [])].join("\n"),
    };
  },
};

/** What was typed, checked here for messages with the names as they are typed. */
function checkedOptions(parsed: ParsedArguments): Record<string, unknown> {
  const given = givenConfiguration(parsed);
  checkedConfiguration(given);
  return given;
}

async function surveyOf(
  stack: ClientStack,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<StackSurvey> {
  for await (const { survey } of await stack.survey(null, options, { signal })) if (survey) return survey;
  throw new SlnetError("internal", "the survey ended without a result");
}

function surveyLines(survey: StackSurvey): string[] {
  const { saturationLevel, onFrames, suggestedShifts } = survey;
  const saturated =
    saturationLevel === null
      ? "none seen"
      : `${Number((100 * survey.saturatedShare).toPrecision(2))} % of the pixels at ${saturationLevel} ADU`;
  return [
    `survey        of ${survey.framesRead} frames`,
    `levels        ${survey.minimum} to ${survey.maximum} ADU, the darkest pixels ${survey.darkLevelAdu} ADU`,
    `saturation    ${saturated}`,
    `on-time       ${onFrames === null ? "the stack does not tell" : `${onFrames.toPrecision(2)} frames on average`}`,
    `shifts        ${suggestedShifts ? `${suggestedShifts.join(",")} suit` : "no suggestion"}`,
    ...survey.warnings.map((warning) => `warning: ${namedAsTyped(warning)}`),
  ];
}

function typeWords(readAs: string, stored: string): string {
  return stored === readAs ? stored : `${stored} read as ${readAs}`;
}

function stated(value: number | null, unit: string): string {
  return value === null ? "not stated" : `${value} ${unit}`;
}

function describe({ shape, ...file }: StackDescription, firstFrame: FrameStatistics | null): string {
  const lines = [
    `${file.name}: ${shape.frames} frames of ${shape.width} × ${shape.height} pixels, ${typeWords(shape.type, file.storedType)}`,
    `format        ${file.format}, ${file.compression === "none" ? "not compressed" : file.compression}, ${file.byteOrder}`,
    `pixel size    ${stated(file.pixelSizeNm, "nm")}`,
    `frame time    ${stated(file.frameIntervalSeconds, "s")}`,
    `exposure      ${stated(file.exposureSeconds, "s")}`,
    `camera        offset ${stated(file.cameraOffsetAdu, "ADU")}, gain ${stated(file.aduPerElectron, "ADU per photoelectron")}`,
  ];
  if (firstFrame) {
    lines.push(`first frame   sum ${firstFrame.sum}, minimum ${firstFrame.min}, maximum ${firstFrame.max}`);
  }
  return [...lines, ...file.notices.map((notice) => `note: ${notice}`)].join("\n");
}
