import type { Command } from "./command.js";
import { cleanCommand } from "./commands/clean.js";
import { evalCommand } from "./commands/eval.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { infoCommand } from "./commands/info.js";
import { localizeCommand } from "./commands/localize.js";
import { mergeCommand } from "./commands/merge.js";
import { modelCommand } from "./commands/model.js";
import { simulateCommand } from "./commands/simulate.js";
import { trainCommand } from "./commands/train.js";

/** Every command but `help`, in the order in which a person needs them. */
export const commands: readonly Command[] = [
  infoCommand,
  trainCommand,
  cleanCommand,
  mergeCommand,
  localizeCommand,
  evalCommand,
  modelCommand,
  simulateCommand,
  evaluateCommand,
];
