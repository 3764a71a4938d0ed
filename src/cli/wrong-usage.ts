import { errorMessage, isSlnetError, SlnetError } from "../core/errors.js";

/** A command line that cannot be carried out as it was written, found before any work. Ends with exit code 2. */
export class WrongUsage extends SlnetError {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super("bad-input", message, options);
  }
}

/** Runs a check of what was typed; its `bad-input` is wrong usage, reworded by `reword`. */
export function checkUsage<T>(check: () => T, reword: (message: string) => string = (message) => message): T {
  try {
    return check();
  } catch (error) {
    if (!isSlnetError(error, "bad-input")) throw error;
    throw new WrongUsage(reword(errorMessage(error)), { cause: error });
  }
}
