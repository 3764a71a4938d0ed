import type { Random } from "../../src/core/random.js";
import { concatenate, fromLatin1, latin1, oddNumber } from "./bytes.js";
import { mutateText, readsAsText } from "./mutate-text.js";
import { mutateTiff } from "./mutate-tiff.js";
import { isTiff } from "./tiff-places.js";

/** Largest mutant, in bytes: growth by copies stops there. */
const largestMutant = 2 ** 20;

/**
 * Changes a file in one to a few places, by what it is: a TIFF mostly in its tags, a text in its numbers and words, any
 * file in its bytes.
 *
 * @param bytes - left as it is
 * @param other - a file to take pieces from
 */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutant: Uint8Array = bytes.slice();
  do {
    mutant = mutateOnce(mutant, other, random);
    if (mutant.length > largestMutant) mutant = mutant.slice(0, largestMutant);
  } while (random.next() < 0.4);
  return mutant;
}

function mutateOnce(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const choice = random.next();
  if (isTiff(bytes) && choice < 0.6) return mutateTiff(bytes, random);
  const textLength = readsAsText(bytes);
  if (textLength > 0 && choice < 0.7) return mutateHeaderText(bytes, textLength, random);
  return mutateBytes(bytes, other, random);
}

/** A text at the beginning of the file, which may have bytes behind it. */
function mutateHeaderText(bytes: Uint8Array, length: number, random: Random): Uint8Array {
  const text = mutateText(latin1(bytes.subarray(0, length)), random);
  return concatenate(fromLatin1(text), bytes.subarray(length));
}

function mutateBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const { length } = bytes;
  if (length === 0) return other.slice(0, random.integer(other.length + 1));
  // The beginning is where most that is read first stands.
  const place = (): number => (random.next() < 0.3 ? random.integer(Math.min(length, 512)) : random.integer(length));
  const piece = (whole: Uint8Array): Uint8Array => {
    const from = random.integer(whole.length + 1);
    return whole.slice(from, from + random.integer(Math.min(4096, whole.length - from) + 1));
  };
  const at = place();
  switch (random.integer(12)) {
    case 0:
    case 1:
      for (let flips = 1 + random.integer(8); flips > 0; flips--) bytes[place()]! ^= 1 << random.integer(8);
      return bytes;
    case 2:
      bytes[at] = random.integer(256);
      return bytes;
    case 3:
    case 4:
      return putNumber(bytes, at, random);
    case 5:
      return bytes.slice(0, at);
    case 6:
      return concatenate(bytes.subarray(0, at), bytes.subarray(Math.min(length, at + 1 + random.integer(256))));
    case 7:
      return concatenate(bytes.subarray(0, at), piece(bytes), bytes.subarray(at));
    case 8:
      return concatenate(bytes.subarray(0, at), piece(other), bytes.subarray(at));
    case 9: {
      const copied = piece(random.next() < 0.5 ? bytes : other).subarray(0, length - at);
      bytes.set(copied, at);
      return bytes;
    }
    case 10:
      return bytes.fill(random.next() < 0.5 ? 0 : 0xff, at, at + 1 + random.integer(64));
    default: {
      const from = random.integer(other.length + 1);
      return concatenate(bytes.subarray(0, at), other.subarray(from));
    }
  }
}

/** A number that programs stumble over, of 2, 4 or 8 bytes in either order. */
function putNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const size = [2, 4, 8][random.integer(3)]!;
  if (at + size > bytes.length) return bytes;
  const aligned = random.next() < 0.7 ? at - (at % 2) : at;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = oddNumber(bytes.length, random);
  const littleEndian = random.next() < 0.5;
  if (size === 2) view.setUint16(aligned, Number(BigInt.asUintN(16, value)), littleEndian);
  else if (size === 4) view.setUint32(aligned, Number(BigInt.asUintN(32, value)), littleEndian);
  else view.setBigUint64(aligned, BigInt.asUintN(64, value), littleEndian);
  return bytes;
}
