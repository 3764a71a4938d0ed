import { accessSync, constants, existsSync, mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { errorMessage, SlnetError } from "../core/errors.js";
import { localNameOf } from "./stack-operand.js";
import { WrongUsage } from "./wrong-usage.js";

export interface OutputNaming {
  /** As typed, or `undefined` where the default name is wanted. */
  readonly typed: string | undefined;
  /** The stack that the default name follows. */
  readonly stack: string;
  readonly prefix: string;
  /** Ending of the default name, for example `.slnet.json`. */
  readonly ending: string;
  /** Folder of relative names; empty: the current one for a typed name, that of the stack for a default one. */
  readonly outputPath: string;
}

/** Absolute path of a file to write. */
export function outputPathOf({ typed, stack, prefix, ending, outputPath }: OutputNaming): string {
  if (typed !== undefined) return resolve(outputPath, typed);
  const name = localNameOf(stack);
  const stem = basename(name).replace(/(\.companion)?(\.ome)?\.[^.]+$/i, "");
  return join(resolve(outputPath === "" ? dirname(name) : outputPath), `${prefix}${stem}${ending}`);
}

/**
 * Refuses to write over what is read, or twice to one file; whatever else is there is overwritten, as `cp` does.
 *
 * @throws {@link WrongUsage} naming the file
 */
export function requireSeparateFiles(inputs: readonly string[], outputs: readonly string[]): void {
  const taken = new Map(inputs.map((path) => [identityOf(path), "is the input file itself"]));
  for (const path of outputs) {
    const identity = identityOf(path);
    const conflict = taken.get(identity);
    if (conflict !== undefined) throw new WrongUsage(`output ${path} ${conflict}, expected another name`);
    taken.set(identity, "is named for two outputs");
  }
}

/**
 * Makes sure, before any work, that files can be written to a folder. The one named by `--output-path` is made; another
 * that is missing may be a typing error.
 *
 * @throws {@link SlnetError} `bad-input` where it cannot
 */
export function requireOutputFolders(outputs: readonly string[], outputPath: string): void {
  try {
    if (outputPath !== "") mkdirSync(outputPath, { recursive: true });
    for (const path of outputs) accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new SlnetError("bad-input", `the output folder cannot be written to: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

/** The same text for two ways to name one file, also through links. */
function identityOf(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const folder = dirname(absolute);
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute;
}
