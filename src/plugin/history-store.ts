import { keptDatabase } from "./browser-database.js";
import { checkedRunRecord } from "./run-record-parser.js";
import type { RunRecord } from "../protocol/run-record.js";

export interface KeptRun {
  readonly id: string;
  readonly record: RunRecord;
}

/** Where records outlive the page. Nothing rejects: a browser that keeps nothing is no reason to stop work. */
export interface HistoryStore {
  /** Every record that can still be read. */
  load(): Promise<KeptRun[]>;
  put(run: KeptRun): Promise<void>;
  delete(id: string): Promise<void>;
}

/** Keeps nothing. */
export const memoryStore: HistoryStore = {
  load: () => Promise.resolve([]),
  put: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

/** Keeps records in the IndexedDB of this origin. */
export const browserStore: HistoryStore = {
  async load() {
    const runs: KeptRun[] = [];
    await quietly(async () => {
      const database = await keptDatabase();
      if (!database) return;
      for (const id of await database.getAllKeys("runs")) {
        // Of another version, or not ours: left alone.
        const record = readable(await database.get("runs", id), id);
        if (record) runs.push({ id, record });
      }
    });
    return runs;
  },
  put: ({ id, record }) =>
    quietly(async () => {
      await (await keptDatabase())?.put("runs", record, id);
    }),
  delete: (id) => quietly(async () => (await keptDatabase())?.delete("runs", id)),
};

function readable(value: unknown, id: string): RunRecord | null {
  try {
    return checkedRunRecord(value, id);
  } catch {
    return null;
  }
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // A full disk, or a browser that forbids it: the history of this page goes on in memory.
  }
}
