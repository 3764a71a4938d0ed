import type { SampleType } from "../../../core/frames.js";

/** Bytes of a NIfTI-1 header with the four that say that no extension follows. */
const headerBytes = 352;
/** Sizes are 16-bit in a NIfTI-1 header. */
export const largestSide = 32_767;

const datatypes: Record<SampleType, readonly [code: number, bits: number]> = {
  uint8: [2, 8],
  uint16: [512, 16],
  float32: [16, 32],
};

/**
 * A NIfTI-1 file of one black frame: x to the right, y upwards.
 *
 * @param step - size of a pixel along y and x
 */
export function blackNifti(
  type: SampleType,
  height: number,
  width: number,
  [stepY, stepX]: readonly [y: number, x: number],
): ArrayBuffer {
  const [code, bits] = datatypes[type];
  const buffer = new ArrayBuffer(headerBytes + (height * width * bits) / 8);
  const view = new DataView(buffer);
  const int16 = (offset: number, ...values: number[]): void =>
    values.forEach((value, index) => view.setInt16(offset + 2 * index, value, true));
  const float32 = (offset: number, ...values: number[]): void =>
    values.forEach((value, index) => view.setFloat32(offset + 4 * index, value, true));
  view.setInt32(0, 348, true);
  int16(40, 3, width, height, 1, 1, 1, 1, 1);
  int16(70, code, bits);
  float32(76, 1, stepX, stepY, stepX, 1, 1, 1, 1);
  float32(108, headerBytes, 1, 0);
  // Coordinates are those of a scanner, and given by the matrix that follows.
  int16(254, 1);
  float32(280, stepX, 0, 0, 0);
  float32(296, 0, stepY, 0, 0);
  float32(312, 0, 0, stepX, 0);
  view.setUint32(344, 0x6e2b3100);
  return buffer;
}
