import type { HostFrame } from "../../host/contract.js";
import type { Box } from "./frame-renderer.js";

type Shrinking = typeof import("./shrink-frame.js");

/** A frame, and where it lies on the canvas. */
export interface PlacedFrame {
  readonly frame: HostFrame;
  readonly image: Box;
}

interface Shrunken extends PlacedFrame {
  readonly source: HostFrame;
  readonly whole: Box;
}

/**
 * Frames as they are drawn: as they are where their pixels are as large as those of the screen or larger, and where they are
 * smaller, so that none is passed over, with one mean for each pixel of the screen. Only what is seen is computed, once for
 * each picture that is another one. What computes it is loaded with the first frame that needs it; until then, and where it
 * cannot be loaded any more, frames are drawn as they are.
 */
export class ShrunkenFrames {
  readonly #kept = new Map<string, Shrunken>();
  readonly #onLoaded: () => void;
  #shrinking: Shrinking | "loading" | null = null;

  /** @param onLoaded - called when what was placed as it is can be shrunken */
  constructor(onLoaded: () => void) {
    this.#onLoaded = onLoaded;
  }

  /**
   * @param id - of the layer: what was computed is kept for it until it is asked for something else
   * @param image - where the whole frame lies; corner in whole numbers
   * @param clip - outside of it nothing is seen; whole numbers
   * @returns `null` where nothing of the frame is seen
   */
  place(id: string, frame: HostFrame, image: Box, clip: Box): PlacedFrame | null {
    const [across, down] = [frame.width / image.width, frame.height / image.height];
    const shrinking = across > 1 || down > 1 ? this.#loaded() : null;
    if (!shrinking) {
      this.#kept.delete(id);
      return { frame, image };
    }
    const seen = seenPart(image, clip);
    if (seen.width <= 0 || seen.height <= 0) return null;
    const kept = this.#kept.get(id);
    if (kept?.source === frame && sameBox(kept.whole, image) && sameBox(kept.image, seen)) return kept;
    const size = seen.width * seen.height;
    const samples = kept?.frame.samples.length === size ? (kept.frame.samples as Float32Array) : new Float32Array(size);
    const columns = shrinking.coverageOf(frame.width, across, seen.left - image.left, seen.width);
    const rows = shrinking.coverageOf(frame.height, down, seen.top - image.top, seen.height);
    shrinking.shrinkFrame(frame, rows, columns, samples);
    const { width, height } = seen;
    const shrunken = {
      frame: { index: frame.index, width, height, samples },
      image: seen,
      source: frame,
      whole: image,
    };
    this.#kept.set(id, shrunken);
    return shrunken;
  }

  /** Frees what is kept for layers that are not among these. */
  retain(layerIds: ReadonlySet<string>): void {
    for (const id of this.#kept.keys()) if (!layerIds.has(id)) this.#kept.delete(id);
  }

  #loaded(): Shrinking | null {
    if (this.#shrinking === null) {
      this.#shrinking = "loading";
      void this.#load();
    }
    return this.#shrinking === "loading" ? null : this.#shrinking;
  }

  async #load(): Promise<void> {
    const shrinking = await import("./shrink-frame.js").catch(() => null);
    if (!shrinking) return;
    this.#shrinking = shrinking;
    this.#onLoaded();
  }
}

/** The pixels of the screen that have their middle in the image, one each way at least, and are seen. */
function seenPart(image: Box, clip: Box): Box {
  const along = (start: number, size: number, clipStart: number, clipSize: number): readonly [number, number] => {
    const first = Math.max(start, clipStart);
    const end = Math.min(start + Math.max(1, Math.ceil(size - 0.5)), clipStart + clipSize);
    return [first, end - first];
  };
  const [left, width] = along(image.left, image.width, clip.left, clip.width);
  const [top, height] = along(image.top, image.height, clip.top, clip.height);
  return { left, top, width, height };
}

function sameBox(one: Box, other: Box): boolean {
  return one.left === other.left && one.top === other.top && one.width === other.width && one.height === other.height;
}
