import { errorMessage, SlnetError } from "../errors.js";
import { unknownMetadata, type ByteSource, type StackReader, type StackSelection } from "../frames.js";
import { isRecord, listOf, textOf, type UnknownRecord } from "../models/record.js";
import { openRawFrames, statedFrameBytes } from "./raw-frames.js";
import { readExactly } from "./read-exactly.js";
import { chooseArray } from "./stack-arrays.js";
import { factsName, longestFacts, readStackFacts } from "./stack-facts.js";
import { roundingNotice, storedBytes, workingType, type StoredType } from "./stored-samples.js";

/** Bytes of the header that is read: ours with the record of a model has up to 100,000. */
const largestHeader = 1024 * 1024;

/** Types of tensors that are read, by the names that safetensors has for them. */
const types: Readonly<Record<string, StoredType>> = {
  BOOL: "uint8",
  U8: "uint8",
  I8: "int8",
  U16: "uint16",
  I16: "int16",
  U32: "uint32",
  I32: "int32",
  U64: "uint64",
  I64: "int64",
  F16: "float16",
  F32: "float32",
  F64: "float64",
};

/** A tensor as the header says it is. */
export interface StatedTensor {
  readonly name: string;
  /** As written there. */
  readonly dtype: string;
  /** `null` for a type that is not read. */
  readonly type: StoredType | null;
  /** `NaN` for what is no size. */
  readonly shape: readonly number[];
  /** Where its bytes are, from {@link SafetensorsHeader.start} on; `NaN` for what is no place. */
  readonly from: number;
  readonly to: number;
}

export interface SafetensorsHeader {
  readonly tensors: readonly StatedTensor[];
  readonly metadata: UnknownRecord;
  /** Where the tensors begin in the file. */
  readonly start: number;
}

/**
 * Reads the header of a file of safetensors (github.com/huggingface/safetensors, "Format"): eight bytes of length, a header in
 * JSON, and the tensors one behind the other without gaps. What it says is not yet compared with the file.
 *
 * @throws {@link SlnetError} `bad-input` where it is broken
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { name, size } = source;
  const head = await readExactly(source, 0, Math.min(8, size));
  const length = head.length < 8 ? NaN : Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true));
  const start = 8 + length;
  if (!(length <= largestHeader && start <= size)) {
    throw new SlnetError(
      "bad-input",
      `${name} has a header of ${length} bytes, expected at most ${largestHeader} and no more than there are`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(await readExactly(source, 8, length)));
  } catch (error) {
    throw new SlnetError("bad-input", `${name}: its header is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  if (!isRecord(header)) throw broken(name, "its header is no object");
  const tensors: StatedTensor[] = [];
  let metadata: UnknownRecord = {};
  for (const [key, described] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (isRecord(described)) metadata = described;
      continue;
    }
    const dtype = textOf(described, "dtype");
    const [from = NaN, to = NaN] = listOf(described, "data_offsets").map(wholeNumber);
    const shape = listOf(described, "shape").map(wholeNumber);
    tensors.push({ name: key, dtype, type: Object.hasOwn(types, dtype) ? types[dtype] : null, shape, from, to });
  }
  return { tensors, metadata, start };
}

/**
 * What stands before the tensors: the length of the header, and the header with spaces behind it, so that the tensors begin at
 * a multiple of eight bytes.
 *
 * @param least - bytes that it has at least
 */
export function safetensorsHead(header: UnknownRecord, least = 0): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(Math.max(text.length, least - 8) / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  return head;
}

/** @throws {@link SlnetError} `bad-input` where a tensor is not in the file, or has another size than its shape */
export function requirePlaced(
  { name, size }: ByteSource,
  { start }: SafetensorsHeader,
  { name: tensor, shape, from, to }: StatedTensor,
  type: StoredType,
): void {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const isPlaced = from >= 0 && start + to <= size && to - from === elements * storedBytes(type);
  if (!isPlaced) throw broken(name, `${tensor.slice(0, 100)} is not where its header says`);
}

/**
 * Gaps or overlaps would be a place for something else (safetensors, "Benefits": no polyglot files).
 *
 * @throws {@link SlnetError} `bad-input` where the tensors leave some, or some bytes behind them
 */
export function requireFilled({ name, size }: ByteSource, { tensors, start }: SafetensorsHeader): void {
  const spans = [...tensors].sort((a, b) => a.from - b.from || a.to - b.to);
  const end = spans.reduce((at, { from, to }) => (at === from && to >= from ? to : NaN), 0);
  if (start + end !== size) throw broken(name, "its tensors do not fill it");
}

/**
 * Opens a tensor of a file of safetensors as a stack: the one with two or three axes, or the one that is chosen as the
 * series. It is read where it lies, of any size.
 *
 * @param source - closed by the reader's `close`, not when opening fails
 * @throws {@link SlnetError} `bad-input` where the file is broken; `choice-needed` where several tensors may be the stack;
 *   `unsupported` where there is none
 */
export async function openSafetensors(source: ByteSource, selection: StackSelection): Promise<StackReader> {
  const { name } = source;
  const header = await readSafetensorsHeader(source);
  requireFilled(source, header);
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const described = ({ name: key, shape, type }: StatedTensor) => ({ key, name: key, shape, type });
  const key = await chooseArray(name, [...byName.keys()], (each) => described(byName.get(each)!), selection);
  const tensor = byName.get(key)!;
  const type = tensor.type!;
  requirePlaced(source, header, tensor, type);
  const [frames, height, width] = tensor.shape.length === 3 ? tensor.shape : [1, ...tensor.shape];
  if (tensor.shape.includes(0)) {
    throw new SlnetError(
      "bad-input",
      `${name}: ${key.slice(0, 100)} has shape (${tensor.shape.join(", ")}), which holds no pixels`,
    );
  }
  statedFrameBytes(name, height, width, type);
  const facts = textOf(header.metadata, factsName);
  const rounding = roundingNotice(type);
  return openRawFrames(
    source,
    {
      shape: { frames, height, width, type: workingType(type) },
      name,
      format: "safetensors",
      compression: "none",
      byteOrder: "little-endian",
      storedType: type,
      ...(facts.length > longestFacts ? unknownMetadata : readStackFacts(facts)),
      notices: rounding === null ? [] : [rounding],
    },
    header.start + tensor.from,
  );
}

function wholeNumber(value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : NaN;
}

function broken(name: string, what: string): SlnetError {
  return new SlnetError("bad-input", `${name} is a broken file of safetensors: ${what}`);
}
