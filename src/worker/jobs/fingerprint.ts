import { createSamples, framePixels, type StackReader } from "../../core/frames.js";
import { slnetWebVersion } from "../../core/version.js";
import { sha256Hex } from "../../core/sha256.js";
import type { CleaningMethod, CleaningPlan } from "../../protocol/api.js";
import type { ResolvedPart } from "./saved-parts.js";

/** Hexadecimal digits kept of a SHA-256: enough to tell a person's runs apart. */
const digits = 24;

/**
 * A text that is the same for two runs only where they write the same pixels: from the stack (its name, shape, type and
 * first frame to be cleaned), the method with its model, the range, the engine and the form of the part.
 */
export async function fingerprintOf(
  reader: StackReader,
  method: CleaningMethod,
  plan: CleaningPlan,
  tail: string,
  part: ResolvedPart,
): Promise<string> {
  const { shape, name, storedType } = reader.description;
  const frame = createSamples(shape.type, framePixels(shape));
  await reader.readFrames(plan.from, plan.from + 1, frame);
  const told = [
    slnetWebVersion,
    { shape, name, storedType, first: await sha256Hex(new Uint8Array(frame.buffer as ArrayBuffer)) },
    method,
    { from: plan.from, to: plan.to, tail, engine: plan.engine?.name ?? null },
    { part: part.part, type: part.type, offsetAdu: part.offsetAdu },
  ];
  return (await sha256Hex(new TextEncoder().encode(JSON.stringify(told)))).slice(0, digits);
}
