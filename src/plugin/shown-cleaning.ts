import type { StackShape } from "../core/frames.js";
import type { CleanedBlock } from "../protocol/api.js";
import type { CleaningRun } from "../protocol/client.js";
import { CleanedFrames } from "./cleaned-frames.js";
import type { ImageDisplay } from "./host/contract.js";
import type { SessionLayers } from "./session-layers.js";
import { lostFrame } from "./stack-connection.js";

/** The cleaning whose frames are shown. Its run stays open, to compute dropped frames again. */
export class ShownCleaning {
  readonly #sparse: CleanedFrames;
  readonly #lowRank: CleanedFrames | null;
  #run: CleaningRun | null;

  /** @param budgetBytes - memory for the frames of both parts, in bytes */
  constructor(run: CleaningRun, { frames, height, width }: StackShape, lowRank: boolean, budgetBytes: number) {
    this.#run = run;
    const restoreFrame = (index: number, signal?: AbortSignal): Promise<void> => this.#restore(index, signal);
    const options = { frames, height, width, budgetBytes: lowRank ? budgetBytes / 2 : budgetBytes, restoreFrame };
    this.#sparse = new CleanedFrames(options);
    this.#lowRank = lowRank ? new CleanedFrames(options) : null;
  }

  /** Puts its parts into the viewer in place of those of another cleaning. */
  async show(layers: SessionLayers, geometry: Partial<ImageDisplay>): Promise<void> {
    layers.hide("sparse");
    layers.hide("low-rank");
    if (this.#lowRank) await layers.show("low-rank", this.#lowRank, { name: "Background", ...geometry });
    await layers.show("sparse", this.#sparse, { name: "Sparse", ...geometry });
  }

  add({ from, to, sparse, lowRank }: CleanedBlock): void {
    this.#sparse.add(from, to, sparse);
    if (lowRank) this.#lowRank?.add(from, to, lowRank);
  }

  /** Ends the run. The frames in memory stay. */
  async close(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    await run?.close();
  }

  /** The worker is gone, and the run with it. */
  lose(): void {
    this.#run = null;
  }

  async #restore(index: number, signal?: AbortSignal): Promise<void> {
    if (!this.#run) throw lostFrame(index);
    const frame = await this.#run.frame(index, { signal });
    this.#sparse.restore(index, index + 1, frame.sparse);
    if (frame.lowRank) this.#lowRank?.restore(index, index + 1, frame.lowRank);
  }
}
