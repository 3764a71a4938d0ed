import { SlnetError } from "../core/errors.js";
import type { StackSelection } from "../core/frames.js";
import type { StackSource } from "../protocol/client.js";
import type { ChosenPart } from "./session-state.js";
import type { StackPlan } from "./stack-files.js";

/** What was opened, or waits for a choice: enough to open it again with another part. */
export interface OpeningRequest {
  readonly plan: StackPlan;
  readonly chosen: readonly ChosenPart[];
}

/** Opening a single thing. */
export function planOf(source: StackSource): OpeningRequest {
  return { plan: { first: { source, others: 0 }, framesAsFiles: null }, chosen: [] };
}

export function selectionOf(chosen: readonly ChosenPart[]): StackSelection {
  return Object.fromEntries(chosen.map(({ of, index }) => [of, index]));
}

/** What a person calls it; empty where it has no name before it is open. */
export function sourceName(source: StackSource): string {
  switch (source.type) {
    case "file":
    case "folder":
    case "frames":
      return source.name;
    case "url":
      return source.url;
    default:
      return "";
  }
}

/** @throws {@link SlnetError} `bad-input` for what is no address of a web server */
export function requireWebAddress(address: string): string {
  const typed = address.trim();
  if (URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol)) return new URL(typed).href;
  throw new SlnetError("bad-input", `"${typed}" is no address, expected one that begins with https:// or http://`);
}

/**
 * The same with another part of the file, or `null` where that changes nothing. Another series may have other channels
 * and slices, so these are asked anew.
 */
export function withPart(request: OpeningRequest, of: ChosenPart["of"], index: number): OpeningRequest | null {
  const changed = request.chosen.find((part) => part.of === of);
  if (!changed || changed.index === index) return null;
  const kept = request.chosen.filter((part) => part === changed || of !== "series");
  return { ...request, chosen: kept.map((part) => (part === changed ? { ...part, index } : part)) };
}
