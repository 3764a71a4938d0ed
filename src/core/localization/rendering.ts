import { SlnetError } from "../errors.js";
import { addPointSpread } from "../simulation-point-spread.js";
import type { Localizations } from "./localization.js";

export interface RenderingOptions {
  /** Of the frames that were localized, in camera pixels. */
  readonly height: number;
  readonly width: number;
  /** Pixels of the image along the side of one camera pixel: a whole number. */
  readonly magnification: number;
  /** Count localizations in each pixel, or spread each over a Gaussian as wide as its uncertainty. */
  readonly kind: "histogram" | "gaussian";
}

/** A super-resolution image that localizations are added to. */
export interface Rendering {
  readonly height: number;
  readonly width: number;
  /** Localizations per pixel: `[height, width]`. */
  readonly image: Float32Array<ArrayBuffer>;
  /** Localizations that were not drawn, since they lie outside or have no uncertainty. */
  readonly leftOut: number;
  add(localizations: Localizations): void;
}

export const magnificationLimits = { minimum: 1, maximum: 64 } as const;

/** 256 MiB. */
const mostPixels = 2 ** 26;

/**
 * Widths of the Gaussians, in pixels of the image. Narrower ones than a third of a pixel are one pixel wide anyway; wider
 * ones are blurred enough.
 */
const sigmaLimits = { least: 0.3, most: 20 } as const;

/**
 * An empty image. It takes 4 bytes for each of its pixels.
 *
 * @throws {@link SlnetError} `bad-input` for a magnification out of range, `out-of-memory` where the image were too large
 */
export function createRendering({ height, width, magnification, kind }: RenderingOptions): Rendering {
  const { minimum, maximum } = magnificationLimits;
  if (!Number.isInteger(magnification) || magnification < minimum || magnification > maximum) {
    throw new SlnetError(
      "bad-input",
      `the magnification is ${magnification}, expected a whole number from ${minimum} to ${maximum}`,
    );
  }
  const rows = height * magnification;
  const columns = width * magnification;
  const image = allocate(rows, columns, magnification);

  const rendering = {
    height: rows,
    width: columns,
    image,
    leftOut: 0,
    add({ xPixels, yPixels, uncertaintyPixels }: Localizations): void {
      for (let i = 0; i < xPixels.length; i++) {
        const x = xPixels[i] * magnification;
        const y = yPixels[i] * magnification;
        if (!(x >= 0 && x < columns && y >= 0 && y < rows)) {
          rendering.leftOut++;
        } else if (kind === "histogram") {
          image[Math.floor(y) * columns + Math.floor(x)]++;
        } else {
          const sigma = uncertaintyPixels[i] * magnification;
          if (sigma >= 0) {
            const drawn = Math.min(Math.max(sigma, sigmaLimits.least), sigmaLimits.most);
            addPointSpread(image, columns, rows, x, y, drawn, 1);
          } else {
            rendering.leftOut++;
          }
        }
      }
    },
  };
  return rendering;
}

function allocate(rows: number, columns: number, magnification: number): Float32Array<ArrayBuffer> {
  const tooLarge = (options?: { readonly cause: unknown }): SlnetError =>
    new SlnetError(
      "out-of-memory",
      `an image of ${columns} × ${rows} pixels is too large, expected at most ${mostPixels} pixels; use a magnification below ${magnification}`,
      options,
    );
  if (!(rows * columns <= mostPixels)) throw tooLarge();
  try {
    return new Float32Array(rows * columns);
  } catch (error) {
    throw tooLarge({ cause: error });
  }
}
