import { kebabCase } from "../core/kebab-case.js";
import { usesModel } from "../protocol/cleaning-methods.js";
import { planOfRun, type RunPlan } from "./run-record-plan.js";
import type { RunRecord } from "../protocol/run-record.js";

/** The run as a line for a POSIX shell, in a folder that holds the stack. Only options that differ from the defaults. */
export function commandLine(record: RunRecord): string {
  return commandWords(record)
    .map((words) => words.map(quoted).join(" "))
    .join(" && \\\n  ");
}

/** The words of each command, not yet quoted. */
export function commandWords(record: RunRecord): readonly (readonly string[])[] {
  const plan = planOfRun(record);
  return [
    ...(record.stack.format === "simulated" ? [["slnet", "simulate", "-o", plan.stackName]] : []),
    ...(plan.trains ? [trainWords(record, plan)] : []),
    ...(plan.cleans ? [cleanWords(record, plan)] : []),
  ];
}

function trainWords(record: RunRecord, plan: RunPlan): string[] {
  const words = ["slnet", "train", operand(plan.stackName), "-o", operand(plan.modelName), ...selectionWords(record)];
  if (plan.checkpointName !== null) words.push("--checkpoint", operand(plan.checkpointName));
  words.push(...regionWords(record, plan));
  for (const [key, value] of Object.entries(plan.commandOptions)) {
    const name = kebabCase(key);
    if (typeof value === "boolean") words.push(value ? `--${name}` : `--no-${name}`);
    else words.push(`--${name}`, Array.isArray(value) ? value.join(",") : String(value));
  }
  return words;
}

/** Of a training that goes on from one on a part of the stack, the whole has to be said too. */
function regionWords({ stack, training }: RunRecord, { region }: RunPlan): string[] {
  const { frames, height, width } = stack;
  const whole = training?.checkpoint?.region ? { x: 0, y: 0, width, height, from: 0, to: frames } : null;
  const part = region ?? whole;
  if (!part) return [];
  return ["--region", [part.x, part.y, part.width, part.height].join(","), "--frames", `${part.from}:${part.to}`];
}

function cleanWords(record: RunRecord, plan: RunPlan): string[] {
  const { cleaning, saving } = record;
  const words = ["slnet", "clean", operand(plan.stackName)];
  const value = (name: string, text: string | number | null | undefined): void => {
    if (text !== null && text !== undefined) words.push(`--${name}`, String(text));
  };
  const method = cleaning?.method;
  if (method?.type !== "slnet") value("method", method?.type);
  if (method && usesModel(method.type)) value("model", operand(plan.modelName));
  if (method?.type === "masked-mean") value("mask-window", method.windowFrames);
  if (method?.type === "median") value("median-window", method.windowFrames === 0 ? "whole" : method.windowFrames);
  if (method?.type === "rpca") {
    const { groupFrames, sparsityWeight, penalty, iterations } = method.options;
    value("rpca-frames", groupFrames);
    value("rpca-weight", sparsityWeight);
    value("rpca-penalty", penalty);
    value("rpca-iterations", iterations);
  }
  if (method?.type === "minimum") {
    const { windowFrames, camera } = method.options;
    value("minimum-window", windowFrames);
    if (camera.readNoiseElectrons !== 0) value("read-noise", camera.readNoiseElectrons);
    if (camera.excessNoise !== 1) value("excess-noise", camera.excessNoise);
  }
  if (method?.type === "rolling-ball") value("ball-radius", method.radius);
  // The command line always writes the cleaned frames, and the background beside them.
  const isBackground = saving?.part === "low-rank";
  words.push("-o", operand(isBackground ? cleanedBeside(plan.outputName) : plan.outputName));
  if (isBackground) value("low-rank", operand(plan.outputName));
  words.push(...selectionWords(record));
  if (plan.range) value("frames", `${plan.range.from}:${plan.range.to}`);
  if (cleaning?.tail === "drop") value("tail", "drop");
  if (plan.engine !== "auto") value("engine", plan.engine);
  if (saving) {
    if (saving.type !== "uint16") value("type", saving.type);
    if (saving.format !== "tiff") value("format", saving.format);
    if (saving.compression !== "none") value("compress", saving.compression);
    if (!isBackground) value("offset", saving.offsetAdu);
  }
  const { metadataSaid: said } = record;
  value("pixel-size", said.pixelSizeNm);
  value("frame-interval", said.frameIntervalSeconds);
  value("exposure", said.exposureSeconds);
  const camera = method?.type === "minimum" ? method.options.camera : null;
  value("camera-offset", said.cameraOffsetAdu ?? camera?.offsetAdu);
  value("camera-gain", said.aduPerElectron ?? camera?.aduPerElectron);
  return words;
}

function selectionWords({ stack }: RunRecord): string[] {
  return Object.entries(stack.selection).flatMap(([name, position]) => [`--${name}`, String(position)]);
}

function cleanedBeside(background: string): string {
  return background.includes("_background")
    ? background.replace("_background", "_sparse")
    : background.replace(/(\.[^.]+)?$/, "_sparse$1");
}

/** A name that begins with a dash would be taken for an option. */
function operand(name: string): string {
  return name.startsWith("-") ? `./${name}` : name;
}

/** As one word of a shell. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./:,=+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
