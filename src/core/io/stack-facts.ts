import { unknownMetadata, type StackMetadata } from "../frames.js";
import type { StackWriterOptions } from "./stack-writer.js";

/** By this name the facts about a stack stand in files that hold arrays or text by names. */
export const factsName = "slnet_web";

/** Bytes that the facts may take, four for each letter. */
export const longestFacts = 64 * 1024;

/** What there is to know about a stack besides its pixels, as JSON. */
export function stackFacts(options: StackWriterOptions): string {
  const { name, description = [] } = options;
  const metadata = Object.keys(unknownMetadata).map((key) => [key, options[key as keyof StackMetadata] ?? null]);
  return JSON.stringify({
    ...(name !== undefined && { name }),
    ...(Object.fromEntries(metadata) as StackMetadata),
    description,
  });
}

/** The metadata in such facts; what is missing or cannot be is unknown. */
export function readStackFacts(text: string): StackMetadata {
  let facts: unknown;
  try {
    facts = JSON.parse(text);
  } catch {
    facts = null;
  }
  const found = new Map(Object.entries(typeof facts === "object" && facts !== null ? facts : {}));
  return Object.fromEntries(
    Object.keys(unknownMetadata).map((key) => {
      const value: unknown = found.get(key);
      const isPossible =
        typeof value === "number" && Number.isFinite(value) && (key === "cameraOffsetAdu" || value > 0);
      return [key, isPossible ? value : null];
    }),
  ) as unknown as StackMetadata;
}
