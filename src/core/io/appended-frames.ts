import { SlnetError } from "../errors.js";
import { framePixels, sampleTypeOf } from "../frames.js";
import type { StackWriterOptions } from "./stack-writer.js";

/**
 * Checks the sizes of a stack that is to be written.
 *
 * @param title - of the format, for the message
 * @throws {@link SlnetError} `bad-input` for sizes that cannot be
 */
export function requireStackSizes(
  title: string,
  { height, width, frames }: Pick<StackWriterOptions, "height" | "width" | "frames">,
): void {
  for (const [name, value] of Object.entries({ height, width, frames })) {
    if (Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff) continue;
    throw new SlnetError("bad-input", `write ${title}: ${name} is ${value}, expected a whole number of at least 1`);
  }
}

/**
 * How many frames there are once these are written too.
 *
 * @param title - of the format, for the message
 * @param what - what was planned, for the message
 * @param planned - sizes and type of a frame, and frames that are to be written at most
 * @param written - frames written before
 * @throws {@link SlnetError} `bad-input` for another type, a part of a frame, or more frames than planned
 */
export function framesWith(
  title: string,
  what: "file" | "stack",
  planned: Pick<StackWriterOptions, "height" | "width" | "type" | "frames">,
  written: number,
  frames: Uint16Array | Float32Array,
): number {
  const pixels = framePixels(planned);
  if (sampleTypeOf(frames) !== planned.type || frames.length % pixels !== 0) {
    throw new SlnetError(
      "bad-input",
      `write ${title}: got ${frames.length} ${sampleTypeOf(frames)} pixels, expected whole frames of ${pixels} ${planned.type} pixels`,
    );
  }
  const end = written + frames.length / pixels;
  if (end <= planned.frames) return end;
  throw new SlnetError(
    "bad-input",
    `write ${title}: frame ${planned.frames} does not fit, the ${what} was planned for ${planned.frames} frames`,
  );
}
