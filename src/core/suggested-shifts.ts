import { defaultConfiguration } from "./configuration.js";

/**
 * A molecule must be dark again in the other frames of its window. On-times are exponential: of those that are on in a
 * frame e⁻⁵, less than 1 %, still are 5 mean times later.
 */
export const onTimesPerShift = 5;

/** Windows must not be few: at least so many parts of the stack of such a length are left over by the longest shift. */
const shiftsPerStack = 2;

/**
 * Temporal shifts for molecules that stay on for a mean time: those of the published code where they are long enough,
 * else multiples of the shortest that is.
 *
 * @param onFrames - in frames
 * @param frameCount - of the stack; the longest shift is at most half of it
 * @returns `null` where the stack is too short for shifts of that length
 */
export function suggestShifts(onFrames: number, frameCount: number): readonly number[] | null {
  const usual = defaultConfiguration.temporalShifts;
  const shortest = Math.ceil(onTimesPerShift * onFrames);
  const fits = (longest: number): boolean => shiftsPerStack * longest < frameCount;
  if (shortest <= usual[1] && fits(usual[usual.length - 1])) return usual;
  const count = usual.length - 1;
  // In a short stack shifts between what molecules need and the usual ones.
  const affordable = Math.floor((frameCount - 1) / (shiftsPerStack * count));
  const step = Math.max(shortest, Math.min(usual[1], affordable));
  return fits(count * step) ? [0, ...Array.from({ length: count }, (_, index) => (index + 1) * step)] : null;
}
