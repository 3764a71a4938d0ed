import { SlnetError } from "../core/errors.js";

/** A window has at most 16 frames, so a model is some tens of kilobytes, and a run record has two of them at most. */
export const maximumJsonBytes = 8 * 1024 ** 2;

/**
 * The text of a file that a person chose.
 *
 * @param what - it should be, for the message
 * @throws {@link SlnetError} `bad-input` where it is too large
 */
export async function jsonText(file: File, what: string): Promise<string> {
  if (file.size <= maximumJsonBytes) return file.text();
  throw new SlnetError(
    "bad-input",
    `${what} ${file.name} has ${file.size} bytes, expected at most ${maximumJsonBytes}`,
  );
}
