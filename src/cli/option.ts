/** What a value on the command line is turned into. */
export type OptionKind =
  | { readonly type: "flag" }
  /** `--name` and `--no-name`. */
  | { readonly type: "boolean" }
  | { readonly type: "text" }
  /** A list of texts, separated by commas. */
  | { readonly type: "texts" }
  | { readonly type: "number" | "integer"; readonly minimum: number; readonly maximum: number }
  /** A list of whole numbers, separated by commas. */
  | { readonly type: "integers" }
  | { readonly type: "choice"; readonly choices: readonly (string | number)[] };

/** One option of a command: what the parser takes and what the help says. */
export interface Option {
  /** Without the dashes, in kebab case. */
  readonly name: string;
  /** One letter, or empty. */
  readonly short: string;
  readonly kind: OptionKind;
  /** What stands for the value in the help, for example `MODEL`; empty for a flag. */
  readonly placeholder: string;
  /** One or two sentences. */
  readonly help: string;
  /** Unit of a number, empty where it has none. */
  readonly unit: string;
  /** The default as a person would type it, empty where there is none. */
  readonly defaultText: string;
  /** Name in the published Python code, or `null`. */
  readonly publishedName: string | null;
}

export type OptionValue = boolean | string | number | readonly string[] | readonly number[];

/** An option of the command line alone, with the parts that most do not have left out. */
export function createOption(option: Pick<Option, "name" | "kind" | "help"> & Partial<Option>): Option {
  return { short: "", placeholder: "", unit: "", defaultText: "", publishedName: null, ...option };
}

/** The limits of a range that says more than them, as the kind of a number wants them. */
export function limitsOf({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) {
  return { minimum, maximum };
}
