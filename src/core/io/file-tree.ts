/** A place for many small files: a folder on disk, or an archive. */
export interface FileTree {
  /**
   * Writes a whole file. One of that name stands until the new one is whole; in an archive it must be as long.
   *
   * @param path - names with `/` between them
   */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Says that no more come. Returns the bytes that all of it takes. */
  finish(): Promise<number>;
}
