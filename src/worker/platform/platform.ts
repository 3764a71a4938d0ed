import type { ByteSink, ByteSource, FileFolder } from "../../core/frames.js";
import type { SaveTarget, StackInput } from "../../protocol/api.js";
import type { ItkThread } from "./itk-thread.js";

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
  /** Makes a folder and those above it, where they are missing. */
  makeDirectory(path: string): Promise<void>;
  /** A thread for reading one file through itk-wasm. */
  startItk(assetsBaseUrl: string): Promise<ItkThread>;
}
