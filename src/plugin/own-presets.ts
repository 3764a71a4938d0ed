import { createConfiguration } from "../core/configuration.js";
import { errorMessage, SlnetError } from "../core/errors.js";
import type { ConfigurationOptions } from "./configuration-errors.js";
import { presetOptions } from "./presets.js";

/** A set of options that a person keeps under a name. */
export interface OwnPreset {
  readonly name: string;
  readonly options: ConfigurationOptions;
}

const storageKey = "slnet-web.presets";
const maximumPresets = 50;
const maximumNameLength = 60;
/** Fifty presets with every option set are a fifth of this. */
const maximumStoredLength = 500_000;

/**
 * The presets that are kept in this browser. What is stored there and is none is left out: other versions and other
 * pages of the same server write there too.
 */
export function readOwnPresets(): readonly OwnPreset[] {
  const presets = new Map<string, OwnPreset>();
  for (const entry of storedEntries()) {
    const preset = checkedPreset(entry);
    if (preset && presets.size < maximumPresets) presets.set(preset.name, preset);
  }
  return [...presets.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Keeps options under a name, in place of those that had it.
 *
 * @throws {@link SlnetError} `bad-input` for a name that is empty or too long, wrong options, or one preset too many;
 *   `unsupported` where the browser stores nothing
 */
export function keepOwnPreset(name: string, options: ConfigurationOptions): OwnPreset {
  const trimmed = name.trim();
  if (trimmed === "" || trimmed.length > maximumNameLength) {
    throw new SlnetError(
      "bad-input",
      `the name of the preset has ${trimmed.length} characters, expected 1 to ${maximumNameLength}`,
    );
  }
  createConfiguration(options);
  const others = readOwnPresets().filter((preset) => preset.name !== trimmed);
  if (others.length >= maximumPresets) {
    throw new SlnetError("bad-input", `there are ${others.length} presets, expected fewer: delete one first`);
  }
  const preset = { name: trimmed, options: presetOptions(options) };
  store([...others, preset]);
  return preset;
}

/** @throws {@link SlnetError} `unsupported` where the browser stores nothing */
export function deleteOwnPreset(name: string): void {
  store(readOwnPresets().filter((preset) => preset.name !== name));
}

function storedEntries(): readonly unknown[] {
  try {
    const text = localStorage.getItem(storageKey) ?? "[]";
    const value: unknown = text.length <= maximumStoredLength ? JSON.parse(text) : [];
    return Array.isArray(value) ? value : [];
  } catch {
    // No storage for this page, or something else under this name.
    return [];
  }
}

function checkedPreset(entry: unknown): OwnPreset | null {
  const { name, options } = Object(entry) as { readonly name?: unknown; readonly options?: unknown };
  if (typeof name !== "string" || name.trim() === "" || name.length > maximumNameLength) return null;
  if (typeof options !== "object" || options === null || Array.isArray(options)) return null;
  try {
    createConfiguration(options as ConfigurationOptions);
    return { name, options: presetOptions(options as ConfigurationOptions) };
  } catch {
    return null;
  }
}

function store(presets: readonly OwnPreset[]): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(presets));
  } catch (error) {
    throw new SlnetError("unsupported", `the browser does not keep presets of this page: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
