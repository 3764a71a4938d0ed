import { SlnetError, type Choice } from "../errors.js";

/** Several parts of a file, of which one is to be the stack. */
export interface Parts {
  /** Of the file, for messages. */
  readonly name: string;
  readonly of: Choice["of"];
  /** At least 1. */
  readonly count: number;
  /** What they are, for people, such as `slices along z`. */
  readonly what: string;
  readonly labelOf: (position: number) => string;
}

/** More positions than this are no choice that a person makes from a list. All of them can be named by their number. */
const mostLabels = 1000;

/**
 * Decides which one is meant: the one that was chosen, or the only one.
 *
 * @param chosen - counted from 0
 * @throws {@link SlnetError} `bad-input` for a position that there is not, `choice-needed` where nobody chose
 */
export function choosePosition({ name, of, count, what, labelOf }: Parts, chosen: number | undefined): number {
  if (chosen !== undefined) {
    if (chosen < count) return chosen;
    throw wrongPosition(name, of, chosen, count);
  }
  if (count === 1) return 0;
  const labels = Array.from({ length: Math.min(count, mostLabels) }, (_, position) => labelOf(position));
  throw new SlnetError("choice-needed", `${name} has ${count} ${what}: choose one of them as the stack`, {
    choice: { of, labels },
  });
}

/** An error for a position that there is not. */
export function wrongPosition(name: string, of: Choice["of"], position: number, count: number): SlnetError {
  const range = count === 1 ? "only 0" : `0 to ${count - 1}`;
  return new SlnetError("bad-input", `${name}: ${of} ${position} was chosen, expected ${range}`);
}
