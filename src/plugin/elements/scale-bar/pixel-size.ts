import type { ImageDisplay } from "../../host/contract.js";

const nanometres = new Map([
  ["pm", 1e-3],
  ["nm", 1],
  ["nanometer", 1],
  ["um", 1e3],
  ["µm", 1e3],
  // The Greek letter, beside the micro sign above.
  ["μm", 1e3],
  ["micron", 1e3],
  ["micrometer", 1e3],
  ["mm", 1e6],
]);

/** Width of a pixel of a layer in nanometres, `null` where its units do not say. */
export function pixelSizeNm({ scale, units }: Pick<ImageDisplay, "scale" | "units">): number | null {
  const factor = nanometres.get(units[2]);
  return factor !== undefined && scale[2] > 0 && scale[2] < Infinity ? scale[2] * factor : null;
}
