import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";

/** No header of a plain volume is longer. */
const longestHeader = 1024 * 1024;

/** The lines of text at the beginning of a file. */
export interface TextHeader {
  /** Without their line ends; the last one is that which ended the header. */
  readonly lines: readonly string[];
  /** Bytes of these lines. */
  readonly bytes: number;
  /** False where the file ended first. */
  readonly ended: boolean;
}

/**
 * Reads lines up to one that ends the header, or to the end of the file. Bytes beyond ASCII are read as UTF-8.
 *
 * @throws {@link SlnetError} `bad-input` where there is no end within 1 MiB
 */
export async function headerLines(source: ByteSource, isLast: (line: string) => boolean): Promise<TextHeader> {
  // Most headers fit into the first read.
  for (let length = 16 * 1024; ; length *= 8) {
    const bytes = await source.read(0, Math.min(length, longestHeader));
    const lines: string[] = [];
    const decoder = new TextDecoder();
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      const line = decoder.decode(bytes.subarray(start, end)).replace(/\r$/, "");
      start = end + 1;
      lines.push(line);
      if (isLast(line)) return { lines, bytes: start, ended: true };
    }
    if (bytes.length === source.size) {
      if (start < bytes.length) lines.push(decoder.decode(bytes.subarray(start)));
      const last = lines.at(-1);
      return { lines, bytes: bytes.length, ended: last !== undefined && isLast(last) };
    }
    if (length >= longestHeader) {
      throw new SlnetError("bad-input", `${source.name} has a header that does not end within ${longestHeader} bytes`);
    }
  }
}

/** What a file says, short enough for a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
