import { SlnetError } from "./errors.js";

const rangePattern = /^(\d*):(\d*)(?::(\d+))?$/;

/**
 * Frame numbers from a text such as `0:100`, `50:`, `0:1000:5` or `0,3,6`. A range is half-open, as in NumPy; ranges and
 * single numbers may be mixed with commas.
 *
 * @param text - the selection; empty or `:` selects every frame
 * @param frameCount - number of frames there are; open ends of ranges stop here
 * @param what - name of the option, for the message
 * @returns frame numbers in the order given, each in [0, frameCount)
 * @throws {@link SlnetError} `bad-input` for a text of another form, an empty selection or a frame out of range
 */
export function parseFrameSelection(text: string, frameCount: number, what: string): number[] {
  const frames: number[] = [];
  const parts = text.trim() === "" ? [":"] : text.split(",").map((part) => part.trim());
  for (const part of parts) {
    const range = rangePattern.exec(part);
    if (range) {
      const from = range[1] ? Number(range[1]) : 0;
      const to = Math.min(range[2] ? Number(range[2]) : frameCount, frameCount);
      const step = range[3] ? Number(range[3]) : 1;
      if (step < 1) throw new SlnetError("bad-input", `${what}: the step in "${part}" is 0, expected at least 1`);
      for (let frame = from; frame < to; frame += step) frames.push(frame);
    } else if (/^\d+$/.test(part)) {
      const frame = Number(part);
      if (frame >= frameCount) {
        throw new SlnetError("bad-input", `${what}: frame ${frame} does not exist, the stack has ${frameCount} frames`);
      }
      frames.push(frame);
    } else {
      throw new SlnetError(
        "bad-input",
        `${what}: "${part}" is not a frame selection, expected for example 0:100 or 0,3,6`,
      );
    }
  }
  if (frames.length === 0) {
    throw new SlnetError("bad-input", `${what}: "${text}" selects no frame of a stack with ${frameCount} frames`);
  }
  return frames;
}

/** The text for {@link parseFrameSelection} that selects these frames: a range where they are evenly spaced. */
export function formatFrameSelection(frames: readonly number[]): string {
  if (frames.length < 2) return frames.join(",");
  const step = frames[1] - frames[0];
  const isEven = step > 0 && frames.every((frame, i) => i === 0 || frame - frames[i - 1] === step);
  if (!isEven) return frames.join(",");
  const range = `${frames[0]}:${frames[frames.length - 1] + 1}`;
  return step === 1 ? range : `${range}:${step}`;
}
