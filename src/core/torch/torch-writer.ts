import { configurationFields, type SlnetConfiguration } from "../configuration.js";
import { parseFrameSelection } from "../frame-selection.js";
import { createMemorySink } from "../io/buffer-source.js";
import { littleEndianBytes } from "../io/byte-order.js";
import { createZipTree } from "../io/zip-tree.js";
import { networkOf, type ModelFile } from "../model.js";
import { networkTensors } from "../models/network-tensors.js";
import type { Network } from "../network.js";
import { PickleName } from "./pickle-values.js";
import { ownKey, type OwnPart } from "./torch-model.js";
import { PickleCall, PickleReference, PickleTuple, writePickle, type Picklable } from "./pickle-writer.js";

/** Largest frame number that a list of frames is written out for; longer selections stay text. */
const mostListedFrames = 100_000;

/**
 * A model as a checkpoint that `torch.load(…, weights_only=True)` reads: a zip archive with the state dictionaries of the
 * network and of Adam under the names of the published code. Options and statistics that it stores as floating-point
 * numbers, or not at all, stand in a JSON text, as that reader knows no such numbers in PyTorch 1.13. Weights and
 * moments are rounded to 32-bit floats.
 */
export async function writeTorchCheckpoint(model: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const { tensor, save } = createStorages();
  const parameters = networkTensors(networkOf(model));
  const { configuration, normalisation, optimizer } = model;
  const checkpoint = dictionary({
    epoch: Math.max(0, model.epoch - 1),
    statistics: [tensor([normalisation.mean ?? NaN], []), tensor([normalisation.standardDeviation ?? NaN], [])],
    model_state_dict: new Map(parameters.map(({ name, values, shape }) => [name, tensor(values, shape)])),
    optimizer_state_dict: dictionary({
      state: new Map(
        (optimizer ? parameters : []).map(({ shape }, i) => [
          i,
          dictionary({
            step: tensor([optimizer?.step ?? 0], []),
            exp_avg: tensor(optimizer?.firstMoments[i] ?? [], shape),
            exp_avg_sq: tensor(optimizer?.secondMoments[i] ?? [], shape),
          }),
        ]),
      ),
    }),
    [ownKey]: JSON.stringify({
      args: publishedArguments(configuration, model.temporalShifts),
      offset_adu: normalisation.offsetAdu,
      maximum: normalisation.maximum,
    } satisfies OwnPart),
  });
  return save(checkpoint);
}

/** The weights of a network alone, as `torch.save(net.state_dict(), …)` has them, for `net.load_state_dict`. */
export async function writeTorchStateDictionary(network: Network): Promise<Uint8Array<ArrayBuffer>> {
  const { tensor, save } = createStorages();
  return save(new Map(networkTensors(network).map(({ name, values, shape }) => [name, tensor(values, shape)])));
}

/** Tensors on their way into a file: `save` writes what refers to them, and then their values. */
function createStorages() {
  const storages: Float32Array[] = [];
  return {
    tensor(values: ArrayLike<number>, shape: readonly number[]): Picklable {
      const storage = Float32Array.from(values);
      storages.push(storage);
      return tensorCall(storages.length - 1, storage.length, shape);
    },
    async save(root: Picklable): Promise<Uint8Array<ArrayBuffer>> {
      const sink = createMemorySink();
      const zip = createZipTree(sink);
      await zip.write("slnet/data.pkl", writePickle(root));
      await zip.write("slnet/byteorder", new TextEncoder().encode("little"));
      for (const [key, storage] of storages.entries()) await zip.write(`slnet/data/${key}`, littleEndianBytes(storage));
      await zip.write("slnet/version", new TextEncoder().encode("3\n"));
      await zip.finish();
      return sink.bytes().slice();
    },
  };
}

function tensorCall(key: number, elements: number, shape: readonly number[]): PickleCall {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const storage = new PickleTuple("storage", new PickleName("torch", "FloatStorage"), String(key), "cpu", elements);
  return new PickleCall(
    new PickleName("torch._utils", "_rebuild_tensor_v2"),
    new PickleTuple(
      new PickleReference(storage),
      0,
      new PickleTuple(...shape),
      new PickleTuple(...strides),
      false,
      new PickleCall(new PickleName("collections", "OrderedDict"), new PickleTuple()),
    ),
  );
}

/** The options by their published names, with the kinds of values that the published code has there. */
function publishedArguments(
  configuration: SlnetConfiguration,
  temporalShifts: readonly number[],
): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const { key, publishedName } of configurationFields) {
    if (publishedName === null || key === "engine") continue;
    const value = configuration[key];
    if (key === "trainFrames" || key === "testFrames") args[publishedName] = frameList(configuration[key]);
    // Switches are 0 or 1 there, but for this one.
    else args[publishedName] = typeof value === "boolean" && key !== "shuffleDataset" ? Number(value) : value;
  }
  return { ...args, temporal_shifts: temporalShifts, n_frames: temporalShifts.length };
}

/** The frames one by one, as the published code has them; text where the selection leaves its end to the stack. */
function frameList(selection: string): string | number[] {
  const isOpen = selection.trim() === "" || /:\s*(?:,|:|$)/.test(selection);
  return isOpen ? selection : parseFrameSelection(selection, mostListedFrames, "frames");
}

function dictionary(entries: Readonly<Record<string, Picklable>>): Picklable {
  return new Map(Object.entries(entries));
}
