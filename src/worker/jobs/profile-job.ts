import { SlnetError } from "../../core/errors.js";
import { createSamples, type StackReader } from "../../core/frames.js";
import { readPath } from "../../core/io/path-reader.js";
import { pathPixels } from "../../core/pixel-path.js";
import type { CleaningMethod, PixelPath, ProfileOptions, ProfilePlan, ProfileReport } from "../../protocol/api.js";
import { needsWholeFrames } from "../../protocol/cleaning-methods.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { CleaningJob } from "./cleaning-job.js";

/** Why single pixels cannot be cleaned. */
const wholeFrameReasons = {
  rpca: "RPCA decomposes whole frames together",
  "masked-mean": "the masked mean looks for molecules in whole frames",
  "rolling-ball": "a ball rolls under whole frames",
} as const;

/**
 * The pixels of a path, raw and cleaned, block by block. A method that works pixel by pixel gives each pixel what it has
 * in whole frames, so the path is cleaned as a stack of one row.
 */
export class ProfileJob {
  readonly plan: ProfilePlan;
  readonly #path: StackReader;
  readonly #cleaning: CleaningJob;

  /** @throws {@link SlnetError} `unsupported` for a method that needs whole frames, `bad-input` for a path outside them */
  static async open(
    reader: StackReader,
    method: CleaningMethod | null,
    { from, to }: PixelPath,
    options: ProfileOptions,
    room: EngineRoom,
  ): Promise<ProfileJob> {
    if (method && needsWholeFrames(method.type)) {
      throw new SlnetError(
        "unsupported",
        `${wholeFrameReasons[method.type]}, so it cannot clean a few pixels; use SLNet or the median for traces`,
      );
    }
    const positions = pathPixels(reader.description.name, reader.description.shape, from, to);
    const path = readPath(reader, positions);
    const float = { type: "float32", offsetAdu: 0 } as const;
    const outputs = { sparse: float, lowRank: float };
    const cleaning = await CleaningJob.open(path, method, { ...options, lowRank: true }, outputs, room);
    return new ProfileJob(path, cleaning, positions);
  }

  private constructor(path: StackReader, cleaning: CleaningJob, positions: ProfilePlan["positions"]) {
    const { from, to, engine, notices } = cleaning.plan;
    this.#path = path;
    this.#cleaning = cleaning;
    this.plan = { from, to, engine, notices, positions };
  }

  /** The next frames, or `null` at the end. */
  async next(signal: AbortSignal): Promise<ProfileReport | null> {
    const range = await this.#cleaning.advance(signal);
    if (!range) return null;
    const { from, to, frames, progress } = range;
    const { sparse, lowRank } = frames;
    const { type, width } = this.#path.description.shape;
    const raw = createSamples(type, (to - from) * width);
    await this.#path.readFrames(from, to, raw, signal);
    return {
      progress,
      from,
      to,
      positions: width,
      raw: new Float32Array(raw),
      sparse: sparse && new Float32Array(sparse),
      lowRank: lowRank && new Float32Array(lowRank),
    };
  }

  /** Frees what it holds. */
  close(): void {
    this.#cleaning.close();
  }
}
