import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readNpyHeader } from "./npy-reader.js";
import { parseNumpyType } from "./numpy-type.js";
import { readExactly } from "./read-exactly.js";
import { storedBytes, storedValues } from "./stored-samples.js";

/** Axes that an array may have; those of images have five. */
const mostAxes = 8;

/** An array of numbers of any shape. */
export interface NumberArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * Reads a small array that NumPy saved, whole.
 *
 * @param mostElements - that it may have
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it is larger, or of another type
 */
export async function readNpyArray(source: ByteSource, mostElements: number): Promise<NumberArray> {
  const { name } = source;
  const { descr, fortranOrder, shape, end } = await readNpyHeader(source);
  const numpyType = parseNumpyType(descr);
  if (!numpyType) {
    throw new SlnetError("unsupported", `${name} is an array of ${descr.slice(0, 80)}, expected integers or floats`);
  }
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements > mostElements || shape.length > mostAxes) {
    throw new SlnetError(
      "unsupported",
      `${name} is an array of shape (${shape.slice(0, mostAxes + 1).join(", ")}), expected at most ${mostElements} numbers on ${mostAxes} axes`,
    );
  }
  if (fortranOrder && shape.filter((extent) => extent > 1).length > 1) {
    throw new SlnetError("unsupported", `${name} is stored in Fortran order, expected C order`);
  }
  const bytes = elements * storedBytes(numpyType.type);
  if (end + bytes > source.size) {
    throw new SlnetError("bad-input", `${name} ends after ${source.size} bytes, and its array needs ${end + bytes}`);
  }
  const stored = await readExactly(source, end, bytes);
  return { shape, values: storedValues(stored, numpyType.type, numpyType.littleEndian !== false) };
}
