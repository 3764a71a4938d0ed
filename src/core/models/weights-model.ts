import { errorMessage, SlnetError } from "../errors.js";
import { modelOfNetwork, recordedModel, type ForeignModel, type ModelFacts } from "./foreign-model.js";
import { networkOfTensors, type NetworkTensor, type ParameterName } from "./network-tensors.js";

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
  const model = record === "" ? null : recordedModel(name, parsedRecord(name, record), network, notices);
  if (model) return { model, notices };
  const isScaled = network.bias1 !== null;
  if (isScaled)
    notices.push("The file does not say how its frames were scaled; the usual way, by their largest pixel, is taken.");
  const normalisation = { type: 2, offsetAdu: 0, maximum: null, mean: null, standardDeviation: null } as const;
  return { model: modelOfNetwork(name, { network, shifts: null, normalisation, engine }, facts, notices), notices };
}

/** @throws {@link SlnetError} `bad-input` where the text is no JSON */
function parsedRecord(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SlnetError("bad-input", `${name}: its record is not JSON: ${errorMessage(error)}`, { cause: error });
  }
}
