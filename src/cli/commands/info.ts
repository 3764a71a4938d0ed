import type { StackDescription } from "../../core/frames.js";
import type { FrameStatistics } from "../../protocol/api.js";
import { commonOptions, requiredOperand, type Command } from "../command.js";
import { createOption } from "../option.js";
import { parseStackOperand, selectionOf, selectionOptions } from "../stack-operand.js";

export const infoCommand: Command = {
  name: "info",
  operand: "STACK",
  summary: "Says what a stack file holds.",
  examples: ["info recording.tif", "info recording.tif --json --stats"],
  answersInText: true,
  options: [
    createOption({
      name: "stats",
      kind: { type: "flag" },
      help: "Also read the first frame and give the sum, minimum and maximum of its pixels as they are stored.",
    }),
    ...selectionOptions,
    ...commonOptions,
  ],

  async run(parsed, { connect, interrupt: { signal } }) {
    const operand = parseStackOperand(requiredOperand(parsed, infoCommand));
    const client = await connect();
    const stack = await client.openStack(operand, { signal, selection: selectionOf(parsed) });
    const firstFrame = parsed.flag("stats") ? await stack.frameStatistics(0, { signal }) : null;
    const { shape, ...file } = stack.description;
    return {
      json: { ...shape, ...file, type: file.storedType, readAs: shape.type, ...(firstFrame && { firstFrame }) },
      text: describe(stack.description, firstFrame),
    };
  },
};

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
