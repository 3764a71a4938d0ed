/** A length to write beside a bar. */
export interface ScaleLength {
  readonly length: number;
  readonly unit: "pixel" | "nm" | "µm" | "mm";
  /** Length of the bar on the screen, in CSS pixels. */
  readonly screenPixels: number;
}

const units = [
  { unit: "mm", nanometres: 1e6 },
  { unit: "µm", nanometres: 1e3 },
  { unit: "nm", nanometres: 1 },
] as const;

/**
 * The longest length of 1, 2 or 5 times a power of ten whose bar still fits.
 *
 * @param pixelSizeNm - of a pixel of the frame; `null`: unknown, and the length is in whole pixels
 * @param screenPixelsPerPixel - how large a pixel of the frame is drawn, in CSS pixels
 * @param maximumScreenPixels - what the bar may take
 * @returns `null` where no length can be given: nothing is drawn, or a single pixel of unknown size does not fit
 */
export function roundLength(
  pixelSizeNm: number | null,
  screenPixelsPerPixel: number,
  maximumScreenPixels: number,
): ScaleLength | null {
  const size = pixelSizeNm ?? 1;
  const most = (maximumScreenPixels / screenPixelsPerPixel) * size;
  if (!(screenPixelsPerPixel > 0 && size > 0 && most > 0 && most < Infinity)) return null;
  const power = 10 ** Math.floor(Math.log10(most));
  // A little more than fits, so that 0.1 + 0.2 counts as 0.3.
  const digit = [5, 2, 1].find((candidate) => candidate * power <= most * (1 + 1e-9)) ?? 1;
  const length = digit * power;
  const screenPixels = (length / size) * screenPixelsPerPixel;
  if (pixelSizeNm === null) return length < 1 ? null : { length, unit: "pixel", screenPixels };
  const { unit, nanometres } = units.find((candidate) => length >= candidate.nanometres) ?? units[2];
  return { length: length / nanometres, unit, screenPixels };
}
