import type { ConfigurationField, SlnetConfiguration } from "../../core/configuration.js";
import type { Choice } from "../../core/errors.js";
import type { StackFormat, StackMetadata } from "../../core/frames.js";
import type { Progress } from "../../protocol/api.js";
import { bytesText, countText, durationText, percentText } from "../elements/panel/quantities.js";
import type { SessionActivity } from "../session-state.js";

/** Words in another language for what describes itself in English, such as the options. */
type OwnWords<K extends string> = Readonly<Partial<Record<K, { readonly title?: string; readonly help?: string }>>>;

/** Texts of the panel. */
export const english = {
  noViewer: "The panel is in no viewer that it knows.",
  cancel: "Cancel",
  undo: "Undo",

  // Status
  status: "Status",
  activities: {
    idle: "Ready",
    opening: "Opening…",
    training: "Training…",
    cleaning: "Cleaning…",
    saving: "Saving…",
  } satisfies Record<SessionActivity, string>,
  progress: "Progress",
  /** `340 of 1,212 steps · 900 steps/s · 1 s left` */
  progressText: ({ done, total, perSecond, secondsLeft }: Progress, unit: "steps" | "frames"): string => {
    const parts = [`${countText(done)} of ${countText(total)} ${unit}`];
    if (perSecond > 0) parts.push(`${perSecond < 10 ? perSecond.toFixed(1) : countText(perSecond)} ${unit}/s`);
    if (secondsLeft !== null && done < total) parts.push(`${durationText(secondsLeft)} left`);
    return parts.join(" · ");
  },
  waitsForChoice: "The file waits for a choice.",
  openToBegin: "Open a stack to begin.",
  startingEngine: "Starting the engine",
  readingFile: "Reading the file",
  reading: (name: string): string => (name === "" ? "Reading" : `Reading ${name}`),
  lookingThroughFolder: (files: number): string => `Looking through the folder: ${countText(files)} files so far`,
  dismissError: "Dismiss the error",

  // Opening
  stack: "Stack",
  openStack: "Open a stack…",
  openStackHint: "A stack, with the files that belong to it",
  openFolder: "Open folder…",
  openFolderHint: "OME-Zarr, or one frame a file. The browser may speak of an upload; nothing leaves this computer.",
  openUrl: "Open URL…",
  sample: "Sample stack",
  sampleHint: "A simulated recording: filaments, blinking molecules, a bleaching background",
  useLayer: (name: string): string => `Use “${name}” of the viewer`,
  useLayerHint: "Work on the pixels that the viewer shows",
  stackFile: "Stack file",
  stackFolder: "Stack folder",
  address: "Address of a stack or of an OME-Zarr",
  addressHelp: "Its server has to allow this page to read it (CORS). Only parts that are needed are fetched.",
  open: "Open",
  drop: (formats: string): string => `${formats}. Or drop files or a folder on the page. Nothing is uploaded.`,
  part: { series: "Image", channel: "Channel", slice: "Slice" } satisfies Record<Choice["of"], string>,
  whichPart: (of: Choice["of"], count: number): string => {
    const parts = { series: "images", channel: "channels", slice: "slices along z" }[of];
    return `This file has ${countText(count)} ${parts}. Which one is the recording?`;
  },

  // What is open
  name: "Name",
  size: "Size",
  stackSize: (frames: number, width: number, height: number): string =>
    `${countText(frames)} frames of ${width} × ${height} pixels`,
  format: "Format",
  formats: {
    tiff: "TIFF",
    mha: "MetaImage",
    nrrd: "NRRD",
    mrc: "MRC",
    nifti: "NIfTI",
    pic: "Bio-Rad PIC",
    zarr: "OME-Zarr",
    dax: "dax",
    nd2: "Nikon nd2",
    raw: "raw",
    npy: "NumPy npy",
    simulated: "simulated",
    frames: "layer of the viewer",
  } satisfies Record<StackFormat, string>,
  uncompressed: "uncompressed",
  pixels: "Pixels",
  storedPixels: (stored: string, read: string): string => (stored === read ? stored : `${stored}, read as ${read}`),
  recording: "How the stack was recorded",
  notStated: "not stated",
  fileSays: (text: string): string => `File: ${text}`,
  undoMetadata: (title: string): string => `Undo: take ${title.toLowerCase()} from the file`,
  metadata: {} as OwnWords<keyof StackMetadata>,

  // View
  view: "View",
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
  train: "Train",
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
  clean: "Clean",
  method: "Method",
  methods: {
    slnet: "SLNet",
    median: "Running median",
    "whole-median": "Median of the stack",
    rpca: "Robust PCA",
  },
  alsoBackground: "Also show the background",
  cleanedSoFar: (done: number, total: number): string =>
    `${countText(done)} of ${countText(total)} frames are cleaned.`,
  medianWindow: "Window, frames",
  medianWindowHint: (minimum: number, maximum: number): string =>
    `Frames around each frame whose median is its background, ${minimum} to ${maximum}`,
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
  save: "Save",
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

  // Engine
  engine: "Engine",
  noEngine: "Chosen when training or cleaning starts.",
  enginesConsidered: "Engines considered",
  chosenEngine: "chosen",
  milliseconds: (time: number): string => `${time.toPrecision(3)} ms`,
};
