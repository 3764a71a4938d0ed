import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { errorMessage, SlnetError } from "../core/errors.js";
import type { StackShape } from "../core/frames.js";
import type { ModelFile } from "../core/model.js";
import { createEventFile, eventFileName, type EventFile } from "../core/models/tensorboard.js";
import type { TrainingReport } from "../protocol/api.js";
import type { ClientStack } from "../protocol/client.js";
import { readFirstFrame } from "../protocol/first-frame.js";
import { greyPicture, greyScaleOf } from "../core/io/grey-picture.js";

/** The course of a training, for TensorBoard. Each report is in the file once the promise is kept. */
export interface EventLog {
  report(report: TrainingReport): Promise<void>;
  /** What the model makes of the first frame of the stack. */
  pictures(stack: ClientStack, model: ModelFile, signal: AbortSignal): Promise<void>;
}

/**
 * Opens a log in a folder, which is made where it is missing.
 *
 * @throws {@link SlnetError} `bad-input` where it cannot be written
 */
export async function openEventLog(folder: string): Promise<EventLog> {
  const now = (): number => Date.now() / 1000;
  const path = join(resolve(folder), eventFileName(now()));
  const written = async (writing: Promise<void>): Promise<void> => {
    try {
      await writing;
    } catch (error) {
      throw new SlnetError("bad-input", `${path} cannot be written: ${errorMessage(error)}`, { cause: error });
    }
  };
  await written(mkdir(resolve(folder), { recursive: true }).then(() => writeFile(path, "")));
  // TensorBoard reads it while it grows.
  const sink = {
    write: (_: number, bytes: Uint8Array) => written(appendFile(path, bytes)),
    close: () => Promise.resolve(),
  };
  const file = await createEventFile(sink, now);
  return {
    async report({ progress, losses, validations, keptShare, selfWeight }) {
      for (const { step, loss } of losses) await file.scalars(step, { "loss/training": loss });
      for (const { step, loss } of validations) await file.scalars(step, { "loss/validation": loss });
      await file.scalars(progress.done, { "network/kept share": keptShare, "network/own weight": selfWeight });
    },
    async pictures(stack, model, signal) {
      const { raw, background, cleaned } = await readFirstFrame(stack, { type: "slnet", model }, signal);
      await drawAll(file, model.steps, stack.description.shape, {
        raw,
        sparse: cleaned,
        ...(background && { background }),
      });
    },
  };
}

async function drawAll(
  file: EventFile,
  step: number,
  { width, height }: StackShape,
  frames: Readonly<Record<string, ArrayLike<number>>>,
): Promise<void> {
  for (const [name, values] of Object.entries(frames)) {
    await file.picture(step, `frame 0/${name}`, await greyPicture(values, width, height, greyScaleOf(values)));
  }
}
