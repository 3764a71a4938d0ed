import { localizerCameraRanges } from "../../core/localization/localizer-options.js";
import { defaultMaskedWindowFrames, maskedPedestalAdu, maskedWindowLimits } from "../../core/masked-mean.js";
import { defaultMinimumWindowFrames } from "../../core/minimum-background.js";
import { ballRadiusLimits, defaultBallRadius } from "../../core/rolling-ball.js";
import { defaultMedianWindowFrames, medianWindowLimits } from "../../core/running-median.js";
import { saveFormatNames } from "../../protocol/save-formats.js";
import { commonOptions } from "../command.js";
import { configurationOptions } from "../configuration-options.js";
import { modelFactOptions } from "../model-file.js";
import { createOption, limitsOf, type Option } from "../option.js";
import { selectionOptions } from "../stack-operand.js";

/** Groups of 50 frames and 50 iterations kept 0.99 of the light on simulated data; groups of 3 lost the background. */
export const rpcaFrames = 50;
export const rpcaIterations = 50;

export const rpcaOptions: readonly Option[] = [
  createOption({
    name: "rpca-frames",
    kind: { type: "integer", minimum: 2, maximum: 1000 },
    placeholder: "N",
    unit: "frames",
    defaultText: String(rpcaFrames),
    help: "Consecutive frames that are decomposed together. More take more memory.",
  }),
  createOption({
    name: "rpca-weight",
    kind: { type: "number", minimum: 0, maximum: 1000 },
    placeholder: "N",
    defaultText: "1/√(pixels of a frame)",
    help: "Weight of the sparse part, λ.",
  }),
  createOption({
    name: "rpca-penalty",
    kind: { type: "number", minimum: 1e-12, maximum: 1e12 },
    placeholder: "N",
    defaultText: "from the data",
    help: "Penalty of the constraint, µ.",
  }),
  createOption({
    name: "rpca-iterations",
    kind: { type: "integer", minimum: 1, maximum: 10_000 },
    placeholder: "N",
    defaultText: String(rpcaIterations),
    help: "Most iterations for a group of frames.",
  }),
];

export const medianOptions: readonly Option[] = [
  createOption({
    name: "median-window",
    kind: { type: "text" },
    placeholder: "N|whole",
    unit: "frames",
    defaultText: String(defaultMedianWindowFrames),
    help: "Frames around each frame whose median is its background, or whole for the median of the stack.",
  }),
];

export const maskOptions: readonly Option[] = [
  createOption({
    name: "mask-window",
    kind: { type: "integer", ...maskedWindowLimits },
    placeholder: "N",
    unit: "frames",
    defaultText: String(defaultMaskedWindowFrames),
    help: "Frames around each frame whose mean, without the molecules that the model finds in them, is its background.",
  }),
];

export const minimumOptions: readonly Option[] = [
  createOption({
    name: "minimum-window",
    kind: { type: "integer", ...medianWindowLimits },
    placeholder: "N",
    unit: "frames",
    defaultText: String(defaultMinimumWindowFrames),
    help: "Frames around each frame whose least reading of each pixel tells of its background.",
  }),
];

export const ballOptions: readonly Option[] = [
  createOption({
    name: "ball-radius",
    kind: { type: "number", ...ballRadiusLimits },
    placeholder: "N",
    unit: "pixels",
    defaultText: String(defaultBallRadius),
    help: "Radius of the ball. What is wider than it is background.",
  }),
];

/** The noise of the camera, for what computes with it. */
export const noiseOptions: readonly Option[] = [
  createOption({
    name: "read-noise",
    kind: { type: "number", ...limitsOf(localizerCameraRanges.readNoiseElectrons) },
    placeholder: "N",
    unit: "photoelectrons",
    defaultText: String(localizerCameraRanges.readNoiseElectrons.default),
    help: "Standard deviation of the read noise.",
  }),
  createOption({
    name: "excess-noise",
    kind: { type: "number", ...limitsOf(localizerCameraRanges.excessNoise) },
    placeholder: "N",
    defaultText: String(localizerCameraRanges.excessNoise.default),
    help: "Variance of the counts over that of Poisson counts: 2 for a camera that multiplies electrons.",
  }),
];

/** What replaces the metadata of the file. */
const metadataOptions: readonly Option[] = [
  createOption({
    name: "pixel-size",
    kind: { type: "number", minimum: 1e-3, maximum: 1e9 },
    placeholder: "N",
    unit: "nm",
    defaultText: "what the stack says",
    help: "Size of a pixel in the sample. Written into the file, as are the four below.",
  }),
  createOption({
    name: "frame-interval",
    kind: { type: "number", minimum: 1e-9, maximum: 1e9 },
    placeholder: "N",
    unit: "s",
    defaultText: "what the stack says",
    help: "From one frame to the next.",
  }),
  createOption({
    name: "exposure",
    kind: { type: "number", minimum: 1e-9, maximum: 1e9 },
    placeholder: "N",
    unit: "s",
    defaultText: "what the stack says",
    help: "For which each frame was exposed.",
  }),
  createOption({
    name: "camera-offset",
    kind: { type: "number", minimum: 0, maximum: 65535 },
    placeholder: "N",
    unit: "ADU",
    defaultText: "what the stack says",
    help: "Reading of the camera with the shutter closed. Also the default of --offset for uint16.",
  }),
  createOption({
    name: "camera-gain",
    kind: { type: "number", minimum: 1e-9, maximum: 1e9 },
    placeholder: "N",
    unit: "ADU per photoelectron",
    defaultText: "what the stack says",
    help: "Gain of the camera.",
  }),
];

/** Everything that `clean` takes. */
export const cleanOptions: readonly Option[] = [
  createOption({
    name: "model",
    short: "m",
    kind: { type: "text" },
    placeholder: "MODEL",
    help: "The model: a file of train, or of another program: a PyTorch checkpoint of the published code, an .npz, safetensors, a package of the BioImage Model Zoo. Needed for the methods slnet and masked-mean.",
  }),
  ...modelFactOptions,
  createOption({
    name: "output",
    short: "o",
    kind: { type: "text" },
    placeholder: "OUT",
    defaultText: "PREFIX + name of the stack + _sparse.tif",
    help: "The stack to write. What is there is overwritten, except the input itself. A name that ends in .ome.tif, .zarr, .npy, .npz or .safetensors also chooses the format.",
  }),
  createOption({
    name: "low-rank",
    kind: { type: "text" },
    placeholder: "L",
    help: "Also write the background to this file, in the same type and without an offset.",
  }),
  createOption({
    name: "method",
    kind: { type: "choice", choices: ["slnet", "masked-mean", "median", "rpca", "minimum", "rolling-ball"] },
    placeholder: "slnet|masked-mean|median|rpca|minimum|rolling-ball",
    defaultText: "slnet",
    help: "How the background is found: by a trained model as published, which suits detection; as the mean of the frames around without the molecules that a model finds, which keeps the photons for photometry; as their median; by robust principal components; from the least readings in the frames around; or by a ball that rolls under each frame.",
  }),
  createOption({
    name: "type",
    kind: { type: "choice", choices: ["uint16", "float32"] },
    placeholder: "uint16|float32",
    defaultText: "uint16",
    help: "Sample type of the files written. uint16 is rounded, and clipped pixels are counted.",
  }),
  createOption({
    name: "offset",
    kind: { type: "number", minimum: 0, maximum: 65535 },
    placeholder: "N",
    unit: "ADU",
    defaultText: `that of the camera where it is known and the type is uint16, or of the model's configuration, or 0 (masked-mean as uint16: ${maskedPedestalAdu})`,
    help: "Added to every pixel of the cleaned frames, so that a localizer finds the offset it expects.",
    publishedName: "dark_current_sparse",
  }),
  createOption({
    name: "format",
    kind: { type: "choice", choices: saveFormatNames },
    placeholder: saveFormatNames.join("|"),
    defaultText: "by the name of the file, or tiff",
    help: "Format of the files written: TIFF with the text of ImageJ, TIFF with that of OME, OME-Zarr, or an array for Python as npy, npz or safetensors. TIFF becomes BigTIFF where it needs to.",
  }),
  createOption({
    name: "compress",
    kind: { type: "choice", choices: ["none", "deflate"] },
    placeholder: "none|deflate",
    defaultText: "none",
    help: "Compression of TIFF and OME-Zarr. Deflated files are about half as large and take much longer to write.",
  }),
  createOption({
    name: "resume",
    kind: { type: "flag" },
    help: "Go on with the files that a stopped run with the same stack, model and options left, where there are any.",
  }),
  createOption({
    name: "shard",
    kind: { type: "text" },
    placeholder: "I/N",
    help: "Clean the I-th of N parts of the frames alone, into the folder OUT.shards; slnet merge OUT makes the file of them. So N machines clean one recording. Without --engine, the engine is wasm.",
  }),
  createOption({
    name: "frames",
    kind: { type: "text" },
    placeholder: "A:B",
    unit: "frames",
    defaultText: "all",
    help: "Clean frames A up to, not including, B.",
  }),
  createOption({
    name: "tail",
    kind: { type: "choice", choices: ["shift", "drop"] },
    placeholder: "shift|drop",
    defaultText: "shift",
    help: "The last frames, whose window would reach past the end: read them from an earlier window, or leave them out as the published code does.",
  }),
  ...metadataOptions,
  ...maskOptions,
  ...medianOptions,
  ...rpcaOptions,
  ...minimumOptions,
  ...ballOptions,
  ...noiseOptions,
  ...configurationOptions(["engine", "prefix", "outputPath"]),
  ...selectionOptions,
  ...commonOptions,
];
