import { SlnetError } from "./errors.js";
import type { StackShape } from "./frames.js";

export type PixelPosition = readonly [x: number, y: number];

/**
 * The pixels of a straight line from one to another, both among them: positions about one pixel apart along the line,
 * at the nearest pixel each. On a slanted line a pixel may come twice.
 *
 * @param name - of the stack, for the message
 * @throws {@link SlnetError} `bad-input` where an end is no pixel of the frame
 */
export function pathPixels(name: string, shape: StackShape, from: PixelPosition, to: PixelPosition): PixelPosition[] {
  for (const end of [from, to]) requirePixel(name, shape, end);
  const [x, y] = from;
  const [dx, dy] = [to[0] - x, to[1] - y];
  const steps = Math.round(Math.hypot(dx, dy));
  if (steps === 0) return [[x, y]];
  return Array.from({ length: steps + 1 }, (_, step) => [
    Math.round(x + (dx * step) / steps),
    Math.round(y + (dy * step) / steps),
  ]);
}

function requirePixel(name: string, { width, height }: StackShape, position: PixelPosition): void {
  const isPair = Array.isArray(position) && position.length === 2;
  const [x, y] = isPair ? position : [NaN, NaN];
  if (Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < width && y < height) return;
  throw new SlnetError(
    "bad-input",
    `${name}: there is no pixel at ${JSON.stringify(position)}, expected [column, row] of ${width}×${height} pixels`,
  );
}
