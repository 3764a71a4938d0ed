/** Made by rollup.config.mjs from what is in `dist/demo/`. */
declare module "offline-files" {
  /** SHA-256 of each file in base64, by its address from that of the page. */
  type FileHashes = Readonly<Record<string, string>>;
  /** Changes whenever a file does. */
  export const version: string;
  /** What the page needs without a network. */
  export const atOnce: FileHashes;
  /** The other pages: kept once they were visited. */
  export const whenVisited: FileHashes;
}
