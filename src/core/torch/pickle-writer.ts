import { PickleName } from "./pickle-values.js";

/** What can be written into a pickle. */
export type Picklable =
  | null
  | boolean
  /** A whole number. */
  | number
  | string
  | readonly Picklable[]
  | ReadonlyMap<string | number, Picklable>
  | PickleName
  | PickleTuple
  | PickleCall
  | PickleReference;

/** A tuple, where Python wants one; other lists become lists. */
export class PickleTuple {
  readonly items: readonly Picklable[];

  constructor(...items: readonly Picklable[]) {
    this.items = items;
  }
}

/** What a function gives for its arguments when the pickle is read. */
export class PickleCall {
  readonly maker: PickleName;
  readonly args: PickleTuple;

  constructor(maker: PickleName, args: PickleTuple) {
    this.maker = maker;
    this.args = args;
  }
}

/** Something that lies outside the pickle, by its persistent id. */
export class PickleReference {
  readonly id: PickleTuple;

  constructor(id: PickleTuple) {
    this.id = id;
  }
}

/** A pickle of protocol 2, as `torch.save` writes it, with the few operations that `weights_only` lets through. */
export function writePickle(value: Picklable): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [0x80, 2];
  put(bytes, value);
  bytes.push(code("."));
  return Uint8Array.from(bytes);
}

function put(out: number[], value: Picklable): void {
  if (value === null) out.push(code("N"));
  else if (typeof value === "boolean") out.push(value ? 0x88 : 0x89);
  else if (typeof value === "number") putNumber(out, value);
  else if (typeof value === "string") putText(out, value);
  else if (value instanceof PickleName) out.push(code("c"), ...encoded(`${value.module}\n${value.name}\n`));
  else if (value instanceof PickleTuple) putMarked(out, value.items, "t");
  else if (value instanceof PickleCall) {
    put(out, value.maker);
    put(out, value.args);
    out.push(code("R"));
  } else if (value instanceof PickleReference) {
    put(out, value.id);
    out.push(code("Q"));
  } else if (isList(value)) {
    out.push(code("]"));
    putMarked(out, value, "e");
  } else {
    out.push(code("}"));
    putMarked(out, [...value].flat(), "u");
  }
}

function putMarked(out: number[], items: readonly Picklable[], end: string): void {
  out.push(code("("));
  for (const item of items) put(out, item);
  out.push(code(end));
}

function putNumber(out: number[], value: number): void {
  if (value >= -(2 ** 31) && value < 2 ** 31) {
    const field = new DataView(new ArrayBuffer(4));
    field.setInt32(0, value, true);
    out.push(code("J"), ...new Uint8Array(field.buffer));
  } else {
    const field = new DataView(new ArrayBuffer(8));
    field.setBigInt64(0, BigInt(value), true);
    out.push(0x8a, 8, ...new Uint8Array(field.buffer));
  }
}

function putText(out: number[], value: string): void {
  const text = encoded(value);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.length, true);
  out.push(code("X"), ...new Uint8Array(length.buffer), ...text);
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}

function isList(value: readonly Picklable[] | ReadonlyMap<string | number, Picklable>): value is readonly Picklable[] {
  return Array.isArray(value);
}
