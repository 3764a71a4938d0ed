import { SlnetError } from "./errors.js";

/**
 * The SHA-256 of some bytes, as hexadecimal text.
 *
 * @throws {@link SlnetError} `unsupported` in a page without a secure connection, which has no cryptography
 */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (!subtle) throw new SlnetError("unsupported", "checksums need a secure page, expected https or localhost");
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
