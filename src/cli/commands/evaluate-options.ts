import { engineNames } from "../../core/configuration.js";
import { simulationScenes } from "../../core/simulation-scenes.js";
import { commonOptions } from "../command.js";
import { evaluatedMethods } from "../evaluation/methods.js";
import { modelFactOptions } from "../model-file.js";
import { createOption, type Option } from "../option.js";
import { selectionOptions } from "../stack-operand.js";
import { pixelSizeOption } from "./localize-options.js";

export const evaluateDefaults = { seeds: 5, firstSeed: 1, tuningSeeds: 2, scoredFrames: 60 } as const;

/** Seeds for the thresholds begin so far behind the first one, so that they are the same for any number of seeds. */
export const tuningSeedDistance = 1000;

/** The worker keeps so much of a simulated recording. A larger one would be simulated again in each method's time. */
export const mostRecordingBytes = 64e6;

const integer = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum }) as const;

const methodNames = evaluatedMethods.map(({ name }) => name);
const defaultMethodNames = evaluatedMethods.filter(({ isDefault }) => isDefault).map(({ name }) => name);

export const evaluateOptions: readonly Option[] = [
  createOption({
    name: "output",
    short: "o",
    kind: { type: "text" },
    placeholder: "PAGE",
    help: "The report as one HTML file with tables and pictures, which needs no script and no network.",
  }),
  createOption({
    name: "figures",
    kind: { type: "text" },
    placeholder: "FILE",
    help: "Every figure of every recording as a JSON file.",
  }),
  createOption({
    name: "scenes",
    kind: { type: "texts" },
    placeholder: "A,B|all",
    defaultText: "all",
    help: `Scenes of simulate: ${Object.keys(simulationScenes).join(", ")}.`,
  }),
  createOption({
    name: "methods",
    kind: { type: "texts" },
    placeholder: "A,B|all",
    defaultText: defaultMethodNames.join(","),
    help: `Of ${methodNames.join(", ")}. The first three are run always, as verdicts are against them.`,
  }),
  createOption({
    name: "seeds",
    kind: integer(1, 200),
    placeholder: "N",
    defaultText: String(evaluateDefaults.seeds),
    help: "Recordings of each scene that are scored.",
  }),
  createOption({
    name: "first-seed",
    kind: integer(0, 4_000_000_000),
    placeholder: "N",
    defaultText: String(evaluateDefaults.firstSeed),
    help: "Seed of the first of them.",
  }),
  createOption({
    name: "tuning-seeds",
    kind: integer(1, 50),
    placeholder: "N",
    defaultText: String(evaluateDefaults.tuningSeeds),
    help: `Further recordings, on which each method's detection threshold is chosen. Their seeds begin ${tuningSeedDistance} behind the first.`,
  }),
  createOption({
    name: "frames",
    kind: integer(110, 100_000),
    placeholder: "N",
    unit: "frames",
    defaultText: "those of the scene; 2000 of STACK",
    help: "Frames of each recording; of STACK the first ones, 2000 at most. Fewer are quicker.",
  }),
  createOption({
    name: "size",
    kind: integer(32, 1024),
    placeholder: "N",
    unit: "pixels",
    defaultText: "that of the scene",
    help: "Side of the frames, with as many of everything on the same area.",
  }),
  createOption({
    name: "scored-frames",
    kind: integer(1, 200),
    placeholder: "N",
    unit: "frames",
    defaultText: String(evaluateDefaults.scoredFrames),
    help: "Frames of each recording that are localized and scored, spread evenly.",
  }),
  createOption({
    name: "jobs",
    kind: integer(1, 32),
    placeholder: "N",
    defaultText: "one a core, at most 4",
    help: "Recordings worked on at the same time, each in a worker of its own. The time of cleaning is measured best with 1.",
  }),
  createOption({
    name: "model",
    short: "m",
    kind: { type: "text" },
    placeholder: "MODEL",
    defaultText: "one that is trained on STACK with the default settings",
    help: "With STACK: the model, as clean takes it.",
  }),
  ...modelFactOptions,
  pixelSizeOption,
  ...selectionOptions,
  createOption({
    name: "engine",
    kind: { type: "choice", choices: engineNames },
    placeholder: "NAME",
    defaultText: "auto",
    help: "What SLNet is trained and run on.",
  }),
  ...commonOptions,
];
