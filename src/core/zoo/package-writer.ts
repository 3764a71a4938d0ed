import { encodeNpy } from "../io/npy-writer.js";
import { encodeGreyPng } from "../io/png-writer.js";
import { zipped } from "../io/zip-tree.js";
import { networkOf, type ModelFile } from "../model.js";
import { networkParameters } from "../network.js";
import { affineOf } from "../normalisation.js";
import { onnxOpset, writeOnnx } from "../onnx/onnx-writer.js";
import { sha256Hex } from "../sha256.js";
import { tensorflowJsVersion, writeTfjs } from "../tfjs/tfjs-writer.js";
import { writeTorchStateDictionary } from "../torch/torch-writer.js";
import { slnetWebVersion } from "../version.js";
import { exampleOf, exampleSide, type Example } from "./example-window.js";
import { architecture, channelName, packageReadme, paper } from "./package-texts.js";
import { ownConfig } from "./package-reader.js";
import { writeYaml, type YamlValue } from "./yaml-writer.js";

/** The version of the description that is written (bioimageio.spec, `model/v0_5.py`, `ModelDescr`). */
const packageFormatVersion = "0.5.9";

/** The oldest version of PyTorch that the weights in its form are checked with. */
const pytorchVersion = "1.13.1";

/** Pixels of the cover for each of the example: half of it the frame, half its background. */
const coverZoom = 8;

/** Smallest side of an image, in pixels. The network takes one pixel; some runners want a size to begin with. */
const smallestSide = 16;

/** Smallest `std` that the specification allows. */
const smallestStd = 1e-6;

/**
 * A model as a package of the BioImage Model Zoo: a zip archive with its description, documentation and cover, its weights in
 * three forms and an example to test them with. The same model gives the same bytes.
 *
 * @param title - of the model: letters, digits and `_+- ()`, 5 to 128 of them; others are left out
 */
export async function writePackage(title: string, model: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const network = networkOf(model);
  const example = exampleOf(model);
  const shape = [1, network.frames, exampleSide, exampleSide];
  const name = packageName(title);
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    ["README.md", encoded(packageReadme(name, model))],
    ["cover.png", await coverOf(example)],
    ["test_input.npy", encodeNpy(shape, example.frames)],
    ["test_low_rank.npy", encodeNpy(shape, example.lowRank)],
    ["tfjs.zip", await zipped(writeTfjs(network))],
    ["weights.onnx", writeOnnx(network)],
    ["weights.pt", await writeTorchStateDictionary(network)],
    ["slnet.py", encoded(architecture)],
  ]);
  const hashes = new Map<string, string>();
  for (const [path, bytes] of files) hashes.set(path, await sha256Hex(bytes));
  const file = (source: string) => ({ source, sha256: hashes.get(source) ?? "" });
  const { shift, scale } = affineOf(model.normalisation);
  const isScaled = shift !== 0 || scale !== 1;

  const description: Record<string, YamlValue> = {
    format_version: packageFormatVersion,
    type: "model",
    name,
    description: "Estimates the background of single-molecule camera recordings from frames far apart in time.",
    cite: [{ text: "SLNet: the network, its loss and its training.", url: paper }],
    documentation: "README.md",
    covers: ["cover.png"],
    tags: ["2d", "fluorescence-light-microscopy", "storm", "smlm", "background-removal", "sparse-imaging", "slnet"],
    inputs: [
      {
        id: "raw",
        description: "Frames of a recording, as far apart as the names of the channels say, in camera counts",
        axes: [
          { type: "batch" },
          { type: "channel", channel_names: model.temporalShifts.map(channelName) },
          { type: "space", id: "y", size: { min: smallestSide, step: 1 } },
          { type: "space", id: "x", size: { min: smallestSide, step: 1 } },
        ],
        data: { type: "float32" },
        test_tensor: file("test_input.npy"),
        preprocessing: [toFloat, ...(isScaled ? [normalisingStep(shift, scale)] : []), toFloat],
      },
    ],
    outputs: [
      {
        id: "low_rank",
        description: "The background of each of the frames, in camera counts; subtract it from them",
        axes: [
          { type: "batch" },
          { type: "channel", channel_names: model.temporalShifts.map(channelName) },
          { type: "space", id: "y", size: { tensor_id: "raw", axis_id: "y" } },
          { type: "space", id: "x", size: { tensor_id: "raw", axis_id: "x" } },
        ],
        data: { type: "float32" },
        test_tensor: file("test_low_rank.npy"),
        postprocessing: [
          ...(isScaled ? [{ id: "scale_linear", kwargs: { gain: scale, offset: shift } }] : []),
          toFloat,
        ],
      },
    ],
    weights: {
      tensorflow_js: { ...file("tfjs.zip"), tensorflow_version: tensorflowJsVersion },
      onnx: { ...file("weights.onnx"), parent: "tensorflow_js", opset_version: onnxOpset },
      pytorch_state_dict: {
        ...file("weights.pt"),
        parent: "tensorflow_js",
        pytorch_version: pytorchVersion,
        architecture: {
          ...file("slnet.py"),
          callable: "SLNet",
          kwargs: { frames: network.frames, bias: network.bias1 !== null },
        },
      },
    },
    config: {
      bioimageio: {
        architecture_type: "SLNet",
        modality: "fluorescence microscopy",
        task: "background removal",
        model_parameter_count: networkParameters(network).reduce((sum, { length }) => sum + length, 0),
      },
      [ownConfig]: {
        version: slnetWebVersion,
        temporal_shifts: model.temporalShifts,
        // Plain data, as it is written as JSON.
        model: model as unknown as YamlValue,
      },
    },
  };
  return zipped(new Map([["rdf.yaml", encoded(writeYaml(description))], ...files]));
}

const toFloat = { id: "ensure_dtype", kwargs: { dtype: "float32" } };

/** (x − shift) / scale, in the words of the specification. */
function normalisingStep(shift: number, scale: number): YamlValue {
  return scale >= smallestStd
    ? { id: "fixed_zero_mean_unit_variance", kwargs: { mean: shift, std: scale } }
    : { id: "scale_linear", kwargs: { gain: 1 / scale, offset: -shift / scale } };
}

/** A title without what the specification does not allow in it. */
function packageName(title: string): string {
  const allowed = title
    .replace(/[^A-Za-z0-9_+\- ()]+/g, " ")
    .trim()
    .slice(0, 64);
  return allowed.length >= 5 ? allowed : `SLNet ${allowed}`.trim();
}

/** The first frame of the example, and beside it its background, both from the darkest to the brightest pixel. */
function coverOf({ frames, lowRank }: Example): Promise<Uint8Array<ArrayBuffer>> {
  const side = exampleSide * coverZoom;
  const first = frames.subarray(0, exampleSide ** 2);
  const background = lowRank.subarray(0, exampleSide ** 2);
  const darkest = Math.min(...first, ...background);
  const range = Math.max(...first, ...background) - darkest || 1;
  const grey = new Uint8ClampedArray(2 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < 2 * side; x++) {
      const pixel = Math.floor(y / coverZoom) * exampleSide + Math.floor((x % side) / coverZoom);
      grey[y * 2 * side + x] = (((x < side ? first : background)[pixel] - darkest) / range) * 255;
    }
  }
  return encodeGreyPng(new Uint8Array(grey.buffer), 2 * side, side);
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
