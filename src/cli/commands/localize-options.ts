import { localizerCameraRanges, localizerRanges } from "../../core/localization/localizer-options.js";
import { magnificationLimits } from "../../core/localization/rendering.js";
import { commonOptions } from "../command.js";
import { configurationOptions } from "../configuration-options.js";
import { modelFactOptions } from "../model-file.js";
import { createOption, limitsOf, type Option } from "../option.js";
import { selectionOptions } from "../stack-operand.js";
import { ballOptions, maskOptions, medianOptions, minimumOptions, noiseOptions, rpcaOptions } from "./clean-options.js";

export const defaultMagnification = 8;

/** How spots are found and fitted. */
const spotOptions: readonly Option[] = [
  createOption({
    name: "fit",
    kind: { type: "choice", choices: ["mle", "phasor"] },
    placeholder: "mle|phasor",
    defaultText: "mle",
    help: "By maximum likelihood on the raw frame, or, many times faster, by phases on the frame less its background.",
  }),
  createOption({
    name: "threshold",
    kind: { type: "number", ...limitsOf(localizerRanges.thresholdFactor) },
    placeholder: "N",
    unit: "standard deviations of the finest wavelet plane",
    defaultText: String(localizerRanges.thresholdFactor.default),
    help: "How far a spot stands out.",
  }),
  createOption({
    name: "detect-in",
    kind: { type: "choice", choices: ["residual", "sparse"] },
    placeholder: "residual|sparse",
    defaultText: "residual",
    help: "Look for spots in the frame less its background, or in that clipped at 0, as clean writes it.",
  }),
  createOption({
    name: "fit-window",
    kind: { type: "integer", ...limitsOf(localizerRanges.windowPixels) },
    placeholder: "N",
    unit: "pixels",
    defaultText: String(localizerRanges.windowPixels.default),
    help: "Side of the square of pixels that is fitted, odd.",
  }),
  createOption({
    name: "psf-sigma",
    kind: { type: "number", ...limitsOf(localizerRanges.psfSigmaPixels) },
    placeholder: "N",
    unit: "pixels",
    defaultText: String(localizerRanges.psfSigmaPixels.default),
    help: "Standard deviation of a spot: where mle starts from, and what phasor assumes.",
  }),
  createOption({
    name: "fix-sigma",
    kind: { type: "flag" },
    help: "Do not fit the width of each spot.",
  }),
  createOption({
    name: "fit-background",
    kind: { type: "flag" },
    help: "Fit a flat background under each spot on top of the one that the method finds. Without a method it always is.",
  }),
];

/** Of commands that give nanometres. */
export const pixelSizeOption = createOption({
  name: "pixel-size",
  kind: { type: "number", minimum: 1e-3, maximum: 1e9 },
  placeholder: "N",
  unit: "nm",
  defaultText: "what the stack says",
  help: "Size of a pixel in the sample. Needed where the stack does not say it.",
});

const cameraOptions: readonly Option[] = [
  pixelSizeOption,
  createOption({
    name: "camera-offset",
    kind: { type: "number", minimum: 0, maximum: 65_535 },
    placeholder: "N",
    unit: "ADU",
    defaultText: "what the stack says, or 0",
    help: "Reading of the camera with the shutter closed.",
  }),
  createOption({
    name: "camera-gain",
    kind: { type: "number", ...limitsOf(localizerCameraRanges.aduPerElectron) },
    placeholder: "N",
    unit: "ADU per photoelectron",
    defaultText: "what the stack says, or 1",
    help: "Gain of the camera, electron multiplication included.",
  }),
  createOption({
    name: "quantum-efficiency",
    kind: { type: "number", ...limitsOf(localizerCameraRanges.quantumEfficiency) },
    placeholder: "N",
    unit: "photoelectrons per photon",
    defaultText: String(localizerCameraRanges.quantumEfficiency.default),
    help: "With 1 the photons of the table are photoelectrons.",
  }),
  ...noiseOptions,
];

/** Everything that `localize` takes. */
export const localizeOptions: readonly Option[] = [
  createOption({
    name: "output",
    short: "o",
    kind: { type: "text" },
    placeholder: "TABLE",
    defaultText: "PREFIX + name of the stack + _localizations.csv",
    help: "The table to write, in the columns of ThunderSTORM.",
  }),
  createOption({
    name: "render",
    kind: { type: "text" },
    placeholder: "IMAGE",
    help: "Also draw the localizations into this image, a float32 TIFF.",
  }),
  createOption({
    name: "magnification",
    kind: { type: "integer", ...magnificationLimits },
    placeholder: "N",
    defaultText: String(defaultMagnification),
    help: "Pixels of the image for one pixel of the camera.",
  }),
  createOption({
    name: "render-as",
    kind: { type: "choice", choices: ["gaussian", "histogram"] },
    placeholder: "gaussian|histogram",
    defaultText: "gaussian",
    help: "Draw a Gaussian as wide as the uncertainty for each localization, or count them in each pixel.",
  }),
  createOption({
    name: "model",
    short: "m",
    kind: { type: "text" },
    placeholder: "MODEL",
    help: "The model, as clean takes it, for the methods slnet (the default where there is one) and masked-mean.",
  }),
  ...modelFactOptions,
  createOption({
    name: "method",
    kind: {
      type: "choice",
      choices: ["none", "slnet", "masked-mean", "median", "rpca", "minimum", "rolling-ball"],
    },
    placeholder: "none|slnet|masked-mean|median|rpca|minimum|rolling-ball",
    defaultText: "none, or slnet where there is a model",
    help: "How the background is found. With none a flat one is fitted under each spot.",
  }),
  ...spotOptions,
  ...cameraOptions,
  createOption({
    name: "frames",
    kind: { type: "text" },
    placeholder: "A:B",
    unit: "frames",
    defaultText: "all",
    help: "Localize in frames A up to, not including, B.",
  }),
  createOption({
    name: "tail",
    kind: { type: "choice", choices: ["shift", "drop"] },
    placeholder: "shift|drop",
    defaultText: "shift",
    help: "The last frames, whose window of SLNet would reach past the end: as in clean.",
  }),
  ...maskOptions,
  ...medianOptions,
  ...rpcaOptions,
  ...minimumOptions,
  ...ballOptions,
  ...configurationOptions(["engine", "prefix", "outputPath"]),
  ...selectionOptions,
  ...commonOptions,
];
