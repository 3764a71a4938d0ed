import { SlnetError } from "../errors.js";
import { framePixels, sampleTypeOf, type SampleArray, type StackShape } from "../frames.js";

/**
 * Checks what a reader is asked for.
 *
 * @throws {@link SlnetError} `bad-input` where there are no such frames, or `out` does not take exactly these
 */
export function requireFrameRange(name: string, shape: StackShape, from: number, to: number, out: SampleArray): void {
  if (!(from >= 0 && from <= to && to <= shape.frames) || !Number.isInteger(from) || !Number.isInteger(to)) {
    throw new SlnetError("bad-input", `${name}: frames ${from} to ${to} asked for, it has ${shape.frames} frames`);
  }
  const pixels = (to - from) * framePixels(shape);
  if (sampleTypeOf(out) !== shape.type || out.length !== pixels) {
    throw new SlnetError(
      "bad-input",
      `${name}: ${out.length} ${sampleTypeOf(out)} pixels given to read into, expected ${pixels} ${shape.type}`,
    );
  }
}

/**
 * Checks a single frame that is asked for.
 *
 * @throws {@link SlnetError} `bad-input` where there is no such frame
 */
export function requireFrame(name: string, shape: StackShape, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < shape.frames) return;
  throw new SlnetError("bad-input", `${name}: frame ${index} asked for, it has ${shape.frames} frames`);
}
