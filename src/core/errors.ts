/** What went wrong, for programs. A closed list; the message is for people. */
export type SlnetErrorCode =
  "bad-input" | "choice-needed" | "unsupported" | "out-of-memory" | "worker-lost" | "internal";

/** What has to be chosen before the work can go on. */
export interface Choice {
  /** Name of the choice in `StackSelection`. */
  readonly of: "series" | "channel" | "slice";
  /** What can be chosen, for people; the position is what is passed on. */
  readonly labels: readonly string[];
}

/**
 * The only error class the package throws on purpose. An abort is not an error of ours: it rejects with the reason of
 * the signal that asked for it.
 *
 * - `bad-input`: a file, model, option or message is wrong; the message says what was found and what was expected.
 * - `choice-needed`: a file holds several stacks; `choice` says which, and opening it again with one of them goes on.
 * - `unsupported`: the input is valid, but this version or this machine cannot handle it.
 * - `out-of-memory`: the work needs more memory or disk than there is.
 * - `worker-lost`: the worker did not start, crashed or was disposed; start a new one.
 * - `internal`: a defect of ours.
 */
export class SlnetError extends Error {
  override readonly name = "SlnetError";
  /** Only with the code `choice-needed`. */
  readonly choice: Choice | null;

  constructor(
    readonly code: SlnetErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly choice?: Choice | null } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.choice = options.choice ?? null;
  }
}

/**
 * True for an {@link SlnetError}, with one of `codes` where any are given. By its name, since a page may have this package
 * twice, and its entries for Node are bundled apart.
 */
export function isSlnetError(error: unknown, ...codes: readonly SlnetErrorCode[]): error is SlnetError {
  if (!(error instanceof Error) || error.name !== "SlnetError") return false;
  const { code } = error as { readonly code?: SlnetErrorCode };
  return codes.length === 0 || (code !== undefined && codes.includes(code));
}

/** The sentence to show a person for anything that was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
