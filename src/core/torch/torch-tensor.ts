import { SlnetError } from "../errors.js";
import { storedBytes, storedValues, type StoredType } from "../io/stored-samples.js";
import { PickleForeign, PickleName, type PickleValue } from "./pickle-values.js";

/** Elements that one tensor of a file may have: an SLNet of 16 frames has 512 in a layer. */
const mostElements = 1_000_000;
const mostDimensions = 8;

/** Types of storages by the names of their classes in `torch`. Those of 16-bit brains have no name in NumPy. */
const storageTypes: Readonly<Record<string, StoredType | "bfloat16">> = {
  FloatStorage: "float32",
  DoubleStorage: "float64",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "uint8",
};

/** The memory that tensors are views of. Where it was (`cpu`, `cuda:0`) does not matter to its values. */
export class TorchStorage extends PickleForeign {
  readonly kind = "storage";
  readonly key: string;
  readonly type: StoredType | "bfloat16";
  /** In elements. */
  readonly length: number;

  constructor(key: string, type: StoredType | "bfloat16", length: number) {
    super();
    this.key = key;
    this.type = type;
    this.length = length;
  }

  get elementBytes(): number {
    return this.type === "bfloat16" ? 2 : storedBytes(this.type);
  }

  get bytes(): number {
    return this.length * this.elementBytes;
  }
}

/** A tensor of which only the place is known: its values are read by {@link tensorValues}. */
export class TorchTensor extends PickleForeign {
  readonly kind = "tensor";
  readonly storage: TorchStorage;
  /** In elements, of the first value. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    super();
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/**
 * What the persistent id of a storage stands for: `("storage", class, key, location, elements)`.
 *
 * @throws {@link SlnetError} `bad-input` where it is not that; `unsupported` for storages of another type
 */
export function storageOf(id: PickleValue, what: string): TorchStorage {
  const [tag, type, key, , length] = Array.isArray(id) ? id : [];
  if (tag !== "storage" || !(type instanceof PickleName) || typeof key !== "string" || !isCount(length)) {
    throw new SlnetError("bad-input", `${what} refers to something that is no storage of a tensor`);
  }
  const stored = Object.hasOwn(storageTypes, type.name) ? storageTypes[type.name] : undefined;
  if (stored) return new TorchStorage(key, stored, length);
  throw new SlnetError(
    "unsupported",
    `${what} has tensors of type ${type.toString()}, expected one of ${Object.keys(storageTypes).join(", ")}`,
  );
}

/**
 * The tensor that `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, …)` would give.
 *
 * @throws {@link SlnetError} `bad-input` where it reaches past its storage, or is no such tensor
 */
export function tensorOf([storage, offset, shape, strides]: readonly PickleValue[], what: string): TorchTensor {
  const isTensor =
    storage instanceof TorchStorage &&
    isCount(offset) &&
    isCounts(shape) &&
    isCounts(strides) &&
    shape.length === strides.length;
  if (!isTensor) throw new SlnetError("bad-input", `${what} has a tensor without storage, shape or strides`);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements > mostElements || shape.length > mostDimensions) {
    throw new SlnetError(
      "unsupported",
      `${what} has a tensor of shape [${shape.slice(0, mostDimensions + 1).join(", ")}], expected at most ${mostElements} values; it is no SLNet`,
    );
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset);
  if (elements > 0 && last >= storage.length) {
    throw new SlnetError(
      "bad-input",
      `${what} has a tensor that ends at element ${last + 1} of a storage of ${storage.length}`,
    );
  }
  return new TorchTensor(storage, offset, shape, strides);
}

/** The values of a tensor, row-major, out of the bytes of its storage. */
export function tensorValues(
  { storage, offset, shape, strides }: TorchTensor,
  bytes: Uint8Array,
  littleEndian: boolean,
): Float64Array<ArrayBuffer> {
  const stored =
    storage.type === "bfloat16" ? brainFloats(bytes, littleEndian) : storedValues(bytes, storage.type, littleEndian);
  const out = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  for (let i = 0, at = offset; i < out.length; i++) {
    out[i] = stored[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** The upper halves of 32-bit floats. */
function brainFloats(bytes: Uint8Array, littleEndian: boolean): Float64Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out = new Float64Array(bytes.length / 2);
  const widened = new DataView(new ArrayBuffer(4));
  for (let i = 0; i < out.length; i++) {
    widened.setUint16(0, view.getUint16(2 * i, littleEndian));
    out[i] = widened.getFloat32(0);
  }
  return out;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
