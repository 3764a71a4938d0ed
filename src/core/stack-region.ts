import { SlnetError } from "./errors.js";
import type { StackRegion, StackShape } from "./frames.js";

/** Whether it is a region of some pixels and frames, of whatever stack. */
export function isRegion(region: StackRegion): boolean {
  const { x, y, width, height, from, to } = region;
  const isWhole = [x, y, width, height, from, to].every((value) => Number.isSafeInteger(value) && value >= 0);
  return isWhole && width > 0 && height > 0 && to > from;
}

/**
 * Checks a region from outside, and gives it anew from the parts that were checked.
 *
 * @param name - of the stack, for the message
 * @throws {@link SlnetError} `bad-input` where it is no part of a stack of this shape
 */
export function regionIn(name: string, shape: StackShape, region: StackRegion): StackRegion {
  const { x, y, width, height, from, to } = region;
  if (isRegion(region) && x + width <= shape.width && y + height <= shape.height && to <= shape.frames) {
    return { x, y, width, height, from, to };
  }
  throw new SlnetError(
    "bad-input",
    `${name}: the region is ${width}×${height} pixels from column ${x} and row ${y} on, frames ${from}:${to}; ` +
      `expected a part of ${shape.width}×${shape.height} pixels, frames 0:${shape.frames}`,
  );
}
