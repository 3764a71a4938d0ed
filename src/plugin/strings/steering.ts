import type { BuiltInPresetName } from "../presets.js";

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Texts of what steers a training: presets, search over the options, shares, regions, estimates. */
export const english = {
  partsLost: "A part of this panel could not be loaded. Reload the page to try again.",

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
};
