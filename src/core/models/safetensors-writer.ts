import { littleEndianBytes } from "../io/byte-order.js";
import { joined } from "../io/deflate.js";
import { safetensorsHead } from "../io/safetensors.js";
import { networkOf, type ModelFile } from "../model.js";
import { networkTensors } from "./network-tensors.js";
import { recordKey } from "./weights-model.js";

/** A model as a file of safetensors: its weights as 32-bit floats, and the whole record of it beside them. */
export function writeSafetensors(model: ModelFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: "pt", [recordKey]: JSON.stringify(model) } };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { name, shape, values } of networkTensors(networkOf(model))) {
    const bytes = littleEndianBytes(values);
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  return joined([safetensorsHead(header), ...parts]);
}
