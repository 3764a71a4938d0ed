import { SlnetError } from "../../core/errors.js";
import type { StackReader } from "../../core/frames.js";
import type { SeparationMap } from "../../core/separation.js";
import { windowOf } from "../../core/windows.js";
import type { EngineRelay } from "../engines/engine-relay.js";
import { WindowSeparator } from "../methods/window-separator.js";

/** Cleans single frames with weights that change from one to the next. */
export class FramePreview {
  readonly #reader: StackReader;
  readonly #temporalShifts: readonly number[];
  readonly #separator: WindowSeparator;
  readonly #abort = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: StackReader, temporalShifts: readonly number[], relay: EngineRelay) {
    this.#reader = reader;
    this.#temporalShifts = temporalShifts;
    this.#separator = new WindowSeparator(reader, relay, {
      slots: 2 * temporalShifts.length,
      ring: false,
      blockFrames: 1,
      outputs: { sparse: { type: "float32", offsetAdu: 0 }, lowRank: null },
    });
  }

  /**
   * The sparse part of a frame, `[height, width]`, in ADU.
   *
   * @param map - asked for when the frames of the window are read, so that the weights are those of that moment
   * @throws {@link SlnetError} `bad-input` where there is no such frame
   */
  frame(index: number, map: () => SeparationMap): Promise<Float32Array<ArrayBuffer>> {
    const mine = this.#last.then(async () => {
      const { signal } = this.#abort;
      signal.throwIfAborted();
      const window = windowOf(index, this.#temporalShifts, this.#reader.description.shape.frames);
      const { sparse } = await this.#separator.separate([window], map, [], signal);
      return new Float32Array(sparse ?? []);
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  close(): void {
    this.#abort.abort(new SlnetError("bad-input", "the training was closed"));
    this.#separator.close();
  }
}
