import { configurationFields } from "../core/configuration.js";
import { SlnetError } from "../core/errors.js";
import type { StackDescription } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { LossCurve } from "../core/models/run-archive.js";
import type { CleaningMethod } from "../protocol/api.js";
import { download } from "./download.js";
import type { EndedRun } from "./ended-run.js";
import { compareRuns, type RunDifference } from "./history-comparison.js";
import { browserStore, memoryStore, type HistoryStore } from "./history-store.js";
import type { Unsubscribe } from "./host/contract.js";
import { modelIn, usesModel } from "../protocol/cleaning-methods.js";
import { isSameStack, recordedStack, recordOf } from "./run-recorder.js";
import type { RecordedStack, RunRecord } from "../protocol/run-record.js";
import { resultFileName } from "./save-formats.js";
import { cleanRequest, type SaveRequest } from "./session-requests.js";
import type { SlnetSession } from "./session.js";
import { historyStrings } from "./strings/history.js";
import { Undo } from "./undo.js";

/** A record is some kilobytes, with a model of many shifts about a hundred. */
const maximumRuns = 200;
const maximumTitleLength = 200;

/** A run in the history. */
export interface HistoryEntry {
  readonly id: string;
  readonly record: RunRecord;
  /** `loaded` from a file, `kept` from an earlier page, or done in this `session`. */
  readonly from: "session" | "kept" | "loaded";
}

/** The history of a session, with what is kept of earlier ones. */
export async function openHistory(session: SlnetSession, keep: "memory" | "browser"): Promise<RunHistory> {
  const store = keep === "browser" ? browserStore : memoryStore;
  const history = new RunHistory(session, store);
  await history.load();
  return history;
}

/**
 * The runs of a session, the last one first, at most 200: parameters, model and figures of each. They can be restored,
 * repeated, compared, renamed, removed and saved; no pixel is kept.
 */
export class RunHistory {
  readonly undo = new Undo();
  readonly #session: SlnetSession;
  readonly #store: HistoryStore;
  readonly #listeners = new Set<() => void>();
  /** The stack that a model was made on, by a training from nothing that went through. */
  readonly #madeOn = new WeakMap<ModelFile, StackDescription>();
  readonly #stacks = new WeakMap<StackDescription, Promise<RecordedStack | null>>();
  /** Of the trainings of this session, by their runs; no part of a record. */
  readonly #curves = new Map<string, { readonly training: LossCurve; readonly validation: LossCurve }>();
  readonly #stop: Unsubscribe;
  #entries: readonly HistoryEntry[] = [];
  /** Runs are added in the order in which they ended. */
  #adding: Promise<void> = Promise.resolve();

  constructor(session: SlnetSession, store: HistoryStore) {
    this.#session = session;
    this.#store = store;
    this.#stop = session.onRunEnded((run) => {
      const stack = this.#stackOf(run);
      this.#offerModelBack(run);
      this.#adding = this.#adding.then(async () => this.#add(run, await stack));
    });
  }

  /** The last run first. */
  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(callback: () => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Waits for the runs that have ended to be in {@link entries}. */
  settled(): Promise<void> {
    return this.#adding;
  }

  /** Takes in what an earlier page kept. */
  async load(): Promise<void> {
    const kept = await this.#store.load();
    const known = new Set(this.#entries.map(({ id }) => id));
    const added = kept.filter(({ id }) => !known.has(id)).map((run) => ({ ...run, from: "kept" as const }));
    this.#set([...this.#entries, ...added]);
  }

  /** Adds a record that came from a file. */
  addLoaded(record: RunRecord): HistoryEntry {
    return this.#insert(record, "loaded");
  }

  /** @throws {@link SlnetError} `bad-input` where there is none of this id */
  entry(id: string): HistoryEntry {
    const found = this.#entries.find((entry) => entry.id === id);
    if (found) return found;
    throw new SlnetError("bad-input", `the history has no run ${id}, expected one of its ${this.#entries.length}`);
  }

  /** Gives a run another title, of at most 200 characters; nothing where it is empty. */
  rename(id: string, title: string): void {
    const typed = title.trim().slice(0, maximumTitleLength);
    if (typed === "") return;
    const entry = this.entry(id);
    const renamed = { ...entry, record: { ...entry.record, title: typed } };
    this.#set(this.#entries.map((each) => (each.id === id ? renamed : each)));
    void this.#store.put(renamed);
  }

  /** Takes a run out; can be undone. */
  remove(id: string): void {
    const entry = this.entry(id);
    this.#set(this.#entries.filter((each) => each.id !== id));
    void this.#store.delete(id);
    this.undo.offer({
      text: historyStrings().removed(entry.record.title),
      undo: () => {
        this.#set([...this.#entries, entry]);
        return this.#store.put(entry);
      },
    });
  }

  /** Puts the options and the model of a run back in place. */
  async restore(id: string): Promise<void> {
    const { record } = this.entry(id);
    const { model } = this.#session.state;
    this.#session.configure(optionPatch(record));
    if (!record.model || record.model === model) return;
    await this.#session.useModel(record.model);
    if (model) this.#offerModel(model, historyStrings().modelReplaced);
  }

  /**
   * Does the run again with its options, on the stack that is open.
   *
   * @returns whether it is the stack of that run, as far as can be told
   */
  async repeat(id: string): Promise<boolean> {
    const { record } = this.entry(id);
    const session = this.#session;
    session.configure(optionPatch(record));
    switch (record.action) {
      case "train":
        if (record.training?.checkpoint) await session.useModel(record.training.checkpoint);
        if (!session.chooseRegion(record.model?.region ?? null)) return false;
        await session.train({ goOn: record.training?.checkpoint !== null });
        break;
      case "clean":
        if (record.model) await session.useModel(record.model);
        if (record.cleaning) {
          await session.clean({
            ...cleanRequest(record.cleaning.method, record.cleaning.tail),
            lowRank: record.cleaning.lowRank,
          });
        }
        break;
      case "save":
        if (record.model) await session.useModel(record.model);
        await session.save(saveRequest(record));
        break;
      default:
        record.action satisfies never;
    }
    const { stack } = session.state;
    const open = stack && (await this.#recordedStack(stack));
    const isSame = open !== null && isSameStack(record.stack, open);
    if (open && !isSame) session.tell(historyStrings().otherStack(record.stack.name, open.name));
    return isSame;
  }

  /** What differs between two runs. */
  compare(one: string, other: string): readonly RunDifference[] {
    return compareRuns(this.entry(one).record, this.entry(other).record);
  }

  /** The record as a file. */
  file(id: string): Blob {
    return new Blob([JSON.stringify(this.entry(id).record, null, 2)], { type: "application/json" });
  }

  /** Hands the record over as a file. */
  save(id: string): void {
    const { record } = this.entry(id);
    download(
      this.file(id),
      resultFileName(record.configuration.prefix, record.stack.name, `.${record.action}.run.json`),
    );
  }

  /**
   * Everything that belongs to a run as one zip archive: its record and model, and as far as they are at hand the curves of
   * its training and small pictures of the first frame.
   */
  async archive(id: string): Promise<Blob> {
    const { record } = this.entry(id);
    const { writeRunArchive } = await import("../core/models/run-archive.js");
    const { training = [], validation = [] } = this.#curves.get(id) ?? {};
    const pictures = await this.#picturesOf(record);
    const { model } = record;
    return new Blob([await writeRunArchive({ model, record, training, validation, pictures, files: new Map() })], {
      type: "application/zip",
    });
  }

  /** Hands the archive over as a file. */
  async saveArchive(id: string): Promise<void> {
    const { record } = this.entry(id);
    download(
      await this.archive(id),
      resultFileName(record.configuration.prefix, record.stack.name, `.${record.action}.run.zip`),
    );
  }

  /** Stops following the session. What is stored stays. */
  dispose(): void {
    this.#stop();
    this.#listeners.clear();
  }

  #add(run: EndedRun, stack: RecordedStack | null): void {
    const { before, after, request } = run;
    const { model } = after;
    if (request.action === "train" && run.ending === "finished" && !request.train.goOn && model && after.stack) {
      this.#madeOn.set(model, after.stack);
    }
    const cleaner = modelIn(after.result?.method) ?? model;
    const used = request.action === "train" ? model : cleaner;
    const record = recordOf(run, stack, used !== null && this.#madeOn.get(used) === before.stack);
    if (!record) return;
    const { id } = this.#insert(record, "session");
    const { training } = after;
    if (request.action === "train" && training) {
      this.#curves.set(id, { training: training.losses, validation: training.validations });
    }
  }

  /** Only where the stack of the run is open. */
  async #picturesOf({ stack, cleaning, model }: RunRecord): Promise<ReadonlyMap<string, Uint8Array>> {
    const { stack: shown } = this.#session.state;
    const open = shown && (await this.#recordedStack(shown));
    if (!open || !isSameStack(stack, open)) return new Map();
    const method = cleaning?.method ?? { type: "slnet" };
    if (!usesModel(method.type)) return this.#session.firstFramePictures(method as CleaningMethod);
    return model ? this.#session.firstFramePictures({ ...method, model } as CleaningMethod) : new Map();
  }

  #insert(record: RunRecord, from: HistoryEntry["from"]): HistoryEntry {
    const entry = { id: newId(), record, from };
    this.#set([entry, ...this.#entries]);
    void this.#store.put(entry);
    return entry;
  }

  #set(entries: readonly HistoryEntry[]): void {
    const sorted = [...entries].sort((one, other) => other.record.startedAt.localeCompare(one.record.startedAt));
    for (const { id } of sorted.slice(maximumRuns)) {
      void this.#store.delete(id);
      this.#curves.delete(id);
    }
    this.#entries = sorted.slice(0, maximumRuns);
    for (const listener of this.#listeners) listener();
  }

  #stackOf({ after }: EndedRun): Promise<RecordedStack | null> {
    return after.stack ? this.#recordedStack(after.stack) : Promise.resolve(null);
  }

  #recordedStack(stack: StackDescription): Promise<RecordedStack | null> {
    let recorded = this.#stacks.get(stack);
    if (!recorded) {
      const { state, input } = this.#session;
      recorded = recordedStack({ ...state, stack }, input, () => this.#session.readFrame(0));
      this.#stacks.set(stack, recorded);
    }
    return recorded;
  }

  /** A training from nothing replaces the model: it can be taken back. */
  #offerModelBack({ request, before, after }: EndedRun): void {
    if (request.action !== "train" || !before.model || before.model === after.model) return;
    this.#offerModel(before.model, historyStrings().modelTrainedOver);
  }

  #offerModel(model: ModelFile, text: string): void {
    this.undo.offer({ text, undo: () => this.#session.useModel(model) });
  }
}

/** Sets every option as the run had it: those with a default go back to it. Files are chosen anew. */
function optionPatch({ configuration }: RunRecord): Record<string, unknown> {
  return Object.fromEntries(
    configurationFields
      .filter(({ key, group }) => group !== "files" || key === "prefix")
      .map(({ key, default: byDefault }) => {
        const value = configuration[key];
        return [key, JSON.stringify(value) === JSON.stringify(byDefault) ? undefined : value];
      }),
  );
}

function saveRequest({ saving, cleaning }: RunRecord): SaveRequest {
  return {
    ...(saving && {
      part: saving.part,
      type: saving.type,
      format: saving.format,
      compression: saving.compression,
      offsetAdu: saving.offsetAdu,
    }),
    ...(cleaning && { cleaning: cleanRequest(cleaning.method, cleaning.tail) }),
  };
}

/** Not `randomUUID`, which pages without https lack. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16).padStart(8, "0")).join("");
}
