import { SlnetError } from "../core/errors.js";
import { WrongUsage } from "./wrong-usage.js";

/**
 * A run of frames such as `0:100`, `50:` or `:`, half-open as in NumPy.
 *
 * @returns first frame and the one after the last, `Infinity` for an open end
 * @throws {@link WrongUsage} for a text of another form, or a range that is empty whatever the stack
 */
export function parseFrameRange(text: string): readonly [number, number] {
  const parts = /^(\d{0,9}):(\d{0,9})$/.exec(text.trim());
  if (!parts) throw new WrongUsage(`--frames is "${text}", expected for example 0:100, 50: or :`);
  const from = parts[1] ? Number(parts[1]) : 0;
  const to = parts[2] ? Number(parts[2]) : Infinity;
  if (to <= from)
    throw new WrongUsage(`--frames is "${text}", which holds no frame, expected the second number larger`);
  return [from, to];
}

/**
 * The same range within a stack; an end past that of the stack stops there.
 *
 * @throws {@link SlnetError} `bad-input` where the stack ends before the range begins
 */
export function frameRangeIn([from, to]: readonly [number, number], frameCount: number): { from: number; to: number } {
  if (from >= frameCount) {
    throw new SlnetError("bad-input", `--frames begins at frame ${from}, but the stack has ${frameCount} frames`);
  }
  return { from, to: Math.min(to, frameCount) };
}
