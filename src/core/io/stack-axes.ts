import { SlnetError } from "../errors.js";
import type { StackSelection } from "../frames.js";

/** Axes of a recording beside rows and columns. */
export type StackAxis = "channel" | "slice" | "time";

/** Extent of each axis, and what its channels are called. */
export interface StackAxes extends Readonly<Record<StackAxis, number>> {
  /** By position; shorter or empty where a file does not say. */
  readonly channelNames: readonly string[];
}

/** A place on the axes, counted from 0. */
export type PlanePosition = Readonly<Record<StackAxis, number>>;

/** What of a recording is the stack: all of one axis, at one place of the others. */
export interface FrameChoice {
  /** The axis whose positions are the frames. */
  readonly frameAxis: StackAxis;
  readonly frames: number;
  /** The place of frame 0. */
  readonly start: PlanePosition;
  readonly notices: readonly string[];
}

/** More positions than this are no choice that a person makes from a list. */
const mostLabels = 1000;

/**
 * Decides which axis is time: the one that is called so, else that along z, else the channels, as a film often loses the
 * name of its time axis. Where others have several positions, the selection says which.
 *
 * @param name - of the file, for messages
 * @throws {@link SlnetError} `bad-input` for a position that there is not, `choice-needed` where one is to be chosen
 */
export function chooseFrames(name: string, axes: StackAxes, selection: StackSelection): FrameChoice {
  const start = { channel: 0, slice: 0, time: 0 };
  const free = (["time", "slice", "channel"] as const).filter((axis) => {
    const position = axis === "time" ? undefined : selection[axis];
    if (position === undefined) return axes[axis] > 1;
    if (position >= axes[axis]) throw wrongPosition(name, axis, position, axes[axis]);
    start[axis] = position;
    return false;
  });
  const frameAxis = free[0] ?? "time";
  for (const axis of ["channel", "slice"] as const) {
    if (axis === frameAxis || !free.includes(axis)) continue;
    const count = axes[axis];
    const labels = Array.from({ length: Math.min(count, mostLabels) }, (_, i) =>
      axis === "channel" ? axes.channelNames[i] || `channel ${i}` : `slice ${i}`,
    );
    throw new SlnetError(
      "choice-needed",
      `${name} has ${count} ${axis === "channel" ? "channels" : "slices along z"}: choose one of them as the stack`,
      { choice: { of: axis, labels } },
    );
  }
  const notices: string[] = [];
  const frames = axes[frameAxis];
  if (frameAxis === "slice")
    notices.push(`The file calls its ${frames} frames slices along z; they are read as times.`);
  if (frameAxis === "channel") notices.push(`The file calls its ${frames} frames channels; they are read as times.`);
  return { frameAxis, frames, start, notices };
}

/** An error for a position that there is not. */
export function wrongPosition(name: string, of: StackAxis | "series", position: number, count: number): SlnetError {
  const range = count === 1 ? "only 0" : `0 to ${count - 1}`;
  return new SlnetError("bad-input", `${name}: ${of} ${position} was chosen, expected ${range}`);
}

/** Where frame `frame` of a choice is. */
export function frameAt({ start, frameAxis }: FrameChoice, frame: number): PlanePosition {
  return frameAxis === "time" && start.time === 0
    ? { channel: start.channel, slice: start.slice, time: frame }
    : { ...start, [frameAxis]: frame };
}

/**
 * The index of a plane among all, where one axis after the other runs.
 *
 * @param order - the fastest axis first
 */
export function planeIndex(axes: StackAxes, order: readonly StackAxis[], position: PlanePosition): number {
  let index = 0;
  let step = 1;
  for (const axis of order) {
    index += step * position[axis];
    step *= axes[axis];
  }
  return index;
}
