/**
 * Trains, cleans, measures and saves without any element, in a page and in Node. {@link createSlnetClient} is the start.
 *
 * @module slnet-web/client
 */
import { SlnetError } from "../core/errors.js";
import type { StackSource } from "../protocol/client.js";
import { HeadlessClient, type HeadlessOptions } from "../protocol/headless-client.js";
import { createWorkerClient, type WorkerOptions } from "./worker-client.js";

export { isSlnetError, SlnetError, type SlnetErrorCode } from "../core/errors.js";
export type { EngineRequest } from "../core/configuration.js";
export type { StackSelection } from "../core/frames.js";
export type { EvaluationFigures } from "../core/metrics.js";
export { parseModelFile, type ModelFile } from "../core/model.js";
export type { CleanedBlock, CleaningMethod, Progress, SavingReport } from "../protocol/api.js";
export type { ClientStack, StackSource } from "../protocol/client.js";
export type {
  FrameOptions,
  HeadlessClient,
  HeadlessCleaning,
  HeadlessEvaluation,
  HeadlessMaskedMean,
  HeadlessMedian,
  HeadlessOptions,
  HeadlessSaving,
  HeadlessTraining,
  StackLike,
  StackOptions,
} from "../protocol/headless-client.js";
export type { WorkerOptions } from "./worker-client.js";

/**
 * Starts SLNet in a worker of this page, without any element. A text is the address of a stack, relative to the page.
 *
 * @throws SlnetError `worker-lost` where the worker cannot be started
 */
export async function createSlnetClient(options: HeadlessOptions & WorkerOptions = {}): Promise<HeadlessClient> {
  const client = new HeadlessClient(() => createWorkerClient(options), addressSource, options);
  await client.start();
  return client;
}

function addressSource(address: string | URL): StackSource {
  if (URL.canParse(address, document.baseURI)) return { type: "url", url: new URL(address, document.baseURI).href };
  throw new SlnetError("bad-input", `${String(address)} is not an address, expected one of http or https`);
}
