import type { SampleArray, SampleType } from "../../../core/frames.js";
import type { FrameSource, HostFrame, Unsubscribe } from "../contract.js";

/** Size in frames and pixels; default 12 frames of 24 × 32, `uint16`. */
export interface ProbeOptions {
  readonly frames?: number;
  readonly height?: number;
  readonly width?: number;
  readonly type?: SampleType;
}

/** A source that notes what a host does with it. Sample `i` of frame `t` is `t + i mod 7`, so every frame differs. */
export class ProbeSource implements FrameSource {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly type: SampleType;
  /** Frames asked for, in order. */
  readonly reads: number[] = [];
  /** Frames whose read was aborted while it was under way. */
  readonly aborted: number[] = [];
  disposals = 0;
  /** Reads under way now, and at most at once. An aborted read has ended. */
  pending = 0;
  mostPending = 0;
  /** What a read does: gives the frame, gives `null`, rejects, or waits for its signal. */
  behaviour: "give" | "missing" | "fail" | "wait" = "give";
  readonly #callbacks = new Set<(from: number, to: number) => void>();

  constructor({ frames = 12, height = 24, width = 32, type = "uint16" }: ProbeOptions = {}) {
    this.frames = frames;
    this.height = height;
    this.width = width;
    this.type = type;
  }

  /** How many listen for changed frames now. */
  get listeners(): number {
    return this.#callbacks.size;
  }

  read(index: number, signal?: AbortSignal): Promise<HostFrame | null> {
    this.reads.push(index);
    this.pending++;
    this.mostPending = Math.max(this.mostPending, this.pending);
    const { behaviour } = this;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => end(() => reject(signal?.reason as Error), true);
      const end = (settle: () => void, aborted = false): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.pending--;
        if (aborted) this.aborted.push(index);
        settle();
      };
      // As from a worker: never at once.
      const timer = behaviour === "wait" ? undefined : setTimeout(() => end(give), 1);
      const give = (): void => {
        if (behaviour === "missing") resolve(null);
        else if (behaviour === "fail") reject(new Error(`frame ${index} cannot be read, on purpose`));
        else resolve({ index, height: this.height, width: this.width, samples: this.samples(index) });
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort);
    });
  }

  /** The frame, `[height, width]`, as {@link read} gives it. */
  samples(index: number): SampleArray {
    const pixels = this.height * this.width;
    const samples =
      this.type === "uint8"
        ? new Uint8Array(pixels)
        : this.type === "uint16"
          ? new Uint16Array(pixels)
          : new Float32Array(pixels);
    for (let pixel = 0; pixel < pixels; pixel++) samples[pixel] = index + (pixel % 7);
    return samples;
  }

  onInvalidate(callback: (from: number, to: number) => void): Unsubscribe {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  /** Tells all who listen that frames [from, to) changed. */
  invalidate(from: number, to: number): void {
    for (const callback of [...this.#callbacks]) callback(from, to);
  }

  /** Is counted in {@link disposals}. */
  dispose(): void {
    this.disposals++;
  }
}
