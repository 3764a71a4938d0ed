#!/usr/bin/env node
import { errorMessage, isSlnetError, type Choice } from "../core/errors.js";
import { slnetWebVersion } from "../core/version.js";
import type { SlnetClient } from "../protocol/client.js";
import { parseArguments } from "./arguments.js";
import { commands } from "./command-list.js";
import type { Command } from "./command.js";
import { commandHelp, programHelp } from "./commands/help.js";
import { namedAsTyped } from "./configuration-options.js";
import { listenForInterrupt, type Interrupt } from "./interrupt.js";
import { nearestName } from "./nearest-name.js";
import { createWorkerClient } from "./worker-client.js";
import { WrongUsage } from "./wrong-usage.js";

const exitFailed = 1;
const exitWrongUsage = 2;

// The reader of a pipe may leave early, as `head` does; that is no error of this program.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// Without `await`: parts that are loaded later import what this file shares with them, and would wait for its end.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

/** Runs one command line; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const wantsJson = args.includes("--json");
  const interrupt = listenForInterrupt();
  try {
    return await dispatch(args, interrupt);
  } catch (error) {
    const wasStopped = interrupt.signal.aborted && error === interrupt.signal.reason;
    const message = wasStopped ? "stopped before there was anything to keep" : namedAsTyped(errorMessage(error));
    const code = wasStopped ? "interrupted" : isSlnetError(error) ? error.code : "internal";
    const choice = isSlnetError(error) ? error.choice : null;
    say(`slnet: ${message}`);
    if (choice) say(choiceText(choice));
    if (wantsJson) printJson({ error: { code, message, ...(choice && { choice }) } });
    if (wasStopped) return interrupt.exitCode();
    return error instanceof WrongUsage ? exitWrongUsage : exitFailed;
  }
}

async function dispatch(args: readonly string[], interrupt: Interrupt): Promise<number> {
  const [name, ...rest] = args;
  switch (name) {
    case undefined:
      say(programHelp(commands));
      return exitWrongUsage;
    case "--help":
    case "-h":
      print(programHelp(commands));
      return 0;
    case "--version":
    case "-V":
      print(slnetWebVersion);
      return 0;
    case "help":
      print(helpOn(rest[0]));
      return 0;
    default:
      return runCommand(commandNamed(name), rest, interrupt);
  }
}

async function runCommand(command: Command, args: readonly string[], interrupt: Interrupt): Promise<number> {
  // Also beside mistakes: who asks for help may not know how to do it right.
  if (args.includes("--help") || args.includes("-h")) {
    print(commandHelp(command));
    return 0;
  }
  const parsed = parseArguments(args, command);
  let client: SlnetClient | null = null;
  try {
    const result = await command.run(parsed, {
      interrupt,
      say,
      connect: async () => (client ??= await createWorkerClient()),
    });
    const json = parsed.flag("json");
    if (json) printJson(result.json);
    if (command.answersInText && !json) print(result.text);
    else say(result.text);
    return interrupt.exitCode();
  } finally {
    (client as SlnetClient | null)?.dispose();
  }
}

function commandNamed(name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found) return found;
  const names = [...commands.map((command) => command.name), "help"];
  const near = nearestName(name, names);
  const advice = near === null ? `expected one of ${names.join(", ")}` : `did you mean ${near}?`;
  throw new WrongUsage(`there is no command "${name}"; ${advice}`);
}

function helpOn(name: string | undefined): string {
  return name === undefined || name === "help" || name.startsWith("-")
    ? programHelp(commands)
    : commandHelp(commandNamed(name));
}

/** What can be typed to go on. */
function choiceText({ of, labels }: Choice): string {
  return labels.map((label, position) => `  --${of} ${position}   ${label}`).join("\n");
}

/** What was asked for, on standard output. */
function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What people should know besides, on standard error. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function printJson(value: Readonly<Record<string, unknown>>): void {
  print(JSON.stringify(value));
}
