import { configurationFields, createConfiguration, type ConfigurationField } from "../configuration.js";
import { isSlnetError } from "../errors.js";
import { formatFrameSelection } from "../frame-selection.js";

/** Options by {@link SlnetConfiguration} name, not yet checked for agreeing with each other. */
type Options = Record<string, unknown>;

/**
 * Fields whose published value says nothing here: paths of another machine, the number of its graphics card, the size of
 * the net that the temporal shifts decide, the side of the image (REFERENCE 3.6), and offsets that the published code
 * stores and never uses.
 */
const notTaken: ReadonlySet<ConfigurationField["key"]> = new Set([
  "stack",
  "testStack",
  "filesToStore",
  "checkpoint",
  "outputPath",
  "engine",
  "frameCount",
  "imageSize",
  "offsetAdu",
  "sparseOffsetAdu",
]);

/**
 * The options of a run of the published code, as its checkpoints hold them.
 *
 * @param args - the attributes of the `argparse.Namespace`, by published name
 * @returns the options, and a sentence for each that could not be taken
 */
export function publishedOptions(args: ReadonlyMap<unknown, unknown>): { options: Options; notices: string[] } {
  const options: Options = {};
  const notices: string[] = [];
  for (const field of configurationFields) {
    if (field.publishedName === null || notTaken.has(field.key) || !args.has(field.publishedName)) continue;
    const value = valueOf(field, args.get(field.publishedName));
    try {
      createConfiguration({ [field.key]: value });
      options[field.key] = value;
    } catch (error) {
      if (!isSlnetError(error)) throw error;
      notices.push(`Its option ${field.publishedName} is not taken over: ${error.message}.`);
    }
  }
  // The published defaults have the two swapped; only the noise model asks for them.
  const { signalPowerMin: least, signalPowerMax: most } = options;
  if (typeof least === "number" && typeof most === "number" && least > most) {
    Object.assign(options, { signalPowerMin: most, signalPowerMax: least });
  }
  return { options, notices };
}

/** Python's value as the field wants it: whole numbers for true and false, lists of frames as text. */
function valueOf({ kind }: ConfigurationField, value: unknown): unknown {
  if (kind === "boolean" && (value === 0 || value === 1)) return value === 1;
  if (kind === "text" && isFrameList(value)) return formatFrameSelection(value);
  return value;
}

function isFrameList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isInteger(item) && item >= 0);
}
