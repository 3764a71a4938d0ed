import { SlnetError } from "../errors.js";
import type { StackSelection } from "../frames.js";
import { choosePosition } from "./choose-position.js";
import type { StoredType } from "./stored-samples.js";

/** Bytes that a compressed stack may have, packed and unpacked: it is held in memory as a whole. */
export const largestPackedStack = 300e6;

/** Arrays of a file that are looked at. */
const mostArrays = 1000;

/** An array of a file that holds several by their names. */
export interface StackArray {
  /** What it is opened by. */
  readonly key: string;
  /** What people know it by. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `null` where it is none that pixels are read of. */
  readonly type: StoredType | null;
}

/**
 * The array of a file that is its stack: the only one of numbers on two or three axes, or of several of them the one that is
 * chosen, by the position among them that `series` gives.
 *
 * @param name - of the file, for messages
 * @returns its key
 * @throws {@link SlnetError} `choice-needed` where nobody chose one of several; `unsupported` where there is none, or there are
 *   more than a thousand arrays
 */
export async function chooseArray(
  name: string,
  keys: readonly string[],
  describe: (key: string) => StackArray | Promise<StackArray>,
  selection: StackSelection,
): Promise<string> {
  if (keys.length > mostArrays) {
    throw new SlnetError("unsupported", `${name} holds ${keys.length} arrays, expected at most ${mostArrays}`);
  }
  const arrays: StackArray[] = [];
  for (const key of keys) arrays.push(await describe(key));
  const found = arrays.filter(({ shape, type }) => type !== null && (shape.length === 2 || shape.length === 3));
  if (found.length === 0) {
    const some = arrays.slice(0, 4).map(arrayText);
    throw new SlnetError(
      "unsupported",
      `${name} holds ${some.length === 0 ? "no array" : some.join(", ")}${arrays.length > some.length ? ", …" : ""}; expected one of numbers as (frames, height, width) or (height, width)`,
    );
  }
  const parts = { name, of: "series", count: found.length, what: "arrays" } as const;
  return found[choosePosition({ ...parts, labelOf: (index) => arrayText(found[index]) }, selection.series)].key;
}

/** `frames (300, 64, 64)`, shortened where a file has made it long. */
function arrayText({ name, shape }: StackArray): string {
  return `${name.slice(0, 60)} (${shape.slice(0, 8).join(", ")})`;
}
