import {
  configurationFields,
  createConfiguration,
  type ConfigurationField,
  type SlnetConfiguration,
} from "../core/configuration.js";
import { kebabCase } from "../core/kebab-case.js";
import type { ParsedArguments } from "./arguments.js";
import type { Option, OptionKind } from "./option.js";
import { checkUsage } from "./wrong-usage.js";

/** The options of the configuration, or of some of its fields, as command-line options. */
export function configurationOptions(keys?: readonly (keyof SlnetConfiguration)[]): Option[] {
  return configurationFields.filter((field) => keys === undefined || keys.includes(field.key)).map(optionOf);
}

/** The values of configuration options that were given, by configuration name; nothing of the others. */
export function givenConfiguration(parsed: ParsedArguments): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { key } of configurationFields) {
    const value = parsed.value(kebabCase(key));
    if (value !== undefined) given[key] = value;
  }
  return given;
}

/**
 * A whole configuration from what was typed over what a model says.
 *
 * @throws {@link WrongUsage} where a value is out of range or contradicts another, with the names as they are typed
 */
export function checkedConfiguration(options: Readonly<Record<string, unknown>>): SlnetConfiguration {
  return checkUsage(() => createConfiguration(options), namedAsTyped);
}

/** A message with `--temporal-shifts` for `temporalShifts`, as it is typed here. Parts of file names stay as they are. */
export function namedAsTyped(message: string): string {
  return configurationFields.reduce((text, { key }) => {
    // A name of one word is an ordinary word in most sentences; the option in question stands first.
    const isOneWord = key === key.toLowerCase();
    const pattern = isOneWord ? `^${key}(?= is )` : `(?<![\\w./-])${key}(?![\\w./-])`;
    return text.replace(new RegExp(pattern, "g"), `--${kebabCase(key)}`);
  }, message);
}

function optionOf(field: ConfigurationField): Option {
  return {
    name: kebabCase(field.key),
    short: "",
    kind: kindOf(field),
    placeholder: placeholderOf(field),
    help: field.help,
    unit: field.unit,
    defaultText: Array.isArray(field.default) ? field.default.join(",") : String(field.default),
    publishedName: field.publishedName,
  };
}

function kindOf(field: ConfigurationField): OptionKind {
  switch (field.kind) {
    case "number":
    case "integer":
      return { type: field.kind, minimum: field.minimum, maximum: field.maximum };
    case "choice":
      return { type: "choice", choices: field.choices.map((choice) => choice.value) };
    default:
      return { type: field.kind };
  }
}

function placeholderOf(field: ConfigurationField): string {
  switch (field.kind) {
    case "boolean":
      return "";
    case "choice":
      return field.choices.map((choice) => choice.value).join("|");
    case "integers":
      return "N,N,…";
    case "texts":
      return "A,B,…";
    case "number":
    case "integer":
      return "N";
    case "text":
      return field.unit === "frames" ? "A:B" : "TEXT";
    default:
      return field satisfies never;
  }
}
