import type { ByteSink, ByteSource, FileFolder } from "../../core/frames.js";
import type { SaveTarget, StackInput } from "../../protocol/api.js";
import type { FileTree } from "../../core/io/file-tree.js";
import type { ItkThread } from "./itk-thread.js";

/** A file being written. Until `commit` nothing of it stands under its final name. */
export interface OutputFile {
  readonly sink: ByteSink;
  /**
   * What an earlier run left of the file, to read until the first write; `null` where there is nothing, or where it was
   * not asked for. What is written then goes into it, and to a new file else.
   */
  readonly earlier: ByteSource | null;
  /** Writes to a new file after all, where an earlier one was asked for. Before the first write. */
  startAnew(): void;
  /** Closes it and gives it its final name. Called once, or `discard` is. */
  commit(): Promise<void>;
  /** Closes and removes it. */
  discard(): Promise<void>;
  /** The finished file, where it is one that the page can take. */
  file(): Promise<File>;
}

/** A folder being written, as an {@link OutputFile} is. */
export interface OutputFolder {
  readonly files: FileTree;
  /** Gives it its final name; a Zarr folder of that name is replaced. Called once, or `discard` is. */
  commit(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/**
 * The folder in which the shards of one output come together, beside it. Several processes, also of several machines, use
 * it at the same time: whatever is written stands under its name only when it is whole.
 */
export interface ShardFolder {
  readonly path: string;
  /** A small file, or `null` where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Writes a small file, in place of one of that name. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Whether there is a folder of that name. */
  hasFolder(name: string): Promise<boolean>;
  /** A folder in it, for many files. */
  tree(name: string): FileTree;
  /** A large file. */
  openFile(name: string): Promise<OutputFile>;
  /** @throws {@link SlnetError} `bad-input` where a folder could not get the name of the output */
  requireMovable(): Promise<void>;
  /** Gives a folder in it the name of the output, in place of a Zarr folder of that name. */
  moveOut(name: string): Promise<void>;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/** A file with the folder it is in, or a folder as a whole. */
export type OpenedInput =
  | { readonly type: "file"; readonly source: ByteSource; readonly folder: FileFolder }
  | { readonly type: "folder"; readonly folder: FileFolder };

/** Where the worker runs: what differs between a page and Node. */
export interface Platform {
  /** Folder of the WASM files and readers, ending in `/`, where the caller names none. */
  readonly defaultAssetsUrl: string;
  /** Opens what the platform has; what is at a URL is opened the same everywhere. */
  openInput(input: Extract<StackInput, { type: "file" | "folder" | "path" }>): Promise<OpenedInput>;
  /**
   * Opens a folder for a Zarr stack. Node only.
   *
   * @throws {@link SlnetError} `bad-input` where something else than a Zarr folder has that name
   */
  openOutputFolder(path: string): Promise<OutputFolder>;
  /**
   * Opens the folder of the shards of an output. Node only.
   *
   * @param path - of the output
   * @param make - makes it where it is missing
   * @throws {@link SlnetError} `bad-input` where it is missing, cannot be written to, or is a folder of other files
   */
  openShardFolder(path: string, make: boolean): Promise<ShardFolder>;
  /**
   * Nothing is made or changed before the first write.
   *
   * @param resume - go on with what an earlier run left
   * @throws {@link SlnetError} `bad-input` where the target cannot be written to, `unsupported` where this platform has
   *   no such target or cannot resume it
   */
  openOutput(target: SaveTarget, resume?: boolean): Promise<OutputFile>;
  /** Makes a folder and those above it, where they are missing. */
  makeDirectory(path: string): Promise<void>;
  /** A thread for reading one file through itk-wasm. */
  startItk(assetsBaseUrl: string): Promise<ItkThread>;
}
