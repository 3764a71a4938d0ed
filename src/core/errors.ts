/** What went wrong, for programs. A closed list; the message is for people. */
export type SlnetErrorCode = "bad-input" | "unsupported" | "out-of-memory" | "worker-lost" | "internal";

/**
 * The only error class the package throws on purpose. An abort is not an error of ours: it rejects with the reason of
 * the signal that asked for it.
 *
 * - `bad-input`: a file, model, option or message is wrong; the message says what was found and what was expected.
 * - `unsupported`: the input is valid, but this version or this machine cannot handle it.
 * - `out-of-memory`: the work needs more memory or disk than there is.
 * - `worker-lost`: the worker did not start, crashed or was disposed; start a new one.
 * - `internal`: a defect of ours.
 */
export class SlnetError extends Error {
  override readonly name = "SlnetError";

  constructor(
    readonly code: SlnetErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** True for an {@link SlnetError}, with one of `codes` where any are given. */
export function isSlnetError(error: unknown, ...codes: readonly SlnetErrorCode[]): error is SlnetError {
  return error instanceof SlnetError && (codes.length === 0 || codes.includes(error.code));
}

/** The sentence to show a person for anything that was thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
