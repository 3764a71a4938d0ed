import { slnetWebVersion } from "../version.js";
import type { LocalizedFigures } from "./truthless-figures.js";

/** Figures of one method on a recording of one's own. `null` where a figure does not exist. */
export interface OwnFigures extends LocalizedFigures {
  /** Of what is left, one frame later: see `residualAutocorrelation`. */
  readonly residualAutocorrelation: number | null;
  /** Share of the pixels above the background. */
  readonly keptShare: number | null;
  /** To find the background of these frames, reading included; `null` where none was looked for. */
  readonly cleaningSeconds: number | null;
}

/** What one method came to. */
export interface OwnMethod {
  readonly name: string;
  readonly title: string;
  /** `null` where it could not be measured. */
  readonly figures: OwnFigures | null;
  /** Why not, one sentence. */
  readonly error: string | null;
}

/** What was measured on one recording, whose truth nobody knows. */
export interface OwnReport {
  readonly format: "slnet-recording-report";
  readonly formatVersion: 1;
  /** Of this package. */
  readonly version: string;
  readonly stack: string;
  readonly pixelSizeNm: number;
  /** Frames that were measured: the first ones. */
  readonly frames: number;
  readonly methods: readonly OwnMethod[];
}

/** More frames change little, and all methods are to end today. */
export const mostComparedFrames = 2000;

export function createOwnReport(measured: Pick<OwnReport, "stack" | "pixelSizeNm" | "frames" | "methods">): OwnReport {
  return { format: "slnet-recording-report", formatVersion: 1, version: slnetWebVersion, ...measured };
}

/** The figures in the order in which they are shown, with their decimal places. */
export const ownFigureColumns: readonly { readonly key: keyof OwnFigures; readonly digits: number }[] = [
  { key: "localizations", digits: 0 },
  { key: "medianPhotons", digits: 0 },
  { key: "medianUncertaintyNm", digits: 1 },
  { key: "precisionNm", digits: 1 },
  { key: "ringResolutionNm", digits: 1 },
  { key: "decorrelationNm", digits: 1 },
  { key: "correlation", digits: 3 },
  { key: "correlationWithoutBackground", digits: 3 },
  { key: "relativeError", digits: 3 },
  { key: "residualAutocorrelation", digits: 3 },
  { key: "keptShare", digits: 3 },
  { key: "cleaningSeconds", digits: 2 },
];
