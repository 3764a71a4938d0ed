import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";

/** A TIFF as this small reader of the tests finds it, which shares no code with that of the package. */
export interface WalkedTiff {
  readonly big: boolean;
  readonly description: string;
  /** Tag numbers and first values of every directory, in order. */
  readonly directories: readonly ReadonlyMap<number, number>[];
  /** Bytes of the pixels of every page, inflated where they are deflated. */
  readonly pages: readonly Uint8Array[];
}

/** Little-endian TIFF and BigTIFF with one strip a page. */
export function walkTiff(bytes: Uint8Array): WalkedTiff {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const big = view.getUint16(2, true) === 43;
  assert.equal(view.getUint16(0, true), 0x4949);
  assert.equal(view.getUint16(2, true), big ? 43 : 42);
  const number = (at: number, size: number): number =>
    size === 8 ? Number(view.getBigUint64(at, true)) : size === 4 ? view.getUint32(at, true) : view.getUint16(at, true);
  const offsetBytes = big ? 8 : 4;
  const sizes: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 5: 8, 16: 8 };

  const directories: ReadonlyMap<number, number>[] = [];
  const pages: Uint8Array[] = [];
  let description = "";
  for (let at = number(big ? 8 : 4, offsetBytes); at !== 0; ) {
    const count = number(at, big ? 8 : 2);
    const entries = new Map<number, number>();
    at += big ? 8 : 2;
    for (let entry = 0; entry < count; entry++, at += 4 + 2 * offsetBytes) {
      const tag = number(at, 2);
      const size = sizes[number(at + 2, 2)] ?? 0;
      const values = number(at + 4, offsetBytes);
      const isInline = size * values <= offsetBytes;
      const valueAt = isInline ? at + 4 + offsetBytes : number(at + 4 + offsetBytes, offsetBytes);
      entries.set(tag, size === 1 ? valueAt : number(valueAt, Math.min(size, offsetBytes)));
      if (tag === 270) description = new TextDecoder("latin1").decode(bytes.subarray(valueAt, valueAt + values - 1));
    }
    const tag = (name: number): number => entries.get(name) ?? NaN;
    const strip = bytes.subarray(tag(273), tag(273) + tag(279));
    assert.equal(strip.length, tag(279), "the strip is inside the file");
    const pixels = tag(259) === 8 ? new Uint8Array(inflateSync(strip)) : strip;
    assert.equal(pixels.length, (tag(256) * tag(257) * tag(258)) / 8, "the strip holds the whole page");
    directories.push(entries);
    pages.push(pixels);
    at = number(at, offsetBytes);
  }
  return { big, description, directories, pages };
}
