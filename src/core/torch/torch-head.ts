/** Bytes from the start of a file that {@link looksLikeTorch} wants to see. */
export const torchHeadBytes = 256;

/** The start of every file of the old form: protocol 2, and the magic number as ten bytes. */
const legacyStart = [0x80, 2, 0x8a, 10];
/** "PK", and that a file of the archive follows. */
const zipStart = [0x50, 0x4b, 3, 4];
/** Bytes of that head before the name of the file. */
const zipNameAt = 30;

/**
 * Whether a file may be one of PyTorch: the magic number of the old form, or a zip archive whose first file is a part of
 * what `torch.save` or `torch.jit.save` writes.
 */
export function looksLikeTorch(head: Uint8Array): boolean {
  const startsWith = (bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (startsWith(legacyStart)) return true;
  const names = new TextDecoder("latin1").decode(head.subarray(zipNameAt, torchHeadBytes));
  return (
    startsWith(zipStart) &&
    /^[^/\0]+\/(?:data\.pkl|data\/|version|byteorder|\.format_version|\.data\/|code\/|constants\.pkl)/.test(names)
  );
}
