import { storedBytes, type StoredType } from "../../src/core/io/stored-samples.js";

// Writes the plain volume formats byte by byte from their specifications, so that the readers are checked against
// files that no code of ours has touched.

/** Stored values as bytes. */
export function packed(values: readonly number[], type: StoredType, littleEndian = true): Buffer {
  const size = storedBytes(type);
  const bytes = Buffer.alloc(values.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const write: Readonly<Record<StoredType, (at: number, value: number) => void>> = {
    uint8: (at, value) => view.setUint8(at, value),
    int8: (at, value) => view.setInt8(at, value),
    uint16: (at, value) => view.setUint16(at, value, littleEndian),
    int16: (at, value) => view.setInt16(at, value, littleEndian),
    uint32: (at, value) => view.setUint32(at, value, littleEndian),
    int32: (at, value) => view.setInt32(at, value, littleEndian),
    uint64: (at, value) => view.setBigUint64(at, BigInt(value), littleEndian),
    int64: (at, value) => view.setBigInt64(at, BigInt(value), littleEndian),
    float16: (at, value) => view.setUint16(at, halfBits(value), littleEndian),
    float32: (at, value) => view.setFloat32(at, value, littleEndian),
    float64: (at, value) => view.setFloat64(at, value, littleEndian),
  };
  values.forEach((value, index) => write[type](index * size, value));
  return bytes;
}

/** Small whole numbers only: an exponent, and a fraction of ten bits. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.round((Math.abs(value) / 2 ** exponent - 1) * 1024);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;
}

export function mrcHeader(
  [width, height, sections]: readonly [number, number, number],
  mode: number,
  {
    littleEndian = true,
    extended = 0,
    cell = [0, 0],
    spaceGroup = 0,
    perVolume = sections,
    marked = true,
    imodFlags,
  }: {
    readonly littleEndian?: boolean;
    readonly extended?: number;
    /** Å */
    readonly cell?: readonly [number, number];
    readonly spaceGroup?: number;
    readonly perVolume?: number;
    readonly marked?: boolean;
    readonly imodFlags?: number;
  } = {},
): Buffer {
  const bytes = Buffer.alloc(1024 + Math.max(0, Math.min(extended, 4096)), 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const integers: readonly (readonly [number, number])[] = [
    [0, width],
    [4, height],
    [8, sections],
    [12, mode],
    [28, width],
    [32, height],
    [36, perVolume],
    [64, 1],
    [68, 2],
    [72, 3],
    [88, spaceGroup],
    [92, extended],
    [108, 20140],
    ...(imodFlags === undefined
      ? []
      : ([
          [152, 1146047817],
          [156, imodFlags],
        ] as const)),
  ];
  for (const [at, value] of integers) view.setInt32(at, value, littleEndian);
  view.setFloat32(40, cell[0], littleEndian);
  view.setFloat32(44, cell[1], littleEndian);
  if (marked) {
    bytes.write("MAP ", 208, "latin1");
    bytes.set(littleEndian ? [0x44, 0x44] : [0x11, 0x11], 212);
  }
  return bytes;
}

export function nrrdHeader(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(
    `NRRD0004\n# a comment\n${Object.entries(fields)
      .map(([field, value]) => `${field}: ${value}\n`)
      .join("")}key:=value\n\n`,
  );
}

export function metaHeader(fields: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(
    ["ObjectType = Image", ...Object.entries(fields).map(([field, value]) => `${field} = ${value}`), ""].join("\n"),
  );
}

/** @param sizes - of up to seven dimensions */
export function niftiHeader(
  sizes: readonly number[],
  typeCode: number,
  {
    version = 1,
    littleEndian = true,
    oneFile = true,
    offset = oneFile ? (version === 1 ? 352 : 544) : 0,
    spacing = [],
    units = 0,
    slope = 0,
    intercept = 0,
  }: {
    readonly version?: 1 | 2;
    readonly littleEndian?: boolean;
    readonly oneFile?: boolean;
    readonly offset?: number;
    readonly spacing?: readonly number[];
    readonly units?: number;
    readonly slope?: number;
    readonly intercept?: number;
  } = {},
): Buffer {
  const bytes = Buffer.alloc(version === 1 ? 352 : 544);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dimensions = [sizes.length, ...sizes, 1, 1, 1, 1, 1, 1, 1].slice(0, 8);
  if (version === 1) {
    view.setInt32(0, 348, littleEndian);
    dimensions.forEach((size, index) => view.setInt16(40 + 2 * index, size, littleEndian));
    view.setInt16(70, typeCode, littleEndian);
    spacing.forEach((value, index) => view.setFloat32(80 + 4 * index, value, littleEndian));
    view.setFloat32(108, offset, littleEndian);
    view.setFloat32(112, slope, littleEndian);
    view.setFloat32(116, intercept, littleEndian);
    view.setUint8(123, units);
    bytes.write(oneFile ? "n+1\0" : "ni1\0", 344, "latin1");
  } else {
    view.setInt32(0, 540, littleEndian);
    bytes.write(oneFile ? "n+2\0\r\n\x1a\n" : "ni2\0\r\n\x1a\n", 4, "latin1");
    view.setInt16(12, typeCode, littleEndian);
    dimensions.forEach((size, index) => view.setBigInt64(16 + 8 * index, BigInt(size), littleEndian));
    spacing.forEach((value, index) => view.setFloat64(112 + 8 * index, value, littleEndian));
    view.setBigInt64(168, BigInt(offset), littleEndian);
    view.setFloat64(176, slope, littleEndian);
    view.setFloat64(184, intercept, littleEndian);
    view.setInt32(500, units, littleEndian);
  }
  return oneFile ? bytes : bytes.subarray(0, version === 1 ? 348 : 540);
}
