import { configurationFields, createConfiguration, type SlnetConfiguration } from "../core/configuration.js";
import { errorMessage } from "../core/errors.js";
import { parseFrameSelection } from "../core/frame-selection.js";

/** Option values by name, as a form or a caller gives them: not yet checked. */
export type ConfigurationOptions = Readonly<Record<string, unknown>>;

export interface CheckedOptions {
  /** The whole configuration, or `null` while an option is wrong. */
  readonly configuration: SlnetConfiguration | null;
  /** One sentence for each wrong option, by its name. */
  readonly errors: Readonly<Record<string, string>>;
}

const titles = new Map<string, string>(configurationFields.map((field) => [field.key, field.title]));

/**
 * Checks every option, so that a form can show each message beside its field.
 *
 * @param frameCount - frames of the stack, for the options that select frames; `null` without a stack
 */
export function checkOptions(options: ConfigurationOptions, frameCount: number | null): CheckedOptions {
  const errors: Record<string, string> = {};
  const remaining: Record<string, unknown> = { ...options };
  // A configuration names one wrong option at a time: take that out and look for the next.
  for (;;) {
    try {
      const configuration = createConfiguration(remaining);
      if (frameCount !== null) checkSelections(configuration, frameCount, errors);
      return { configuration: Object.keys(errors).length === 0 ? configuration : null, errors };
    } catch (error) {
      const message = errorMessage(error);
      const key =
        Object.keys(remaining).find((name) => message.startsWith(`${name} `)) ?? otherParty(message, remaining);
      errors[key] = message.replace(/[A-Za-z0-9]+/g, (word) => titles.get(word) ?? word);
      if (!(key in remaining)) return { configuration: null, errors };
      delete remaining[key];
    }
  }
}

/** The option that a message is about when the one it names has its default: "outputChannel … temporal shifts". */
function otherParty(message: string, options: Record<string, unknown>): string {
  return Object.keys(options).find((name) => message.includes(name)) ?? Object.keys(options)[0] ?? "";
}

function checkSelections(configuration: SlnetConfiguration, frameCount: number, errors: Record<string, string>): void {
  for (const key of ["trainFrames", "testFrames"] as const) {
    try {
      parseFrameSelection(configuration[key], frameCount, titles.get(key) ?? key);
    } catch (error) {
      errors[key] = errorMessage(error);
    }
  }
}

/** The options of a configuration that belong to a training, as patches: defaults are given as `undefined`. */
export function trainingOptions(configuration: SlnetConfiguration): ConfigurationOptions {
  return Object.fromEntries(
    configurationFields
      .filter(({ key, group }) => group !== "files" && key !== "engine")
      .map(({ key, default: byDefault }) => {
        const value = configuration[key];
        return [key, JSON.stringify(value) === JSON.stringify(byDefault) ? undefined : value];
      }),
  );
}
