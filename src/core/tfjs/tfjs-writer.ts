import { littleEndianBytes } from "../io/byte-order.js";
import { joined } from "../io/deflate.js";
import { networkTensors } from "../models/network-tensors.js";
import type { Network } from "../network.js";
import { slnetWebVersion } from "../version.js";

/** The version of TensorFlow.js whose `loadGraphModel` the files are checked with. */
export const tensorflowJsVersion = "4.22.0";

/** Files of a model for TensorFlow.js, by their names. */
export type TfjsFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Versions of graphs in TensorFlow (`GraphDef.versions`); the oldest that readers of today take. */
const graphVersions = { producer: 1882, minConsumer: 0 };

/**
 * A network as a graph model: `model.json` and its weights. On `[batch, frames, y, x]` as the other formats, and turned
 * round inside, since the convolutions of TensorFlow.js on WebAssembly know channels at the end only.
 */
export function writeTfjs(network: Network): TfjsFiles {
  const { frames } = network;
  const hasBias = network.bias1 !== null;
  const parts: { name: string; shape: readonly number[]; dtype: "float32" | "int32"; bytes: Uint8Array }[] = [];
  for (const { name, shape, values } of networkTensors(network)) {
    const [outputs, inputs] = shape;
    // [outputs, inputs, 1, 1] becomes [1, 1, inputs, outputs].
    const turned = inputs
      ? Float32Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)])
      : values;
    parts.push({
      name: name.replace(".", "/"),
      shape: inputs ? [1, 1, inputs, outputs] : shape,
      dtype: "float32",
      bytes: littleEndianBytes(turned),
    });
  }
  const order = (name: string, axes: readonly number[]): void => {
    parts.push({ name, shape: [4], dtype: "int32", bytes: littleEndianIntegers(axes) });
  };
  order("to_last/perm", [0, 2, 3, 1]);
  order("to_first/perm", [0, 3, 1, 2]);

  const nodes = [
    {
      name: "input",
      op: "Placeholder",
      attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: imageShape(frames) } },
    },
    ...parts.map(({ name, shape, dtype }) => {
      const type = dtype === "int32" ? "DT_INT32" : "DT_FLOAT";
      return {
        name,
        op: "Const",
        attr: { dtype: { type }, value: { tensor: { dtype: type, tensorShape: shapeOf(shape) } } },
      };
    }),
    transpose("to_last", "input"),
    ...convolution("conv1", "to_last", hasBias),
    ...convolution("conv2", hasBias ? "conv1/add" : "conv1", hasBias),
    { name: "relu", op: "Relu", input: [hasBias ? "conv2/add" : "conv2"], attr: { T: { type: "DT_FLOAT" } } },
    transpose("to_first", "relu"),
  ];
  const signature = (name: string) => ({
    [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: imageShape(frames) },
  });
  const model = {
    format: "graph-model",
    generatedBy: `slnet-web ${slnetWebVersion}`,
    convertedBy: null,
    signature: { inputs: signature("input"), outputs: signature("to_first") },
    modelTopology: { node: nodes, library: {}, versions: graphVersions },
    weightsManifest: [
      { paths: [weightsFile], weights: parts.map(({ name, shape, dtype }) => ({ name, shape, dtype })) },
    ],
  };
  return new Map([
    ["model.json", new TextEncoder().encode(`${JSON.stringify(model, null, 1)}\n`)],
    [weightsFile, joined(parts.map(({ bytes }) => bytes))],
  ]);
}

const weightsFile = "group1-shard1of1.bin";

function convolution(name: string, input: string, hasBias: boolean) {
  const T = { type: "DT_FLOAT" };
  const ones = { list: { i: ["1", "1", "1", "1"] } };
  const convolved = {
    name,
    op: "Conv2D",
    input: [input, `${name}/weight`],
    attr: {
      T,
      strides: ones,
      dilations: ones,
      padding: { s: btoa("VALID") },
      data_format: { s: btoa("NHWC") },
      use_cudnn_on_gpu: { b: true },
      explicit_paddings: { list: {} },
    },
  };
  return hasBias
    ? [
        convolved,
        {
          name: `${name}/add`,
          op: "BiasAdd",
          input: [name, `${name}/bias`],
          attr: { T, data_format: { s: btoa("NHWC") } },
        },
      ]
    : [convolved];
}

function transpose(name: string, input: string) {
  return {
    name,
    op: "Transpose",
    input: [input, `${name}/perm`],
    attr: { T: { type: "DT_FLOAT" }, Tperm: { type: "DT_INT32" } },
  };
}

function shapeOf(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

/** `[batch, frames, y, x]`, of which only the number of frames is fixed. */
function imageShape(frames: number) {
  return shapeOf([-1, frames, -1, -1]);
}

function littleEndianIntegers(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setInt32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}
