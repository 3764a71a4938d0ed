import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readNpyHeader } from "./npy-reader.js";
import { readExactly } from "./read-exactly.js";

/**
 * Reads a text that NumPy saved as an array without axes: of Unicode (`U`), or of bytes (`S`) in UTF-8.
 *
 * @param mostBytes - that its letters may take
 * @throws {@link SlnetError} `bad-input` where it is broken; `unsupported` where it is longer or no text
 */
export async function readNpyText(source: ByteSource, mostBytes: number): Promise<string> {
  const { name } = source;
  const { descr, shape, end } = await readNpyHeader(source);
  const [, order, kind, digits] = /^([<>|=]?)([US])(\d{1,10})$/.exec(descr) ?? [];
  if (digits === undefined || shape.length > 0) {
    throw new SlnetError(
      "unsupported",
      `${name} is an array of ${descr.slice(0, 80)} on ${shape.length} axes, expected one text`,
    );
  }
  const length = Number(digits) * (kind === "U" ? 4 : 1);
  if (length > mostBytes) {
    throw new SlnetError("unsupported", `${name} is a text of ${length} bytes, expected at most ${mostBytes}`);
  }
  if (end + length > source.size) {
    throw new SlnetError("bad-input", `${name} ends after ${source.size} bytes, and its text needs ${end + length}`);
  }
  const bytes = await readExactly(source, end, length);
  // NumPy fills up texts with zeros, which are not part of them.
  return (kind === "U" ? unicode(name, bytes, order !== ">") : new TextDecoder().decode(bytes)).replace(/\0+$/, "");
}

function unicode(name: string, bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const letters: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const letter = view.getUint32(at, littleEndian);
    if (letter > 0x10_ffff) {
      throw new SlnetError("bad-input", `${name} holds the letter ${letter}, expected those of Unicode`);
    }
    letters.push(String.fromCodePoint(letter));
  }
  return letters.join("");
}
