import type { StackShape } from "../core/frames.js";
import { nearestNeighbourPrecision } from "../core/evaluation/nearest-neighbour-precision.js";
import type { Localizations } from "../core/localization/localization.js";
import { createRendering, type Rendering } from "../core/localization/rendering.js";
import { thunderstormHeader, thunderstormRows } from "../core/localization/thunderstorm-table.js";
import type { CleaningMethod } from "../protocol/api.js";
import type { FrameRange } from "./profile.js";

/** With which background the emitters were fitted. */
export type LocalizedPartName = "raw" | "cleaned";

/** What is said of localizations without knowing the truth. `null` where there are too few for it. */
export interface LocalizationFigures {
  readonly medianPhotons: number | null;
  /** What the fits claim for one coordinate. */
  readonly medianUncertaintyNm: number | null;
  /** What molecules that are on in two frames running show: see {@link nearestNeighbourPrecision}. */
  readonly precisionNm: number | null;
}

/** The emitters found in frames with one background, as far as they were read. */
export class LocalizedPart {
  readonly method: CleaningMethod["type"] | null;
  readonly pixelSizeNm: number;
  readonly rendering: Rendering;
  /** First frame, and the one after the last that was looked at. */
  frames: FrameRange;
  count = 0;
  figures: LocalizationFigures = { medianPhotons: null, medianUncertaintyNm: null, precisionNm: null };
  readonly #blocks: Localizations[] = [];

  /**
   * @param from - first frame
   * @param magnification - of the image, a whole number
   * @throws {@link SlnetError} `bad-input` or `out-of-memory` where there is no such image
   */
  constructor(
    method: CleaningMethod["type"] | null,
    { height, width }: StackShape,
    pixelSizeNm: number,
    from: number,
    magnification: number,
  ) {
    this.method = method;
    this.pixelSizeNm = pixelSizeNm;
    this.frames = [from, from];
    this.rendering = createRendering({ height, width, magnification, kind: "gaussian" });
  }

  /** Takes the localizations of the next frames, up to `to`. */
  add(localizations: Localizations, to: number): void {
    this.frames = [this.frames[0], to];
    if (localizations.frames.length === 0) return;
    this.count += localizations.frames.length;
    this.#blocks.push(localizations);
    this.rendering.add(localizations);
  }

  /** Finds the figures; takes a while where there are many localizations. */
  measure(): void {
    const photons = this.#column((block) => block.photons);
    const uncertainties = this.#column((block) => block.uncertaintyPixels).filter((value) => value > 0);
    const toNm = (values: Float64Array): Float64Array => values.map((value) => value * this.pixelSizeNm);
    const uncertainty = median(uncertainties);
    this.figures = {
      medianPhotons: median(photons),
      medianUncertaintyNm: uncertainty === null ? null : uncertainty * this.pixelSizeNm,
      precisionNm: nearestNeighbourPrecision({
        frame: this.#column((block) => block.frames),
        xNm: toNm(this.#column((block) => block.xPixels)),
        yNm: toNm(this.#column((block) => block.yPixels)),
        photons,
      }),
    };
  }

  /** The table in ThunderSTORM's columns. */
  table(): Blob {
    const lines = [thunderstormHeader];
    let firstId = 1;
    for (const block of this.#blocks) {
      lines.push(thunderstormRows(block, this.pixelSizeNm, firstId));
      firstId += block.frames.length;
    }
    return new Blob(lines, { type: "text/csv" });
  }

  #column(of: (block: Localizations) => ArrayLike<number>): Float64Array {
    const column = new Float64Array(this.count);
    let at = 0;
    for (const block of this.#blocks) {
      const values = of(block);
      column.set(values, at);
      at += values.length;
    }
    return column;
  }
}

function median(values: Float64Array): number | null {
  if (values.length === 0) return null;
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
