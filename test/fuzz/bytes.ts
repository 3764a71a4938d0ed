import type { Random } from "../../src/core/random.js";

/** Around the limits of what numbers can hold and of the file. */
export function oddNumber(fileSize: number, random: Random): bigint {
  const bit = 1n << BigInt(random.integer(64));
  switch (random.integer(8)) {
    case 0:
      return BigInt(random.integer(4));
    case 1:
      return -1n - BigInt(random.integer(3));
    case 2:
      return bit;
    case 3:
      return bit - 1n;
    case 4:
      return BigInt(fileSize) + BigInt(random.integer(17) - 8);
    case 5:
      return BigInt(random.integer(fileSize + 1));
    case 6:
      return BigInt(random.integer(2 ** 32));
    default:
      return bit + BigInt(random.integer(5) - 2);
  }
}

export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Every byte one character, so that nothing is lost on the way back. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

export function fromLatin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}
