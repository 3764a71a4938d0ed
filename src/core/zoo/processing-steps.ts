import { SlnetError } from "../errors.js";
import { listOf, partOf, textOf } from "../models/record.js";

/** What the steps before or after a network do to every value: (value − shift) / scale. */
export interface Scaling {
  readonly shift: number;
  /** Above 0. */
  readonly scale: number;
}

/** Steps that are read; nobody needs more. */
const mostSteps = 16;

/**
 * What the steps of a description do together, where they are the same for every pixel of every image.
 *
 * @param name - of the package, for messages
 * @param steps - of the specification 0.4 (`name`) or 0.5 (`id`)
 * @throws {@link SlnetError} `unsupported` where they look at the image or are not linear
 */
export function scalingOf(name: string, steps: readonly unknown[]): Scaling {
  if (steps.length > mostSteps) throw new SlnetError("unsupported", `${name} has ${steps.length} steps of processing`);
  let shift = 0;
  let scale = 1;
  for (const step of steps.map((found) => linearOf(name, found))) {
    if (!step) continue;
    // ((v − shift) / scale − s) / c = (v − (shift + s·scale)) / (scale·c)
    shift += step.shift * scale;
    scale *= step.scale;
  }
  if (!(Number.isFinite(shift) && Number.isFinite(scale) && scale > 0)) {
    throw new SlnetError(
      "unsupported",
      `${name} has steps of processing that come to (x − ${shift}) / ${scale}, expected a division by a positive number`,
    );
  }
  return { shift, scale };
}

/** A step as (value − shift) / scale; `null` for one that does nothing to it. */
function linearOf(name: string, step: unknown): { readonly shift: number; readonly scale: number } | null {
  const id = textOf(step, "id") || textOf(step, "name");
  const refuse = (what: string): never => {
    throw new SlnetError(
      "unsupported",
      `${name} has the step of processing "${id.slice(0, 60)}"${what}, expected fixed linear ones only`,
    );
  };
  const number = (key: string, usual: number | null): number => {
    const found = partOf(step, "kwargs", key);
    // One value for each channel, where all are the same.
    const values = found === undefined ? [usual] : Array.isArray(found) ? listOf(step, "kwargs", key).flat(7) : [found];
    const [value] = values;
    return typeof value === "number" && values.every((other) => other === value)
      ? value
      : refuse(` with ${key} that is not one number`);
  };
  switch (id) {
    case "ensure_dtype":
      return /^float(32|64)$/.test(textOf(step, "kwargs", "dtype")) ? null : refuse(" to whole numbers");
    case "scale_linear": {
      const gain = number("gain", 1);
      return { shift: -number("offset", 0) / gain, scale: 1 / gain };
    }
    case "fixed_zero_mean_unit_variance":
      return { shift: number("mean", null), scale: number("std", null) };
    case "zero_mean_unit_variance":
      if (textOf(step, "kwargs", "mode") !== "fixed") return refuse(", which looks at the image");
      return { shift: number("mean", null), scale: number("std", null) };
    default:
      return refuse("");
  }
}
