import type { StackShape } from "../core/frames.js";
import { medianOf } from "../core/evaluation/median-of.js";
import { nearestNeighbourPrecision } from "../core/evaluation/nearest-neighbour-precision.js";
import type { Localizations } from "../core/localization/localization.js";
import { createRendering, type Rendering } from "../core/localization/rendering.js";
import { thunderstormHeader, thunderstormRows } from "../core/localization/thunderstorm-table.js";
import type { CleaningMethod } from "../protocol/api.js";

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
  count = 0;
  figures: LocalizationFigures = { medianPhotons: null, medianUncertaintyNm: null, precisionNm: null };
  readonly #blocks: Localizations[] = [];

  /**
   * @param magnification - of the image, a whole number
   * @throws {@link SlnetError} `bad-input` or `out-of-memory` where there is no such image
   */
  constructor(
    method: CleaningMethod["type"] | null,
    { height, width }: StackShape,
    pixelSizeNm: number,
    magnification: number,
  ) {
    this.method = method;
    this.pixelSizeNm = pixelSizeNm;
    this.rendering = createRendering({ height, width, magnification, kind: "gaussian" });
  }

  /** Takes the localizations of the next frames. */
  add(localizations: Localizations): void {
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
    const uncertainty = medianOf(uncertainties);
    this.figures = {
      medianPhotons: medianOf(photons),
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
