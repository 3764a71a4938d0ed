import { SlnetError } from "../../core/errors.js";
import { framePixels, type StackReader } from "../../core/frames.js";
import { watchReader, type WatchedReader } from "../../core/io/watched-reader.js";
import { createProjectionSums, projectionBytesPerPixel, type ProjectionSums } from "../../core/projection-sums.js";
import type { CleaningMethod, CleaningOptions, CleaningPlan, ProjectionReport } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { CleaningJob } from "./cleaning-job.js";

const memoryLimitBytes = 1e9;

/** Projections over time of raw and cleaned frames, from one pass: raw frames are seen as the cleaning reads them. */
export class ProjectionJob {
  readonly plan: CleaningPlan;
  readonly #watched: WatchedReader;
  readonly #cleaning: CleaningJob;
  readonly #raw: ProjectionSums;
  readonly #sparse: ProjectionSums | null;
  readonly #lowRank: ProjectionSums | null;

  /** @throws {@link SlnetError} `out-of-memory` where the sums of such frames do not fit */
  static async open(
    reader: StackReader,
    method: CleaningMethod | null,
    options: CleaningOptions,
    room: EngineRoom,
  ): Promise<ProjectionJob> {
    const { name, shape } = reader.description;
    const hasLowRank = method !== null && options.lowRank;
    const parts = 1 + (method ? 1 : 0) + (hasLowRank ? 1 : 0);
    const bytes = parts * framePixels(shape) * projectionBytesPerPixel;
    if (bytes > memoryLimitBytes) {
      throw new SlnetError(
        "out-of-memory",
        `${name}: projections of ${shape.width}×${shape.height} pixels need ${Math.ceil(bytes / 1e6)} MB, the limit is ` +
          `${memoryLimitBytes / 1e6} MB`,
      );
    }
    const watched = watchReader(reader);
    const float = { type: "float32", offsetAdu: 0 } as const;
    const outputs = { sparse: float, lowRank: hasLowRank ? float : null };
    const cleaning = await CleaningJob.open(watched.reader, method, options, outputs, room);
    return new ProjectionJob(watched, cleaning, method !== null, hasLowRank);
  }

  private constructor(watched: WatchedReader, cleaning: CleaningJob, hasSparse: boolean, hasLowRank: boolean) {
    const { from, to, height, width } = cleaning.plan;
    const pixels = height * width;
    const raw = createProjectionSums(pixels);
    watched.watch(from, to, (frame) => raw.add(frame));
    this.#watched = watched;
    this.#cleaning = cleaning;
    this.#raw = raw;
    this.#sparse = hasSparse ? createProjectionSums(pixels) : null;
    this.#lowRank = hasLowRank ? createProjectionSums(pixels) : null;
    this.plan = cleaning.plan;
  }

  /** Works on for a moment. `null` after the report with the projections. */
  async next(signal: AbortSignal): Promise<ProjectionReport | null> {
    const range = await this.#cleaning.advance(signal);
    if (!range) return null;
    const { sparse, lowRank } = range.frames;
    if (sparse) this.#sparse?.add(sparse);
    if (lowRank) this.#lowRank?.add(lowRank);
    if (range.to < this.plan.to) return { progress: range.progress, projections: null };
    if (this.#watched.missing() > 0) throw new SlnetError("internal", "some frames were cleaned without being read");
    const projections = {
      raw: this.#raw.finish(),
      sparse: this.#sparse?.finish() ?? null,
      lowRank: this.#lowRank?.finish() ?? null,
    };
    return { progress: range.progress, projections };
  }

  /** Frees what it holds. */
  close(): void {
    this.#cleaning.close();
  }
}
