import { configurationFields, type SlnetConfiguration } from "../core/configuration.js";
import type { ConfigurationOptions } from "./configuration-errors.js";

export const builtInPresetNames = ["published", "fast", "longLived", "dense"] as const;
export type BuiltInPresetName = (typeof builtInPresetNames)[number];

/** What each preset sets; the other options that a preset decides go to their defaults. */
export const builtInPresets: Readonly<Record<BuiltInPresetName, ConfigurationOptions>> = {
  published: {},
  // A quarter of the steps, each four times as long.
  fast: { maxEpochs: 26, learningRate: 4e-4, evalEvery: 5 },
  longLived: { temporalShifts: [0, 149, 299] },
  dense: { temporalShifts: [0, 24, 49, 74, 99], sparsityWeight: 5 },
};

/** What belongs to the camera, to the computer or to one saved file is no matter of a preset. */
const apart: ReadonlySet<keyof SlnetConfiguration> = new Set(["engine", "offsetAdu", "sparseOffsetAdu"]);

/** Names of the options that a preset decides. */
const presetKeys: readonly (keyof SlnetConfiguration)[] = configurationFields
  .filter(({ key, group }) => group !== "files" && !apart.has(key))
  .map(({ key }) => key);

const defaults = new Map<string, unknown>(configurationFields.map((field) => [field.key, field.default]));

/** The options of a preset as changes: what it leaves out is `undefined`, which is the default. */
export function presetChanges(preset: ConfigurationOptions): ConfigurationOptions {
  return Object.fromEntries(presetKeys.map((key) => [key, preset[key]]));
}

/** The part of some options that a preset would keep: those that differ from the defaults. */
export function presetOptions(options: ConfigurationOptions): ConfigurationOptions {
  const kept = presetKeys.filter((key) => options[key] !== undefined && !isSame(options[key], defaults.get(key)));
  return Object.fromEntries(kept.map((key) => [key, options[key]]));
}

/** Names of the options that are not as a preset has them. */
export function differingKeys(
  options: ConfigurationOptions,
  preset: ConfigurationOptions,
): (keyof SlnetConfiguration)[] {
  return presetKeys.filter((key) => {
    const byDefault = defaults.get(key);
    return !isSame(options[key] ?? byDefault, preset[key] ?? byDefault);
  });
}

/** Options are numbers, texts and lists of those. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
