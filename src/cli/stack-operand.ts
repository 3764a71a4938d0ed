import { basename, resolve } from "node:path";

import type { StackInput } from "../protocol/api.js";

/** A stack as a person names it on the command line: a file, a folder, or an address on the web. */
export type StackOperand = Extract<StackInput, { readonly type: "path" | "url" }>;

/** What a STACK operand means: an address where it begins with `http://` or `https://`, else a path. */
export function parseStackOperand(text: string): StackOperand {
  return isUrl(text) ? { type: "url", url: text } : { type: "path", path: resolve(text) };
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
