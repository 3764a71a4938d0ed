/** The part of the File System Access API that the DOM types leave out, since only some browsers have it. */
interface FilePickers {
  showSaveFilePicker?: (options: {
    readonly suggestedName: string;
    readonly types: FileKinds;
  }) => Promise<FileSystemFileHandle>;
  showOpenFilePicker?: (options: { readonly types: FileKinds }) => Promise<readonly FileSystemFileHandle[]>;
}

type FileKinds = readonly {
  readonly description: string;
  readonly accept: Readonly<Record<string, readonly string[]>>;
}[];

/** What younger browsers have on a handle. */
interface AskingHandle {
  requestPermission?: (options: { readonly mode: "readwrite" }) => Promise<PermissionState>;
}

/** Whether a person can choose where a file is written. */
export function canPickSaveFile(): boolean {
  return (window as FilePickers).showSaveFilePicker !== undefined;
}

/** Whether a person can choose a file that is written on: the picker for a new one empties what is chosen. */
export function canPickStartedFile(): boolean {
  return (window as FilePickers).showOpenFilePicker !== undefined;
}

/**
 * Asks where to write a file. To be called in a click, and only where {@link canPickSaveFile}.
 *
 * @param description - kind of file, for the person
 * @param mediaType - of the file, with the ending of its name
 * @returns `null` where the person gave up
 */
export async function pickSaveFile(
  suggestedName: string,
  description: string,
  mediaType: string,
  ending: string,
): Promise<FileSystemFileHandle | null> {
  const types = [{ description, accept: { [mediaType]: [ending] } }];
  return unlessGivenUp(
    async () => (await (window as FilePickers).showSaveFilePicker?.({ suggestedName, types })) ?? null,
  );
}

/**
 * Asks for a file that is there already, to write on in it. To be called in a click, and only where
 * {@link canPickStartedFile}.
 *
 * @returns `null` where the person gave up or does not allow to write
 */
export async function pickStartedFile(
  description: string,
  mediaType: string,
  ending: string,
): Promise<FileSystemFileHandle | null> {
  const types = [{ description, accept: { [mediaType]: [ending] } }];
  return unlessGivenUp(async () => {
    const [handle] = (await (window as FilePickers).showOpenFilePicker?.({ types })) ?? [];
    const permission = await (handle as AskingHandle | undefined)?.requestPermission?.({ mode: "readwrite" });
    return handle && permission !== "denied" ? handle : null;
  });
}

async function unlessGivenUp<T>(pick: () => Promise<T>): Promise<T | null> {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}
