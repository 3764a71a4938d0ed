/** What younger browsers have on what was dropped. */
interface HandleItem {
  getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
}

/**
 * Keeps the place of a single file that was dropped, for the list of files opened before, where the browser can. To be called
 * while the drop event is handled, and only by pages whose own this list is.
 */
export async function rememberDropped(transfer: DataTransfer): Promise<void> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const handle = items.length === 1 ? await (items[0] as HandleItem).getAsFileSystemHandle?.() : null;
  if (handle?.kind !== "file" || /\.json$/i.test(handle.name)) return;
  const { rememberFile } = await import("./recent-files.js");
  await rememberFile(handle as FileSystemFileHandle);
}
