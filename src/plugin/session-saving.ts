import { SlnetError } from "../core/errors.js";
import type { SavedPart } from "../protocol/api.js";
import type { SavingRun } from "../protocol/client.js";
import { download } from "./download.js";
import type { ModelKind } from "./model-kinds.js";
import { resultFileName, saveFormat } from "./save-formats.js";
import type { SessionActions } from "./session-actions.js";
import { cleaningMethod, type SaveRequest } from "./session-requests.js";
import { sparseOffsetAdu } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";

/** Gives a finished file to the person. */
export type DeliverFile = (file: Blob, name: string) => void;

/** Writes the cleaned frames, or the model, to a file and hands it over. */
export class SessionSaving {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #deliver: DeliverFile;
  /** The run whose private file the browser may still be copying. */
  #run: SavingRun | null = null;

  constructor(actions: SessionActions, connection: StackConnection, deliver: DeliverFile = download) {
    this.#actions = actions;
    this.#connection = connection;
    this.#deliver = deliver;
  }

  save(request: SaveRequest): Promise<void> {
    const {
      part = "sparse",
      type = "uint16",
      format = "tiff",
      compression = "none",
      offsetAdu,
      handle,
      resume,
      cleaning,
    } = request;
    return this.#actions.perform(
      "saving",
      async (signal) => {
        const { state } = this.#actions;
        const { result: shown, configuration, metadata, model } = state;
        const result = cleaning ? null : shown;
        const method = result?.method ?? cleaningMethod(cleaning ?? {}, model, metadata);
        if (result && result.done === result.from) {
          throw new SlnetError("bad-input", "no frame is cleaned yet, expected at least one to save");
        }
        const stack = await this.#connection.ready(signal);
        await this.close();
        const name = this.fileName(request);
        const target = handle ? ({ type: "file-handle", handle } as const) : ({ type: "private-file", name } as const);
        const offset = offsetAdu ?? (part === "sparse" ? sparseOffsetAdu(state, type, method.type) : 0);
        const run = await stack.save(
          method,
          {
            from: result?.from ?? 0,
            to: result?.done ?? stack.description.shape.frames,
            lowRank: part === "low-rank",
            tail: result?.tail ?? cleaning?.tail ?? "shift",
            engine: configuration?.engine ?? "auto",
          },
          [{ part, target, type, offsetAdu: offset, format, compression }],
          { signal, metadata, resume: resume ?? false },
        );
        const { plan } = run;
        const notices =
          plan.resumedFrames === 0
            ? plan.notices
            : [...plan.notices, `${plan.resumedFrames} frames of an earlier saving were kept.`];
        this.#actions.update({ engine: plan.engine ?? state.engine, notices, saved: null });
        await this.#finish(run, part, name, handle ?? null, signal);
      },
      { action: "save", save: request },
    );
  }

  /** Name of the file that a saving with this request hands over. */
  fileName({ part = "sparse", format = "tiff" }: SaveRequest): string {
    return this.#name(`${part === "sparse" ? "_sparse" : "_background"}${saveFormat(format).ending}`);
  }

  /** The model at hand as a file, or `null` before any training. */
  modelFile(): Blob | null {
    const { model } = this.#actions.state;
    return model && new Blob([JSON.stringify(model, null, 2)], { type: "application/json" });
  }

  async saveModel(kind: ModelKind): Promise<void> {
    const { model, notices } = this.#actions.state;
    if (!model) return;
    const [{ writeModel }, { modelEnding }] = await Promise.all([
      import("../core/models/write-model.js"),
      import("./model-kinds.js"),
    ]);
    const name = this.#name(modelEnding(kind));
    const written = await writeModel(name, model);
    this.#deliver(new Blob([written.bytes]), name);
    if (written.notices.length > 0) this.#actions.update({ notices: [...notices, ...written.notices] });
  }

  /** Gives up the private file of the last saving. */
  async close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.close();
  }

  /** The worker is gone, and the run with it. */
  lose(): void {
    this.#run = null;
  }

  async #finish(
    run: SavingRun,
    part: SavedPart["part"],
    name: string,
    handle: FileSystemFileHandle | null,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      let clipped = 0;
      for await (const report of this.#actions.follow(run, signal)) {
        clipped = report.clipped;
        this.#actions.update({ progress: report.progress });
      }
      const file = await run.file(part);
      signal.throwIfAborted();
      if (handle) {
        await run.close();
      } else {
        // Closing deletes the private file, which the browser is about to copy: it stays until the next saving.
        this.#run = run;
        this.#deliver(file, name);
      }
      const { from, to, height, width } = run.plan;
      const pixels = (to - from) * height * width;
      const offsetAdu = run.plan.parts[0]?.offsetAdu ?? 0;
      const saved = { name: file.name, part, frames: to - from, bytes: file.size, offsetAdu, clipped, pixels };
      this.#actions.update({ saved });
    } catch (error) {
      // The frames before the error are whole, and the error says that they are saved.
      const kept = handle || signal.aborted ? null : await run.file(part).catch(() => null);
      if (kept) {
        this.#run = run;
        this.#deliver(kept, name);
      }
      if (this.#run !== run) await run.close();
      throw error;
    }
  }

  #name(ending: string): string {
    const { stack, configuration } = this.#actions.state;
    return resultFileName(configuration?.prefix, stack?.name ?? "stack", ending);
  }
}
