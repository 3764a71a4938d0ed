import type { Choice } from "../../core/errors.js";
import type { StackFormat } from "../../core/frames.js";
import type { Progress } from "../../protocol/api.js";
import { countText, durationText } from "../elements/panel/quantities.js";
import type { SessionActivity } from "../session-state.js";

/** Texts of the panel. Those of its forms are in `panel-forms.ts`. */
export const english = {
  noViewer: "The panel is in no viewer that it knows.",
  cancel: "Cancel",
  pause: "Pause",
  resume: "Go on",
  paused: "Paused",
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
    npz: "NumPy npz",
    safetensors: "safetensors",
    simulated: "simulated",
    frames: "layer of the viewer",
  } satisfies Record<StackFormat, string>,
  uncompressed: "uncompressed",
  pixels: "Pixels",
  storedPixels: (stored: string, read: string): string => (stored === read ? stored : `${stored}, read as ${read}`),
  recording: "How the stack was recorded",

  // Sections
  view: "View",
  train: "Train",
  clean: "Clean",
  save: "Save",
  localize: "Super-resolution",
  privacy: "Nothing leaves this computer",
  partsLost: "A part of this panel could not be loaded. Reload the page to try again.",

  // Engine
  runs: "Runs",
  queue: "Several stacks",
  engine: "Engine",
  noEngine: "Chosen when training or cleaning starts.",
  enginesConsidered: "Engines considered",
  chosenEngine: "chosen",
  milliseconds: (time: number): string => `${time.toPrecision(3)} ms`,
};
