/** The part of the File System Access API that the DOM types leave out, since only some browsers have it. */
interface SavePicker {
  showSaveFilePicker?: (options: {
    readonly suggestedName: string;
    readonly types: readonly {
      readonly description: string;
      readonly accept: Readonly<Record<string, readonly string[]>>;
    }[];
  }) => Promise<FileSystemFileHandle>;
}

/** Whether a person can choose where a file is written. */
export function canPickSaveFile(): boolean {
  return (window as SavePicker).showSaveFilePicker !== undefined;
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
  try {
    const types = [{ description, accept: { [mediaType]: [ending] } }];
    return (await (window as SavePicker).showSaveFilePicker?.({ suggestedName, types })) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}
