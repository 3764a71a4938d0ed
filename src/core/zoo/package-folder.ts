import { SlnetError } from "../errors.js";
import type { ByteSource } from "../frames.js";
import { readExactly } from "../io/read-exactly.js";
import type { ZipFolder } from "../io/zip-folder.js";
import { sha256Hex } from "../sha256.js";
import type { PackageFile } from "./package-description.js";

/** Bytes that a file of a package may have, unpacked. The weights of an SLNet have some thousand. */
export const largestPackageFile = 16 * 1024 * 1024;

/** Names that the description of a model may have (bioimageio.spec, "RDF file name"); alone or in one folder. */
const descriptionName = /^(?:[^/]+\/)?(?:[^/]+\.)?(?:rdf|bioimageio|model)\.yaml$/;

/** A package with its description. */
export interface PackageFolder {
  readonly name: string;
  /** Where its description is in the archive. */
  readonly descriptionPath: string;
  /**
   * Opens a file by a name in the description.
   *
   * @returns `null` where there is none
   * @throws {@link SlnetError} `unsupported` where the name leads out of the package
   */
  open(path: string): Promise<ByteSource | null>;
  /**
   * Reads a file whole, and compares it with its checksum.
   *
   * @throws {@link SlnetError} `bad-input` where it is not there or another file
   */
  read(file: PackageFile): Promise<Uint8Array<ArrayBuffer>>;
}

/** The name of the description in an archive, or `null` where it is no package. */
export function descriptionIn(zip: ZipFolder): string | null {
  const found = [...zip.paths].filter((path) => descriptionName.test(path));
  const depth = (path: string): number => path.split("/").length;
  const [first, second] = found.sort((a, b) => depth(a) - depth(b) || a.length - b.length);
  if (first === undefined) return null;
  // Where several lie in one folder none is the one.
  return second !== undefined && depth(second) === depth(first) && !/^(?:[^/]+\/)?rdf\.yaml$/.test(first)
    ? null
    : first;
}

/** @param descriptionPath - as {@link descriptionIn} found it */
export function packageFolder(zip: ZipFolder, descriptionPath: string): PackageFolder {
  const { name } = zip;
  const folder = descriptionPath.slice(0, descriptionPath.lastIndexOf("/") + 1);
  const open = (path: string): Promise<ByteSource | null> =>
    zip.open(folder + insidePath(name, path), largestPackageFile);
  return {
    name,
    descriptionPath,
    open,
    async read({ source, sha256 }) {
      const file = await open(source);
      if (!file)
        throw new SlnetError("bad-input", `${name} has no file ${source.slice(0, 100)}, which its description names`);
      const bytes = await readExactly(file, 0, file.size);
      if (sha256 !== null && (await sha256Hex(bytes)) !== sha256) {
        throw new SlnetError(
          "bad-input",
          `${file.name} is not the file that the description is of: its SHA-256 differs`,
        );
      }
      return bytes;
    },
  };
}

/**
 * A name as it stands in a description, as one below it.
 *
 * @throws {@link SlnetError} `unsupported` for addresses, and for names that lead out of the package
 */
export function insidePath(name: string, path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, "");
  const isInside =
    !/^[a-z][\w+.-]*:|^\/|\\|\0/i.test(plain) && !plain.split("/").some((part) => part === ".." || part === "");
  if (isInside) return plain;
  throw new SlnetError(
    "unsupported",
    `${name} refers to ${JSON.stringify(path.slice(0, 100))}, expected a file in the package; nothing else is opened`,
  );
}
