import { errorMessage, SlnetError } from "../errors.js";
import { modelOfNetwork, recordedModel, type ForeignModel, type ModelFacts } from "./foreign-model.js";
import { networkOfTensors, type NetworkTensor, type ParameterName } from "./network-tensors.js";
import { isRecord, type UnknownRecord } from "./record.js";

/** Where files of weights that are our own have their record of the model, as JSON. */
export const recordKey = "slnet_web";

/**
 * The model of a file that holds weights by their names, and may hold our record of the model beside them.
 *
 * @param name - of the file, for messages
 * @param record - the record as JSON; `""` where there is none
 * @param engine - the program that the file is from
 * @throws {@link SlnetError} `bad-input` where something is broken or facts are missing; `unsupported` for another network
 */
export async function modelOfWeights(
  name: string,
  tensors: ReadonlyMap<ParameterName, NetworkTensor>,
  record: string,
  engine: string,
  facts: ModelFacts,
): Promise<ForeignModel> {
  const network = await networkOfTensors(name, tensors);
  const notices: string[] = [];
  const model = record === "" ? null : recordedModel(name, parsedRecord(name, "its record", record), network, notices);
  if (model) return { model, notices };
  const isScaled = network.bias1 !== null;
  if (isScaled)
    notices.push("The file does not say how its frames were scaled; the usual way, by their largest pixel, is taken.");
  const normalisation = { type: 2, offsetAdu: 0, maximum: null, mean: null, standardDeviation: null } as const;
  return { model: modelOfNetwork(name, { network, shifts: null, normalisation, engine }, facts, notices), notices };
}

/**
 * @param what - the text is, for messages
 * @throws {@link SlnetError} `bad-input` where it is no object in JSON
 */
export function parsedRecord(name: string, what: string, text: string): UnknownRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SlnetError("bad-input", `${name}: ${what} is not JSON: ${errorMessage(error)}`, { cause: error });
  }
  if (isRecord(value)) return value;
  throw new SlnetError("bad-input", `${name} is a broken file: ${what} is no object`);
}
