import { SlnetError } from "../errors.js";
import { unknownMetadata } from "../frames.js";
import { lengthInNanometres, timeInSeconds } from "./physical-units.js";
import type { StoredType } from "./stored-samples.js";
import type { VolumeAxis, VolumeHeader } from "./volume.js";

// Layout: https://nifti.nimh.nih.gov/nifti-1 (nifti1.h) and https://nifti.nimh.nih.gov/nifti-2 (nifti2.h)

/** Bytes of the larger of the two headers. */
export const niftiHeaderBytes = 540;

const types: Readonly<Record<number, readonly [type: StoredType, channels: number]>> = {
  2: ["uint8", 1],
  4: ["int16", 1],
  8: ["int32", 1],
  16: ["float32", 1],
  64: ["float64", 1],
  128: ["uint8", 3],
  256: ["int8", 1],
  512: ["uint16", 1],
  768: ["uint32", 1],
  1024: ["int64", 1],
  1280: ["uint64", 1],
  2304: ["uint8", 4],
};

const lengthUnits = ["", "m", "mm", "um"];
const timeUnits = ["", "s", "ms", "us"];

/** Which of the two forms a header has, in which byte order, or `null` for none. */
function formOf(head: Uint8Array): { readonly version: 1 | 2; readonly littleEndian: boolean } | null {
  if (head.length < 348) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const magic = (offset: number, version: number): boolean =>
    head[offset] === 0x6e &&
    (head[offset + 1] === 0x2b || head[offset + 1] === 0x69) &&
    head[offset + 2] === 0x30 + version &&
    head[offset + 3] === 0;
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    if (size === 348 && magic(344, 1)) return { version: 1, littleEndian };
    if (size === 540 && head.length >= niftiHeaderBytes && magic(4, 2)) return { version: 2, littleEndian };
  }
  return null;
}

/** True for the first bytes of a NIfTI file, or of its header. */
export function isNifti(head: Uint8Array): boolean {
  return formOf(head) !== null;
}

/**
 * Reads the header of a NIfTI file.
 *
 * @param head - the first 540 bytes, decompressed
 * @param gzip - whether the pixels are compressed, together with the header where they are in one file
 * @param imageFile - name of the file with the pixels, where they are in a second one
 * @throws {@link SlnetError} `unsupported` for types that are no plain numbers, `bad-input` for a header without sense
 */
export function readNiftiHeader(
  head: Uint8Array,
  name: string,
  { gzip, imageFile }: { readonly gzip: boolean; readonly imageFile: string | null },
): VolumeHeader {
  const form = formOf(head);
  if (!form) throw new SlnetError("bad-input", `${name} has no NIfTI header`);
  const { version, littleEndian } = form;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isFirst = version === 1;
  const float = (at1: number, at2: number): number =>
    isFirst ? view.getFloat32(at1, littleEndian) : view.getFloat64(at2, littleEndian);
  const dimension = (index: number): number =>
    isFirst ? view.getInt16(40 + 2 * index, littleEndian) : Number(view.getBigInt64(16 + 8 * index, littleEndian));
  const spacing = (index: number): number => Math.abs(float(76 + 4 * index, 104 + 8 * index));

  const typeCode = view.getInt16(isFirst ? 70 : 12, littleEndian);
  if (!Object.hasOwn(types, typeCode)) {
    throw new SlnetError("unsupported", `${name} has pixels of NIfTI type ${typeCode}, expected plain numbers or RGB`);
  }
  const [type, colours] = types[typeCode];
  const count = dimension(0);
  if (!(count >= 1 && count <= 7)) {
    throw new SlnetError("bad-input", `${name} has ${count} dimensions, expected 1 to 7`);
  }
  const axes: VolumeAxis[] = colours > 1 ? [{ kind: "channel", length: colours }] : [];
  for (let index = 1; index <= count; index++) {
    // The fifth dimension holds the parts of a vector.
    axes.push({ kind: index === 4 ? "time" : index === 5 ? "channel" : "space", length: dimension(index) });
  }

  const isOneFile = head[isFirst ? 345 : 5] === 0x2b;
  const offset = isFirst ? view.getFloat32(108, littleEndian) : Number(view.getBigInt64(168, littleEndian));
  const smallest = isOneFile ? (isFirst ? 348 : 540) : 0;
  if (!Number.isSafeInteger(offset) || offset < smallest) {
    throw new SlnetError(
      "bad-input",
      `${name} has its pixels at byte ${offset}, expected a whole number of at least ${smallest}`,
    );
  }
  const notices: string[] = [];
  const [slope, intercept] = [float(112, 176), float(116, 184)];
  // A slope of 0 says that there is none.
  if (Number.isFinite(slope) && slope !== 0 && (slope !== 1 || intercept !== 0)) {
    notices.push(
      `The file says that its values are to be multiplied by ${slope} and ${intercept} added; this is not applied, the stored values are read.`,
    );
  }
  const units = isFirst ? view.getUint8(123) : view.getInt32(500, littleEndian);
  const size = lengthInNanometres(spacing(1), lengthUnits[units & 7] ?? "");
  const interval = count >= 4 ? timeInSeconds(spacing(4), timeUnits[(units >> 3) & 7] ?? "") : null;
  return {
    format: "nifti",
    type,
    littleEndian,
    axes,
    data: {
      file: isOneFile ? null : imageFile,
      offset: gzip ? 0 : offset,
      bytes: null,
      encoding: gzip ? "gzip" : "raw",
      decodedOffset: gzip ? offset : 0,
    },
    ...unknownMetadata,
    // The header has 32-bit floats.
    pixelSizeNm: size === null ? null : Number(size.toPrecision(7)),
    frameIntervalSeconds: interval === null ? null : Number(interval.toPrecision(7)),
    notices,
  };
}
