import { configurationFields } from "../core/configuration.js";
import type { MinimumMethodOptions } from "../protocol/api.js";
import type { RunRecord } from "../protocol/run-record.js";
import { historyStrings } from "./strings/history.js";

/** One line of a comparison: texts for people, `–` where a run has none. */
export interface RunDifference {
  readonly title: string;
  readonly one: string;
  readonly other: string;
}

/** What differs between two runs: what went in, option by option, and what came out. */
export function compareRuns(one: RunRecord, other: RunRecord): readonly RunDifference[] {
  const otherRows = new Map(rowsOf(other));
  return rowsOf(one)
    .map(([title, text]) => ({ title, one: text, other: otherRows.get(title) ?? none }))
    .filter((row) => row.one !== row.other);
}

const none = "–";

/** The same titles for every run, in the same order. */
function rowsOf(record: RunRecord): (readonly [title: string, text: string])[] {
  const texts = historyStrings();
  const { configuration, training, cleaning, saving, stack, engine, model } = record;
  const number = (value: number | null | undefined): string =>
    value === null || value === undefined ? none : String(Number(value.toPrecision(5)));
  const percent = (share: number | null | undefined): string =>
    share === null || share === undefined ? none : `${(share * 100).toFixed(1)} %`;
  const method = cleaning?.method;
  return [
    [texts.rowAction, texts.actions[record.action]],
    [texts.rowStack, stack.name],
    [texts.rowPixels, `${stack.frames} × ${stack.height} × ${stack.width}`],
    [texts.rowFirstFrame, stack.firstFrameSha256?.slice(0, 12) ?? none],
    ...configurationFields
      .filter(({ group }) => group !== "files")
      .map(({ key, title }) => [title, optionText(configuration[key])] as const),
    [texts.rowMethod, method ? texts.methods[method.type] : none],
    [texts.rowMedianWindow, method?.type === "median" ? String(method.windowFrames) : none],
    [texts.rowMaskWindow, method?.type === "masked-mean" ? String(method.windowFrames) : none],
    [texts.rowRpca, method?.type === "rpca" ? Object.values(method.options).map(String).join(", ") : none],
    [texts.rowMinimum, method?.type === "minimum" ? minimumText(method.options) : none],
    [texts.rowBallRadius, method?.type === "rolling-ball" ? String(method.radius) : none],
    [texts.rowTail, cleaning ? texts.tails[cleaning.tail] : none],
    [texts.rowEngine, engine ? `${engine.name}, ${engine.adapter}` : none],
    [texts.rowEnding, texts.endings[record.ending]],
    [texts.rowSteps, training ? `${training.steps}` : none],
    [texts.rowLoss, number(model ? model.loss : training?.loss)],
    [texts.rowValidationLoss, number(model ? model.validationLoss : training?.validationLoss)],
    [texts.rowKeptShare, percent(training?.keptShare)],
    [texts.rowSelfWeight, number(training?.selfWeight)],
    [texts.rowFrames, cleaning ? `${cleaning.to - cleaning.from}` : none],
    [texts.rowBytes, saving ? String(saving.bytes) : none],
    [texts.rowClipped, saving ? String(saving.clippedPixels) : none],
    [texts.rowSeconds, number(Number(record.seconds.toFixed(2)))],
  ];
}

function minimumText({ windowFrames, camera }: MinimumMethodOptions): string {
  const { offsetAdu, aduPerElectron, readNoiseElectrons, excessNoise } = camera;
  return [windowFrames, offsetAdu, aduPerElectron, readNoiseElectrons, excessNoise]
    .map((value) => String(value ?? none))
    .join(", ");
}

function optionText(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}
