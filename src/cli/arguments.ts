import { parseArgs, type ParseArgsConfig } from "node:util";

import { nearestName } from "./nearest-name.js";
import type { Option, OptionValue } from "./option.js";
import { WrongUsage } from "./wrong-usage.js";

/** What a command accepts. */
export interface ArgumentRules {
  /** Name of the command, for messages. */
  readonly name: string;
  /** What its arguments without dashes stand for, for example `STACK`; empty where it takes none. */
  readonly operand: string;
  readonly options: readonly Option[];
}

/** A command line taken apart, every value of the type that its option asks for. */
export class ParsedArguments {
  readonly #values: ReadonlyMap<string, OptionValue>;

  constructor(
    /** The argument without dashes, or `null`. */
    readonly operand: string | null,
    values: ReadonlyMap<string, OptionValue>,
  ) {
    this.#values = values;
  }

  /** Whether the option was given at all. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): OptionValue | undefined {
    return this.#values.get(name);
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === "number" ? value : undefined;
  }

  integers(name: string): readonly number[] | undefined {
    const value = this.#values.get(name);
    return Array.isArray(value) && value.every((item) => typeof item === "number") ? value : undefined;
  }

  /** @throws {@link WrongUsage} where it was not given */
  required(name: string, example: string): string {
    const value = this.text(name);
    if (value === undefined) throw new WrongUsage(`--${name} is missing, expected for example ${example}`);
    return value;
  }
}

/**
 * Takes the arguments of a command apart. Of an option that is given twice the last one counts.
 *
 * @param args - without the name of the command
 * @throws {@link WrongUsage} for an unknown option, a missing or wrong value, or an argument too many
 */
export function parseArguments(args: readonly string[], rules: ArgumentRules): ParsedArguments {
  const byName = new Map(rules.options.map((option) => [option.name, option]));
  // Not strict: `--norm-type -1` is a value there and an ambiguity in strict mode, and the messages are ours.
  const { tokens } = parseArgs({
    args: [...args],
    options: parserOptions(rules.options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, OptionValue>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const negated = byName.has(token.name) ? null : negatedBy(token.name, byName);
    const option = byName.get(token.name) ?? negated;
    if (!option) throw unknownOption(token.rawName, rules);
    if (takesNoValue(option)) {
      if (token.value !== undefined) {
        throw new WrongUsage(`${token.rawName} takes no value, but "${token.value}" was given`);
      }
      values.set(option.name, negated === null);
    } else {
      const { value } = token;
      const looksLikeOption = !token.inlineValue && value !== undefined && /^-(?![\d.]|$)/.test(value);
      if (value === undefined || looksLikeOption) {
        throw new WrongUsage(`${token.rawName} has no value, expected ${expectation(option)}`);
      }
      values.set(option.name, convert(value, option));
    }
  }
  return new ParsedArguments(onlyOperand(operands, rules), values);
}

function parserOptions(options: readonly Option[]): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    options.flatMap((option) => {
      const type: "boolean" | "string" = takesNoValue(option) ? "boolean" : "string";
      const entry = [option.name, option.short === "" ? { type } : { type, short: option.short }] as const;
      return option.kind.type === "boolean" ? [entry, [`no-${option.name}`, { type }] as const] : [entry];
    }),
  );
}

function takesNoValue({ kind }: Option): boolean {
  return kind.type === "flag" || kind.type === "boolean";
}

function negatedBy(name: string, byName: ReadonlyMap<string, Option>): Option | null {
  const option = name.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
  return option?.kind.type === "boolean" ? option : null;
}

function unknownOption(rawName: string, { name, options }: ArgumentRules): WrongUsage {
  const typed = rawName.replace(/^-+/, "");
  const published = options.find((option) => option.publishedName?.toLowerCase() === typed.toLowerCase());
  const near =
    published?.name ??
    nearestName(
      typed,
      options.map((option) => option.name),
    );
  const advice = near === null ? `"slnet help ${name}" lists them` : `did you mean --${near}?`;
  return new WrongUsage(`${name} has no option ${rawName}; ${advice}`);
}

function onlyOperand(operands: readonly string[], { name, operand }: ArgumentRules): string | null {
  const allowed = operand === "" ? 0 : 1;
  if (operands.length > allowed) {
    const expected = allowed === 0 ? "only options" : `one ${operand}`;
    throw new WrongUsage(`${name} was given "${operands[allowed]}" too many, expected ${expected}`);
  }
  return operands[0] ?? null;
}

function convert(text: string, option: Option): OptionValue {
  const { kind } = option;
  const refuse = (): never => {
    throw new WrongUsage(`--${option.name} is "${text}", expected ${expectation(option)}`);
  };
  switch (kind.type) {
    case "text":
      return text;
    case "texts":
      return text === "" ? [] : text.split(",").map((item) => item.trim());
    case "number":
    case "integer": {
      const value = numberOf(text);
      if (value === null || value < kind.minimum || value > kind.maximum) return refuse();
      return kind.type === "integer" && !Number.isInteger(value) ? refuse() : value;
    }
    case "integers": {
      const items = text.replace(/^\[(.*)\]$/, "$1").split(",");
      const numbers = items.map((item) => numberOf(item.trim()));
      return numbers.every((item) => item !== null && Number.isInteger(item)) ? (numbers as number[]) : refuse();
    }
    case "choice":
      return kind.choices.find((choice) => String(choice) === text) ?? refuse();
    case "flag":
    case "boolean":
      return true;
    default:
      return kind satisfies never;
  }
}

/** A decimal number such as `12`, `-1`, `0.01` or `1e-4`; `null` for any other text, as `Number` takes too many. */
function numberOf(text: string): number | null {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function expectation({ kind, placeholder }: Option): string {
  switch (kind.type) {
    case "number":
    case "integer": {
      const noun = kind.type === "integer" ? "a whole number" : "a number";
      return kind.maximum === Infinity
        ? `${noun} of at least ${kind.minimum}`
        : `${noun} from ${kind.minimum} to ${kind.maximum}`;
    }
    case "integers":
      return "whole numbers separated by commas, for example 0,49,99";
    case "choice":
      return `one of ${kind.choices.join(", ")}`;
    case "texts":
      return "texts separated by commas";
    case "text":
      return placeholder === "" ? "a text" : placeholder;
    case "flag":
    case "boolean":
      return "no value";
    default:
      return kind satisfies never;
  }
}
