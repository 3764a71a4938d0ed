import type { OwnFigures } from "../../core/evaluation/own-report.js";
import { lateStrings } from "./index.js";

export const english = {
  title: "Compare methods",
  noStack: "Open a stack first.",
  intro:
    "Finds the background of this stack in several ways, fits the molecules in each by the settings above, and measures.",
  withoutModel: "SLNet and the masked mean need a model: train or load one to have them in the table.",
  frames: "Frames",
  framesHelp: (all: string): string => `The first ones, of ${all}. More make the figures steadier.`,
  expected: (least: number, most: number): string => `Expected a whole number from ${least} to ${most}.`,
  planned: (methods: number, frames: string, time: string | null): string =>
    `${methods} methods on ${frames} frames${time === null ? "" : `: about ${time}`}.`,
  tooLarge: (seconds: number): string => `It takes longer than ${seconds} s, as fewer frames would tell too little.`,
  unplanned: (methods: number): string =>
    `${methods} methods, on as many of the first frames as fit some 20 seconds; how many is found first.`,
  compare: "Compare methods",
  working: (method: string | null): string => (method === null ? "Getting ready" : `Measuring ${method}`),
  methods: {
    raw: "Raw frames",
    "median-50": "Median of 50",
    "median-100": "Median of 100",
    slnet: "SLNet",
    "masked-mean": "Masked mean",
  },
  caption: (frames: string): string => `Methods on the first ${frames} frames`,
  method: "Method",
  choose: "Clean with this",
  chooseHint: (method: string): string => `Clean with this method: sets ${method} in the form under Clean`,
  failed: (message: string): string => `Not measured: ${message}`,
  notKnown: "–",
  outdated: "The model is another one by now: compare again to measure it.",
  verdict:
    "Nobody knows the truth of this recording: the table shows where methods differ on these frames, not which is right, and " +
    "a wrong one can make any figure better.",
  columnsTitle: "What the figures say, and where they mislead",
  columns: {
    localizations: {
      title: "Localizations",
      help: "Spots found and fitted. More is not better: noise and steady spots count too.",
    },
    medianPhotons: {
      title: "Photons",
      help: "Median of the fits. Background that is left adds to it; SLNet as published takes half or more of the light from it.",
    },
    medianUncertaintyNm: {
      title: "Claimed, nm",
      help: "Median uncertainty that the fits claim (Mortensen 2010, or the fit's own). It is wrong where photons or background are.",
    },
    precisionNm: {
      title: "NeNA, nm",
      help: "Precision from molecules that are on in two frames running (Endesfelder 2014). Losing molecules or light costs it nothing.",
    },
    ringResolutionNm: {
      title: "FRC, nm",
      help: "Resolution at which two halves of the frames still agree (Nieuwenhuizen 2013). Fewer localizations make it worse, steady spots better.",
    },
    decorrelationNm: {
      title: "Decorrelation, nm",
      help: "Resolution from one image (Descloux 2019). It says how fine the image is, not whether it is right.",
    },
    correlation: {
      title: "RSP, mean",
      help: "Correlation with the mean of the raw frames (Culley 2018). It rewards keeping the background.",
    },
    correlationWithoutBackground: {
      title: "RSP, less median",
      help: "The same with the mean less a running median of 50. It favours methods that see what a median leaves.",
    },
    relativeError: {
      title: "RSE, less median",
      help: "Error of that fit, as a share of the image's deviation: 0 is best, 1 explains nothing. It follows from the RSP before it.",
    },
    residualAutocorrelation: {
      title: "Autocorrelation",
      help: "Of what is left of a pixel, one frame later: above 0 where slow background is left, or where molecules stay on.",
    },
    keptShare: {
      title: "Pixels kept",
      help: "Share above the background: a half and a little is right for a mean; SLNet aims at 2/(3+α). Small is not clean.",
    },
    cleaningSeconds: {
      title: "Cleaning, s",
      help: "To find the background of these frames, with reading. Training is not in it, starting an engine may be.",
    },
  } satisfies Record<keyof OwnFigures, { readonly title: string; readonly help: string }>,
  save: { csv: "Save as CSV", json: "Save as JSON" },
  done: (measured: number, failed: number, frames: string): string =>
    `Compared ${measured} methods on ${frames} frames${failed > 0 ? `; ${failed} could not be measured` : ""}`,
};

/** The texts as they are now. */
export function comparisonStrings(): typeof english {
  return lateStrings("comparison", english);
}
