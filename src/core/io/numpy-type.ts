import type { StoredType } from "./stored-samples.js";

/** A type of pixel as NumPy writes it. */
export interface NumpyType {
  readonly type: StoredType;
  /** `null` where the type is one byte, or the text does not say. */
  readonly littleEndian: boolean | null;
}

/** NumPy, "Data type objects", array-protocol strings: a letter for the kind, then the bytes of one item. */
export const typesByCode: Readonly<Record<string, StoredType>> = {
  b1: "uint8",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

const codesByName: Readonly<Record<string, string>> = {
  bool: "b1",
  uint8: "u1",
  int8: "i1",
  uint16: "u2",
  int16: "i2",
  uint32: "u4",
  int32: "i4",
  uint64: "u8",
  int64: "i8",
  float16: "f2",
  float32: "f4",
  float64: "f8",
  float: "f8",
};

/** Reads `uint16`, `u2`, `<u2` or `|b1`. `null` where pixels of this type cannot be read: complex, text, objects. */
export function parseNumpyType(text: string): NumpyType | null {
  const [, order, name] = /^([<>|=]?)(\w{2,8})$/.exec(text) ?? [];
  if (name === undefined) return null;
  const code = Object.hasOwn(codesByName, name) ? codesByName[name] : name;
  if (!Object.hasOwn(typesByCode, code)) return null;
  const type = typesByCode[code];
  if (code.endsWith("1")) return { type, littleEndian: null };
  return { type, littleEndian: order === "<" ? true : order === ">" ? false : null };
}
