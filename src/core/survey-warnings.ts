import type { SlnetConfiguration } from "./configuration.js";
import type { StackLevels } from "./stack-levels.js";
import { onTimesPerShift, suggestShifts } from "./suggested-shifts.js";
import { requiredFrames } from "./windows.js";

export interface SurveyFindings {
  readonly levels: StackLevels;
  readonly onFrames: number | null;
  /** Of the stack or of its part that is trained on. */
  readonly frameCount: number;
  /** What the stack says itself, in ADU. */
  readonly cameraOffsetAdu: number | null;
}

/** A share of saturated pixels that may be a few hot ones. */
const harmlessSaturation = 1e-5;
/** Fewer windows than this are no basis for training. */
const fewWindows = 32;
/** So many standard deviations of the noise from the offset no dark pixel reads by chance. */
const offsetSigmas = 5;
/** A pedestal so many times as large as the structure on it is hardly light. */
const pedestalFactor = 4;

/** What a person should know before a run, one sentence each, with what to do. */
export function surveyWarnings(
  { levels, onFrames, frameCount, cameraOffsetAdu }: SurveyFindings,
  { temporalShifts, offsetAdu }: Pick<SlnetConfiguration, "temporalShifts" | "offsetAdu">,
): string[] {
  return [
    saturationWarning(levels),
    offsetWarning(levels, offsetAdu, cameraOffsetAdu),
    lengthWarning(frameCount, temporalShifts),
    onTimeWarning(onFrames, frameCount, temporalShifts),
  ].filter((warning) => warning !== null);
}

function saturationWarning({ saturationLevel, saturatedShare }: StackLevels): string | null {
  if (saturationLevel === null || saturatedShare <= harmlessSaturation) return null;
  return (
    `${percent(saturatedShare)} of the pixels are saturated at ${saturationLevel} ADU, so the brightest molecules come out ` +
    "too dim and too wide: record with less gain, less light or a shorter exposure, or leave these molecules out"
  );
}

function offsetWarning(levels: StackLevels, asked: number, cameraOffsetAdu: number | null): string | null {
  const { darkAdu, medianAdu, noiseAdu } = levels;
  const dark = `the darkest pixels read ${rounded(darkAdu)} ADU`;
  const offset = asked > 0 ? asked : (cameraOffsetAdu ?? 0);
  if (offset > darkAdu + offsetSigmas * noiseAdu) {
    return `the camera offset is stated as ${rounded(offset)} ADU, but ${dark}: state a smaller one, or signal is cut off`;
  }
  const pedestal = darkAdu - offset;
  if (offset === 0 && pedestal > offsetSigmas * noiseAdu) {
    return `the camera offset is not known, and ${dark}: set offsetAdu to what the camera reads in the dark, at most that`;
  }
  if (pedestal > pedestalFactor * (medianAdu - darkAdu) && pedestal > 2 * offsetSigmas * noiseAdu) {
    return (
      `the camera offset is stated as ${rounded(offset)} ADU, but even ${dark}: check it, unless the sample is ` +
      "evenly bright everywhere"
    );
  }
  return null;
}

function lengthWarning(frameCount: number, shifts: readonly number[]): string | null {
  const windows = frameCount - requiredFrames(shifts) + 1;
  if (windows >= fewWindows) return null;
  const count = windows < 1 ? "none" : `only ${windows}`;
  return (
    `with temporal shifts [${shifts.join(", ")}] ${count} of the ${frameCount} frames can start a training window: use ` +
    "shorter shifts, or more frames"
  );
}

function onTimeWarning(onFrames: number | null, frameCount: number, shifts: readonly number[]): string | null {
  if (onFrames === null || shifts.length < 2 || onTimesPerShift * onFrames <= shifts[1]) return null;
  const suggested = suggestShifts(onFrames, frameCount);
  return (
    `molecules stay on for about ${rounded(onFrames)} frames, too long for a shortest shift of ${shifts[1]} frames, so they are ` +
    `partly taken for background: ` +
    (suggested
      ? `use temporal shifts [${suggested.join(", ")}]`
      : `${frameCount} frames are too few for longer shifts, so record more frames, or with a longer exposure`)
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 2));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
