import { SlnetError } from "../../core/errors.js";
import { createSamples, framePixels, type SampleArray, type StackReader } from "../../core/frames.js";
import { createFrameLocalizer, type FrameLocalizer, type SpotCounts } from "../../core/localization/frame-localizer.js";
import { createLocalizationList } from "../../core/localization/localization.js";
import { completeLocalizerOptions } from "../../core/localization/localizer-options.js";
import type { CleaningMethod } from "../../protocol/api.js";
import type {
  LocalizationBlock,
  LocalizationOptions,
  LocalizationPlan,
  PictureRequest,
} from "../../protocol/localization-api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { blockFramesFor, type BackgroundMethod } from "../methods/method.js";
import { openMethod } from "../methods/open-method.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";
import { BlockPace } from "./block-pace.js";
import type { LocalizationPainter } from "./localization-painter.js";

const shareNotice =
  "the background of SLNet has a part of each molecule in it, so photons come out too low; use the masked mean for photometry";

/**
 * Looks at frames `[from, to)` before they are localized.
 *
 * @param counts - `[frames, height, width]`, in ADU; used again afterwards, as the background is
 * @param background - the same shape, `null` where no method finds it
 * @param seconds - in which it was found
 */
export type FollowFrames = (
  from: number,
  to: number,
  counts: SampleArray,
  background: Float32Array | null,
  seconds: number,
) => void;

/**
 * Localizes the emitters of a range of frames, block by block. The method gives the background; the frame itself is read
 * a second time, since what the methods leave of it is clipped at 0.
 */
export class LocalizationJob {
  readonly plan: LocalizationPlan;
  readonly #reader: StackReader;
  readonly #method: BackgroundMethod | null;
  readonly #localizer: FrameLocalizer;
  readonly #samples: SampleArray;
  readonly #pace: BlockPace;
  readonly #painter: LocalizationPainter | null;
  readonly #follow: FollowFrames | null;
  readonly #list = createLocalizationList();
  #measure: ((done: number) => LocalizationBlock["progress"]) | null = null;
  #position: number;
  /** Of the frames that were read last. */
  #cleaningMs = 0;

  static async open(
    reader: StackReader,
    method: CleaningMethod | null,
    options: LocalizationOptions,
    room: EngineRoom,
    follow: FollowFrames | null = null,
  ): Promise<LocalizationJob> {
    const { shape, ...metadata } = reader.description;
    const completed = completeLocalizerOptions(options.localizer, metadata);
    const painter = options.picture ? await createPainter(options.picture, shape) : null;
    const float = { type: "float32", offsetAdu: 0 } as const;
    const opened =
      method &&
      (await openMethod(reader, method, { ...options, lowRank: true }, { sparse: null, lowRank: float }, room));
    const { from, to } = options;
    const end = Math.min(to, opened?.to ?? shape.frames);
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from >= end) {
      opened?.close();
      const all = opened?.to ?? shape.frames;
      throw new SlnetError("bad-input", `frames ${from}:${to} were asked for, expected a part of 0:${all}`);
    }
    const notices = [...completed.notices, ...(opened?.notices ?? [])];
    if (method?.type === "slnet") notices.push(shareNotice);
    if (end < Math.min(to, shape.frames)) {
      notices.push(`frames ${end} to ${shape.frames - 1} have no whole window and are left out`);
    }
    const { height, width } = shape;
    const engine = opened?.engine ?? null;
    const plan = { from, to: end, height, width, engine, notices, localizer: completed.options };
    return new LocalizationJob(reader, opened, plan, painter, follow);
  }

  private constructor(
    reader: StackReader,
    method: BackgroundMethod | null,
    plan: LocalizationPlan,
    painter: LocalizationPainter | null,
    follow: FollowFrames | null,
  ) {
    const { shape } = reader.description;
    const blockFrames = method?.blockFrames ?? blockFramesFor(framePixels(shape));
    this.plan = plan;
    this.#reader = reader;
    this.#method = method;
    this.#localizer = createFrameLocalizer(plan.height, plan.width, plan.localizer);
    this.#samples = createSamples(shape.type, blockFrames * framePixels(shape));
    this.#painter = painter;
    this.#follow = follow;
    this.#pace = new BlockPace(blockFrames);
    this.#position = plan.from;
  }

  /** What is in the next frames, or `null` at the end. */
  async next(signal: AbortSignal): Promise<LocalizationBlock | null> {
    const { from: first, to: end } = this.plan;
    if (this.#position >= end) return null;
    this.#measure ??= createProgressMeter(end - first);
    const from = this.#position;
    let to = from + this.#pace.next(end - from);
    let start = performance.now();
    let background: Float32Array | null;
    for (;;) {
      try {
        background = await this.#read(from, to, signal);
        break;
      } catch (error) {
        if (to - from === 1 || signal.aborted) throw error;
        // A fault in one frame, such as the end of a file that was cut off, should not cost those before it.
        to = from + Math.ceil((to - from) / 2);
        start = performance.now();
      }
    }
    this.#follow?.(from, to, this.#samples, background, this.#cleaningMs / 1000);
    const counts = await this.#localize(from, to, background, signal);
    this.#pace.took(to - from, performance.now() - start);
    this.#position = to;
    const localizations = this.#list.take();
    this.#painter?.add(localizations);
    const picture = to === end ? (this.#painter?.finish() ?? null) : null;
    return { from, to, localizations, counts, picture, progress: this.#measure(to - first) };
  }

  /** Frees what it holds. */
  close(): void {
    this.#method?.close();
  }

  /** Fills the frames. Returns their background, `[frames, height, width]`, where there is a method. */
  async #read(from: number, to: number, signal: AbortSignal): Promise<Float32Array | null> {
    const pixels = framePixels(this.plan);
    await this.#reader.readFrames(from, to, this.#samples.subarray(0, (to - from) * pixels), signal);
    if (!this.#method) return null;
    const start = performance.now();
    const { lowRank } = await this.#method.clean(from, to, signal);
    this.#cleaningMs = performance.now() - start;
    if (lowRank instanceof Float32Array) return lowRank;
    throw new SlnetError("internal", "the low-rank part was not computed");
  }

  async #localize(from: number, to: number, background: Float32Array | null, signal: AbortSignal): Promise<SpotCounts> {
    const pixels = framePixels(this.plan);
    const sum = { detected: 0, nearEdge: 0, notConverged: 0, implausible: 0, localized: 0 };
    for (let frame = from; frame < to; frame++) {
      const [start, stop] = [(frame - from) * pixels, (frame - from + 1) * pixels];
      const raw = this.#samples.subarray(start, stop);
      const counts = this.#localizer.localize(frame, raw, background?.subarray(start, stop) ?? null, this.#list);
      for (const key of Object.keys(sum) as (keyof SpotCounts)[]) sum[key] += counts[key];
      // A large frame full of emitters takes a while.
      await yieldToMessages();
      signal.throwIfAborted();
    }
    return sum;
  }
}

/** Loaded when an image is asked for, since most jobs draw none. */
async function createPainter(
  request: PictureRequest,
  { height, width }: Pick<LocalizationPlan, "height" | "width">,
): Promise<LocalizationPainter> {
  const { LocalizationPainter } = await import("./localization-painter.js");
  return new LocalizationPainter(request, height, width);
}
