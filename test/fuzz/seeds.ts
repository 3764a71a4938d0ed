import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { StackSelection } from "../../src/core/frames.js";

/** Files by their path below the folder that the stack is in. */
export type FileSet = ReadonlyMap<string, Uint8Array>;

/** A valid stack that mutants are made of. */
export interface Seed {
  /** Path below `test/files`. */
  readonly name: string;
  readonly kind: string;
  /** The file that is opened, or `null` where the folder as a whole is. */
  readonly main: string | null;
  readonly files: FileSet;
  /** Files worth changing: the opened one, and those that belong to it. */
  readonly own: readonly string[];
  /** What it was opened with by those who know; an empty one among them. */
  readonly selections: readonly StackSelection[];
}

/** Read by a program in WASM, or unpacked by one, and some hundred times slower than the others. */
const slowKinds: readonly string[] = ["nrrd", "nhdr", "mha", "mhd", "nii", "gz", "hdr"];
/** One draw in so many may be of a slow kind. */
export const slowEvery = 200;

// The same depth from the source as from build/test/fuzz, one folder further down.
const root = fileURLToPath(new URL("../../../test/files/", import.meta.url));

/**
 * Every stack in `test/files`, in the order of their names: what is put there takes part.
 *
 * @param names - only those whose name matches
 */
export function readSeeds(names = /(?:)/): Seed[] {
  const records = JSON.parse(readFileSync(join(root, "expected.json"), "utf8")) as readonly {
    readonly file: string;
    readonly selection?: StackSelection;
  }[];
  const selections = new Map<string, StackSelection[]>();
  for (const { file, selection } of records) {
    const known = selections.get(file) ?? [{}];
    if (selection) known.push(selection);
    selections.set(file, known);
  }

  const folders = [...selections.keys()].filter((file) => statSync(join(root, file)).isDirectory());
  const seeds = folders.map((folder): Seed => {
    const files = readFolder(join(root, folder));
    const kind = extname(folder).slice(1) || "folder";
    return {
      name: folder,
      kind,
      main: null,
      files,
      own: [...files.keys()],
      selections: selections.get(folder) ?? [{}],
    };
  });
  for (const path of listFiles(root)) {
    const name = relative(root, path);
    const isPart = folders.some((folder) => name.startsWith(`${folder}/`));
    if (isPart || !name.includes("/") || /\.(inf|yaml|yml)$/.test(name)) continue;
    const main = basename(name);
    const folder = readFolder(join(root, dirname(name)), false);
    const stem = main.slice(0, main.length - extname(main).length);
    // Files of one name with several endings are one stack, and so are the few in a folder of their own.
    const belongs = (file: string): boolean => file.startsWith(`${stem}.`) || folder.size <= 3;
    const own = [...folder.keys()].filter(belongs);
    const files = new Map([...folder].filter(([file]) => own.includes(file)));
    seeds.push({ name, kind: extname(main).slice(1), main, files, own, selections: selections.get(name) ?? [{}] });
  }
  return seeds.filter(({ name }) => names.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function isSlow(seed: Seed): boolean {
  return slowKinds.includes(seed.kind);
}

function readFolder(folder: string, recursive = true): Map<string, Uint8Array> {
  const paths = listFiles(folder).map((path) => relative(folder, path));
  const chosen = recursive ? paths : paths.filter((path) => !path.includes("/"));
  return new Map(chosen.map((path) => [path, new Uint8Array(readFileSync(join(folder, path)))]));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .sort();
}
