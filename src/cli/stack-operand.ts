import { basename, resolve } from "node:path";

import type { StackSelection } from "../core/frames.js";
import type { StackInput } from "../protocol/api.js";
import type { ParsedArguments } from "./arguments.js";
import { createOption, type Option } from "./option.js";

/** A stack as a person names it on the command line: a file, a folder, or an address on the web. */
export type StackOperand = Extract<StackInput, { readonly type: "path" | "url" }>;

/** What a STACK operand means: an address where it begins with `http://` or `https://`, else a path. */
export function parseStackOperand(text: string): StackOperand {
  return isUrl(text) ? { type: "url", url: text } : { type: "path", path: resolve(text) };
}

const position = { type: "integer", minimum: 0, maximum: 1_000_000 } as const;

/** Options of the commands that read a stack. */
export const selectionOptions: readonly Option[] = [
  createOption({
    name: "series",
    kind: position,
    placeholder: "N",
    help: "Which of several images or positions in the file is the recording, counted from 0.",
  }),
  createOption({
    name: "channel",
    kind: position,
    placeholder: "N",
    help: "Which of several colour channels, or samples of an RGB pixel, is the recording, counted from 0.",
  }),
  createOption({
    name: "slice",
    kind: position,
    placeholder: "N",
    help: "Which slice along z of a file that has both z and time, counted from 0.",
  }),
];

export function selectionOf(parsed: ParsedArguments): StackSelection {
  return { series: parsed.number("series"), channel: parsed.number("channel"), slice: parsed.number("slice") };
}

/** A name in the current folder for what an address names; a path stays as it is. Outputs are named after it. */
export function localNameOf(stack: string): string {
  if (!isUrl(stack)) return stack;
  const { pathname, hostname } = URL.canParse(stack) ? new URL(stack) : { pathname: "", hostname: "stack" };
  let name = basename(pathname);
  try {
    name = decodeURIComponent(name);
  } catch {
    // As it is.
  }
  return basename(name) || hostname;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}
