import { maskedPedestalAdu } from "./masked-mean.js";

/** The most that 16-bit pixels hold. */
export const largestOffsetAdu = 65535;

/** What the offset of saved sparse frames depends on, where nobody asked for one. */
export interface SparseOffsetFacts {
  readonly type: "uint16" | "float32";
  /** What is left of a frame has noise below 0, as the masked mean leaves it. */
  readonly isSigned: boolean;
  /** Of the camera, `null` where it is not known. */
  readonly cameraOffsetAdu: number | null;
  /** Of the configuration of the model that cleans, `null` where there is none. */
  readonly modelOffsetAdu: number | null;
}

export interface SparseOffset {
  readonly offsetAdu: number;
  readonly offsetFrom: "camera" | "model" | "pedestal" | "default";
}

/**
 * What is added to the saved sparse frames, in ADU. In 16-bit pixels the offset of the camera where it is known and they
 * can hold it, so that a localizer finds it and noise below zero is kept; else that of the model; else 0, or, where there
 * always is such noise, 100.
 */
export function sparseOffset({ type, isSigned, cameraOffsetAdu, modelOffsetAdu }: SparseOffsetFacts): SparseOffset {
  const is16Bit = type === "uint16";
  // An offset of 0 would cut that noise off.
  const isUsable = (offsetAdu: number | null): offsetAdu is number =>
    offsetAdu !== null && (isSigned ? offsetAdu > 0 : offsetAdu >= 0);
  if (is16Bit && isUsable(cameraOffsetAdu) && cameraOffsetAdu <= largestOffsetAdu) {
    return { offsetAdu: cameraOffsetAdu, offsetFrom: "camera" };
  }
  if (isUsable(modelOffsetAdu)) return { offsetAdu: modelOffsetAdu, offsetFrom: "model" };
  if (is16Bit && isSigned) return { offsetAdu: maskedPedestalAdu, offsetFrom: "pedestal" };
  return { offsetAdu: 0, offsetFrom: "default" };
}
