import { resolve } from "node:path";

import type { ForeignModel } from "../../core/models/foreign-model.js";
import { testText } from "../../core/models/test-images.js";
import { commonOptions, createNoticeList, requiredOperand, type Command } from "../command.js";
import { modelFactOptions, readTypedModelFile, writeTypedModel } from "../model-file.js";
import { createOption } from "../option.js";
import { requireOutputFolders, requireSeparateFiles } from "../output-paths.js";

export const modelCommand: Command = {
  name: "model",
  operand: "MODEL",
  summary: "Says what a model file holds, and writes it as another kind of file.",
  examples: [
    "model model_100",
    "model reference.pt -o model.json",
    "model model.json -o for-python.pt",
    "model model.json -o for-numpy.npz",
    "model model.json -o for-the-zoo.bioimage.zip",
  ],
  answersInText: true,
  options: [
    createOption({
      name: "output",
      short: "o",
      kind: { type: "text" },
      placeholder: "MODEL",
      help: "A model file to write: .pt is a checkpoint for PyTorch, .bioimage.zip a package of the BioImage Model Zoo, .npz (NumPy) and .safetensors its weights, anything else JSON of this program.",
    }),
    ...modelFactOptions,
    ...commonOptions,
  ],

  async run(parsed, { say }) {
    const notices = createNoticeList(say);
    const path = requiredOperand(parsed, modelCommand);
    const typed = parsed.text("output");
    const output = typed === undefined ? null : resolve(typed);
    if (output !== null) {
      requireSeparateFiles([path], [output]);
      requireOutputFolders([output], "");
    }
    const read = await readTypedModelFile(path, parsed, notices);
    const { model, tests = [] } = read;
    if (output !== null) await writeTypedModel(output, model, notices);
    const { optimizer, ...rest } = model;
    return {
      json: { ...rest, optimizerSteps: optimizer?.step ?? null, tests, output, notices: notices.list() },
      text: [describe(read), ...(output === null ? [] : [`wrote ${output}`])].join("\n"),
    };
  },
};

function describe({ model, tests = [] }: ForeignModel): string {
  const { temporalShifts, matrix, normalisation, configuration, versions } = model;
  const frames = temporalShifts.length;
  const row = (index: number): string =>
    matrix
      .slice(index * frames, (index + 1) * frames)
      .map((weight) => weight.toFixed(3).padStart(7))
      .join(" ");
  return [
    `temporal shifts  ${temporalShifts.join(", ")} frames`,
    `trained          ${model.epoch} epochs, ${model.steps} steps, by ${versions.engine}`,
    `sparsity weight  ${configuration.sparsityWeight}`,
    `normalisation    type ${normalisation.type}, camera offset ${normalisation.offsetAdu} ADU`,
    `to go on with    ${model.optimizer ? "yes, with the moments of Adam" : "weights only"}`,
    ...tests.map((test) => `test images      ${testText(test)}`),
    "weight of each frame of the window in the background of each:",
    ...temporalShifts.map((shift, index) => `${`t + ${shift}`.padStart(12)} ${row(index)}`),
  ].join("\n");
}
