import { SlnetError } from "./errors.js";

/** The frames that a frame's background is read from. */
export interface TemporalWindow {
  /** One frame index for each temporal shift, all different, all inside the stack. */
  readonly frames: readonly number[];
  /** Position in `frames` of the frame itself, and so the output channel that belongs to it. */
  readonly channel: number;
}

/** Least number of frames a stack must have for these temporal shifts. */
export function requiredFrames(shifts: readonly number[]): number {
  return Math.max(...shifts) + 1;
}

/**
 * Number of windows whose frames all lie in the stack; they start at frame 0, 1, … in it.
 *
 * @throws {@link SlnetError} `bad-input` if there is none
 */
export function windowStartCount(frameCount: number, shifts: readonly number[]): number {
  const required = requiredFrames(shifts);
  if (frameCount < required) {
    throw new SlnetError(
      "bad-input",
      `the stack has ${frameCount} frames, temporal shifts [${shifts.join(", ")}] need at least ${required}`,
    );
  }
  return frameCount - required + 1;
}

/**
 * The window that gives the output of one frame. Every frame has one:
 *
 * 1. the window that starts at the frame, as in training, where it ends inside the stack: channel 0;
 * 2. otherwise the window of the first channel k for which the window starting at frame − shift k lies in the stack;
 * 3. otherwise (only in stacks of fewer than about twice the frames that the shifts need) no window of the trained shape holds
 *    the frame: it is read through channel 0, and each other shift takes the frame, not taken before, whose distance to
 *    it is nearest to that shift, in either direction in time; of two, the later one.
 *
 * @param frame - in [0, frameCount)
 * @param shifts - ascending from 0
 * @throws {@link SlnetError} `bad-input` if the stack is shorter than the shifts need, or does not have that frame
 */
export function windowOf(frame: number, shifts: readonly number[], frameCount: number): TemporalWindow {
  const startCount = windowStartCount(frameCount, shifts);
  if (!(frame >= 0 && frame < frameCount)) {
    throw new SlnetError("bad-input", `frame ${frame} does not exist, the stack has ${frameCount} frames`);
  }
  for (let channel = 0; channel < shifts.length; channel++) {
    const start = frame - shifts[channel];
    if (start >= 0 && start < startCount) return { frames: shifts.map((shift) => start + shift), channel };
  }
  const frames = [frame];
  for (let channel = 1; channel < shifts.length; channel++) {
    frames.push(nearestFreeFrame(frame, shifts[channel], frameCount, frames));
  }
  return { frames, channel: 0 };
}

/** The frame outside `taken` whose distance to `frame` is nearest to `distance`. There is one if the stack is longer than `taken`. */
function nearestFreeFrame(frame: number, distance: number, frameCount: number, taken: readonly number[]): number {
  const farthest = Math.max(frame, frameCount - 1 - frame);
  const wanted = Math.min(distance, farthest);
  // At most two frames have the same distance, so the loop ends after a few rounds more than frames are taken.
  for (let deviation = 0; deviation <= farthest; deviation++) {
    for (const candidate of [
      frame + wanted + deviation,
      frame - wanted - deviation,
      frame + wanted - deviation,
      frame - wanted + deviation,
    ]) {
      if (candidate >= 0 && candidate < frameCount && !taken.includes(candidate)) return candidate;
    }
  }
  throw new SlnetError("internal", `no free frame near ${frame} among ${frameCount}, ${taken.length} are taken`);
}
