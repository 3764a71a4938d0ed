import type { DBSchema, IDBPDatabase } from "idb";

/** What the page keeps in this browser: records of runs and handles of files that were opened, never pixels. */
interface Kept extends DBSchema {
  readonly runs: { readonly key: string; readonly value: unknown };
  readonly files: { readonly key: string; readonly value: unknown };
}

export type KeptDatabase = IDBPDatabase<Kept>;

const databaseName = "slnet-web";

let opened: Promise<KeptDatabase | null> | null = null;

/**
 * The database of this origin, `null` where the browser keeps none, as in some private windows, and where the library
 * that opens it cannot be loaded.
 */
export function keptDatabase(): Promise<KeptDatabase | null> {
  opened ??= openKept().catch(() => null);
  return opened;
}

async function openKept(): Promise<KeptDatabase> {
  const { openDB } = await import("idb");
  return openDB<Kept>(databaseName, 1, {
    upgrade(database) {
      database.createObjectStore("runs");
      database.createObjectStore("files");
    },
    // Another tab wants a later version: it must not wait for this one.
    blocking: (_current, _blocked, event) => {
      opened = null;
      (event.target as IDBDatabase).close();
    },
    terminated: () => {
      opened = null;
    },
  });
}
