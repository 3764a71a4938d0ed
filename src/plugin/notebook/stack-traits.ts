import { SlnetError } from "../../core/errors.js";
import { framePixels, sampleBytes, type SampleType, type StackShape } from "../../core/frames.js";
import { isRecord } from "../../core/models/record.js";
import type { WidgetModel } from "./widget-model.js";

/** A frame is held several times over, in Python, in the page and in its worker. */
const largestFrameBytes = 256 * 1024 ** 2;

/** What the traits say of the stack. */
export interface StackTraits {
  readonly name: string;
  readonly shape: StackShape;
}

/**
 * The stack that Python offers.
 *
 * @throws {@link SlnetError} `bad-input` where its traits are no stack, `unsupported` where its frames are too large
 */
export function stackTraits(model: WidgetModel): StackTraits {
  const [frames, height, width] = checkedSizes(model.get("shape"));
  const shape = { frames, height, width, type: checkedType(model.get("dtype")) };
  const bytes = framePixels(shape) * sampleBytes(shape.type);
  if (bytes > largestFrameBytes) {
    throw new SlnetError(
      "unsupported",
      `the stack has frames of ${width} × ${height} pixels (${Math.ceil(bytes / 1e6)} MB), ` +
        `expected at most ${Math.floor(largestFrameBytes / 1e6)} MB each`,
    );
  }
  const name = model.get("name");
  return { name: typeof name === "string" && name !== "" ? name.slice(0, 200) : "stack", shape };
}

/**
 * A trait that holds values by name.
 *
 * @throws {@link SlnetError} `bad-input` where it is something else
 */
export function recordTrait(model: WidgetModel, trait: string): Readonly<Record<string, unknown>> {
  const value = model.get(trait);
  if (value === null || value === undefined) return {};
  if (isRecord(value)) return value;
  throw new SlnetError("bad-input", `the trait ${trait} is ${shown(value)}, expected values by name`);
}

/**
 * A trait that holds a text.
 *
 * @throws {@link SlnetError} `bad-input` where it is something else
 */
export function textTrait(model: WidgetModel, trait: string): string {
  const value = model.get(trait) ?? "";
  if (typeof value === "string") return value;
  throw new SlnetError("bad-input", `the trait ${trait} is ${shown(value)}, expected a text`);
}

function checkedSizes(shape: unknown): readonly [frames: number, height: number, width: number] {
  if (
    Array.isArray(shape) &&
    shape.length === 3 &&
    shape.every((size) => Number.isSafeInteger(size) && size > 0) &&
    Number.isSafeInteger(shape.reduce<number>((product, size) => product * Number(size), 1))
  ) {
    return shape as unknown as readonly [number, number, number];
  }
  throw new SlnetError(
    "bad-input",
    `the shape of the stack is ${shown(shape)}, expected [frames, height, width] in whole numbers above 0`,
  );
}

function checkedType(dtype: unknown): SampleType {
  if (dtype === "uint8" || dtype === "uint16" || dtype === "float32") return dtype;
  throw new SlnetError(
    "bad-input",
    `the dtype of the stack is ${shown(dtype)}, expected "uint8", "uint16" or "float32"`,
  );
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
