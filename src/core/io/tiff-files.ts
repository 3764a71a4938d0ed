import { SlnetError } from "../errors.js";
import type { ByteSource, FileFolder, StackReader, StackShape } from "../frames.js";
import type { StackFiles } from "./tiff-planes.js";

/** Files open at the same time, besides those that are being read. */
const mostOpen = 8;

/** What a file of a set has to be. */
export interface ExpectedFile {
  readonly path: string;
  /** Frames that are taken from it: it has at least as many. */
  readonly frames: number;
}

interface OpenFile {
  readonly reader: Promise<StackReader>;
  users: number;
}

/** The files of a stack, opened when a frame of theirs is wanted and closed when others are. */
export class TiffFiles implements StackFiles {
  readonly #folder: FileFolder;
  readonly #files: readonly ExpectedFile[];
  /** That all files have: of the first that was opened. */
  #shape: StackShape | null = null;
  readonly #open: (source: ByteSource, file: number) => Promise<StackReader>;
  /** By file, the least recently used first. */
  readonly #opened = new Map<number, OpenFile>();

  /**
   * @param openFile - opens one; the source is closed here where it throws
   */
  constructor(
    folder: FileFolder,
    files: readonly ExpectedFile[],
    openFile: (source: ByteSource, file: number) => Promise<StackReader>,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#open = openFile;
  }

  /** Takes over a file that is open. */
  adopt(file: number, reader: StackReader): void {
    this.#requireFit(this.#files[file], reader);
    this.#opened.set(file, { reader: Promise.resolve(reader), users: 0 });
  }

  async use<T>(file: number, work: (reader: StackReader) => Promise<T>): Promise<T> {
    const known = this.#opened.get(file);
    const opened: OpenFile = known ?? { reader: this.#openFile(file), users: 0 };
    this.#opened.delete(file);
    this.#opened.set(file, opened);
    opened.users++;
    try {
      return await work(await opened.reader);
    } catch (error) {
      // One that could not be opened is tried again.
      if (opened.users === 1) await opened.reader.catch(() => this.#opened.delete(file));
      throw error;
    } finally {
      opened.users--;
      await this.#closeUnused();
    }
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.all(opened.map(closeFile));
  }

  async #closeUnused(): Promise<void> {
    const unused = [...this.#opened].filter(([, { users }]) => users === 0);
    const surplus = unused.slice(0, Math.max(0, this.#opened.size - mostOpen));
    for (const [file] of surplus) this.#opened.delete(file);
    await Promise.all(surplus.map(([, opened]) => closeFile(opened)));
  }

  async #openFile(file: number): Promise<StackReader> {
    const expected = this.#files[file];
    const source = await this.#folder.open(expected.path);
    if (!source) throw missingFile(this.#folder, expected.path);
    try {
      const reader = await this.#open(source, file);
      this.#requireFit(expected, reader);
      return reader;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  #requireFit({ path, frames }: ExpectedFile, { description: { shape } }: StackReader): void {
    this.#shape ??= shape;
    const { height, width, type } = this.#shape;
    if (shape.height !== height || shape.width !== width || shape.type !== type) {
      throw new SlnetError(
        "bad-input",
        `${path} has ${shape.height}×${shape.width} ${shape.type} pixels, expected ${height}×${width} ${type} as the ` +
          "other files of the stack",
      );
    }
    if (shape.frames < frames) {
      throw new SlnetError("bad-input", `${path} has ${shape.frames} pages, the stack needs ${frames} of it`);
    }
  }
}

/** An error that says which file to add. */
export function missingFile(folder: FileFolder, path: string): SlnetError {
  return new SlnetError(
    "bad-input",
    `${path} is a part of the stack and is missing in ${folder.name}; put it beside the others, or open all of them together`,
  );
}

async function closeFile({ reader }: OpenFile): Promise<void> {
  const opened = await reader.catch(() => null);
  await opened?.close();
}
