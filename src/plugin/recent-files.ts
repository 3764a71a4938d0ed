import { SlnetError } from "../core/errors.js";
import { keptDatabase } from "./browser-database.js";
import { historyStrings } from "./strings/history.js";

/** What the list has place for. */
const maximumRecent = 10;

export interface RecentFile {
  readonly id: string;
  readonly name: string;
  readonly handle: FileSystemFileHandle;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

/** The parts of the File System Access API that the DOM types leave out, since only some browsers have them. */
interface AskingHandle {
  queryPermission?: (options: { readonly mode: "read" }) => Promise<PermissionState>;
  requestPermission?: (options: { readonly mode: "read" }) => Promise<PermissionState>;
}
interface OpenPicker {
  showOpenFilePicker?: (options: { readonly multiple: boolean }) => Promise<readonly FileSystemFileHandle[]>;
}

/** Whether files can be opened in a way that is remembered. */
export function canRememberFiles(): boolean {
  return (window as OpenPicker).showOpenFilePicker !== undefined;
}

/** Asks for files. To be called in a click, where {@link canRememberFiles}; empty where the person gave up. */
export async function pickRememberedFiles(): Promise<readonly FileSystemFileHandle[]> {
  try {
    return (await (window as OpenPicker).showOpenFilePicker?.({ multiple: true })) ?? [];
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return [];
    throw error;
  }
}

/** Handles of the files that were opened last, at most ten, the last one first; `[]` where the browser keeps none. */
export async function recentFiles(): Promise<readonly RecentFile[]> {
  const database = await keptDatabase();
  const kept: readonly unknown[] = database ? await database.getAll("files").catch(() => []) : [];
  return kept.filter(isRecentFile).sort((one, other) => other.openedAt - one.openedAt);
}

/** Puts a file at the head of the list. */
export async function rememberFile(handle: FileSystemFileHandle): Promise<void> {
  const database = await keptDatabase();
  if (!database) return;
  const others: RecentFile[] = [];
  for (const recent of await recentFiles()) {
    if (await recent.handle.isSameEntry(handle).catch(() => false)) await forgetFile(recent.id);
    else others.push(recent);
  }
  for (const { id } of others.slice(maximumRecent - 1)) await forgetFile(id);
  const openedAt = Math.max(Date.now(), (others[0]?.openedAt ?? 0) + 1);
  const recent: RecentFile = { id: `${openedAt}-${handle.name}`, name: handle.name, handle, openedAt };
  await database.put("files", recent, recent.id).catch(() => undefined);
}

export async function forgetFile(id: string): Promise<void> {
  await (await keptDatabase())?.delete("files", id).catch(() => undefined);
}

/**
 * The file behind an entry of the list. To be called in a click: the browser may ask the person.
 *
 * @throws {@link SlnetError} `bad-input` where the file is gone or may not be read
 */
export async function openRecent({ name, handle }: RecentFile): Promise<File> {
  const asking = handle as AskingHandle;
  const readable = { mode: "read" } as const;
  const permission = (await asking.queryPermission?.(readable)) ?? "granted";
  if (permission !== "granted" && (await asking.requestPermission?.(readable)) !== "granted") {
    throw new SlnetError("bad-input", historyStrings().recentRefused(name));
  }
  try {
    return await handle.getFile();
  } catch (error) {
    throw new SlnetError("bad-input", historyStrings().recentGone(name), { cause: error });
  }
}

/** What another version kept is left alone. */
function isRecentFile(value: unknown): value is RecentFile {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, handle, openedAt } = value as Partial<RecentFile>;
  return (
    typeof id === "string" &&
    typeof name === "string" &&
    typeof openedAt === "number" &&
    handle instanceof FileSystemFileHandle
  );
}
