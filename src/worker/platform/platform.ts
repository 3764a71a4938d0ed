import type { ByteSink, ByteSource, FileFolder } from "../../core/frames.js";
import type { SaveTarget, StackInput } from "../../protocol/api.js";
import type { FileTree } from "../writers/file-tree.js";

/** A file being written. Until `commit` nothing of it stands under its final name. */
export interface OutputFile {
  readonly sink: ByteSink;
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

/** An image as itk-wasm gives it, as far as it is used here. */
export interface ItkImage {
  readonly imageType: { readonly dimension: number; readonly componentType: string; readonly components: number };
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly data: ArrayBufferView | null;
}

/** Formats that are read through itk-wasm, by the name of its pipeline. */
export type ItkFormat = "meta" | "nrrd" | "mrc";

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
  openOutput(target: SaveTarget): Promise<OutputFile>;
  /**
   * Opens a folder for a Zarr stack. Node only.
   *
   * @throws {@link SlnetError} `bad-input` where something else than a Zarr folder has that name
   */
  openOutputFolder(path: string): Promise<OutputFolder>;
  /** Makes a folder and those above it, where they are missing. */
  makeDirectory(path: string): Promise<void>;
  readItkImage(format: ItkFormat, source: ByteSource, assetsBaseUrl: string): Promise<ItkImage>;
}
