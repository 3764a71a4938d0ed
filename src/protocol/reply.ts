import { errorMessage, SlnetError, type Choice, type SlnetErrorCode } from "../core/errors.js";

/** An error as plain data. Comlink alone would keep only its name, message and stack. */
export interface WireError {
  readonly code: SlnetErrorCode;
  readonly message: string;
  readonly cause: string | null;
  readonly choice: Choice | null;
}

/** The answer to a call: its value, or what went wrong. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError };

/** An error as it crosses to the other thread. What is not ours becomes `internal`, running out of memory excepted. */
export function toWireError(error: unknown): WireError {
  if (error instanceof SlnetError) {
    return {
      code: error.code,
      message: error.message,
      cause: error.cause === undefined ? null : errorMessage(error.cause),
      choice: error.choice,
    };
  }
  const outOfMemory = error instanceof RangeError && /allocation|array (buffer )?length|memory/i.test(error.message);
  return { code: outOfMemory ? "out-of-memory" : "internal", message: errorMessage(error), cause: null, choice: null };
}

/** The inverse of {@link toWireError}. */
export function fromWireError(error: WireError): SlnetError {
  const { code, message, cause, choice } = error;
  return new SlnetError(code, message, { ...(cause !== null && { cause }), choice });
}
