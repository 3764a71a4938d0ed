import { SlnetError } from "../../core/errors.js";
import { framePixels, type SampleArray, type StackReader } from "../../core/frames.js";
import type { SeparationMap } from "../../core/separation.js";
import type { TemporalWindow } from "../../core/windows.js";
import type { Engine, Separator, OutputPlans } from "../engines/engine.js";
import type { EngineRelay } from "../engines/engine-relay.js";
import { createFrameLoader, type FrameLoader, type SlotOf, type SlotPlan } from "../readers/frame-slots.js";
import type { CleanedFrames } from "./method.js";

/** What a separator is opened for. */
export interface WindowPlan extends SlotPlan {
  /** Most windows of one call. */
  readonly blockFrames: number;
  readonly outputs: OutputPlans;
}

/** A separator of one engine and what brings frames into it. */
interface Opened {
  readonly engine: Engine;
  readonly separator: Separator;
  readonly loader: FrameLoader;
}

/** Frames being read before they are asked for. */
interface ReadAhead {
  readonly opened: Opened;
  readonly frames: ReadonlySet<number>;
  readonly slotOf: Promise<SlotOf>;
}

/** Separates windows of a stack on whichever engine works. One call at a time. */
export class WindowSeparator {
  readonly #reader: StackReader;
  readonly #relay: EngineRelay;
  readonly #plan: WindowPlan;
  #opened: Opened | null = null;
  #ahead: ReadAhead | null = null;
  #turn: 0 | 1 = 0;
  #last: { readonly frames: SampleArray; readonly slotOf: SlotOf } | null = null;

  constructor(reader: StackReader, relay: EngineRelay, plan: WindowPlan) {
    this.#reader = reader;
    this.#relay = relay;
    this.#plan = plan;
  }

  /**
   * Reads the frames of some windows and separates the one frame of each that it is for.
   *
   * @param map - asked for when the frames are there
   * @param next - windows that will be asked for next; their frames are read meanwhile
   */
  async separate(
    windows: readonly TemporalWindow[],
    map: () => SeparationMap,
    next: readonly TemporalWindow[],
    signal: AbortSignal,
  ): Promise<CleanedFrames> {
    const into = this.#turn;
    this.#turn = into === 0 ? 1 : 0;
    // Frames are read outside of the relay: a broken file is no fault of an engine.
    let opened = await this.#relay.run((engine) => this.#openOn(engine));
    let slotOf = await this.#load(opened, windows, signal);
    if (next.length > 0) this.#readAhead(opened, next, signal);
    const clipped = await this.#relay.run(async (engine) => {
      if (opened.engine !== engine) {
        opened = await this.#openOn(engine);
        slotOf = await opened.loader.load(framesOf(windows), signal);
      }
      const items = windows.map(({ frames, channel }) => ({ slots: frames.map(slotOf), channel }));
      return opened.separator.separate(map(), items, into);
    });
    const { sparse, lowRank } = opened.separator.outputs[into];
    this.#last = { frames: opened.separator.frames, slotOf };
    const length = windows.length * framePixels(this.#reader.description.shape);
    return { sparse: sparse?.subarray(0, length) ?? null, lowRank: lowRank?.subarray(0, length) ?? null, clipped };
  }

  /** A frame of the windows of the last call, as it was read, until the next call: `[pixels]`. */
  frame(index: number): SampleArray {
    if (!this.#last) throw new SlnetError("internal", `frame ${index} was not separated before it was asked for`);
    const pixels = framePixels(this.#reader.description.shape);
    const start = this.#last.slotOf(index) * pixels;
    return this.#last.frames.subarray(start, start + pixels);
  }

  /** Frees its memory. */
  close(): void {
    this.#ahead = null;
    this.#last = null;
    this.#opened?.separator.dispose();
    this.#opened = null;
  }

  async #openOn(engine: Engine): Promise<Opened> {
    if (this.#opened?.engine === engine) return this.#opened;
    this.close();
    const { shape } = this.#reader.description;
    const { slots, blockFrames, outputs } = this.#plan;
    const pixels = framePixels(shape);
    const separator = await engine.createSeparator({ pixels, type: shape.type, slots, blockFrames, ...outputs });
    this.#opened = { engine, separator, loader: createFrameLoader(this.#reader, separator, this.#plan) };
    return this.#opened;
  }

  async #load(opened: Opened, windows: readonly TemporalWindow[], signal: AbortSignal): Promise<SlotOf> {
    const frames = framesOf(windows);
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead?.opened === opened) {
      if (frames.every((frame) => ahead.frames.has(frame))) return ahead.slotOf;
      // Frames that nobody asked for may fail to be read.
      await ahead.slotOf.catch(() => undefined);
    }
    return opened.loader.load(frames, signal);
  }

  #readAhead(opened: Opened, windows: readonly TemporalWindow[], signal: AbortSignal): void {
    const frames = framesOf(windows);
    const slotOf = opened.loader.load(frames, signal);
    // An error is heard by the call that needs these frames.
    slotOf.catch(() => undefined);
    this.#ahead = { opened, frames: new Set(frames), slotOf };
  }
}

/** The frames of some windows, ascending, each once. */
function framesOf(windows: readonly TemporalWindow[]): number[] {
  return [...new Set(windows.flatMap((window) => window.frames))].sort((a, b) => a - b);
}
