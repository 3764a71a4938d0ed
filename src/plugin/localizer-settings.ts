import type { EngineRequest } from "../core/configuration.js";
import { localizerRanges, type LocalizerRequest } from "../core/localization/localizer-options.js";
import { stackMetadata, type SessionState } from "./session-state.js";

/** How emitters are found and drawn. */
export interface LocalizerSettings {
  /** Fast, or by maximum likelihood. */
  readonly fit: "phasor" | "mle";
  /** Standard deviation of a spot, in pixels. */
  readonly psfSigmaPixels: number;
  /** Side of a camera pixel for the table and the image where the stack does not say it, in nm. */
  readonly pixelSizeNm: number;
  /** Pixels of the image along the side of a camera pixel. */
  readonly magnification: number;
}

export const defaultLocalizerSettings: LocalizerSettings = {
  fit: "mle",
  psfSigmaPixels: localizerRanges.psfSigmaPixels.default,
  pixelSizeNm: 100,
  magnification: 5,
};

/** What the worker is asked to localize with. */
export interface LocalizerCall {
  readonly localizer: LocalizerRequest;
  /** Side of a camera pixel, as the stack or a person says it, else as it is set. */
  readonly pixelSizeNm: number;
  readonly engine: EngineRequest;
}

/** These settings on the open stack. */
export function localizerCall(
  state: Pick<SessionState, "stack" | "metadata" | "configuration">,
  { fit, psfSigmaPixels, pixelSizeNm }: Omit<LocalizerSettings, "magnification">,
): LocalizerCall {
  const known = stackMetadata(state);
  const camera = {
    offsetAdu: known?.cameraOffsetAdu ?? undefined,
    aduPerElectron: known?.aduPerElectron ?? undefined,
  };
  return {
    localizer: { fit, psfSigmaPixels, camera },
    pixelSizeNm: known?.pixelSizeNm ?? pixelSizeNm,
    engine: state.configuration?.engine ?? "auto",
  };
}
