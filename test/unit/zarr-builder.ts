import * as zarr from "zarrita";

import type { FileFolder } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";

/** Files by path, as they stand in a folder. */
export type TestFiles = Map<string, Uint8Array>;

export interface TestFolder extends FileFolder {
  /** Paths in the order in which they were opened. */
  readonly opened: string[];
}

/** A folder in memory. */
export function folderOf(files: TestFiles, name = "stack.zarr"): TestFolder {
  const opened: string[] = [];
  return {
    name,
    opened,
    list: () => Promise.resolve([...files.keys()].filter((path) => !path.includes("/"))),
    open(path) {
      const bytes = files.get(path);
      if (!bytes) return Promise.resolve(null);
      opened.push(path);
      return Promise.resolve(createBufferSource(path, bytes));
    },
  };
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Bytes of `.zarray` with what a test says otherwise. */
export function zarray(changes: Readonly<Record<string, unknown>> = {}): Uint8Array {
  return json({
    zarr_format: 2,
    shape: [3, 4, 5],
    chunks: [1, 4, 5],
    dtype: "<u2",
    compressor: null,
    fill_value: 0,
    order: "C",
    filters: null,
    dimension_separator: ".",
    ...changes,
  });
}

/** Pixels 0, 1, 2 … as little-endian 16-bit integers. */
export function ramp16(length: number, first = 0): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length }, (_, i) => first + i).buffer);
}

export interface TestArray {
  readonly path?: string;
  readonly shape: number[];
  readonly chunkShape: number[];
  readonly dtype: zarr.NumberDataType | zarr.BigintDataType;
  readonly codecs?: zarr.CodecMetadata[];
  readonly dimensionNames?: string[];
  /** Of each pixel, in the order of the shape, the last axis fastest. */
  readonly values: (index: number) => number;
}

/** Writes an array of Zarr 3 with zarrita. */
export async function writeVersion3(files: TestFiles, array: TestArray): Promise<void> {
  const { path = "", shape, chunkShape, dtype, codecs = [], dimensionNames, values } = array;
  const store = {
    get: (key: string) => files.get(key.slice(1)),
    set: (key: string, bytes: Uint8Array) => void files.set(key.slice(1), bytes.slice()),
  };
  const created = await zarr.create(zarr.root(store).resolve(`/${path}`), {
    shape,
    chunkShape,
    dtype,
    codecs: [...(codecs.some(({ name }) => name === "bytes") ? [] : [littleEndian]), ...codecs].sort(byKind),
    fillValue: dtype.endsWith("int64") ? null : 0,
    ...(dimensionNames && { dimensionNames }),
  } as never);
  const length = shape.reduce((product, extent) => product * extent, 1);
  const numbers = Array.from({ length }, (_, i) => values(i));
  const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  await zarr.set(created as unknown as zarr.Array<"float64", typeof store>, null, {
    data: typed(dtype, numbers),
    shape,
    stride,
  } as never);
}

const littleEndian: zarr.CodecMetadata = { name: "bytes", configuration: { endian: "little" } };

/** Filters on arrays come before `bytes`. */
function byKind(a: zarr.CodecMetadata, b: zarr.CodecMetadata): number {
  const rank = ({ name }: zarr.CodecMetadata): number => (name === "transpose" ? 0 : name === "bytes" ? 1 : 2);
  return rank(a) - rank(b);
}

function typed(dtype: string, numbers: readonly number[]): ArrayBufferView {
  switch (dtype) {
    case "int8":
      return Int8Array.from(numbers);
    case "uint8":
      return Uint8Array.from(numbers);
    case "int16":
      return Int16Array.from(numbers);
    case "uint16":
      return Uint16Array.from(numbers);
    case "int32":
      return Int32Array.from(numbers);
    case "uint32":
      return Uint32Array.from(numbers);
    case "int64":
      return BigInt64Array.from(numbers, BigInt);
    case "uint64":
      return BigUint64Array.from(numbers, BigInt);
    case "float32":
      return Float32Array.from(numbers);
    default:
      return Float64Array.from(numbers);
  }
}

export interface TestMultiscales {
  readonly axes: readonly unknown[];
  readonly scale?: readonly number[];
  readonly path?: string;
  readonly channels?: readonly string[];
}

/** Attributes of an OME-NGFF image. */
export function multiscales({ axes, scale, path = "0", channels }: TestMultiscales): Record<string, unknown> {
  return {
    multiscales: [
      {
        version: "0.4",
        axes,
        datasets: [{ path, ...(scale && { coordinateTransformations: [{ type: "scale", scale }] }) }],
      },
    ],
    ...(channels && { omero: { channels: channels.map((label) => ({ label })) } }),
  };
}

/** An image in Zarr 3, OME-NGFF 0.5. */
export async function imageVersion3(array: TestArray, image: TestMultiscales): Promise<TestFiles> {
  const files: TestFiles = new Map();
  await writeVersion3(files, { ...array, path: "0" });
  files.set("zarr.json", json({ zarr_format: 3, node_type: "group", attributes: { ome: multiscales(image) } }));
  return files;
}

/** An image in Zarr 2, OME-NGFF 0.4, one chunk a frame. */
export function imageVersion2(
  shape: readonly number[],
  image: TestMultiscales,
  changes: Readonly<Record<string, unknown>> = {},
): TestFiles {
  const chunks = shape.map((extent, axis) => (axis < shape.length - 2 ? 1 : extent));
  const files: TestFiles = new Map([
    [".zgroup", json({ zarr_format: 2 })],
    [".zattrs", json(multiscales(image))],
    ["0/.zarray", zarray({ shape, chunks, dimension_separator: "/", ...changes })],
  ]);
  const pixels = shape.slice(-2).reduce((product, extent) => product * extent, 1);
  const frames = shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  for (let frame = 0; frame < frames; frame++) {
    let rest = frame;
    const position = shape.map(() => 0);
    for (let axis = shape.length - 3; axis >= 0; axis--) {
      position[axis] = rest % (shape[axis] ?? 1);
      rest = Math.floor(rest / (shape[axis] ?? 1));
    }
    files.set(`0/${position.join("/")}`, ramp16(pixels, frame * pixels));
  }
  return files;
}
