import { SlnetError } from "../errors.js";
import { joined } from "./deflate.js";

// Protocol Buffers, "Encoding": a message is a row of fields, each a tag (number · 8 + wire type) and a value. The two
// libraries for it are each larger than all that is read and written with it here, and read messages of any size.

/** What a field holds: a whole number (wire type 0), or bytes: a text, a message, packed or fixed numbers. */
type FieldValue = number | Uint8Array;

/** The values of a message by the numbers of their fields, in order. */
export type Message = ReadonlyMap<number, readonly FieldValue[]>;

/** Fields that a message may have. */
const mostFields = 10_000;

/**
 * Takes a message apart, one level deep.
 *
 * @param what - for messages to people
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it has more than 10,000 fields
 */
export function parseMessage(bytes: Uint8Array, what: string): Message {
  const message = new Map<number, FieldValue[]>();
  let at = 0;
  for (let count = 0; at < bytes.length; count++) {
    if (count === mostFields) {
      throw new SlnetError("unsupported", `${what} has more than ${mostFields} fields, expected a small model`);
    }
    const tag = varint();
    const field = Math.floor(tag / 8);
    const values = message.get(field) ?? [];
    message.set(field, values);
    switch (tag % 8) {
      case 0:
        values.push(varint());
        break;
      case 1:
        values.push(part(8));
        break;
      case 2:
        values.push(part(varint()));
        break;
      case 5:
        values.push(part(4));
        break;
      default:
        throw broken(what);
    }
  }
  return message;

  function varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) break;
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw broken(what);
  }

  function part(length: number): Uint8Array {
    if (!(length >= 0 && at + length <= bytes.length)) throw broken(what);
    at += length;
    return bytes.subarray(at - length, at);
  }
}

/** The whole numbers of a field that may be repeated, packed or not. */
export function numbersIn(message: Message, field: number, what: string): number[] {
  return (message.get(field) ?? []).flatMap((value) => {
    if (typeof value === "number") return [value];
    if (value.length > 10 * mostFields)
      throw new SlnetError("unsupported", `${what} has a list of ${value.length} bytes`);
    // A packed list is like a message without tags.
    const tagged: Uint8Array[] = [];
    for (let start = 0, at = 0; at < value.length; at++) {
      if (value[at] >= 0x80) continue;
      tagged.push(Uint8Array.of(8), value.subarray(start, at + 1));
      start = at + 1;
    }
    return numbersIn(parseMessage(joined(tagged), what), 1, what);
  });
}

/** The bytes of a field that may be repeated; numbers in it are passed over. */
export function bytesIn(message: Message, field: number): Uint8Array[] {
  return (message.get(field) ?? []).filter((value) => typeof value !== "number");
}

/** The texts of a field that may be repeated. */
export function textsIn(message: Message, field: number): string[] {
  return bytesIn(message, field).map((bytes) => new TextDecoder().decode(bytes));
}

function broken(what: string): SlnetError {
  return new SlnetError("bad-input", `${what} is broken: it is no protocol buffer, or is cut off`);
}

/** A field as bytes: a number, a text, or a message or other bytes. */
export function field(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === "number") return joined([varintBytes(number * 8), varintBytes(value)]);
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([varintBytes(number * 8 + 2), varintBytes(bytes.length), bytes]);
}

/** A field with a 64-bit float (wire type 1). */
export function doubleField(number: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return joined([varintBytes(number * 8 + 1), new Uint8Array(bytes.buffer)]);
}

/** A field with a 32-bit float (wire type 5). */
export function floatField(number: number, value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value, true);
  return joined([varintBytes(number * 8 + 5), new Uint8Array(bytes.buffer)]);
}

/** Fields one behind the other: a message. */
export function messageOf(...fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(fields);
}

/** @param value - whole, at least 0 */
function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
