import type { ConfigurationField, SlnetConfiguration } from "../../core/configuration.js";
import type { StackMetadata } from "../../core/frames.js";
import type { english as panel } from "./panel.js";
import { lateStrings, strings } from "./index.js";
import { bytesText, countText, percentText } from "../elements/panel/quantities.js";

/** Words in another language for what describes itself in English, such as the options. */
type OwnWords<K extends string> = Readonly<Partial<Record<K, { readonly title?: string; readonly help?: string }>>>;

/** Texts of the forms in the panel, which are loaded after it. */
export const english = {
  // How the stack was recorded
  notStated: "not stated",
  fileSays: (text: string): string => `File: ${text}`,
  undoMetadata: (title: string): string => `Undo: take ${title.toLowerCase()} from the file`,
  metadata: {} as OwnWords<keyof StackMetadata>,

  // View
  frame: "Frame",
  frameNumber: "Frame number",
  ofFrames: (last: number): string => `of ${last}`,
  layerInFront: "Layer in front",
  contrastOf: (layer: string): string => `Contrast of ${layer}`,
  black: "Black, ADU",
  white: "White, ADU",
  automatic: "auto",
  auto: "Auto",
  autoHint: "Take the limits from the pixels of the frame shown",
  wrongLimits: (low: number, high: number): string =>
    `Black is ${low} and white ${high}: black has to be the lower one.`,

  // Options
  options: {} as OwnWords<keyof SlnetConfiguration>,
  optionGroups: {
    files: "Names",
    data: "Data",
    training: "Training",
    loss: "Loss",
    noise: "Simulated camera noise",
    output: "Output and engine",
  } satisfies Record<ConfigurationField["group"], string>,
  defaultIs: (text: string): string => `Default: ${text || "empty"}.`,
  publishedName: "Published name:",
  on: "on",
  off: "off",

  // Training
  allOptions: "All options",
  shiftsHint: "Offsets of the frames compared, from 0, longer than a molecule stays on.",
  epochsHint: "Passes over the training frames.",
  sparsityHint: (share: number | null): string =>
    share === null
      ? "Higher keeps fewer pixels above the background."
      : `About ${percentText(share)} of the pixels stay above the background.`,
  goOn: "Go on from the present model",
  loadModel: "Load model…",
  saveModel: "Save model",
  saveModelAs: "Save the model as",
  noModel: "There is no model yet",
  modelFile: "Model file",
  epoch: "Epoch",
  epochAndStep: (epoch: number, epochs: number, step: number, steps: number): string =>
    `${countText(epoch)} of ${countText(epochs)}, step ${countText(step)} of ${countText(steps)}`,
  windows: "Windows",
  windowCounts: (training: number, validation: number): string =>
    `${countText(training)} to train, ${countText(validation)} to validate`,
  loss: "Loss",
  unknown: "–",
  pixelsKept: "Pixels kept",
  pixelsKeptHint: "Share of the pixels above the background",
  keptAndExpected: (kept: number | null, expected: number): string =>
    `${kept === null ? "–" : percentText(kept)}, expected about ${percentText(expected)}`,
  ownWeight: "Own weight",
  ownWeightHint: "Mean weight of a frame in its own background: near 1 the background is the frame itself",
  drifts: "The network drifts to the identity: the background becomes the frame itself. Train fewer epochs.",

  // Reasons why a button cannot be pressed
  busy: "Cancel what is running first.",
  noStack: "Open a stack first.",
  needsModel: "Train, or load a model first.",
  needsCleaning: "Clean the stack first.",
  nothingCleaned: "No frame is cleaned yet.",

  // Cleaning
  method: "Method",
  methods: {
    slnet: "SLNet",
    "masked-mean": "Masked mean",
    median: "Running median",
    "whole-median": "Median of the stack",
    rpca: "Robust PCA",
  },
  /** What SLNet and the masked mean are for, and the way from one to the other. */
  purposes: {
    slnet: "For detection, as published: a part of each molecule's light is taken off with the background.",
    "masked-mean": "Keeps the photons: for photometry.",
  },
  switchPurpose: {
    slnet: "For photometry: masked mean (recommended)",
    "masked-mean": "For detection, as published: SLNet",
  },
  alsoBackground: "Also show the background",
  cleanedSoFar: (done: number, total: number): string =>
    `${countText(done)} of ${countText(total)} frames are cleaned.`,
  medianWindow: "Window, frames",
  medianWindowHint: (minimum: number, maximum: number): string =>
    `Frames around each frame whose median is its background, ${minimum} to ${maximum}`,
  maskWindowHint: (minimum: number, maximum: number): string =>
    `Frames around each frame whose mean, without the molecules that the model finds, is its background, ${minimum} to ${maximum}`,
  wrongMedianWindow: (minimum: number, maximum: number): string =>
    `The window has to be ${minimum} to ${maximum} frames.`,
  lastFrames: "Last frames",
  lastFramesHint:
    "Their window would reach past the end of the stack: keep them through an earlier window, or leave them out",
  tails: { shift: "keep", drop: "leave out" },

  rpca: {
    groupFrames: "Frames per group",
    iterations: "Iterations",
    sparsityWeight: "Sparsity weight λ",
  },
  rpcaHints: {
    groupFrames: "Consecutive frames that are decomposed together",
    iterations: "Most steps of each decomposition; it stops earlier where the parts add up",
    sparsityWeight: "Higher leaves less in the sparse part; empty: one by the square root of the pixels of a frame",
  },
  automaticWeight: "automatic",
  wrongRpca: {
    whole: (title: string, minimum: number, maximum: number): string =>
      `${title}: expected a whole number from ${minimum} to ${maximum}.`,
    weight: (title: string): string => `${title}: expected a number above 0, or nothing.`,
  },

  // Saving
  savedFrames: "Frames",
  savedParts: { sparse: "Sparse", "low-rank": "Background" },
  sampleTypes: { uint16: "16-bit whole", float32: "32-bit float" },
  compression: "Compression",
  compressions: { none: "none", deflate: "deflate" },
  saveAs: (format: string): string => `Save ${format}`,
  saveToFile: "Save to a file…",
  saveToFileHint: "Choose where the file goes",
  goOnWithFile: "Go on with a file…",
  goOnWithFileHint: "Choose the file that was left",
  goOnWithLeftFile: "Go on with a file that an error cut short",
  fileKind: (format: string): string => `${format} stack`,
  offsetHint: (cameraOffsetAdu: number | null): string =>
    `Added to every pixel. Localizers expect the offset of the camera.${
      cameraOffsetAdu === null ? "" : ` Here that is ${cameraOffsetAdu} ADU.`
    }`,
  saved: (name: string, frames: number, bytes: number, offsetAdu: number): string =>
    `${name}: ${countText(frames)} frames, ${bytesText(bytes)}, ${
      offsetAdu === 0 ? "no offset" : `offset ${offsetAdu} ADU`
    }.`,
  clipped: (clipped: number, pixels: number): string =>
    clipped === 0
      ? "No pixel was clipped."
      : `${countText(clipped)} pixels (${percentText(clipped / pixels)}) were clipped to the range of the type.`,
};

/** The texts of the panel and of its forms as they are now. */
export function formStrings(): typeof panel & typeof english {
  return { ...strings().panel, ...lateStrings("panelForms", english) };
}
