/** A value from outside with named parts. */
export type UnknownRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A named part of a value from outside; `undefined` where it has none of its own. */
export function partOf(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** A part that is a list; empty where it is something else. */
export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = partOf(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A part that is text; empty where it is something else. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const found = partOf(value, ...path);
  return typeof found === "string" ? found : "";
}
