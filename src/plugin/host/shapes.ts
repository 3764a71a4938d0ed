import { SlnetError } from "../../core/errors.js";
import type { PickedShape } from "./contract.js";

const kinds: readonly string[] = ["point", "line", "rectangle"] satisfies readonly PickedShape["kind"][];

/** @throws {@link SlnetError} `bad-input` for a kind that there is not */
export function requireShapeKind(kind: PickedShape["kind"]): PickedShape["kind"] {
  if (kinds.includes(kind)) return kind;
  throw new SlnetError("bad-input", `shape is of kind ${kind}, expected ${kinds.join(", ")}`);
}

/** @throws {@link SlnetError} `bad-input` where it is not a shape in whole pixels */
export function requireShape(shape: PickedShape): PickedShape {
  requireShapeKind(shape.kind);
  const [places, sizes] = numbersOf(shape);
  for (const place of places) {
    if (!isPixel(place))
      throw new SlnetError("bad-input", `${shape.kind} is at ${place}, expected whole pixels from 0`);
  }
  for (const size of sizes) {
    if (!isPixel(size) || size === 0)
      throw new SlnetError("bad-input", `${shape.kind} is ${size} pixels large, expected a whole number above 0`);
  }
  return shape;
}

function numbersOf(shape: PickedShape): readonly [places: readonly number[], sizes: readonly number[]] {
  if (shape.kind === "line") return [[...shape.from, ...shape.to], []];
  return [[shape.x, shape.y], shape.kind === "rectangle" ? [shape.width, shape.height] : []];
}

function isPixel(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
