import type { SampleType, StackMetadata } from "../frames.js";

/** What a writer must know before the first frame, whatever the format. */
export interface StackWriterOptions extends Partial<StackMetadata> {
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly type: Extract<SampleType, "uint16" | "float32">;
  /** Frames that will be written at most. */
  readonly frames: number;
  /** What the file is to call the image inside it, where its format has a place for that. */
  readonly name?: string;
  /** Further facts for the file to keep, each `name=value`, without line breaks. */
  readonly description?: readonly string[];
  /** Frames become reachable at most this often, in ms; what is written in between is lost with the process. Default 0. */
  readonly publishEveryMs?: number;
}

/**
 * Writes a stack frame after frame. What is written is valid at any time, as far as it goes.
 *
 * `cameraOffsetAdu` of the options is that of the pixels written: what to subtract from them to get light.
 */
export interface StackWriter {
  /** Whole frames written so far. */
  readonly framesWritten: number;
  /** Frames that a reader would find if the process ended now; where it is missing, all that are written. */
  readonly framesReachable?: number;
  /**
   * Appends whole frames. One call at a time.
   *
   * @param frames - `[any number, height, width]` of the writer's type
   * @throws {@link SlnetError} `bad-input` for another type, a part of a frame, or more frames than planned
   */
  write(frames: Uint16Array | Float32Array): Promise<void>;
  /**
   * Makes all frames reachable and says that no more come. The place written to stays open: closing it makes the stack
   * durable.
   *
   * @throws {@link SlnetError} `bad-input` where no frame was written; what was written is then of no use
   */
  finish(): Promise<{ readonly frames: number; readonly bytes: number }>;
}
