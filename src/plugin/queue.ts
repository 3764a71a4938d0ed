import { errorMessage, SlnetError } from "../core/errors.js";
import type { StackDescription, StackMetadata, StackRegion } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import type { NamedFile, Progress } from "../protocol/api.js";
import type { Unsubscribe } from "./host/contract.js";
import { usesModel } from "../protocol/cleaning-methods.js";
import { requireMetadata, type MetadataOverrides } from "./metadata-fields.js";
import { PauseGate } from "./pause-gate.js";
import { copiedDelivery, newFileIn } from "./queue-output.js";
import { cleanRequest, type CleanRequest, type SaveRequest } from "./session-requests.js";
import type { SavedFile, SessionState } from "./session-state.js";
import type { SlnetSession } from "./session.js";
import { splitStacks } from "./stack-files.js";
import { historyStrings } from "./strings/history.js";
import { Undo } from "./undo.js";

/** A folder of many thousand stacks is one that was chosen by mistake. */
const maximumItems = 1000;
/** After that time the browser has copied a download, however large. */
const retiredMs = 60_000;

/** Where a stack of the queue is. */
export type QueueItemState = "waiting" | "opening" | "training" | "saving" | "done" | "failed" | "cancelled";

/** A stack of the queue. Each change is a new record. */
export interface QueueItem {
  readonly id: number;
  readonly name: string;
  /** The stack and what belongs to it. */
  readonly files: readonly NamedFile[];
  readonly state: QueueItemState;
  readonly progress: Progress | null;
  /** Of one that is done. */
  readonly saved: SavedFile | null;
  /** One sentence, of one that failed. */
  readonly error: string | null;
}

/** How the stacks of a queue are trained on, cleaned and saved. */
export interface QueueSettings {
  /** `shared`: the model at hand for all, or that of the first stack where there is none; `own`: each is trained on. */
  readonly model: "shared" | "own";
  /**
   * How each is cleaned and saved; default as {@link SlnetSession.save}: without `cleaning` as the frames were that the
   * session shows, or else by SLNet.
   */
  readonly save: Pick<SaveRequest, "part" | "type" | "format" | "compression" | "offsetAdu" | "cleaning">;
  /** Where the files go, `null` for downloads. Nothing in it is overwritten. */
  readonly directory: FileSystemDirectoryHandle | null;
  /**
   * The part of each stack that is trained on, `null`: all of it; default `session`: the part that is chosen there. A
   * stack that has no such part fails.
   */
  readonly region: StackRegion | "session" | null;
  /** How the stacks were recorded that do not say it themselves. */
  readonly metadata: MetadataOverrides;
}

/** What is done with a stack, as it was when the queue was started. */
interface Order {
  /** `null`: it is trained on. */
  readonly shared: ModelFile | null;
  readonly cleaning: Omit<CleanRequest, "lowRank">;
  readonly region: StackRegion | null;
}

/**
 * Stacks that are trained on, cleaned and saved one after the other, by a session of their own that nobody sees. One that
 * fails does not hold up the next. Options and model are those of the given session when the queue is started.
 */
export class StackQueue {
  readonly undo = new Undo();
  readonly #session: SlnetSession;
  readonly #listeners = new Set<() => void>();
  readonly #retired = new Set<SlnetSession>();
  #items: readonly QueueItem[] = [];
  readonly #gate = new PauseGate();
  #settings: QueueSettings = { model: "shared", save: {}, directory: null, region: "session", metadata: {} };
  #worker: SlnetSession | null = null;
  #delivery: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | null = null;
  #paused = false;
  #abort = new AbortController();
  #nextId = 1;

  constructor(session: SlnetSession) {
    this.#session = session;
  }

  get items(): readonly QueueItem[] {
    return this.#items;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Whether a person halted it. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** How the frames were cleaned that the session shows, or else SLNet. */
  get sessionCleaning(): Omit<CleanRequest, "lowRank"> {
    const { result } = this.#session.state;
    return result ? cleanRequest(result.method, result.tail) : { method: "slnet" };
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(callback: () => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** @throws {@link SlnetError} `bad-input` for metadata that cannot be */
  configure(settings: Partial<QueueSettings>): void {
    requireMetadata(settings.metadata ?? {});
    this.#settings = { ...this.#settings, ...settings };
    this.#tell();
  }

  /**
   * Adds every stack among the files, at the end.
   *
   * @throws {@link SlnetError} `bad-input` for more than 1000 in all
   */
  add(files: readonly NamedFile[]): void {
    const stacks = splitStacks(files);
    if (this.#items.length + stacks.length > maximumItems) {
      const count = this.#items.length + stacks.length;
      throw new SlnetError("bad-input", `the queue would have ${count} stacks, expected at most ${maximumItems}`);
    }
    const added = stacks.map((stack) => ({ ...fresh, ...stack, id: this.#nextId++ }));
    this.#set([...this.#items, ...added]);
  }

  /** Takes out one that is not being worked on; can be undone. */
  remove(id: number): void {
    const index = this.#items.findIndex((item) => item.id === id);
    const item = this.#items[index];
    if (!item || isAtWork(item)) return;
    this.#set(this.#items.filter((each) => each.id !== id));
    this.undo.offer({
      text: historyStrings().queueRemoved(item.name),
      undo: () => this.#set([...this.#items.slice(0, index), item, ...this.#items.slice(index)]),
    });
  }

  /** Moves one by some places, as far as there are any. */
  move(id: number, by: number): void {
    const from = this.#items.findIndex((item) => item.id === id);
    const item = this.#items[from];
    if (!item) return;
    const others = this.#items.filter((each) => each.id !== id);
    const to = Math.min(Math.max(0, from + by), others.length);
    this.#set([...others.slice(0, to), item, ...others.slice(to)]);
  }

  /** Works until every stack is done or has failed, those that were cancelled too. Never rejects. */
  start(): Promise<void> {
    this.#running ??= this.#runAll().finally(() => {
      this.#running = null;
      this.resume();
      this.#tell();
    });
    this.#tell();
    return this.#running;
  }

  /** Halts the stack under way where it is, and begins no other one until {@link resume}. */
  pause(): void {
    if (!this.#running || this.#paused) return;
    this.#paused = true;
    this.#gate.close();
    this.#worker?.pause();
    this.#tell();
  }

  /** Goes on after a pause; nothing happens without one. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#worker?.resume();
    this.#gate.open();
    this.#tell();
  }

  /** Stops at once. What is finished stays; the others can be started again. */
  cancel(): void {
    if (!this.#running) return;
    this.#abort.abort(new SlnetError("bad-input", "the queue was cancelled"));
    this.#worker?.cancel();
  }

  /** Ends what is under way and tells nobody any more. */
  dispose(): void {
    this.cancel();
    this.#listeners.clear();
    this.#worker?.dispose();
    for (const session of this.#retired) session.dispose();
    this.#worker = null;
  }

  async #runAll(): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { region, save } = this.#settings;
    const order = {
      cleaning: save.cleaning ?? this.sessionCleaning,
      region: region === "session" ? this.#session.state.region : region,
    };
    this.#set(this.#items.map((item) => (item.state === "cancelled" ? { ...item, state: "waiting" } : item)));
    let shared = this.#settings.model === "shared" ? this.#session.state.model : null;
    for (;;) {
      const next = this.#items.find(({ state }) => state === "waiting");
      if (!next || signal.aborted) break;
      const worker = (this.#worker ??= this.#createWorker());
      const stop = worker.subscribe(({ progress }) => this.#change(next.id, { progress }));
      try {
        const saved = await this.#runOne(next, worker, { ...order, shared }, signal);
        if (this.#settings.model === "shared") shared ??= worker.state.model;
        this.#change(next.id, { state: "done", saved, progress: null });
      } catch (error) {
        const ending = signal.aborted
          ? ({ state: "cancelled" } as const)
          : ({ state: "failed", error: errorMessage(error) } as const);
        this.#change(next.id, { ...ending, progress: null });
      } finally {
        stop();
      }
    }
    // Its memory is the page's again; a download that is not yet copied is waited for.
    if (this.#worker) this.#retire(this.#worker);
  }

  async #runOne(
    item: QueueItem,
    worker: SlnetSession,
    { shared, cleaning, region }: Order,
    signal: AbortSignal,
  ): Promise<SavedFile> {
    const { save, directory, metadata } = this.#settings;
    const step = async (state: QueueItemState, act: () => Promise<void>): Promise<SessionState> => {
      signal.throwIfAborted();
      this.#change(item.id, { state });
      await this.#gate.pass(signal);
      await act();
      const { error } = worker.state;
      if (error) throw new SlnetError(error.code, error.message);
      signal.throwIfAborted();
      return worker.state;
    };
    this.#change(item.id, { error: null, saved: null });
    const opened = await step("opening", () => worker.openFiles(item.files));
    if (opened.choice) {
      worker.dismissChoice();
      const { of, labels } = opened.choice;
      throw new SlnetError(
        "choice-needed",
        `${item.name} holds ${labels.length} of ${of}, expected one: open it alone`,
      );
    }
    if (opened.stack) worker.describe(unstated(metadata, opened.stack));
    if (usesModel(cleaning.method ?? "slnet")) {
      if (shared && worker.state.model !== shared) await step("opening", () => worker.useModel(shared));
      if (!shared) {
        await step("training", async () => {
          if (worker.chooseRegion(region)) await worker.train();
        });
      }
    }
    const output = directory && (await newFileIn(directory, worker.saveName(save)));
    try {
      const { saved } = await step("saving", () =>
        worker.save({ ...save, cleaning, ...(output && { handle: output.handle }) }),
      );
      await this.#delivery;
      if (saved) return saved;
      throw new SlnetError("internal", `${item.name} was saved without a file`);
    } catch (error) {
      await output?.discard();
      throw error;
    }
  }

  #createWorker(): SlnetSession {
    return this.#session.sibling((deliver) => (file, name) => {
      this.#delivery = copiedDelivery(file).then(({ copy, isCopied }) => {
        deliver(copy, name);
        // Its private file goes away with the next saving: that is done by another session.
        if (!isCopied && this.#worker) this.#retire(this.#worker);
      });
    });
  }

  #retire(worker: SlnetSession): void {
    this.#retired.add(worker);
    this.#worker = null;
    setTimeout(() => {
      this.#retired.delete(worker);
      worker.dispose();
    }, retiredMs);
  }

  #change(id: number, patch: Partial<QueueItem>): void {
    this.#set(this.#items.map((item) => (item.id === id ? { ...item, ...patch } : item)));
  }

  #set(items: readonly QueueItem[]): void {
    this.#items = items;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a stack is being worked on, so that it stays where it is. */
export function isAtWork({ state }: QueueItem): boolean {
  return state === "opening" || state === "training" || state === "saving";
}

/** What is said of a stack that its file does not say. */
function unstated(metadata: MetadataOverrides, stack: StackDescription): MetadataOverrides {
  const entries = Object.entries(metadata) as [keyof StackMetadata, number | null][];
  return Object.fromEntries(entries.filter(([key]) => stack[key] === null));
}

const fresh = { state: "waiting", progress: null, saved: null, error: null } as const;
