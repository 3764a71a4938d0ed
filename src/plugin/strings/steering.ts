import type { StackRegion } from "../../core/frames.js";
import { bytesText, countText, durationText, percentText } from "../elements/panel/quantities.js";
import type { BuiltInPresetName } from "../presets.js";
import { lateStrings } from "./index.js";

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Texts of what steers a training: presets, search over the options, shares, regions, estimates. */
export const english = {
  // Share of the pixels kept
  share: "Pixels kept, %",
  shareSlider: "Pixels kept, in percent",
  shareHelp: "The sparsity weight α in other words: share = 2/(3 + α). Molecules in few pixels want a small share.",
  wrongShare: (text: string, minimum: number, maximum: number): string =>
    `The share is “${text}”, expected a number from ${minimum} to ${maximum} %.`,

  // Presets
  preset: "Preset",
  presets: {
    published: {
      title: "As published",
      help: "The settings of the published code: three frames 49 apart, 101 epochs, α 12.",
    },
    fast: {
      title: "Fast look",
      help: "A quarter of the epochs at four times the learning rate: enough to see whether the background is found.",
    },
    longLived: {
      title: "Long-lived molecules",
      help: "Frames 149 apart, for molecules that stay on for many frames. The default training frames need a stack of 399.",
    },
    dense: {
      title: "Dense blinking",
      help: "Five frames per window, and α 5 keeps a quarter of the pixels: for recordings with a molecule nearly everywhere.",
    },
  } satisfies Record<BuiltInPresetName, { readonly title: string; readonly help: string }>,
  ownPresets: "Your own",
  ownPresetHelp: "Your own, kept in this browser.",
  changed: (count: number): string => `changed: ${many(count, "option")}`,
  backToPreset: "Back to the preset",
  keepPreset: "Keep as a preset…",
  deletePreset: (name: string): string => `Delete “${name}”`,
  presetName: "Name of the preset",
  presetNameHelp: "Kept in this browser, in place of one of the same name.",
  wrongOptions: "An option is wrong: mend it first.",
  keep: "Keep",
  presetTaken: (name: string): string => `The options are those of “${name}”; your changes are gone.`,
  presetKept: (name: string): string => `“${name}” is kept.`,
  presetReplaced: (name: string): string => `“${name}” is replaced.`,
  presetDeleted: (name: string): string => `“${name}” is deleted.`,

  // All options
  search: "Search the options",
  searchPlaceholder: "name, unit or Python name",
  found: (count: number, all: number): string => (count === 0 ? "No option fits." : `${count} of ${all} options`),
  reset: "Reset all",
  resetHint: "Take every option, also those above, to its default",
  wereReset: (count: number): string => `${many(count, "option")} went back to the default.`,

  // A part of the stack
  part: "Train on a part",
  wholeStack: "the whole stack",
  /** As in the fields: both frames are in it. */
  region: ({ x, y, width, height, from, to }: StackRegion): string =>
    `${width} × ${height} pixels at x ${x}, y ${y}; frames ${from} to ${to - 1}`,
  partHelp:
    "Only these pixels and frames are trained on; cleaning is of the whole stack. Training frames count from the first frame here.",
  regionFields: {
    x: "Left, x",
    y: "Top, y",
    width: "Width",
    height: "Height",
    first: "From frame",
    last: "To frame",
  },
  wrongWhole: (title: string, text: string, minimum: number, maximum: number): string =>
    `${title} is “${text}”, expected a whole number from ${minimum} to ${maximum}.`,
  tooWide: (title: string, value: number, start: string, at: number, maximum: number): string =>
    `${title} is ${value}, expected at most ${maximum}: ${start} is ${at}.`,
  lastBeforeFirst: (first: number, last: number): string =>
    `The last frame is ${last}, expected ${first} or later, where the part begins.`,
  tooFewFrames: (frames: number, needed: number): string =>
    `${countText(frames)} frames are chosen, and the temporal shifts need at least ${countText(needed)}.`,
  drawRegion: "Draw on the image",
  drawingRegion: "Draw a rectangle on the image, or press Escape.",
  wholeAgain: "Whole stack",

  // A look at the stack
  look: "Look through the frames",
  lookFetches: "For saturation, camera offset and shifts; fetches up to 160 MB.",
  looking: "Looking through the frames…",
  lookFailed: (reason: string): string => `The frames could not be looked through: ${reason}`,
  nothingWrong: (frames: number): string => `Nothing wrong was seen in ${countText(frames)} frames.`,
  suggestedShifts: (shifts: readonly number[], onFrames: number | null): string =>
    `Shifts suggested: ${shifts.join(", ")}${
      onFrames === null ? "" : ` (molecules stay on about ${frameCount(onFrames)})`
    }.`,
  shiftsSuit: (onFrames: number | null): string =>
    `The temporal shifts suit this recording${
      onFrames === null ? "" : `: molecules stay on about ${frameCount(onFrames)}`
    }.`,
  onTimeUnknown: "How long molecules stay on could not be told: choose shifts that are longer.",
  takeShifts: "Take these shifts",
  shiftsTaken: "The temporal shifts are the suggested ones.",

  // Time and memory
  estimate: (seconds: number, bytes: number, engine: string): string =>
    `About ${durationText(Math.max(1, seconds))} and ${bytesText(bytes)} of memory on ${engine}.`,
  muchMemory: (bytes: number, deviceBytes: number | null): string =>
    `${bytesText(bytes)} may be more than ${
      deviceBytes === null ? "a page gets" : `this computer spares: it has about ${bytesText(deviceBytes)}`
    }. Train on a part of the stack, or on fewer frames.`,

  // Insight
  keepsMore: (kept: number, expected: number): string =>
    `${percentText(kept)} of the pixels are kept, more than the ${percentText(expected)} that α aims at: the background is not found yet, or molecules are in most pixels.`,
  keepsLess: (kept: number, expected: number): string =>
    `${percentText(kept)} of the pixels are kept, less than the ${percentText(expected)} that α aims at: the background follows the frame and takes light from the molecules.`,
  trainedPart: "Part",
  learned: "What the network has learned",
  model: "About this model",
  modelShifts: "Temporal shifts",
  modelTrained: "Trained",
  modelEpochs: (epochs: number, steps: number): string => `${many(epochs, "epoch")}, ${countText(steps)} steps`,
  modelStack: "Stack",
  modelEngine: "Engine",
  modelLoss: "Validation loss",

  // Trust
  privacyText:
    "Your recording is read, trained on and cleaned here, in the browser. The program sends nothing, and asks no other computer for anything, but for an address that you type yourself under “Open URL…”.",
  howKnown: "How do you know?",
  proofs: [
    "Turn off the network and go on. Where the page is kept for use offline, as the demo is, all but an address works; elsewhere, what is loaded already.",
    "Watch the requests: the network tab of the developer tools (F12) shows each one. There are only the program's own files, from the server of this page.",
    "A server can have the browser forbid all else by a content security policy; this program works under one that allows its own server alone.",
    "The source code is open, and holds no counting, no log and no account.",
  ] as readonly string[],
};

function frameCount(frames: number): string {
  const shown = frames < 10 ? Number(frames.toFixed(1)) : Math.round(frames);
  return `${shown} ${shown === 1 ? "frame" : "frames"}`;
}

/** The texts of steering as they are now. */
export function steeringStrings(): typeof english {
  return lateStrings("steering", english);
}
