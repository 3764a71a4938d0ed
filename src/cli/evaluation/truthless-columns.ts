import { ownFigureColumns, type OwnFigures } from "../../core/evaluation/own-report.js";

/** A figure of a recording without a truth, as people read it. */
export interface TruthlessColumn {
  readonly key: keyof OwnFigures;
  readonly title: string;
  /** What it is, and what misleads in it. */
  readonly meaning: string;
  readonly digits: number;
}

const words: Readonly<Record<keyof OwnFigures, Pick<TruthlessColumn, "title" | "meaning">>> = {
  localizations: {
    title: "Localizations",
    meaning: "Spots found and fitted. More is not better: noise and steady spots are counted too.",
  },
  medianPhotons: {
    title: "Median photons",
    meaning:
      "Of the fits. A method that leaves background in the frame has more of them, one that takes light from molecules fewer; which is right it does not say.",
  },
  medianUncertaintyNm: {
    title: "Claimed, nm",
    meaning:
      "Median of the uncertainty of one coordinate that the fits claim. It follows from their photons and background: where a method gets these wrong, so is what they claim.",
  },
  precisionNm: {
    title: "NeNA, nm",
    meaning:
      "Precision of one coordinate, from molecules that are on in two frames running. It sees positions only: a method that loses molecules or light is not punished, and a spot that stays put without being a molecule makes it look better.",
  },
  ringResolutionNm: {
    title: "FRC, nm",
    meaning:
      "Resolution at which two halves of the frames, split in blocks of 20, still correlate by a seventh. It includes how densely the structure is filled, so a method that drops molecules loses; and steady spots correlate as well as structure does.",
  },
  decorrelationNm: {
    title: "Decorrelation, nm",
    meaning:
      "Resolution from one image, each localization drawn as wide as its uncertainty. It says how fine the image is, not whether it is right, and it believes the uncertainties.",
  },
  correlation: {
    title: "RSP, mean of frames",
    meaning:
      "Correlation of the blurred image with the mean of the raw frames. That has the background in it which is to be removed, so it rewards keeping it: read it with the next.",
  },
  correlationWithoutBackground: {
    title: "RSP, less median",
    meaning:
      "The same with the mean of the frames less a running median of 50. It favours methods that see what the median leaves, and every localization counts alike, however bright.",
  },
  relativeError: {
    title: "RSE, less median",
    meaning:
      "Root of the mean squared error of that fit over the standard deviation of the image it is of: 0 is best, 1 explains nothing. It follows from the correlation.",
  },
  residualAutocorrelation: {
    title: "Autocorrelation",
    meaning:
      "Of what is left of a pixel and of the same pixel one frame later, mean over pixels: above 0 where slow background is left. A median or mean that has the frame itself in it makes it slightly negative, and molecules that stay on make it positive for every method.",
  },
  keptShare: {
    title: "Share above background",
    meaning:
      "Share of the pixels that are above the background. A half, and a little for the molecules, is right where the background is the mean; SLNet as published aims at 2/(3+α). Small is not clean: it is a background that is too high.",
  },
  cleaningSeconds: {
    title: "Cleaning, s",
    meaning:
      "To find the background of these frames, reading included, without training and localizing. The first method that needs an engine waits for it to start.",
  },
};

/** Every figure, in the order of the table. */
export const truthlessColumns: readonly TruthlessColumn[] = ownFigureColumns.map((column) => ({
  ...column,
  ...words[column.key],
}));
