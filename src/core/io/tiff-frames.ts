/** Reads frames as they are stored, of one sample a pixel and whole bytes a sample. */
export interface TiffFrames {
  /** Of what `read` gives: of the file, or of this machine where the samples had to be computed. */
  readonly littleEndian: boolean;
  /**
   * Reads frames `from` up to, not including, `to`.
   *
   * @param out - exactly as large as the frames, at a place where the stored type may start
   * @throws {@link SlnetError} `bad-input`, naming the frame, where the file changed or its bytes are damaged
   */
  read(from: number, to: number, out: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void>;
}
