import { SlnetError } from "../core/errors.js";
import type { StackRegion, StackShape } from "../core/frames.js";
import { regionIn } from "../core/stack-region.js";
import { checkOptions, type ConfigurationOptions } from "./configuration-errors.js";
import { requireMetadata, type MetadataOverrides } from "./metadata-fields.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionState } from "./session-state.js";

/** Metadata that a person changes; `undefined` takes the word of the file again. */
export type MetadataChanges = Readonly<Partial<Record<keyof MetadataOverrides, number | null | undefined>>>;

/** What a person sets before a training: options, the part of the stack, and what is known of the recording. */
export class SessionSettings {
  readonly #actions: SessionActions;

  constructor(actions: SessionActions) {
    this.#actions = actions;
  }

  /** Returns whether there is a stack, and the metadata can be. */
  describe(metadata: MetadataChanges): boolean {
    const { state } = this.#actions;
    try {
      requireMetadata(metadata);
    } catch (error) {
      this.#actions.fail(error);
      return false;
    }
    if (!state.stack) return false;
    this.#actions.update({ metadata: withoutUndefined({ ...state.metadata, ...metadata }) });
    return true;
  }

  configure(changes: ConfigurationOptions): void {
    const { state } = this.#actions;
    const options = withoutUndefined({ ...state.options, ...changes });
    this.#actions.update({ options, ...checkedOptions({ ...state, options }) });
  }

  chooseRegion(region: StackRegion | null): boolean {
    const { state } = this.#actions;
    const { stack } = state;
    try {
      if (region && !stack) throw new SlnetError("bad-input", "there is no stack to choose a part of, expected one");
      const part = region && stack && regionIn(stack.name, stack.shape, region);
      const taken = part && stack && isWhole(part, stack.shape) ? null : part;
      this.#actions.update({ region: taken, ...checkedOptions({ ...state, region: taken }) });
      return true;
    } catch (error) {
      this.#actions.fail(error);
      return false;
    }
  }
}

/** The options as they are, checked for the part of the stack that is trained on. */
export function checkedOptions({
  options,
  stack,
  region,
}: Pick<SessionState, "options" | "stack" | "region">): Pick<SessionState, "configuration" | "optionErrors"> {
  const frames = region ? region.to - region.from : (stack?.shape.frames ?? null);
  const { configuration, errors } = checkOptions(options, frames);
  return { configuration, optionErrors: errors };
}

function withoutUndefined(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function isWhole({ width, height, from, to }: StackRegion, shape: StackShape): boolean {
  return width === shape.width && height === shape.height && to - from === shape.frames;
}
