import { SlnetError } from "../core/errors.js";
import type { StackShape } from "../core/frames.js";
import type { TrainingReport } from "../protocol/api.js";
import type { TrainingRun } from "../protocol/client.js";
import type { ImageDisplay } from "./host/contract.js";
import { appendLosses } from "../core/loss-history.js";
import type { SessionActions } from "./session-actions.js";
import type { SessionPreview } from "./session-preview.js";
import type { TrainRequest } from "./session-requests.js";
import { startedTraining } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";
import type { ReadFrame } from "./stack-frames.js";

/** The eye follows about three pictures a second of a slow change; more would only take time from the training. */
const previewIntervalMs = 300;

/** Trains on the open stack, and shows how it goes. */
export class SessionTraining {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #preview: SessionPreview;
  readonly #geometry: () => Partial<ImageDisplay>;

  /** @param geometry - of the layers shown */
  constructor(
    actions: SessionActions,
    connection: StackConnection,
    preview: SessionPreview,
    geometry: () => Partial<ImageDisplay>,
  ) {
    this.#actions = actions;
    this.#connection = connection;
    this.#preview = preview;
    this.#geometry = geometry;
  }

  train(request: TrainRequest): Promise<void> {
    const { goOn = false } = request;
    return this.#actions.perform(
      "training",
      async (signal) => {
        const { configuration, options, optionErrors, model, region } = this.#actions.state;
        if (!configuration) {
          throw new SlnetError(
            "bad-input",
            Object.values(optionErrors)[0] ?? "an option is wrong, expected valid options",
          );
        }
        const stack = await this.#connection.ready(signal);
        const run = await stack.train(
          { ...options, stack: stack.description.name },
          { signal, checkpoint: goOn ? model : null, region },
        );
        this.#actions.update({
          training: startedTraining(run.plan, region, configuration.sparsityWeight),
          engine: run.plan.engine,
          notices: run.plan.notices,
        });
        await this.#follow(run, stack.description.shape, configuration.plotImages, signal);
      },
      { action: "train", train: request },
    );
  }

  async #follow(run: TrainingRun, shape: StackShape, withPreview: boolean, signal: AbortSignal): Promise<void> {
    const fromTraining: ReadFrame = (index, reading) => run.preview(index, { signal: reading });
    let shownAt = -Infinity;
    await this.#preview.close();
    try {
      for await (const report of this.#actions.follow(run, signal)) {
        this.#add(report);
        const now = performance.now();
        if (!withPreview || now - shownAt < previewIntervalMs) continue;
        shownAt = now;
        await this.#preview.show(fromTraining, shape, this.#geometry());
      }
    } finally {
      // From here on the preview comes from the model that was kept, which can be asked for any frame.
      if (this.#preview.readFrame === fromTraining) await this.#preview.showModel(shape, this.#geometry());
    }
  }

  #add(report: TrainingReport): void {
    const { training } = this.#actions.state;
    if (!training) return;
    this.#actions.update({
      progress: report.progress,
      model: report.model,
      training: {
        ...training,
        epoch: report.epoch,
        step: report.losses.at(-1)?.step ?? training.step,
        keptShare: report.keptShare,
        selfWeight: report.selfWeight,
        losses: appendLosses(training.losses, report.losses),
        validations: appendLosses(training.validations, report.validations),
        warnings: [...new Set([...training.warnings, ...report.warnings])],
      },
    });
  }
}
