import { SlnetError } from "../../core/errors.js";
import type { Localizations } from "../../core/localization/localization.js";
import { localizationFigures, type FiguredLocalizations } from "../../core/localization/localization-figures.js";
import { createRendering, type Rendering } from "../../core/localization/rendering.js";
import type { LocalizationPicture, PictureRequest } from "../../protocol/localization-api.js";

/** Draws localizations as they are found, and finds their figures at the end. */
export class LocalizationPainter {
  readonly #rendering: Rendering;
  readonly #pixelSizeNm: number;
  readonly #blocks: FiguredLocalizations[] = [];

  /** @throws {@link SlnetError} `bad-input` or `out-of-memory` where there is no such image */
  constructor({ magnification, pixelSizeNm }: PictureRequest, height: number, width: number) {
    if (!(pixelSizeNm > 0 && pixelSizeNm < Infinity)) {
      throw new SlnetError("bad-input", `the pixel size is ${pixelSizeNm} nm, expected a number above 0`);
    }
    this.#rendering = createRendering({ height, width, magnification, kind: "gaussian" });
    this.#pixelSizeNm = pixelSizeNm;
  }

  /** Takes the localizations of the next frames, whose columns stay the caller's. */
  add(localizations: Localizations): void {
    const { frames, xPixels, yPixels, photons, uncertaintyPixels } = localizations;
    if (frames.length === 0) return;
    this.#rendering.add(localizations);
    this.#blocks.push({
      frames: frames.slice(),
      xPixels: xPixels.slice(),
      yPixels: yPixels.slice(),
      photons: photons.slice(),
      uncertaintyPixels: uncertaintyPixels.slice(),
    });
  }

  /** To be called once: the image is the caller's afterwards. */
  finish(): LocalizationPicture {
    const { height, width, image } = this.#rendering;
    return { height, width, image, figures: localizationFigures(this.#blocks, this.#pixelSizeNm) };
  }
}
