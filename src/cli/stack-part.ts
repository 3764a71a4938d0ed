import type { StackRegion, StackShape } from "../core/frames.js";
import { frameRangeIn, parseFrameRange } from "./frame-range.js";
import type { OptionValue } from "./option.js";
import { WrongUsage } from "./wrong-usage.js";

/** What `--region` and `--frames` say, each `null` where it was not given. */
export interface StackPart {
  readonly rectangle: Pick<StackRegion, "x" | "y" | "width" | "height"> | null;
  readonly frames: readonly [number, number] | null;
}

/**
 * Takes the two options apart, before there is a stack.
 *
 * @throws {@link WrongUsage} for a value of another form
 */
export function parseStackPart(region: OptionValue | undefined, frames: string | undefined): StackPart {
  return {
    rectangle: region === undefined ? null : rectangleOf(region as readonly number[]),
    frames: frames === undefined ? null : parseFrameRange(frames),
  };
}

/**
 * The region of a stack that was asked for. What was not given is as in `inherited`, else the whole.
 *
 * @returns `null` for the whole stack
 * @throws {@link SlnetError} `bad-input` where the stack ends before the frames begin
 */
export function regionOf(
  { rectangle, frames }: StackPart,
  inherited: StackRegion | null,
  shape: StackShape,
): StackRegion | null {
  if (!rectangle && !frames) return inherited;
  const whole = { x: 0, y: 0, width: shape.width, height: shape.height, from: 0, to: shape.frames };
  return { ...whole, ...inherited, ...rectangle, ...(frames && frameRangeIn(frames, shape.frames)) };
}

function rectangleOf(numbers: readonly number[]): StackPart["rectangle"] {
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  if (numbers.length === 4 && x >= 0 && y >= 0 && width > 0 && height > 0) return { x, y, width, height };
  throw new WrongUsage(`--region is "${numbers.join(",")}", expected X,Y,WIDTH,HEIGHT, for example 64,64,128,128`);
}
