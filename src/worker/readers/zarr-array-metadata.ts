import { SlnetError } from "../../core/errors.js";
import { typesByCode } from "../../core/io/numpy-type.js";
import { storedBytes, type StoredType } from "../../core/io/stored-samples.js";
import { isObject, objectOr, shown, type JsonObject, type ZarrNode } from "./zarr-node.js";

/**
 * Most bytes of one decoded chunk. Decoders in WebAssembly hold it twice, the compressed bytes and the result come on top.
 */
const largestChunk = 64_000_000;

/** Most chunks in one shard; the index of each shard that was used stays in memory. */
const mostInShard = 65_536;

/** What is needed of an array to read it, checked. */
export interface ZarrArrayMetadata {
  readonly shape: readonly number[];
  /** Of what is decoded at once: inside a shard, its chunks. */
  readonly chunkShape: readonly number[];
  readonly storedType: StoredType;
  /** Half-precision floats come as their bits: Node 20 has no array for them. */
  readonly isHalfBits: boolean;
  readonly chunkBytes: number;
  readonly isSharded: boolean;
  /** What chunks that are not stored hold; `null`: the file does not say, so they are missing. */
  readonly fill: number | null;
  readonly littleEndian: boolean;
  /** Names of the compressors, or `none`. */
  readonly compression: string;
  readonly dimensionNames: readonly string[] | null;
  /** The metadata as the array's reader is to see it. */
  readonly document: JsonObject;
}

/** Codecs that read what this package understands; those that scale or cast would change what the values mean. */
const compressors = new Set(["blosc", "lz4", "zstd", "gzip", "zlib"]);
const filters = new Set(["shuffle", "delta"]);

const version3Types: Readonly<Record<string, StoredType>> = {
  bool: "uint8",
  uint8: "uint8",
  int8: "int8",
  uint16: "uint16",
  int16: "int16",
  uint32: "uint32",
  int32: "int32",
  uint64: "uint64",
  int64: "int64",
  float16: "float16",
  float32: "float32",
  float64: "float64",
};

/**
 * Checks the metadata of an array (Zarr 3.0 core specification; Zarr 2 specification) before anything is read by it.
 *
 * @param name - of the array, for messages
 * @throws {@link SlnetError} `bad-input` where it contradicts itself, `unsupported` for what is not read here
 */
export function checkZarrArray({ version, array, attributes }: ZarrNode, name: string): ZarrArrayMetadata {
  if (!array) throw new SlnetError("bad-input", `${name} is a group, expected an array`);
  return version === 3 ? checkVersion3(array, name) : checkVersion2(array, attributes, name);
}

function checkVersion2(array: JsonObject, attributes: JsonObject, name: string): ZarrArrayMetadata {
  if (array.zarr_format !== 2) throw wrong(name, "zarr_format", array.zarr_format, "2");
  const match = typeof array.dtype === "string" ? /^([<>|])([biuf][1248])$/.exec(array.dtype) : null;
  const type = match ? typesByCode[match[2]] : undefined;
  if (!match || !type) throw refused(name, "data type", array.dtype, "integers or floats");
  const shape = extentsOf(array.shape, "shape", name);
  const chunkShape = chunkShapeOf(array.chunks, shape, "chunks", name);
  const order = array.order ?? "C";
  if (order !== "C" && order !== "F") throw wrong(name, "order", order, "C or F");
  const separator = array.dimension_separator ?? ".";
  if (separator !== "." && separator !== "/") throw wrong(name, "dimension_separator", separator, '"." or "/"');
  const names: string[] = [];
  for (const filter of listOf(array.filters ?? [], "filters", name)) {
    const { id } = filter;
    if (typeof id !== "string" || !filters.has(id)) throw refused(name, "filter", id, [...filters].join(" or "));
    requireSameDelta(id, filter, [array.dtype], name);
    names.push(id);
  }
  let compressor: JsonObject | null = null;
  if (array.compressor !== null && array.compressor !== undefined) {
    compressor = objectOr(array.compressor);
    const { id } = compressor;
    if (typeof id !== "string" || !compressors.has(id)) {
      throw refused(name, "compressor", id, [...compressors].join(", "));
    }
    names.push(labelOf(id, compressor));
  }
  const isHalfBits = type === "float16";
  if (isHalfBits && names.includes("delta")) throw refused(name, "filter", "delta of 16-bit floats", "none");
  const fill = fillOf(array.fill_value, type);
  const dtype = isHalfBits ? `${match[1]}u2` : match[2] === "b1" ? "|u1" : array.dtype;
  const dimensions = attributes._ARRAY_DIMENSIONS;
  return {
    shape,
    chunkShape,
    storedType: type,
    isHalfBits,
    chunkBytes: chunkBytesOf(chunkShape, type, name),
    isSharded: false,
    fill,
    littleEndian: match[1] !== ">",
    compression: names.length === 0 ? "none" : names.join(", "),
    dimensionNames: dimensionNamesOf(dimensions, shape),
    document: {
      zarr_format: 2,
      shape,
      chunks: chunkShape,
      dtype,
      order,
      dimension_separator: separator,
      filters: array.filters ?? null,
      compressor,
      fill_value: fillFor(fill, isHalfBits),
    },
  };
}

function checkVersion3(array: JsonObject, name: string): ZarrArrayMetadata {
  const type = typeof array.data_type === "string" ? version3Types[array.data_type] : undefined;
  if (!type) throw refused(name, "data type", array.data_type, "integers or floats");
  const shape = extentsOf(array.shape, "shape", name);
  const grid = objectOr(array.chunk_grid);
  if (grid.name !== "regular") throw refused(name, "chunk grid", grid.name, "regular");
  const outerShape = chunkShapeOf(objectOr(grid.configuration).chunk_shape, shape, "chunk_shape", name);
  const keys = objectOr(array.chunk_key_encoding);
  const separator = objectOr(keys.configuration).separator ?? (keys.name === "v2" ? "." : "/");
  if (keys.name !== "default" && keys.name !== "v2")
    throw refused(name, "chunk key encoding", keys.name, "default or v2");
  if (separator !== "." && separator !== "/") throw wrong(name, "separator", separator, '"." or "/"');
  if (listOf(array.storage_transformers ?? [], "storage_transformers", name).length > 0) {
    throw refused(name, "storage transformer", array.storage_transformers, "none");
  }
  let codecs = listOf(array.codecs, "codecs", name);
  let chunkShape = outerShape;
  let document: readonly JsonObject[] = codecs;
  const isSharded = codecs.some((codec) => codec.name === "sharding_indexed");
  if (isSharded) {
    if (codecs.length > 1)
      throw refused(
        name,
        "codecs",
        codecs.map((codec) => codec.name),
        "sharding_indexed alone",
      );
    const sharding = objectOr(codecs[0].configuration);
    if ((sharding.index_location ?? "end") !== "end")
      throw refused(name, "index_location", sharding.index_location, "end");
    chunkShape = chunkShapeOf(sharding.chunk_shape, shape, "chunk_shape", name);
    const counts = outerShape.map((extent, axis) => extent / chunkShape[axis]);
    if (!counts.every(Number.isInteger)) {
      throw wrong(name, "chunk_shape inside shards", chunkShape, `divisors of ${shown(outerShape)}`);
    }
    const inShard = counts.reduce((product, count) => product * count, 1);
    if (inShard > mostInShard) throw refused(name, "number of chunks in a shard", inShard, `at most ${mostInShard}`);
    codecs = listOf(sharding.codecs, "codecs", name);
    const indexCodecs = listOf(sharding.index_codecs, "index_codecs", name);
    for (const codec of indexCodecs) {
      if (codec.name !== "bytes" && codec.name !== "crc32c") {
        throw refused(name, "codec of the shard index", codec.name, "bytes or crc32c");
      }
    }
    document = [
      {
        name: "sharding_indexed",
        configuration: { chunk_shape: chunkShape, codecs, index_codecs: indexCodecs, index_location: "end" },
      },
    ];
  }
  const names: string[] = [];
  let littleEndian = true;
  for (const codec of codecs) {
    const configuration = objectOr(codec.configuration);
    const id = typeof codec.name === "string" ? codec.name.replace(/^numcodecs\./, "") : "";
    if (codec.name === "bytes") littleEndian = configuration.endian !== "big";
    else if (codec.name === "transpose") requireOrder(configuration.order, shape.length, name);
    else if (compressors.has(id)) names.push(labelOf(id, configuration));
    else if (id !== codec.name && filters.has(id)) {
      requireSameDelta(id, configuration, [array.data_type, undefined], name);
      names.push(id);
    } else if (codec.name !== "crc32c") {
      throw refused(name, "codec", codec.name, ["bytes", "transpose", "crc32c", ...compressors].join(", "));
    }
  }
  const isHalfBits = type === "float16";
  if (isHalfBits && names.includes("delta")) throw refused(name, "codec", "delta of 16-bit floats", "none");
  const fill = fillOf(array.fill_value, type);
  if (isSharded && fill === null) throw wrong(name, "fill_value", array.fill_value, `a value of type ${type}`);
  return {
    shape,
    chunkShape,
    storedType: type,
    isHalfBits,
    chunkBytes: chunkBytesOf(chunkShape, type, name),
    isSharded,
    fill,
    littleEndian,
    compression: names.length === 0 ? "none" : names.join(", "),
    dimensionNames: dimensionNamesOf(array.dimension_names, shape),
    document: {
      zarr_format: 3,
      node_type: "array",
      shape,
      data_type: isHalfBits ? "uint16" : type,
      chunk_grid: { name: "regular", configuration: { chunk_shape: outerShape } },
      chunk_key_encoding: { name: keys.name, configuration: { separator } },
      codecs: document,
      fill_value: fillFor(fill, isHalfBits),
      attributes: {},
    },
  };
}

function extentsOf(value: unknown, what: string, name: string): readonly number[] {
  const extents = Array.isArray(value) ? (value as unknown[]) : [];
  const areValid = extents.every((extent) => Number.isSafeInteger(extent) && (extent as number) >= 1);
  if (extents.length < 1 || extents.length > 16 || !areValid) {
    throw wrong(name, what, value, "1 to 16 whole numbers of at least 1");
  }
  return extents as number[];
}

function chunkShapeOf(value: unknown, shape: readonly number[], what: string, name: string): readonly number[] {
  const chunkShape = extentsOf(value, what, name);
  if (chunkShape.length !== shape.length) throw wrong(name, what, value, `${shape.length} numbers, as in its shape`);
  return chunkShape;
}

function chunkBytesOf(chunkShape: readonly number[], type: StoredType, name: string): number {
  const bytes = chunkShape.reduce((product, extent) => product * extent, storedBytes(type));
  if (bytes <= largestChunk) return bytes;
  throw new SlnetError(
    "unsupported",
    `${name}: a chunk of ${chunkShape.join("×")} ${type} pixels has ${bytes} bytes, expected at most ${largestChunk}; ` +
      "store the array again with smaller chunks",
  );
}

function listOf(value: unknown, what: string, name: string): readonly JsonObject[] {
  if (Array.isArray(value) && value.length <= 16 && value.every(isObject)) return value;
  throw wrong(name, what, value, "a list of at most 16 objects");
}

/** A chunk that is not stored holds this value everywhere. */
function fillOf(value: unknown, type: StoredType): number | null {
  if (typeof value === "boolean") return Number(value);
  const isFloat = type.startsWith("float");
  if (typeof value === "number") {
    if (isFloat) return type === "float16" && value !== 0 ? null : value;
    return Number.isSafeInteger(value) ? value : null;
  }
  const named: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };
  return isFloat && type !== "float16" && typeof value === "string" ? (named[value] ?? null) : null;
}

function fillFor(fill: number | null, isHalfBits: boolean): number | string {
  if (fill === null || isHalfBits) return 0;
  return Number.isFinite(fill) ? fill : String(fill);
}

/** Differences of one type in numbers of another are not what the reader takes them for. */
function requireSameDelta(id: string, configuration: JsonObject, types: readonly unknown[], name: string): void {
  if (id !== "delta") return;
  const { dtype, astype } = configuration;
  if (types.includes(dtype) && (astype === undefined || astype === dtype)) return;
  throw refused(name, "delta", { dtype, astype }, `differences of ${shown(types[0])}`);
}

function requireOrder(order: unknown, rank: number, name: string): void {
  if (order === "C" || order === "F") return;
  const axes = Array.isArray(order) ? (order as unknown[]) : [];
  const isPermutation =
    axes.length === rank &&
    new Set(axes).size === rank &&
    axes.every((axis) => Number.isInteger(axis) && (axis as number) >= 0 && (axis as number) < rank);
  if (!isPermutation) throw wrong(name, "transpose order", order, `each of the ${rank} axes once`);
}

function labelOf(id: string, { cname }: JsonObject): string {
  return id === "blosc" && typeof cname === "string" ? `blosc ${cname.slice(0, 20)}` : id;
}

function dimensionNamesOf(value: unknown, shape: readonly number[]): readonly string[] | null {
  if (!Array.isArray(value) || value.length !== shape.length) return null;
  return value.every((entry) => typeof entry === "string") ? value : null;
}

function wrong(name: string, what: string, found: unknown, expected: string): SlnetError {
  return new SlnetError("bad-input", `${name}: its ${what} is ${shown(found)}, expected ${expected}`);
}

function refused(name: string, what: string, found: unknown, expected: string): SlnetError {
  return new SlnetError(
    "unsupported",
    `${name}: its ${what} is ${shown(found)}, which is not read; expected ${expected}`,
  );
}
