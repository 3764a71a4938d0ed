import type { SampleArray, SampleType, StackShape } from "../core/frames.js";
import type { FrameSource, HostFrame, Unsubscribe } from "./host/contract.js";
import { Invalidations } from "./invalidations.js";

/** Reads frame `index`: `[height, width]`, row 0 at the top. */
export type ReadFrame = (index: number, signal?: AbortSignal) => Promise<SampleArray>;

/** Frames that are read or computed anew each time they are asked for: the raw stack, or the preview of a training. */
export class StackFrames implements FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  readonly #invalidations = new Invalidations();
  #readFrame: ReadFrame | null;

  constructor(shape: StackShape, readFrame: ReadFrame | null) {
    this.frames = shape.frames;
    this.height = shape.height;
    this.width = shape.width;
    this.type = shape.type;
    this.#readFrame = readFrame;
  }

  /** Where the frames come from; `null` while there is nobody who could make them. */
  get readFrame(): ReadFrame | null {
    return this.#readFrame;
  }

  /** Takes the frames from elsewhere from now on, and says that all changed. */
  replace(readFrame: ReadFrame | null): void {
    this.#readFrame = readFrame;
    this.refresh();
  }

  /** Says that all frames changed. */
  refresh(): void {
    this.#invalidations.emit(0, this.frames);
  }

  async read(index: number, signal?: AbortSignal): Promise<HostFrame | null> {
    const readFrame = this.#readFrame;
    if (!readFrame) return null;
    const samples = await readFrame(index, signal);
    return { index, height: this.height, width: this.width, samples };
  }

  onInvalidate(callback: (from: number, to: number) => void): Unsubscribe {
    return this.#invalidations.add(callback);
  }

  dispose(): void {
    this.#readFrame = null;
  }
}
