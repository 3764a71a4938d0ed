/** Larger files are not copied into memory. */
const maximumCopiedBytes = 256 * 1024 ** 2;
const maximumNames = 1000;

/** A file that was made in a folder for one result. */
export interface NewFile {
  readonly handle: FileSystemFileHandle;
  /** Takes it away again, since nothing came of it. */
  discard(): Promise<void>;
}

/** Makes a file in a folder, under another name where there is one of that name: `a.tif`, `a (2).tif`. */
export async function newFileIn(directory: FileSystemDirectoryHandle, name: string): Promise<NewFile> {
  const [, stem = name, ending = ""] = /^(.*?)((?:\.[a-z]+)+)$/i.exec(name) ?? [];
  let free = name;
  for (let number = 2; number < maximumNames && (await isThere(directory, free)); number++) {
    free = `${stem} (${number})${ending}`;
  }
  const handle = await directory.getFileHandle(free, { create: true });
  return {
    handle,
    discard: () => directory.removeEntry(free).catch(() => undefined),
  };
}

/** The file where it does not depend on the private file that it came from, unless it is too large for memory. */
export async function copiedDelivery(file: Blob): Promise<{ readonly copy: Blob; readonly isCopied: boolean }> {
  if (file.size > maximumCopiedBytes) return { copy: file, isCopied: false };
  return { copy: new Blob([await file.arrayBuffer()], { type: file.type }), isCopied: true };
}

async function isThere(directory: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await directory.getFileHandle(name);
    return true;
  } catch (error) {
    // A folder of that name is in the way too.
    return !(error instanceof DOMException && error.name === "NotFoundError");
  }
}
