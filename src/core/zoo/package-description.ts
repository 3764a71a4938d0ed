import { SlnetError } from "../errors.js";
import { listOf, partOf, textOf } from "../models/record.js";
import { scalingOf, type Scaling } from "./processing-steps.js";

/** Kinds of weights that are read, in the order in which they are tried. */
export const weightKinds = ["tensorflow_js", "onnx", "pytorch_state_dict", "torchscript"] as const;
export type WeightKind = (typeof weightKinds)[number];

/** A file of a package. */
export interface PackageFile {
  readonly source: string;
  /** SHA-256 as hexadecimal text, where the package says it. */
  readonly sha256: string | null;
}

/** An image that goes into a network or comes out of it. */
export interface TensorDescription {
  readonly id: string;
  /** A letter for each axis, as the specification 0.4 has them: b batch, c channel, t time, i index, and z, y, x. */
  readonly axes: string;
  readonly channelNames: readonly string[];
  /** What is done to it before the network, or after. */
  readonly scaling: Scaling;
  readonly test: PackageFile | null;
}

/** The description of a model: what of it is of use for an SLNet. */
export interface PackageDescription {
  readonly input: TensorDescription;
  readonly outputs: readonly TensorDescription[];
  readonly weights: ReadonlyMap<WeightKind, PackageFile>;
  /** What stands in `config`. */
  readonly config: unknown;
}

/** Outputs that a model may have. */
const mostOutputs = 8;

/**
 * Checks the description of a model: specification 0.4 or 0.5 (bioimageio.spec, `model/v0_4.py` and `model/v0_5.py`).
 *
 * @param name - of the package, for messages
 * @param value - of its rdf.yaml
 * @throws {@link SlnetError} `unsupported` where it describes something else than one image in, and images out
 */
export function describePackage(name: string, value: unknown): PackageDescription {
  const type = textOf(value, "type");
  if (type !== "model") {
    throw new SlnetError("unsupported", `${name} describes a ${type.slice(0, 40) || "thing"}, expected a model`);
  }
  const stated = partOf(value, "format_version");
  const version = typeof stated === "string" || typeof stated === "number" ? String(stated).slice(0, 20) : "";
  const isOld = /^0\.4(\.|$)/.test(version);
  if (!isOld && !/^0\.5(\.|$)/.test(version)) {
    throw new SlnetError("unsupported", `${name} has format_version ${version}, expected 0.4 or 0.5`);
  }
  const inputs = listOf(value, "inputs");
  const outputs = listOf(value, "outputs");
  if (inputs.length !== 1 || outputs.length < 1 || outputs.length > mostOutputs) {
    throw new SlnetError(
      "unsupported",
      `${name} has ${inputs.length} inputs and ${outputs.length} outputs, expected one input, as an SLNet has`,
    );
  }
  const describe = (tensor: unknown, steps: string, test: unknown): TensorDescription => {
    const axes = isOld ? textOf(tensor, "axes") : listOf(tensor, "axes").map(axisLetter).join("");
    if (!/^(?!.*(.).*\1)[bctizyx]{2,7}$/.test(axes) || !axes.includes("y") || !axes.includes("x")) {
      throw new SlnetError(
        "unsupported",
        `${name} has an image of axes "${axes.slice(0, 20)}", expected y and x in it`,
      );
    }
    return {
      id: (textOf(tensor, "id") || textOf(tensor, "name")).slice(0, 40),
      axes,
      channelNames: listOf(tensor, "axes").flatMap((axis) => listOf(axis, "channel_names").map(String)),
      scaling: scalingOf(name, listOf(tensor, steps)),
      test: fileOf(isOld ? test : partOf(tensor, "test_tensor")),
    };
  };
  const weights = new Map<WeightKind, PackageFile>();
  for (const kind of weightKinds) {
    const file = fileOf(partOf(value, "weights", kind));
    if (file) weights.set(kind, file);
  }
  if (weights.size === 0) {
    throw new SlnetError("unsupported", `${name} has no weights in one of the forms ${weightKinds.join(", ")}`);
  }
  return {
    input: describe(inputs[0], "preprocessing", listOf(value, "test_inputs")[0]),
    outputs: outputs.map((output, i) => describe(output, "postprocessing", listOf(value, "test_outputs")[i])),
    weights,
    config: partOf(value, "config"),
  };
}

/** A file by its name alone, or with its checksum; `null` where there is none. */
function fileOf(value: unknown): PackageFile | null {
  const source = typeof value === "string" ? value : textOf(value, "source");
  const sha256 = textOf(value, "sha256").toLowerCase();
  return source === "" ? null : { source, sha256: sha256 === "" ? null : sha256 };
}

function axisLetter(axis: unknown): string {
  const type = textOf(axis, "type");
  switch (type) {
    case "batch":
    case "channel":
    case "time":
    case "index":
      return type[0];
    case "space":
      // The specification says x where an axis has no name.
      return textOf(axis, "id") || "x";
    default:
      return "?";
  }
}
