import type { StackRegion, StackShape } from "../../../core/frames.js";
import { steeringStrings } from "../../strings/steering.js";

export const regionKeys = ["x", "y", "width", "height", "first", "last"] as const;
export type RegionKey = (typeof regionKeys)[number];

/** What is typed into the fields of a region. The last frame is in it. */
export type RegionTexts = Readonly<Record<RegionKey, string>>;

/** A region as its fields show it; `null` is the whole stack. */
export function regionTexts(region: StackRegion | null, shape: StackShape): RegionTexts {
  const { x, y, width, height, from, to } = region ?? { ...shape, x: 0, y: 0, from: 0, to: shape.frames };
  return {
    x: String(x),
    y: String(y),
    width: String(width),
    height: String(height),
    first: String(from),
    last: String(to - 1),
  };
}

/**
 * The region that was typed, and one sentence for each field that is wrong.
 *
 * @param neededFrames - least number of frames that a training needs
 * @returns `region` is `null` where a field is wrong
 */
export function parseRegion(
  typed: RegionTexts,
  shape: StackShape,
  neededFrames: number,
): { readonly region: StackRegion | null; readonly mistakes: Readonly<Partial<Record<RegionKey, string>>> } {
  const texts = steeringStrings();
  const titles = texts.regionFields;
  const mistakes: Partial<Record<RegionKey, string>> = {};
  const whole = (key: RegionKey, minimum: number, maximum: number): number => {
    const text = typed[key].trim();
    const value = Number(text);
    if (text === "" || !Number.isInteger(value) || value < minimum || value > maximum) {
      mistakes[key] = texts.wrongWhole(titles[key], text, minimum, maximum);
    }
    return value;
  };
  const x = whole("x", 0, shape.width - 1);
  const y = whole("y", 0, shape.height - 1);
  const width = whole("width", 1, shape.width);
  const height = whole("height", 1, shape.height);
  const first = whole("first", 0, shape.frames - 1);
  const last = whole("last", 0, shape.frames - 1);
  if (x + width > shape.width) mistakes.width ??= texts.tooWide(titles.width, width, titles.x, x, shape.width - x);
  if (y + height > shape.height) {
    mistakes.height ??= texts.tooWide(titles.height, height, titles.y, y, shape.height - y);
  }
  if (last < first) mistakes.last ??= texts.lastBeforeFirst(first, last);
  const frames = last - first + 1;
  // Of the whole stack the training itself says what is missing.
  if (frames < neededFrames && frames < shape.frames) mistakes.last ??= texts.tooFewFrames(frames, neededFrames);
  const isRight = Object.keys(mistakes).length === 0;
  return { region: isRight ? { x, y, width, height, from: first, to: last + 1 } : null, mistakes };
}
