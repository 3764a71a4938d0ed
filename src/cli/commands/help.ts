import { slnetWebVersion } from "../../core/version.js";
import type { Command } from "../command.js";
import type { Option } from "../option.js";

const lineWidth = 96;

/** What `slnet --help` prints. */
export function programHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `slnet ${slnetWebVersion} removes the background from single-molecule camera stacks.`,
    "",
    "Usage: slnet COMMAND [arguments]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    `  ${"help".padEnd(width)}  Prints this text, or with the name of a command all that it takes.`,
    "",
    "For example:",
    ...commands.flatMap(({ examples }) => examples.slice(0, 1).map((example) => `  slnet ${example}`)),
    "",
    "Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C with what was done kept.",
  ].join("\n");
}

/** What `slnet help COMMAND` prints: every option with its unit, default and published name. */
export function commandHelp({ name, operand, summary, seeAlso, examples, options }: Command): string {
  return [
    summary,
    ...(seeAlso === undefined ? [] : [`See also: ${seeAlso}`]),
    "",
    `Usage: slnet ${[name, operand, "[options]"].filter((part) => part !== "").join(" ")}`,
    "",
    "For example:",
    ...examples.map((example) => `  slnet ${example}`),
    "",
    "Options:",
    ...options.flatMap((option) => [`  ${optionHead(option)}`, ...wrap(optionText(option), "      ")]),
  ].join("\n");
}

function optionHead({ name, short, kind, placeholder }: Option): string {
  const long = kind.type === "boolean" ? `--${name}, --no-${name}` : `--${name}`;
  const both = short === "" ? long : `-${short}, ${long}`;
  return placeholder === "" ? both : `${both} ${placeholder}`;
}

function optionText({ help, unit, kind, defaultText, publishedName }: Option): string {
  const facts: string[] = [];
  if (unit !== "") facts.push(`unit: ${unit}`);
  if (kind.type === "number" || kind.type === "integer") facts.push(`${kind.minimum} to ${kind.maximum}`);
  if (defaultText !== "") facts.push(`default: ${shownDefault(kind, defaultText)}`);
  if (publishedName !== null) facts.push(`published as ${publishedName}`);
  return facts.length === 0 ? help : `${help} (${facts.join("; ")})`;
}

function shownDefault(kind: Option["kind"], text: string): string {
  if (kind.type !== "boolean") return text;
  return text === "true" ? "on" : "off";
}

/** Breaks a text into lines between words. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > lineWidth) {
      lines.push(indent + line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
