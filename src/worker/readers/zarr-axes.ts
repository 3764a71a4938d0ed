import { SlnetError, type Choice } from "../../core/errors.js";
import type { StackSelection } from "../../core/frames.js";
import { choosePosition } from "../../core/io/choose-position.js";
import { inUnit, nanometresIn, secondsIn } from "../../core/io/physical-units.js";
import { roleOf, type AxisRole, type ZarrAxis, type ZarrImage } from "./zarr-image.js";

/** Which part of an array is the stack. */
export interface ZarrView {
  /** Positions of these axes in the shape; `null`: the array is one frame. */
  readonly frameAxis: number | null;
  readonly heightAxis: number;
  readonly widthAxis: number;
  /** Where the other axes stand, by position in the shape; 0 for those above. */
  readonly fixed: readonly number[];
  readonly pixelSizeNm: number | null;
  readonly frameIntervalSeconds: number | null;
  readonly notices: readonly string[];
}

/**
 * Decides what is a frame: one of time and z runs, the others stand still.
 *
 * @param name - of the stack, for messages
 * @throws {@link SlnetError} `choice-needed` for several channels, or for both time and z
 */
export function viewOfZarr(
  image: Pick<ZarrImage, "axes" | "channelLabels">,
  shape: readonly number[],
  dimensionNames: readonly string[] | null,
  selection: StackSelection,
  name: string,
): ZarrView {
  const notices: string[] = [];
  const axes = image.axes ?? namedAxes(dimensionNames) ?? assumedAxes(shape, name, notices);
  const find = (role: AxisRole): number | null => {
    const found = axes.flatMap((axis, index) => (axis.role === role ? [index] : []));
    if (found.length > 1) throw new SlnetError("bad-input", `${name} has ${found.length} axes for ${role}, expected 1`);
    return found[0] ?? null;
  };
  const [time, channel, z, y, x] = [find("time"), find("channel"), find("z"), find("y"), find("x")];
  if (y === null || x === null) {
    throw new SlnetError(
      "unsupported",
      `${name} has axes ${axes.map((axis) => axis.name).join(", ") || "without names"}, expected y and x among them`,
    );
  }
  const other = axes.findIndex((axis, index) => axis.role === "other" && shape[index] > 1);
  if (other >= 0) {
    throw new SlnetError(
      "unsupported",
      `${name} has ${shape[other]} positions along its axis "${axes[other].name}", expected only t, c, z, y and x`,
    );
  }

  const fixed = shape.map(() => 0);
  const choose = (of: Choice["of"], axis: number | null, labels: (position: number) => string): void => {
    const count = axis === null ? 1 : shape[axis];
    const what = of === "channel" ? "channels" : "slices along z, each with its own frames";
    const chosen = choosePosition({ name, of, count, what, labelOf: labels }, selection[of]);
    if (axis !== null) fixed[axis] = chosen;
  };
  choose("channel", channel, (position) => image.channelLabels[position] || `channel ${position}`);
  const runsAlongZ = z !== null && shape[z] > 1 && (time === null || shape[time] === 1);
  if (runsAlongZ) {
    notices.push("The slices along z are taken as frames, one after the other in time.");
  } else {
    choose("slice", z, (position) => `slice ${position}`);
  }
  const frameAxis = runsAlongZ ? z : time;
  const [pixelHeight, pixelWidth] = [y, x].map((axis) => scaleIn(axes[axis], nanometresIn));
  if (pixelHeight !== null && pixelWidth !== null && Math.abs(pixelHeight - pixelWidth) > 1e-6 * pixelWidth) {
    notices.push(`The pixels are ${pixelWidth} nm wide and ${pixelHeight} nm high; the width is taken as their size.`);
  }
  return {
    frameAxis,
    heightAxis: y,
    widthAxis: x,
    fixed,
    pixelSizeNm: pixelWidth,
    frameIntervalSeconds: frameAxis !== null && frameAxis === time ? scaleIn(axes[time], secondsIn) : null,
    notices,
  };
}

function namedAxes(names: readonly string[] | null): readonly ZarrAxis[] | null {
  const axes = names?.map((name) => ({ name, role: roleOf(name, null), unit: null, scale: null })) ?? [];
  const has = (role: AxisRole): boolean => axes.some((axis) => axis.role === role);
  return has("y") && has("x") ? axes : null;
}

function assumedAxes(shape: readonly number[], name: string, notices: string[]): readonly ZarrAxis[] {
  const names = { 2: ["y", "x"], 3: ["t", "y", "x"] }[shape.length];
  if (!names) {
    throw new SlnetError(
      "unsupported",
      `${name} is an array of ${shape.join("×")} without names of its axes, expected frames × height × width`,
    );
  }
  notices.push(
    `The array does not say what its axes are; it is read as ${shape.length === 3 ? "frames × " : ""}height × width.`,
  );
  return names.map((axis) => ({ name: axis, role: roleOf(axis, null), unit: null, scale: null }));
}

function scaleIn({ unit, scale }: ZarrAxis, factorOf: (unit: string) => number | null): number | null {
  const value = inUnit(scale, unit === null ? null : factorOf(unit));
  // 12 digits: what a product of decimal fractions adds beyond them was never measured.
  return value === null ? null : Number(value.toPrecision(12));
}
