import { SlnetError } from "../core/errors.js";
import type { NamedFile } from "../protocol/api.js";
import type { StackSource } from "../protocol/client.js";
import { companionEndings, stackEndings, tiffEndings } from "./stack-endings.js";

/** Something to open, and how many other stacks were given with it that stay closed. */
export interface PlannedStack {
  readonly source: StackSource;
  readonly others: number;
}

/** What to open of the files that a person gave together. */
export interface StackPlan {
  readonly first: PlannedStack;
  /** To open in its place where `first` holds a single frame: its folder, one frame a file. */
  readonly framesAsFiles: PlannedStack | null;
}

/** Their pixels are in a second file of the same name, which is none to open. */
const headerEndings = [".mhd", ".nhdr", ".hdr"] as const;
/**
 * Files that say or hold what belongs to another one, and have to be chosen with it. Some pickers look at the last part of an
 * ending only, so `.gz`, `.ome` and `.xml` stand for longer ones too.
 */
const partnerEndings = [".inf", ".yaml", ".yml", ".zraw", ".img", ".gz", ".ome", ".xml"] as const;

/** For the `accept` of a file picker. */
export const stackFileTypes = [...stackEndings, ...partnerEndings].join(",");

/** Metadata files that make their folder an OME-Zarr image or a Zarr array. */
const zarrMarks: ReadonlySet<string> = new Set([".zattrs", ".zgroup", ".zarray", ".zmetadata", "zarr.json"]);

interface Candidate {
  readonly path: string;
  /** `null` for a folder. */
  readonly file: Blob | null;
}

/**
 * Chooses the stack among files that were dropped or picked together: a Zarr folder as a whole; of a header and its
 * pixels the one that is opened; of several the first in natural order, with the others beside it.
 *
 * @throws {@link SlnetError} `bad-input` where there is no file
 */
export function planStack(given: readonly NamedFile[]): StackPlan {
  const files = given.filter(({ path }) => isVisible(path));
  if (files.length === 0) {
    throw new SlnetError("bad-input", "there is no file in what was given, expected a stack");
  }
  const candidates = stackCandidates(files);
  const chosen = candidates[0]!;
  const others = candidates.length - 1;
  if (!chosen.file) return { first: { source: folderSource(chosen.path, files), others }, framesAsFiles: null };

  const folder = folderOf(chosen.path);
  const together = filesBelow(folder, files);
  const name = nameOf(chosen.path);
  const source = {
    type: "file",
    file: chosen.file,
    name,
    ...(together.length > 1 && { neighbours: together }),
  } as const;
  if (!isTiff(chosen.path)) return { first: { source, others }, framesAsFiles: null };

  const beside = candidates.filter(({ path, file }) => file && folderOf(path) === folder && isTiff(path));
  const ofSet = beside.filter(({ path }) => isOmeTiff(path) && setName(path) === setName(chosen.path)).length;
  return {
    first: { source, others: others - Math.max(0, ofSet - 1) },
    framesAsFiles:
      beside.length < 2
        ? null
        : {
            source: {
              type: "folder",
              name: nameOf(folder) || setName(chosen.path).replace(/[#_\-. ]+$/, "") || name,
              files: beside.map(({ path, file }) => ({ path: nameOf(path), file: file! })),
            },
            others: candidates.length - beside.length,
          },
  };
}

/**
 * Every stack among files that were given together, in natural order, each with the files that belong to it: those of a set,
 * and what lies beside it and is no stack itself.
 */
export function splitStacks(given: readonly NamedFile[]): { readonly name: string; readonly files: NamedFile[] }[] {
  const files = given.filter(({ path }) => isVisible(path));
  const candidates = stackCandidates(files);
  const taken = new Set(candidates.map(({ path }) => path));
  const folders = candidates.filter(({ file }) => !file).map(({ path }) => path);
  const loose = files.filter(({ path }) => !folders.some((folder) => isBelow(folder, path)));
  const groups = new Map<string, { readonly name: string; readonly files: NamedFile[] }>();
  for (const { path, file } of candidates) {
    if (!file) {
      groups.set(path, { name: nameOf(path), files: files.filter((inside) => isBelow(path, inside.path)) });
      continue;
    }
    const key = isOmeTiff(path) ? `${folderOf(path)}/${setName(path)}` : path;
    const group = groups.get(key);
    if (group) group.files.push({ path, file });
    else {
      const beside = loose.filter((other) => folderOf(other.path) === folderOf(path) && !taken.has(other.path));
      groups.set(key, { name: nameOf(path), files: [{ path, file }, ...beside] });
    }
  }
  return [...groups.values()];
}

/** What may be a stack, the first in natural order first; without any that is known by its name, all files. */
function stackCandidates(files: readonly NamedFile[]): Candidate[] {
  const folders = zarrFolders(files);
  const loose = files.filter(({ path }) => !folders.some((folder) => isBelow(folder, path)));
  const headers = new Set(
    loose.filter(({ path }) => hasEnding(path, headerEndings)).map(({ path }) => stemOf(path).toLowerCase()),
  );
  // The text says which of the files beside it belong to it, and how.
  const companions = loose.filter(({ path }) => hasEnding(path, companionEndings));
  const described = new Set(companions.map(({ path }) => folderOf(path)));
  const known = loose.filter(({ path }) => {
    if (isTiff(path) && described.has(folderOf(path))) return false;
    if (!hasEnding(path, stackEndings)) return false;
    return !(hasEnding(path, [".raw"]) && headers.has(stemOf(path).toLowerCase()));
  });
  const found: Candidate[] = [...folders.map((path) => ({ path, file: null })), ...known];
  return (found.length > 0 ? found : [...loose]).sort((one, other) => naturalOrder(one.path, other.path));
}

/** The outermost folders that are Zarr hierarchies; those inside belong to them. */
function zarrFolders(files: readonly NamedFile[]): string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    if (zarrMarks.has(nameOf(path))) folders.add(folderOf(path));
    const named = /^(?:[^/]+\/)*?[^/]+\.zarr(?=\/)/i.exec(path);
    if (named) folders.add(named[0]);
  }
  // A folder comes before those inside it.
  const outermost: string[] = [];
  for (const folder of [...folders].sort((one, other) => one.length - other.length)) {
    if (!outermost.some((outer) => outer === folder || isBelow(outer, folder))) outermost.push(folder);
  }
  return outermost;
}

function folderSource(path: string, files: readonly NamedFile[]): StackSource {
  return { type: "folder", name: nameOf(path) || "the files opened together", files: filesBelow(path, files) };
}

/** The files in a folder and below it, with their paths from there. */
function filesBelow(folder: string, files: readonly NamedFile[]): NamedFile[] {
  if (folder === "") return [...files];
  return files
    .filter(({ path }) => isBelow(folder, path))
    .map(({ path, file }) => ({ path: path.slice(folder.length + 1), file }));
}

/** False for what an operating system leaves in folders. */
function isVisible(path: string): boolean {
  return path.split("/").every((name) => {
    if (zarrMarks.has(name)) return true;
    return !name.startsWith(".") && !/^(thumbs\.db|desktop\.ini|__MACOSX)$/i.test(name);
  });
}

function isTiff(path: string): boolean {
  return hasEnding(path, tiffEndings);
}

function isOmeTiff(path: string): boolean {
  return /\.ome\.(tiff?|btf|tf[28])$/i.test(path);
}

/** The name without its numbers: `run_MMStack_Pos0_1.ome.tif` and `run_MMStack_Pos0.ome.tif` give the same. */
function setName(path: string): string {
  return nameOf(stemOf(path)).replace(/\d+/g, "#").replace(/_#$/, "");
}

function hasEnding(path: string, endings: readonly string[]): boolean {
  const lower = path.toLowerCase();
  return endings.some((ending) => lower.endsWith(ending));
}

function isBelow(folder: string, path: string): boolean {
  return folder === "" || path.startsWith(`${folder}/`);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path without its endings: `a/b` of `a/b.ome.tif` and of `a/b.raw.gz`. */
function stemOf(path: string): string {
  return path.replace(/(\.ome)?\.[^./]+(\.gz)?$/i, "");
}

/** Numbers by their value, so that `img2` comes before `img10`; a name comes before the same name with more to it. */
function naturalOrder(one: string, other: string): number {
  return collator.compare(stemOf(one), stemOf(other)) || collator.compare(one, other);
}

const collator = new Intl.Collator("en", { numeric: true });
