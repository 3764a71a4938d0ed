import {
  createOwnReport,
  mostComparedFrames,
  ownFigureColumns,
  type OwnMethod,
  type OwnReport,
} from "../core/evaluation/own-report.js";
import { defaultMaskedWindowFrames } from "../core/masked-mean.js";
import type { ModelFile } from "../core/model.js";
import type { CleaningMethod } from "../protocol/api.js";
import type { ComparisonEstimate } from "../protocol/comparison-api.js";
import { compareMethods, estimateComparison } from "../protocol/compare-methods.js";
import type { ClientStack } from "../protocol/client.js";
import type { Unsubscribe } from "./host/contract.js";
import { InspectionTask, restingTask, type TaskState } from "./inspection-task.js";
import type { LocalizerSource } from "./localizer.js";
import { defaultLocalizerSettings, localizerCall, type LocalizerSettings } from "./localizer-settings.js";
import { resultFileName } from "./save-formats.js";
import type { SessionState } from "./session-state.js";
import { comparisonStrings } from "./strings/comparison.js";

/** The names that `slnet evaluate` has for them. */
export type ComparedName = "raw" | "median-50" | "median-100" | "slnet" | "masked-mean";

/** All that an interface needs to draw. Each change is a new record. */
export interface MethodComparisonState {
  readonly stack: SessionState["stack"];
  /** Without a model there is none of the methods that need one. */
  readonly hasModel: boolean;
  /** What comparing takes on this stack, `null` before it was tried. */
  readonly estimate: ComparisonEstimate | null;
  /** What came of it, growing method by method; `null` before. */
  readonly report: OwnReport | null;
  /** Whether the model at hand is another one than that of the report. */
  readonly isOutdated: boolean;
  /** The method that is worked on, `null`: none yet. */
  readonly current: ComparedName | null;
  readonly notices: readonly string[];
  readonly task: TaskState;
}

type Settings = Omit<LocalizerSettings, "magnification">;

/** A comparison should be over by then. */
export const targetSeconds = 20;
/** Fewer frames would tell too little, as their background needs as many. */
const fewestFrames = 50;

/** A trial that took longer is not made again. */
const longestFirstTrialMs = 5000;

const nothing = { report: null, isOutdated: false, current: null, notices: [] } as const;

/**
 * Measures ways to find the background of the open stack side by side, as far as that goes without a truth. No method
 * rejects: an error becomes the state of the task.
 */
export class MethodComparison {
  readonly #source: LocalizerSource;
  readonly #listeners = new Set<(state: MethodComparisonState) => void>();
  readonly #task = new InspectionTask((task) => this.#update({ task }));
  readonly #trial = new InspectionTask(() => undefined);
  readonly #stopListening: Unsubscribe;
  /** What the estimate was tried on, `null`: nothing yet. */
  #tried: string | null = null;
  /** With which the report was made. */
  #model: ModelFile | null = null;
  #activity: SessionState["activity"] = "idle";
  #disposed = false;
  #state: MethodComparisonState = { stack: null, hasModel: false, estimate: null, ...nothing, task: restingTask };

  constructor(source: LocalizerSource) {
    this.#source = source;
    this.#stopListening = source.subscribe(() => this.#follow());
    this.#follow();
  }

  get state(): MethodComparisonState {
    return this.#state;
  }

  /** Calls back after each change. */
  subscribe(callback: (state: MethodComparisonState) => void): Unsubscribe {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** How many methods there are with the model at hand. */
  get methodCount(): number {
    return comparedMethods(this.#source.state().model).size;
  }

  /** How many of the first frames are compared on where nobody says it, `null` before that is known. */
  get suggestedFrames(): number | null {
    const { stack, estimate } = this.#state;
    return stack && estimate && suggestedFrames(estimate, stack.shape.frames);
  }

  /**
   * Tries what comparing takes, where that is not known and nothing has to be fetched for it. Gives way to whatever the session
   * does, so it is to be called again.
   */
  prepare(settings: Settings): Promise<void> {
    const { activity } = this.#source.state();
    if (activity !== "idle" || this.#source.mayFetch() || this.#state.task.busy) return Promise.resolve();
    const key = this.#keyOf(settings);
    if (key === this.#tried) return Promise.resolve();
    this.#tried = key;
    return this.#trial.run(async (signal) => {
      const stack = await this.#source.ready(signal);
      const start = performance.now();
      const estimate = await this.#estimate(stack, settings, signal);
      const { frames } = stack.description.shape;
      const isKnown = suggestedFrames(estimate, frames) === frames || performance.now() - start > longestFirstTrialMs;
      // The first time is slow: code is compiled, a simulated recording is made, and the stack is looked at meanwhile.
      this.#update({ estimate: isKnown ? estimate : await this.#estimate(stack, settings, signal) });
    });
  }

  /**
   * Compares.
   *
   * @param frames - how many of the first ones; `null`: as suggested
   */
  compare(request: Partial<Settings> = {}, frames: number | null = null): Promise<void> {
    const settings = { ...defaultLocalizerSettings, ...request };
    this.#trial.cancel();
    return this.#task.run(async (signal, tell) => {
      this.#update(nothing);
      const stack = await this.#source.ready(signal);
      const { name, shape } = stack.description;
      const estimate = this.#state.estimate ?? (await this.#estimate(stack, settings, signal));
      this.#update({ estimate });
      const count = Math.min(frames ?? suggestedFrames(estimate, shape.frames), shape.frames);
      const state = this.#source.state();
      const methods = comparedMethods((this.#model = state.model));
      const names = [...methods.keys()];
      const call = localizerCall(state, settings);
      const measured: OwnMethod[] = [];
      const run = await compareMethods(stack, [...methods.values()], { from: 0, to: count, ...call }, { signal });
      for await (const { index, done, notices, progress } of run) {
        signal.throwIfAborted();
        const current = index === null ? null : (names[index] ?? null);
        // What the localizer has to say is the same for every method; of the others it says how they work.
        if (current === null || current === "raw") this.#tell(notices);
        this.#update({ current });
        const method = done && names[done.index];
        if (method) {
          const { figures, error } = done;
          const title = comparisonStrings().methods[method];
          measured.push({ name: method, title, figures, error: error?.message ?? null });
          const { pixelSizeNm } = call;
          const report = createOwnReport({ stack: name, pixelSizeNm, frames: count, methods: [...measured] });
          this.#update({ report });
        }
        tell(progress);
      }
    });
  }

  /** Ends what is under way; the last report stays. */
  cancel(): void {
    this.#task.cancel();
  }

  /** Hands the table over: JSON is what `slnet evaluate --figures` writes. */
  save(format: "csv" | "json"): void {
    const { report } = this.#state;
    if (!report) return;
    const text = format === "json" ? `${JSON.stringify(report, null, 1)}\n` : tableOf(report);
    const type = format === "json" ? "application/json" : "text/csv";
    this.#source.deliver(new Blob([text], { type }), resultFileName(undefined, report.stack, `_methods.${format}`));
  }

  /** Calls off what is under way, and waits until nothing of it is left in the worker. */
  async close(): Promise<void> {
    await Promise.all([this.#task.close(), this.#trial.close()]);
  }

  /** Ends what is under way and stops following the session. */
  dispose(): void {
    if (this.#disposed) return;
    this.#reset();
    this.#disposed = true;
    this.#stopListening();
    this.#listeners.clear();
  }

  async #estimate(stack: ClientStack, settings: Settings, signal: AbortSignal): Promise<ComparisonEstimate> {
    const state = this.#source.state();
    const { frames } = stack.description.shape;
    const options = { from: 0, to: Math.min(frames, mostComparedFrames), ...localizerCall(state, settings) };
    const methods = [...comparedMethods(state.model).values()];
    const estimate = await estimateComparison(stack, methods, options, { signal });
    signal.throwIfAborted();
    return estimate;
  }

  #tell(notices: readonly string[]): void {
    if (notices.length > 0) this.#update({ notices: [...this.#state.notices, ...notices] });
  }

  /** What the time depends on. */
  #keyOf({ fit }: Settings): string | null {
    const { stack, hasModel } = this.#state;
    return stack && `${fit} ${hasModel}`;
  }

  #follow(): void {
    const { stack, model, activity } = this.#source.state();
    const hasModel = model !== null;
    const isOther = stack?.shape !== this.#state.stack?.shape;
    if (isOther) this.#reset();
    if (isOther || hasModel !== this.#state.hasModel) {
      this.#tried = null;
      this.#trial.cancel();
      this.#update({ estimate: null });
    }
    const isOutdated = this.#state.report !== null && model !== this.#model;
    if (stack !== this.#state.stack || hasModel !== this.#state.hasModel || isOutdated !== this.#state.isOutdated) {
      this.#update({ stack, hasModel, isOutdated });
    }
    if (activity !== this.#activity) {
      this.#activity = activity;
      // Who waits for an idle session can prepare now.
      this.#update({});
    }
  }

  /** Another stack: nothing of the old one stays. */
  #reset(): void {
    this.#task.cancel();
    this.#update(nothing);
  }

  #update(patch: Partial<MethodComparisonState>): void {
    if (this.#disposed) return;
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** In the order of the table. */
function comparedMethods(model: ModelFile | null): ReadonlyMap<ComparedName, CleaningMethod | null> {
  const methods = new Map<ComparedName, CleaningMethod | null>([
    ["raw", null],
    ["median-50", { type: "median", windowFrames: 50 }],
    ["median-100", { type: "median", windowFrames: 100 }],
  ]);
  if (model) {
    methods.set("slnet", { type: "slnet", model });
    methods.set("masked-mean", { type: "masked-mean", model, windowFrames: defaultMaskedWindowFrames });
  }
  return methods;
}

/** As many as fit the time, to two digits. */
function suggestedFrames({ fixedSeconds, secondsPerFrame }: ComparisonEstimate, frames: number): number {
  const fitting = (targetSeconds - fixedSeconds) / secondsPerFrame;
  const wanted = Math.max(fewestFrames, Math.min(mostComparedFrames, fitting));
  if (frames <= wanted) return frames;
  const unit = 10 ** (Math.floor(Math.log10(wanted)) - 1);
  return Math.floor(wanted / unit) * unit;
}

/** Figures in full, named as in the JSON. */
function tableOf({ frames, pixelSizeNm, methods }: OwnReport): string {
  const rows = methods.map(({ name, figures, error }) => [
    name,
    ...ownFigureColumns.map(({ key }) => figures?.[key] ?? ""),
    frames,
    pixelSizeNm,
    error ?? "",
  ]);
  const header = ["method", ...ownFigureColumns.map(({ key }) => key), "frames", "pixelSizeNm", "error"];
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
