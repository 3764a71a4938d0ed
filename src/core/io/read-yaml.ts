import { errorMessage, SlnetError } from "../errors.js";

/** What is used of the package `yaml`. The core imports no package: who reads a file hands it over. */
export interface YamlLibrary {
  parseAllDocuments(
    text: string,
    options: { readonly uniqueKeys: false; readonly prettyErrors: false; readonly logLevel: "silent" },
  ): Iterable<{
    readonly errors: readonly Error[];
    toJS(options: { readonly maxAliasCount: number }): unknown;
  }>;
}

/** Loads the package, once it is needed. */
export type YamlLoader = () => Promise<YamlLibrary>;

/**
 * Longest text that is parsed, in characters. Descriptions that Picasso writes have 1 to 20 thousand. A megabyte made for
 * the purpose, such as one of flow brackets, kept yaml 2.9 busy for 4 s and took a gigabyte.
 */
const longestText = 128 * 1024;

/** Each is looked up in the whole document: 100,000 of them took three minutes. */
const mostAliases = 100;

/**
 * Parses the documents of a YAML file.
 *
 * @param name - of the file, for messages
 * @param load - for the package that parses
 * @throws {@link SlnetError} `bad-input` where it is no YAML, or has more than 128 Ki characters or 100 aliases
 */
export async function readYaml(text: string, name: string, load: YamlLoader): Promise<readonly unknown[]> {
  if (text.length > longestText) {
    throw new SlnetError("bad-input", `${name} has ${text.length} characters, expected at most ${longestText} of YAML`);
  }
  const aliases = text.match(/(?<![^\s[{,:-])\*[^\s*]/g)?.length ?? 0;
  if (aliases > mostAliases) {
    throw new SlnetError("bad-input", `${name} has ${aliases} aliases, expected at most ${mostAliases}`);
  }
  const { parseAllDocuments } = await load();
  try {
    // Unique keys are checked by comparing each with each: seconds for a file of a megabyte.
    const documents = [...parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, logLevel: "silent" })];
    for (const { errors } of documents) if (errors.length > 0) throw errors[0];
    // A name may stand for as much text as it likes, and a few that stand for each other for more than there is memory.
    return documents.map((document): unknown => document.toJS({ maxAliasCount: 20 }));
  } catch (error) {
    throw new SlnetError("bad-input", `${name} is not YAML that can be read: ${firstLine(errorMessage(error))}`, {
      cause: error,
    });
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0].slice(0, 200);
}
