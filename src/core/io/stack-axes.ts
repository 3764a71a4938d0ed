import type { StackSelection } from "../frames.js";
import { choosePosition, wrongPosition } from "./choose-position.js";

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
    if (axis === "time" || position === undefined) return axes[axis] > 1;
    if (position >= axes[axis]) throw wrongPosition(name, axis, position, axes[axis]);
    start[axis] = position;
    return false;
  });
  const frameAxis = free[0] ?? "time";
  for (const axis of ["channel", "slice"] as const) {
    if (axis === frameAxis || !free.includes(axis)) continue;
    choosePosition(
      {
        name,
        of: axis,
        count: axes[axis],
        what: axis === "channel" ? "channels" : "slices along z",
        labelOf: (i) => (axis === "channel" && axes.channelNames[i]) || `${axis} ${i}`,
      },
      undefined,
    );
  }
  const notices: string[] = [];
  const frames = axes[frameAxis];
  if (frameAxis === "slice")
    notices.push(`The file calls its ${frames} frames slices along z; they are read as times.`);
  if (frameAxis === "channel") notices.push(`The file calls its ${frames} frames channels; they are read as times.`);
  return { frameAxis, frames, start, notices };
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
