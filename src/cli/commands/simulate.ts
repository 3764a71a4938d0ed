import { resolve } from "node:path";

import { kebabCase } from "../../core/kebab-case.js";
import { createSimulationOptions, type SimulationOptions, type SimulationRequest } from "../../core/simulation.js";
import { simulationCameraRanges, simulationChoices, simulationRanges } from "../../core/simulation-options.js";
import { simulationScenes, type SimulationSceneName } from "../../core/simulation-scenes.js";
import type { ParsedArguments } from "../arguments.js";
import { commonOptions, type Command } from "../command.js";
import { createOption, type Option } from "../option.js";
import { requireOutputFolders } from "../output-paths.js";
import { createProgressDisplay } from "../progress.js";
import { checkUsage } from "../wrong-usage.js";

type SimulationKey = keyof typeof simulationRanges;
type ChoiceKey = keyof typeof simulationChoices;
type CameraKey = keyof typeof simulationCameraRanges;

/** Unit and meaning of each option; defaults and ranges are those of the simulator. */
const descriptions = {
  width: ["pixels", "Width of the frames."],
  height: ["pixels", "Height of the frames."],
  frames: ["frames", "Number of frames."],
  seed: ["", "The same seed gives the same stack, pixel by pixel."],
  structureCount: ["", "Number of filaments, rings or clusters, or of lines of a grid each way."],
  emittersPerFrame: ["", "Mean number of emitters that are on at any one time; with bleaching, at the start."],
  photonsMin: ["photons", "Least photons of an emitter in a frame that it shines through."],
  photonsMax: ["photons", "Most photons of an emitter in a frame that it shines through."],
  meanOnFrames: ["frames", "Mean time for which an emitter stays on."],
  meanOffFrames: ["frames", "Mean time for which it stays off; 0: there are molecules without end."],
  blinksPerMolecule: ["", "Mean number of times that a molecule comes on before it bleaches; 0: it never does."],
  psfSigmaPixels: ["pixels", "Standard deviation of the Gaussian point-spread function."],
  defocusedShare: ["", "Share of the molecules whose spots are up to 2.2 times as wide."],
  backgroundPhotons: ["photons per pixel", "Mean background of the first frame."],
  bleachFrames: ["frames", "Time after which the bleaching part of the background has fallen to 1/e."],
  driftPixels: ["pixels per frame", "How fast the structured background moves."],
  punctaCount: ["", "Number of steady spots of the size of the point-spread function."],
  punctaPhotons: ["photons", "Brightest pixel of the brightest of them."],
  outOfFocusEmitters: ["", "Mean number of wide, blinking spots that are on at any one time."],
  pixelSizeNm: ["nm", "Pixel size that is written into the file."],
  frameIntervalSeconds: ["s", "Frame interval that is written into the file."],
} as const satisfies Record<SimulationKey, readonly [unit: string, help: string]>;

const cameraDescriptions = {
  offsetAdu: ["ADU", "Reading of the camera with the shutter closed."],
  aduPerElectron: ["ADU per electron", "Gain of the camera, after electron multiplication."],
  quantumEfficiency: ["", "Photoelectrons per photon."],
  readNoiseElectrons: ["electrons", "Standard deviation of the read noise."],
  emGain: ["", "Electron multiplication; 1 for a camera without it."],
  offsetSpreadAdu: ["ADU", "Standard deviation of the offsets of the pixels."],
  gainSpread: ["", "Standard deviation of the gains of the pixels, as a share of the gain."],
  readNoiseSpread: ["", "Standard deviation of the logarithm of the read noise of the pixels."],
} as const satisfies Record<CameraKey, readonly [unit: string, help: string]>;

const choiceDescriptions = {
  structure: "What the molecules sit on.",
  photonDistribution:
    "How their brightness is spread: log-normal has a twentieth outside each limit, exponential their middle as mean.",
} as const satisfies Record<ChoiceKey, string>;

const choiceKeys = Object.keys(simulationChoices) as ChoiceKey[];
const sceneNames = Object.keys(simulationScenes) as SimulationSceneName[];
const simulationKeys = Object.keys(simulationRanges) as SimulationKey[];
const cameraKeys = Object.keys(simulationCameraRanges) as CameraKey[];

export const simulateCommand: Command = {
  name: "simulate",
  operand: "",
  summary: "Makes a STORM stack by simulation, with its truth.",
  examples: [
    "simulate -o stack.tif --truth truth --seed 7",
    "simulate -o stack.tif --frames 1000 --width 256 --height 256",
  ],
  answersInText: false,
  options: [
    createOption({
      name: "output",
      short: "o",
      kind: { type: "text" },
      placeholder: "STACK",
      help: "The stack to write, a uint16 TIFF.",
    }),
    createOption({
      name: "truth",
      kind: { type: "text" },
      placeholder: "DIR",
      help: "Folder for the truth: background and signal without noise, and the emitters. It is made if it is missing.",
    }),
    createOption({
      name: "scene",
      kind: { type: "choice", choices: sceneNames },
      placeholder: "NAME",
      help: `A scene for evaluation, which sets what is not given. ${sceneNames.map((name) => `${name}: ${simulationScenes[name].title}`).join(" ")}`,
    }),
    ...choiceKeys.map((key) =>
      createOption({
        name: kebabCase(key),
        kind: { type: "choice", choices: simulationChoices[key] },
        placeholder: "NAME",
        help: choiceDescriptions[key],
        defaultText: simulationChoices[key][0],
      }),
    ),
    ...simulationKeys.map((key) => rangeOption(key, simulationRanges[key], descriptions[key])),
    ...cameraKeys.map((key) => rangeOption(cameraOptionKey(key), simulationCameraRanges[key], cameraDescriptions[key])),
    ...commonOptions,
  ],

  async run(parsed, { connect, interrupt: { signal } }) {
    const output = resolve(parsed.required("output", "-o stack.tif"));
    const typedTruth = parsed.text("truth");
    const truth = typedTruth === undefined ? null : resolve(typedTruth);
    const options = checkUsage(() => readOptions(parsed), namedAsTyped);
    requireOutputFolders([output], "");
    const client = await connect();
    const started = performance.now();
    const run = await client.simulate(options, { type: "path", path: output }, truth, { signal });
    const display = createProgressDisplay("simulating", "frames");
    try {
      for await (const report of run) display.show(report.progress);
    } finally {
      display.clear();
    }
    const seconds = (performance.now() - started) / 1000;
    const { frames, width, height, seed } = options;
    const outputs = truth === null ? [output] : [output, truth];
    return {
      json: { frames, width, height, type: "uint16", seed, seconds, outputs, options },
      text: [
        `simulated ${frames} frames of ${width} × ${height} pixels with seed ${seed} in ${seconds.toFixed(1)} s`,
        ...outputs.map((path) => `wrote ${path}`),
      ].join("\n"),
    };
  },
};

function rangeOption(
  key: string,
  range: { readonly default: number; readonly minimum: number; readonly maximum: number; readonly integer?: boolean },
  [unit, help]: readonly [unit: string, help: string],
): Option {
  const { minimum, maximum } = range;
  return createOption({
    name: kebabCase(key),
    kind: { type: range.integer === true ? "integer" : "number", minimum, maximum },
    placeholder: "N",
    unit,
    help,
    defaultText: String(range.default),
  });
}

/** `offsetAdu` as `cameraOffsetAdu`. */
function cameraOptionKey(key: CameraKey): string {
  return `camera${key[0]?.toUpperCase()}${key.slice(1)}`;
}

function readOptions(parsed: ParsedArguments): SimulationOptions {
  const sceneName = parsed.text("scene") as SimulationSceneName | undefined;
  const scene: SimulationRequest = sceneName === undefined ? {} : simulationScenes[sceneName].request;
  const given = {
    ...(typed(choiceKeys, (key) => parsed.text(kebabCase(key))) as Pick<SimulationRequest, ChoiceKey>),
    ...typed(simulationKeys, (key) => parsed.number(kebabCase(key))),
  };
  const camera = typed(cameraKeys, (key) => parsed.number(kebabCase(cameraOptionKey(key))));
  return createSimulationOptions({ ...scene, ...given, camera: { ...scene.camera, ...camera } });
}

/** The options that were typed. */
function typed<K extends string, V>(keys: readonly K[], value: (key: K) => V | undefined): { [N in K]?: V } {
  return Object.fromEntries(keys.map((key) => [key, value(key)]).filter(([, given]) => given !== undefined)) as {
    [N in K]?: V;
  };
}

/** A message of the simulator with `--photons-min` for `photonsMin`. */
function namedAsTyped(message: string): string {
  return simulationKeys
    .filter((key) => key !== key.toLowerCase())
    .reduce((text, key) => text.replaceAll(new RegExp(`\\b${key}\\b`, "g"), `--${kebabCase(key)}`), message);
}
