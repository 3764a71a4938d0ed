import { littleEndianBytes } from "../io/byte-order.js";
import { networkTensors } from "../models/network-tensors.js";
import type { Network } from "../network.js";
import { slnetWebVersion } from "../version.js";
import { field, messageOf } from "../io/protobuf.js";

/** The version of ONNX's operators that the graph is written in: Conv of 11 and Relu of 13 are what they are until today. */
export const onnxOpset = 13;

/** The oldest form of the file that has these operators, which most runtimes read. */
const irVersion = 7;

const floatType = 1;

/** Types of attributes (onnx.proto, `AttributeProto.AttributeType`). */
const attributeType = { integer: 2, integers: 7 } as const;

/** Names of what goes into the graph and comes out of it. */
const inputName = "input";
const outputName = "output";

/**
 * A network as an ONNX file: `relu(conv2(conv1(input)))` on `[batch, frames, y, x]` of 32-bit floats, weights in the file.
 * Numbers of fields are those of onnx.proto.
 */
export function writeOnnx(network: Network): Uint8Array<ArrayBuffer> {
  const tensors = networkTensors(network);
  const hasBias = network.bias1 !== null;
  const graph = messageOf(
    field(1, convolution("conv1", inputName, "hidden", hasBias)),
    field(1, convolution("conv2", "hidden", "linear", hasBias)),
    field(1, messageOf(field(1, "linear"), field(2, outputName), field(3, "relu"), field(4, "Relu"))),
    field(2, "slnet"),
    ...tensors.map(({ name, shape, values }) => field(5, initializer(name, shape, values))),
    field(11, image(inputName, network.frames)),
    field(12, image(outputName, network.frames)),
  );
  return messageOf(
    field(1, irVersion),
    field(2, "slnet-web"),
    field(3, slnetWebVersion),
    field(7, graph),
    field(8, messageOf(field(1, ""), field(2, onnxOpset))),
  );
}

function convolution(name: string, input: string, output: string, hasBias: boolean): Uint8Array {
  return messageOf(
    ...[input, `${name}.weight`, ...(hasBias ? [`${name}.bias`] : [])].map((text) => field(1, text)),
    field(2, output),
    field(3, name),
    field(4, "Conv"),
    field(5, integers("dilations", [1, 1])),
    field(5, messageOf(field(1, "group"), field(3, 1), field(20, attributeType.integer))),
    field(5, integers("kernel_shape", [1, 1])),
    field(5, integers("pads", [0, 0, 0, 0])),
    field(5, integers("strides", [1, 1])),
  );
}

function integers(name: string, values: readonly number[]): Uint8Array {
  return messageOf(field(1, name), ...values.map((value) => field(8, value)), field(20, attributeType.integers));
}

function initializer(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  return messageOf(
    ...shape.map((size) => field(1, size)),
    field(2, floatType),
    field(8, name),
    field(9, littleEndianBytes(values)),
  );
}

/** `[batch, frames, y, x]`, of which only the number of frames is fixed. */
function image(name: string, frames: number): Uint8Array {
  const open = (axis: string) => field(1, messageOf(field(2, axis)));
  const shape = messageOf(open("batch"), field(1, messageOf(field(1, frames))), open("y"), open("x"));
  return messageOf(field(1, name), field(2, messageOf(field(1, messageOf(field(1, floatType), field(2, shape))))));
}
