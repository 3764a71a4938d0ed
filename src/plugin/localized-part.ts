import type { Localizations } from "../core/localization/localization.js";
import type { LocalizationFigures } from "../core/localization/localization-figures.js";
import { thunderstormHeader, thunderstormRows } from "../core/localization/thunderstorm-table.js";
import type { CleaningMethod } from "../protocol/api.js";
import type { LocalizationBlock, LocalizationPicture } from "../protocol/localization-api.js";

/** With which background the emitters were fitted. */
export type LocalizedPartName = "raw" | "cleaned";

export type { LocalizationFigures } from "../core/localization/localization-figures.js";

/** Rows written before a look at the clock; together some milliseconds. */
const rowsAtOnce = 1000;
/** After that time of writing the page gets its turn: it draws every 16 ms. */
const sliceMs = 10;

/** The emitters found in frames with one background, as far as they were read. */
export class LocalizedPart {
  readonly method: CleaningMethod["type"] | null;
  readonly pixelSizeNm: number;
  count = 0;
  figures: LocalizationFigures = { medianPhotons: null, medianUncertaintyNm: null, precisionNm: null };
  /** The super-resolution image, `null` until all frames are read. */
  rendering: Pick<LocalizationPicture, "height" | "width" | "image"> | null = null;
  readonly #blocks: Localizations[] = [];

  constructor(method: CleaningMethod["type"] | null, pixelSizeNm: number) {
    this.method = method;
    this.pixelSizeNm = pixelSizeNm;
  }

  /** Takes what was found in the next frames, with the last of them the image and the figures. */
  add({ localizations, picture }: LocalizationBlock): void {
    if (localizations.frames.length > 0) this.#blocks.push(localizations);
    this.count += localizations.frames.length;
    if (!picture) return;
    const { figures, ...rendering } = picture;
    this.figures = figures;
    this.rendering = rendering;
  }

  /** The table in ThunderSTORM's columns, written a little at a time. */
  async table(): Promise<Blob> {
    // Text is encoded as it becomes a part: all of it at the end would hold up the page.
    const parts: Blob[] = [];
    let texts = [thunderstormHeader];
    let firstId = 1;
    let startedAt = performance.now();
    for (const block of this.#blocks) {
      for (let from = 0; from < block.frames.length; from += rowsAtOnce) {
        const rows = rowsOf(block, from, from + rowsAtOnce);
        texts.push(thunderstormRows(rows, this.pixelSizeNm, firstId));
        firstId += rows.frames.length;
        if (performance.now() - startedAt < sliceMs) continue;
        parts.push(new Blob(texts));
        texts = [];
        await new Promise((resolve) => setTimeout(resolve));
        startedAt = performance.now();
      }
    }
    return new Blob([...parts, ...texts], { type: "text/csv" });
  }
}

/** Some of the rows, without a copy. */
function rowsOf(block: Localizations, from: number, to: number): Localizations {
  const columns = Object.entries(block) as [string, Localizations[keyof Localizations]][];
  return Object.fromEntries(
    columns.map(([name, column]) => [name, column.subarray(from, to)]),
  ) as unknown as Localizations;
}
