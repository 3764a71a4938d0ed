import { SlnetError } from "../errors.js";
import type { StackSelection } from "../frames.js";
import { choosePosition, wrongPosition } from "./choose-position.js";
import { liteLevel, liteMembers, liteNumber, liteValue, type LiteLevel } from "./lite-variant.js";

/** A loop of the recording. */
export interface Nd2Loop {
  readonly axis: "time" | "position" | "slice";
  readonly count: number;
  /** Names of the positions, where they have any. */
  readonly labels: readonly string[];
  /** Milliseconds from one time to the next as measured or set, `null` where they are not said. */
  readonly intervalMs: number | null;
}

/** Kinds of loops, as numbered in `eType`. */
const kinds = { time: 1, position: 2, slice: 4, channel: 6, custom: 7, unevenTime: 8 } as const;

const deepestLoop = 8;

/**
 * The loops of the level `SLxExperiment`, the outermost and slowest first, without those of one round.
 *
 * @throws {@link SlnetError} `unsupported` for loops of a kind that is not known
 */
export function readNd2Loops(root: LiteLevel, name: string): readonly Nd2Loop[] {
  const loops: Nd2Loop[] = [];
  let level: readonly LiteLevel[] = [liteLevel(root, "SLxExperiment")].filter(({ entries }) => entries.length > 0);
  for (let depth = 0; level.length > 0 && depth < deepestLoop; depth++) {
    // Several loops side by side are the same one for different channels; the longest has all images.
    const longest = level.map((experiment) => loopOf(experiment, name)).reduce<Nd2Loop | null>(longer, null);
    if (longest && !Number.isSafeInteger(longest.count)) {
      throw new SlnetError("bad-input", `${name}: its loop of ${longest.axis} is said to have ${longest.count} rounds`);
    }
    if (longest && longest.count > 1) loops.push(longest);
    level = level.flatMap((experiment) => liteMembers(liteLevel(experiment, "ppNextLevelEx")));
  }
  return loops;
}

function longer(one: Nd2Loop | null, other: Nd2Loop | null): Nd2Loop | null {
  return !one || (other && other.axis === one.axis && other.count > one.count) ? other : one;
}

/** `null` for a loop over channels, which are side by side in one image. */
function loopOf(experiment: LiteLevel, name: string): Nd2Loop | null {
  const stated = liteLevel(experiment, "uLoopPars");
  // Some programs put the parameters into a list of one.
  const [only] = stated.entries;
  const parameters =
    stated.entries.length === 1 && liteNumber(stated, "uiCount") === null ? liteLevel(stated, only.name) : stated;
  const kind = liteNumber(experiment, "eType") ?? 0;
  const count = liteNumber(parameters, "uiCount") ?? 0;
  switch (kind) {
    case 0:
    case kinds.channel:
      return null;
    case kinds.time:
    case kinds.custom:
      return { axis: "time", count, labels: [], intervalMs: intervalOf(parameters) };
    case kinds.unevenTime:
      return unevenTimes(parameters);
    case kinds.position:
      return positions(experiment, parameters, count);
    case kinds.slice:
      return { axis: "slice", count, labels: [], intervalMs: null };
    default:
      throw new SlnetError(
        "unsupported",
        `${name} was recorded in a loop of the unknown kind ${kind}; export it as TIFF`,
      );
  }
}

/** The measured mean before what was asked for, which is 0 for "as fast as possible". */
function intervalOf(parameters: LiteLevel): number | null {
  const measured = liteNumber(parameters, "dAvgPeriodDiff") ?? 0;
  const asked = liteNumber(parameters, "dPeriod") ?? 0;
  return measured > 0 ? measured : asked > 0 ? asked : null;
}

/** Phases of different intervals, of which those that took place are marked. */
function unevenTimes(parameters: LiteLevel): Nd2Loop {
  const phases = liteMembers(liteLevel(parameters, "pPeriod"));
  const isValid = marks(parameters, "pPeriodValid");
  const done = phases.filter((_, i) => isValid(i));
  const count = done.reduce((sum, phase) => sum + (liteNumber(phase, "uiCount") ?? 0), 0);
  return { axis: "time", count, labels: [], intervalMs: done.length === 1 ? intervalOf(done[0]) : null };
}

function positions(experiment: LiteLevel, parameters: LiteLevel, count: number): Nd2Loop {
  const isValid = marks(experiment, "pItemValid");
  const points = liteMembers(liteLevel(parameters, "Points"));
  const done = points.filter((_, i) => isValid(i));
  const labels = done.map((point) => {
    const label = liteValue(point, "dPosName") ?? liteValue(point, "pPosName");
    return typeof label === "string" ? label.trim().slice(0, 100) : "";
  });
  return { axis: "position", count: points.length > 0 ? done.length : count, labels, intervalMs: null };
}

/** Which members of a list are marked; all where there are no marks. They are bytes, or a list of truth values. */
function marks(level: LiteLevel, name: string): (index: number) => boolean {
  const value = liteValue(level, name);
  if (value instanceof Uint8Array && value.length > 0) return (index) => index < value.length && value[index] !== 0;
  const list = liteLevel(level, name).entries.map((entry) => entry.value !== false && entry.value !== 0);
  return list.length > 0 ? (index) => list[index] ?? false : () => true;
}

/** Which images of a file are the stack: `first`, `first + step`, … */
export interface Nd2Frames {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly notices: readonly string[];
}

/**
 * Finds the frames of the position and the slice that are chosen.
 *
 * @param images - how many of the file's images are there, without a gap
 * @throws {@link SlnetError} `choice-needed` where one has to be chosen and is not; `bad-input` where there is no such
 *   one; `unsupported` where the loops do not explain the images
 */
export function selectNd2Frames(
  loops: readonly Nd2Loop[],
  images: number,
  selection: StackSelection,
  name: string,
): Nd2Frames {
  const planned = loops.reduce((product, { count }) => product * count, 1);
  const unexplained = (): SlnetError =>
    new SlnetError(
      "unsupported",
      `${name} has ${images} images, its loops of ${loops.map(({ count }) => count).join("×")} explain ${planned}; export it as TIFF`,
    );
  if (loops.length === 0 || (loops.length === 1 && loops[0].axis === "time")) {
    requireOnly(selection.series, "series", name);
    requireOnly(selection.slice, "slice", name);
    if (loops.length === 0 || images <= planned) return { first: 0, step: 1, count: images, notices: [] };
    // Twice as many or more are channels or positions that are not told apart; a few more are frames.
    if (images % planned === 0) throw unexplained();
    const notice = `The file says ${planned} frames and holds ${images} images; all of them are read as frames.`;
    return { first: 0, step: 1, count: images, notices: [notice] };
  }
  if (images > planned) throw unexplained();
  const axes = loops.map(({ axis }) => axis);
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  if (twice) {
    throw new SlnetError("unsupported", `${name} was recorded in several loops of ${twice}; export it as TIFF`);
  }
  if (!axes.includes("position")) requireOnly(selection.series, "series", name);
  if (!axes.includes("slice")) requireOnly(selection.slice, "slice", name);
  const hasTime = axes.includes("time");
  const notices: string[] = [];
  let first = 0;
  let step = 1;
  let count = 1;
  let inner = 1;
  for (const loop of [...loops].reverse()) {
    const stride = inner;
    inner *= loop.count;
    const isFrames = loop.axis === "time" || (loop.axis === "slice" && !hasTime && selection.slice === undefined);
    if (!isFrames) {
      first += stride * chosen(loop, selection, name);
      continue;
    }
    step = stride;
    count = loop.count;
    if (loop.axis === "slice") notices.push("The images along z are taken as frames; the file has no loop of time.");
  }
  const there = Math.max(0, Math.min(count, Math.floor((images - 1 - first) / step) + 1));
  if (there === 0) {
    throw new SlnetError(
      "bad-input",
      `${name} was stopped before the chosen part was recorded: it has ${images} images`,
    );
  }
  if (there < count) notices.push(`The recording was stopped: of ${count} frames ${there} are there.`);
  if (images < planned && there === count)
    notices.push("The recording was stopped before all its parts were recorded.");
  return { first, step, count: there, notices };
}

function chosen({ axis, count, labels }: Nd2Loop, selection: StackSelection, name: string): number {
  const of = axis === "position" ? "series" : "slice";
  const word = of === "series" ? "position" : "slice";
  const parts = { name, of, count, what: `${word}s`, labelOf: (i: number) => labels[i] || `${word} ${i + 1}` } as const;
  return choosePosition(parts, selection[of]);
}

function requireOnly(position: number | undefined, of: "series" | "slice", name: string): void {
  if (position === undefined || position === 0) return;
  throw wrongPosition(name, of, position, 1);
}
