import { lateStrings } from "./index.js";

export const english = {
  intro:
    "Finds the molecules of every frame and draws them, without and with the background taken off: the same fit, so " +
    "that you see what cleaning changes.",
  noStack: "Open a stack first.",
  withoutMethod: "Only raw frames can be localized yet: train, load a model or clean, then do it again to compare.",
  fit: "Fit",
  fits: { mle: "Most likely", phasor: "Phasor (fast)" },
  fitHelp: {
    mle: "Maximum likelihood: a Gaussian fitted to the raw counts, the background a known part.",
    phasor: "Position from phases: ten times as fast, a little less exact, with a fixed width.",
  },
  psfSigma: "Spot width σ (pixels)",
  psfSigmaHelp: "Standard deviation of the image of one molecule.",
  pixelSize: "Pixel size (nm)",
  pixelSizeHelp: "The stack does not say how large its pixels are.",
  magnification: "Magnification",
  magnificationHelp: "Pixels of the image along the side of one camera pixel.",
  expected: (least: number, most: number, whole: boolean): string =>
    `Expected a ${whole ? "whole " : ""}number from ${least} to ${most}.`,
  localize: "Localize",
  raw: "raw",
  cleaned: "cleaned",
  parts: { raw: "Raw", cleaned: "Cleaned" },
  working: (part: string): string => `Localizing ${part} frames`,
  imageName: (part: string): string => `Super-resolution, ${part}`,
  /** Of the images. */
  valueUnit: "localizations per pixel",
  images:
    "Both images are layers now. Choose “Side by side” or “Swipe” above the picture; the other layers are hidden, not gone.",
  figures: "What was found",
  found: "Localizations",
  photons: "Photons, median",
  claimed: "Uncertainty, median (nm)",
  claimedHelp: "what the fits claim",
  measured: "Precision, NeNA (nm)",
  measuredHelp: "what molecules show that are on in two frames running",
  notKnown: "–",
  saveTable: (part: string): string => `Save table, ${part}`,
  trap:
    "More localizations are not better ones: noise can be localized too. Compare the precision and look at structures " +
    "that you know.",
  done: (raw: string, cleaned: string | null): string =>
    cleaned === null ? `Localized: ${raw} molecules` : `Localized: ${raw} molecules raw, ${cleaned} cleaned`,
};

/** The texts as they are now. */
export function localizerStrings(): typeof english {
  return lateStrings("localizer", english);
}
