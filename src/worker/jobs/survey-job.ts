import { createConfiguration, type SlnetConfiguration } from "../../core/configuration.js";
import { createSamples, framePixels, sampleBytes, type StackReader, type StackRegion } from "../../core/frames.js";
import { readRegion } from "../../core/io/region-reader.js";
import { createOnTimeGauge, type OnTimeGauge } from "../../core/on-time.js";
import { createSmallAreas } from "../../core/small-areas.js";
import { createLevelSums, type LevelSums } from "../../core/stack-levels.js";
import { suggestShifts } from "../../core/suggested-shifts.js";
import { surveyWarnings } from "../../core/survey-warnings.js";
import type { StackSurvey, SurveyReport } from "../../protocol/api.js";
import { createProgressMeter, yieldToMessages } from "../pace.js";

/** Most that is read, in bytes of pixels and in frames. */
const sampleLimitBytes = 160e6;
const sampleLimitFrames = 768;
/** Frames of a burst: enough to see molecules that stay on for some tens of frames. */
const longBurst = 256;
/** Below this a sample is one burst, as on-times need consecutive frames. */
const splitFrom = 96;
/** Side of the square in which molecules are followed. */
const tileSide = 160;
/** After this time no further burst is begun. */
const timeLimitMs = 1200;
const readBytes = 4e6;

/** Looks at some bursts of consecutive frames, spread over a stack, and says what it finds. */
export class SurveyJob {
  readonly #reader: StackReader;
  readonly #configuration: SlnetConfiguration;
  readonly #burstFrames: number;
  readonly #starts: readonly number[];
  readonly #levels: LevelSums;
  readonly #gauge: OnTimeGauge;
  readonly #measure: (done: number) => SurveyReport["progress"];
  #burst = 0;
  #spentMs = 0;

  /**
   * @param options - by configuration name
   * @throws {@link SlnetError} `bad-input` for wrong options, or a region that is no part of the stack
   */
  static open(reader: StackReader, region: StackRegion | null, options: Readonly<Record<string, unknown>>): SurveyJob {
    return new SurveyJob(region ? readRegion(reader, region) : reader, createConfiguration(options));
  }

  private constructor(reader: StackReader, configuration: SlnetConfiguration) {
    const { shape } = reader.description;
    const frameBytes = framePixels(shape) * sampleBytes(shape.type);
    const affordable = Math.max(1, Math.min(sampleLimitFrames, Math.floor(sampleLimitBytes / frameBytes)));
    const frames = Math.min(shape.frames, affordable);
    const bursts = Math.max(frames >= splitFrom ? 2 : 1, Math.floor(frames / longBurst));
    const burstFrames = Math.floor(frames / bursts);
    // The first burst begins with the stack, which is where it is brightest, and the last one ends with it.
    const gap = bursts > 1 ? (shape.frames - burstFrames) / (bursts - 1) : 0;
    this.#reader = reader;
    this.#configuration = configuration;
    this.#burstFrames = burstFrames;
    this.#starts = Array.from({ length: bursts }, (_, burst) => Math.floor(burst * gap));
    this.#levels = createLevelSums(shape.type, frames * framePixels(shape));
    this.#gauge = createOnTimeGauge(burstFrames);
    this.#measure = createProgressMeter(bursts * burstFrames);
  }

  /** Looks at one burst. `null` after the report with the survey. */
  async next(signal: AbortSignal): Promise<SurveyReport | null> {
    if (this.#burst >= this.#starts.length) return null;
    const start = performance.now();
    await this.#look(this.#starts[this.#burst] ?? 0, signal);
    this.#burst++;
    this.#spentMs += performance.now() - start;
    const framesRead = this.#burst * this.#burstFrames;
    if (this.#burst < this.#starts.length && this.#spentMs > timeLimitMs) this.#burst = this.#starts.length;
    const isLast = this.#burst >= this.#starts.length;
    return { progress: this.#measure(framesRead), survey: isLast ? this.#survey(framesRead) : null };
  }

  /** There is nothing to free. */
  close(): void {
    // The stack belongs to who opened it.
  }

  async #look(from: number, signal: AbortSignal): Promise<void> {
    const { shape } = this.#reader.description;
    const pixels = framePixels(shape);
    const height = Math.min(tileSide, shape.height);
    const width = Math.min(tileSide, shape.width);
    // Each burst follows molecules in another part of the frame, from the middle outwards.
    const part = [0.5, 0.25, 0.75][this.#burst % 3] ?? 0.5;
    const [top, left] = [Math.floor(part * (shape.height - height)), Math.floor(part * (shape.width - width))];
    const areas = createSmallAreas(height, width, this.#burstFrames);
    const tile = createSamples(shape.type, height * width);
    const count = Math.max(1, Math.min(this.#burstFrames, Math.floor(readBytes / (pixels * sampleBytes(shape.type)))));
    const samples = createSamples(shape.type, count * pixels);
    const end = from + this.#burstFrames;
    for (let next = from; next < end; next += count) {
      const last = Math.min(end, next + count);
      await this.#reader.readFrames(next, last, samples.subarray(0, (last - next) * pixels), signal);
      for (let i = 0; i < last - next; i++) {
        const frame = samples.subarray(i * pixels, (i + 1) * pixels);
        this.#levels.add(frame);
        for (let row = 0; row < height; row++) {
          const at = (top + row) * shape.width + left;
          tile.set(frame.subarray(at, at + width), row * width);
        }
        areas.add(tile);
      }
      await yieldToMessages();
      signal.throwIfAborted();
    }
    areas.visit((trace) => this.#gauge.add(trace));
  }

  #survey(framesRead: number): StackSurvey {
    const { shape, cameraOffsetAdu } = this.#reader.description;
    const levels = this.#levels.finish();
    const onFrames = this.#gauge.estimate();
    const frameCount = shape.frames;
    return {
      framesRead,
      minimum: levels.minimum,
      maximum: levels.maximum,
      saturatedShare: levels.saturatedShare,
      saturationLevel: levels.saturationLevel,
      darkLevelAdu: levels.darkAdu,
      onFrames,
      suggestedShifts: onFrames === null ? null : suggestShifts(onFrames, frameCount),
      warnings: surveyWarnings({ levels, onFrames, frameCount, cameraOffsetAdu }, this.#configuration),
    };
  }
}
