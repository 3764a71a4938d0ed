import { isSlnetError, SlnetError } from "../../core/errors.js";
import type { ByteSource } from "../../core/frames.js";
import type { OpenedInput } from "../platform/platform.js";
import { folderOfUrl, openUrlFolder } from "./url-folder.js";
import { parseUrl } from "./url-request.js";
import { openUrl, UrlStatus } from "./url-source.js";
import { readZarrNode } from "./zarr-node.js";

/**
 * Opens what is at an address: a file with what is beside it, or the folder of a Zarr image, which is told by its name or by
 * the metadata in it, since web servers have no folders.
 *
 * @throws {@link SlnetError} `bad-input` where there is neither
 */
export async function openInputAtUrl(text: string): Promise<OpenedInput> {
  const url = parseUrl(text);
  if (/\.zarr\/?$|\/$/i.test(url.pathname)) return { type: "folder", folder: openUrlFolder(url) };
  let source: ByteSource | null = null;
  let failure: Error | null = null;
  try {
    source = await openUrl(url);
    if (!(await isWebPage(source))) return { type: "file", source, folder: folderOfUrl(url) };
  } catch (error) {
    if (!isSlnetError(error) || !(error.cause instanceof UrlStatus)) throw error;
    failure = error;
  }
  await source?.close();
  const folder = openUrlFolder(url);
  const node = await readZarrNode(folder, "").catch(() => null);
  if (node) return { type: "folder", folder };
  throw failure ?? new SlnetError("bad-input", `${url.origin}${url.pathname} is a web page, expected a stack`);
}

/** What servers send for a folder, and for a file that needs a login. */
async function isWebPage(source: ByteSource): Promise<boolean> {
  const start = new TextDecoder().decode(await source.read(0, 256));
  return /^\s*<(!doctype html|html|head)/i.test(start);
}
