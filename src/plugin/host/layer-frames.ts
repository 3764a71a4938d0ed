import { errorMessage, SlnetError } from "../../core/errors.js";
import type { FrameSource, HostFrame, Unsubscribe } from "./contract.js";

/** Bytes of frames kept of one layer, so that stepping back and forth does not read them again. */
const cacheBytes = 32 * 1024 ** 2;
/** Frames kept however large they are: the one shown, the next three that are read ahead while playing, and the last. */
const leastFrames = 5;

/**
 * The frames of one layer as the viewer needs them: it wants one frame at a time, keeps showing the last one until the
 * new one is there, and drops what arrives too late.
 */
export class LayerFrames {
  readonly #source: FrameSource;
  readonly #onChange: () => void;
  readonly #unsubscribe: Unsubscribe | undefined;
  /** Least recently used first. */
  readonly #cache = new Map<number, HostFrame>();
  readonly #capacity: number;
  /** Reads under way, by frame. */
  readonly #reads = new Map<number, AbortController>();
  #wanted = -1;
  /** The wanted frame changed while it was being read: read it once more. */
  #stale = false;
  #shown: HostFrame | null = null;
  #missing = false;
  #error: string | null = null;
  #disposed = false;

  /** @param onChange - called when what there is to draw may have changed */
  constructor(source: FrameSource, onChange: () => void) {
    this.#source = source;
    this.#onChange = onChange;
    const frameBytes =
      source.height * source.width * (source.type === "float32" ? 4 : source.type === "uint16" ? 2 : 1);
    this.#capacity = Math.max(leastFrames, Math.floor(cacheBytes / frameBytes));
    this.#unsubscribe = source.onInvalidate?.((from, to) => this.#invalidate(from, to));
  }

  /** The frame to draw: the wanted one or, until it is there, the last one shown. `null`: nothing to draw. */
  get shown(): HostFrame | null {
    return this.#shown;
  }

  /** True when the wanted frame does not exist yet. */
  get missing(): boolean {
    return this.#missing;
  }

  /** Why the wanted frame could not be read, or `null`. */
  get error(): string | null {
    return this.#error;
  }

  /** True when it is known what the wanted frame looks like, or that it cannot be had. */
  get settled(): boolean {
    if (this.#reads.has(this.#wanted)) return false;
    return this.#shown?.index === this.#wanted || this.#missing || this.#error !== null;
  }

  /** Asks for a frame; reads of other frames that are under way are called off. */
  want(index: number): void {
    if (index === this.#wanted) return;
    this.#wanted = index;
    this.#stale = false;
    this.#missing = false;
    this.#error = null;
    for (const [other, controller] of this.#reads) if (other !== index) controller.abort();
    const cached = this.#cached(index);
    if (cached) this.#show(cached);
    else void this.#read(index);
  }

  /** Reads a frame that will be wanted soon. */
  readAhead(index: number): void {
    if (index < this.#source.frames && !this.#cache.has(index) && !this.#reads.has(index)) void this.#read(index);
  }

  /** Aborts the reads under way and stops listening to the source, which stays the caller's. */
  dispose(): void {
    this.#disposed = true;
    this.#unsubscribe?.();
    for (const controller of this.#reads.values()) controller.abort();
    this.#cache.clear();
    this.#shown = null;
  }

  #cached(index: number): HostFrame | undefined {
    const frame = this.#cache.get(index);
    if (frame) {
      this.#cache.delete(index);
      this.#cache.set(index, frame);
    }
    return frame;
  }

  async #read(index: number): Promise<void> {
    const controller = new AbortController();
    this.#reads.get(index)?.abort();
    this.#reads.set(index, controller);
    try {
      const frame = await this.#source.read(index, controller.signal);
      if (controller.signal.aborted || this.#disposed) return;
      if (frame) this.#keep(requireWhole(frame));
      if (index !== this.#wanted) return;
      if (frame) this.#show(frame);
      else this.#showNothing(null);
    } catch (error) {
      if (!controller.signal.aborted && !this.#disposed && index === this.#wanted)
        this.#showNothing(errorMessage(error));
    } finally {
      if (this.#reads.get(index) === controller) this.#reads.delete(index);
      if (this.#stale && index === this.#wanted && !this.#disposed) {
        this.#stale = false;
        void this.#read(index);
      }
    }
  }

  #keep(frame: HostFrame): void {
    this.#cache.set(frame.index, frame);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= this.#capacity) break;
      this.#cache.delete(oldest);
    }
  }

  #show(frame: HostFrame): void {
    this.#shown = frame;
    this.#missing = false;
    this.#error = null;
    this.#onChange();
  }

  /** With an error the last frame stays in view; a frame that does not exist yet leaves the layer empty. */
  #showNothing(error: string | null): void {
    this.#error = error;
    this.#missing = error === null;
    if (error === null) this.#shown = null;
    this.#onChange();
  }

  #invalidate(from: number, to: number): void {
    if (to - from > this.#cache.size) {
      for (const index of this.#cache.keys()) if (index >= from && index < to) this.#cache.delete(index);
    } else {
      for (let index = from; index < to; index++) this.#cache.delete(index);
    }
    if (this.#wanted < from || this.#wanted >= to) return;
    // Calling a read off each time would leave nothing to see of a frame that changes faster than it is read.
    if (this.#reads.has(this.#wanted)) this.#stale = true;
    else void this.#read(this.#wanted);
  }
}

/** @throws {@link SlnetError} `bad-input` where a source gives fewer or more samples than the frame has pixels */
function requireWhole(frame: HostFrame): HostFrame {
  const { index, height, width, samples } = frame;
  if (samples.length === height * width) return frame;
  throw new SlnetError(
    "bad-input",
    `frame ${index} has ${samples.length} samples, expected ${height}×${width} = ${height * width}`,
  );
}
