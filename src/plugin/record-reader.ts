import { SlnetError } from "../core/errors.js";

/** Names, sentences and addresses are shorter. */
const maximumTextLength = 4000;
const maximumListLength = 1000;

/**
 * Takes an object from outside apart, field by field, its own fields only. A field that nobody asked for is refused by
 * {@link end}, so that a mistyped name is no silent default.
 */
export class RecordReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #seen = new Set<string>();

  /** @param what - for messages, for example `run record run.json` */
  constructor(
    value: unknown,
    readonly what: string,
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new SlnetError("bad-input", `${what} is ${kindOf(value)}, expected an object`);
    }
    this.#fields = new Map(Object.entries(value));
  }

  has(key: string): boolean {
    return this.#fields.has(key);
  }

  text(key: string): string {
    const value = this.plainValue(key);
    if (typeof value !== "string") return this.refuse(`"${key}" is ${kindOf(value)}`, "a text");
    if (value.length <= maximumTextLength) return value;
    return this.refuse(`"${key}" has ${value.length} characters`, `at most ${maximumTextLength}`);
  }

  texts(key: string): string[] {
    const value = this.plainValue(key);
    if (!Array.isArray(value)) return this.refuse(`"${key}" is ${kindOf(value)}`, "a list of texts");
    if (value.length > maximumListLength) {
      return this.refuse(`"${key}" has ${value.length} entries`, `at most ${maximumListLength}`);
    }
    const items: readonly unknown[] = value;
    return items.map((item) =>
      typeof item === "string" && item.length <= maximumTextLength
        ? item
        : this.refuse(`"${key}" holds ${kindOf(item)}`, `only texts of at most ${maximumTextLength} characters`),
    );
  }

  /** A date as ISO text. */
  date(key: string): string {
    const text = this.text(key);
    const time = Date.parse(text);
    return Number.isNaN(time)
      ? this.refuse(`"${key}" is no date`, "one such as 2026-01-31T12:00:00.000Z")
      : new Date(time).toISOString();
  }

  flag(key: string): boolean {
    const value = this.plainValue(key);
    return typeof value === "boolean" ? value : this.refuse(`"${key}" is ${kindOf(value)}`, "true or false");
  }

  number(key: string, minimum = -Infinity): number {
    const value = this.plainValue(key);
    if (typeof value === "number" && Number.isFinite(value) && value >= minimum) return value;
    const shown = typeof value === "number" ? String(value) : kindOf(value);
    return this.refuse(`"${key}" is ${shown}`, minimum === -Infinity ? "a number" : `a number of at least ${minimum}`);
  }

  integer(key: string, minimum: number, maximum: number): number {
    const value = this.number(key, minimum);
    if (Number.isInteger(value) && value <= maximum) return value;
    return this.refuse(`"${key}" is ${value}`, `a whole number from ${minimum} to ${maximum}`);
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T {
    const value = this.plainValue(key);
    const found = choices.find((choice) => choice === value);
    return found ?? this.refuse(`"${key}" is none of ${choices.join(", ")}`, "one of them");
  }

  /** `null` where the field is that, else what `read` makes of it. */
  optional<T>(key: string, read: () => T): T | null {
    return this.plainValue(key) === null ? null : read();
  }

  child(key: string): RecordReader {
    return new RecordReader(this.plainValue(key), `${this.what}: "${key}"`);
  }

  /** A field as it came, for a check of its own; `undefined` where it is missing. */
  plainValue(key: string): unknown {
    this.#seen.add(key);
    return this.#fields.get(key);
  }

  /** All fields as they came, for a check of their own. */
  plain(): Record<string, unknown> {
    const { what } = this;
    if (this.has("__proto__")) throw new SlnetError("bad-input", `${what} has the field "__proto__", expected none`);
    return Object.fromEntries(this.#fields);
  }

  /** Fields that were read elsewhere. */
  known(...keys: readonly string[]): void {
    for (const key of keys) this.#seen.add(key);
  }

  /** @throws {@link SlnetError} `bad-input` for a field that nobody read */
  end(): void {
    for (const key of this.#fields.keys()) {
      if (!this.#seen.has(key)) this.refuse(`"${key.slice(0, 40)}" is unknown`, "only the fields of a run record");
    }
  }

  refuse(found: string, expected: string): never {
    throw new SlnetError("bad-input", `${this.what}: ${found}, expected ${expected}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
