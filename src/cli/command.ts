import type { SlnetClient } from "../protocol/client.js";
import type { ArgumentRules, ParsedArguments } from "./arguments.js";
import type { Interrupt } from "./interrupt.js";
import { createOption, type Option } from "./option.js";
import { WrongUsage } from "./wrong-usage.js";

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly interrupt: Interrupt;
  /** The worker, started at the first call. It is disposed of when the command has ended. */
  connect(): Promise<SlnetClient>;
  /** One line for people, on standard error. */
  say(line: string): void;
}

/** What a command has to say at its end. */
export interface CommandResult {
  /** The object that `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The same for people; may have several lines. */
  readonly text: string;
}

/** One verb of the command line. */
export interface Command extends ArgumentRules {
  /** One sentence. */
  readonly summary: string;
  /** Another command that may be meant, and what that does. */
  readonly seeAlso?: string;
  /** Command lines to copy, without `slnet`. */
  readonly examples: readonly string[];
  /** Whether the text is what was asked for, and so goes to standard output where no JSON does. */
  readonly answersInText: boolean;
  /**
   * Does the work. A command that was stopped, but has something to keep, keeps it and returns normally.
   *
   * @throws {@link WrongUsage} for what was typed, another error for a failed run, the reason of the interrupt where
   *   it left nothing
   */
  run(parsed: ParsedArguments, context: CommandContext): Promise<CommandResult>;
}

/** Options that every command has. */
export const commonOptions: readonly Option[] = [
  createOption({
    name: "json",
    kind: { type: "flag" },
    help: "Print one JSON object on standard output; text for people goes to standard error.",
  }),
  createOption({ name: "help", short: "h", kind: { type: "flag" }, help: "Print this help." }),
];

/** @throws {@link WrongUsage} where the stack was not named */
export function requiredOperand(parsed: ParsedArguments, { name, operand }: ArgumentRules): string {
  if (parsed.operand === null || parsed.operand === "") {
    throw new WrongUsage(`${name} was given no ${operand}, expected for example "slnet ${name} recording.tif"`);
  }
  return parsed.operand;
}

/** Says each sentence once, however often it is reported. */
export interface NoticeList {
  add(notices: readonly string[]): void;
  /** All that were added, once each. */
  list(): string[];
}

export function createNoticeList(say: (line: string) => void): NoticeList {
  const seen = new Set<string>();
  return {
    add(notices) {
      for (const notice of notices) {
        if (seen.has(notice)) continue;
        seen.add(notice);
        say(`note: ${notice}`);
      }
    },
    list: () => [...seen],
  };
}
