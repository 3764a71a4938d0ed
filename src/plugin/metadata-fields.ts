import { SlnetError } from "../core/errors.js";
import type { StackMetadata } from "../core/frames.js";

/** What a person says about a stack in place of its file. `null`: not known, whatever the file says. */
export type MetadataOverrides = Partial<StackMetadata>;

/** One thing that is known about how a stack was recorded, as a form shows it. */
export interface MetadataField {
  readonly key: keyof StackMetadata;
  readonly title: string;
  readonly unit: string;
  /** A shown number is the kept one times this. */
  readonly scale: number;
  /** Smallest and largest number, as shown. Without `withMinimum` it has to be above the smallest. */
  readonly minimum: number;
  readonly maximum: number;
  readonly withMinimum: boolean;
  readonly help: string;
}

export const metadataFields: readonly MetadataField[] = [
  {
    key: "pixelSizeNm",
    title: "Pixel size",
    unit: "nm",
    scale: 1,
    minimum: 0,
    maximum: 1e6,
    withMinimum: false,
    help: "Side of a pixel in the sample.",
  },
  {
    key: "frameIntervalSeconds",
    title: "Frame interval",
    unit: "ms",
    scale: 1000,
    minimum: 0,
    maximum: 1e9,
    withMinimum: false,
    help: "Time from one frame to the next.",
  },
  {
    key: "exposureSeconds",
    title: "Exposure",
    unit: "ms",
    scale: 1000,
    minimum: 0,
    maximum: 1e9,
    withMinimum: false,
    help: "Time for which a frame collects light.",
  },
  {
    key: "cameraOffsetAdu",
    title: "Camera offset",
    unit: "ADU",
    scale: 1,
    minimum: 0,
    maximum: 65535,
    withMinimum: true,
    help: "What the camera reads with the shutter closed.",
  },
  {
    key: "aduPerElectron",
    title: "Camera gain",
    unit: "ADU/e⁻",
    scale: 1,
    minimum: 0,
    maximum: 1e6,
    withMinimum: false,
    help: "Counts per photoelectron.",
  },
];

/** The number as it is shown, or nothing. */
export function metadataText({ scale }: MetadataField, value: number | null): string {
  return value === null ? "" : String(Number((value * scale).toPrecision(7)));
}

/**
 * What was typed into a field, as it is kept.
 *
 * @returns `null` for nothing
 * @throws {@link SlnetError} `bad-input` for what is no number, or one out of range
 */
export function parseMetadata(field: MetadataField, text: string): number | null {
  const typed = text.trim();
  if (typed === "") return null;
  const shown = Number(typed);
  if (Number.isNaN(shown)) {
    throw new SlnetError("bad-input", `${field.title} is "${typed}", expected a number such as 12.5, or nothing`);
  }
  requireInRange(field, shown);
  return shown / field.scale;
}

/** @throws {@link SlnetError} `bad-input` for a number out of its range, or for a name that there is not */
export function requireMetadata(overrides: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(overrides)) {
    const field = metadataFields.find((candidate) => candidate.key === key);
    if (!field) throw new SlnetError("bad-input", `there is no metadata ${key}`);
    if (value === null || value === undefined) continue;
    if (typeof value !== "number") {
      throw new SlnetError("bad-input", `${field.title} is a ${typeof value}, expected a number or null`);
    }
    requireInRange(field, value * field.scale);
  }
}

function requireInRange({ title, unit, minimum, maximum, withMinimum }: MetadataField, shown: number): void {
  if (Number.isFinite(shown) && shown <= maximum && (withMinimum ? shown >= minimum : shown > minimum)) return;
  const range = withMinimum ? `${minimum} to ${maximum}` : `above ${minimum}, at most ${maximum}`;
  throw new SlnetError("bad-input", `${title} is ${shown} ${unit}, expected ${range} ${unit}`);
}
