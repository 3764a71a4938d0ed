import { SlnetError } from "../../core/errors.js";
import type { StackMetadata } from "../../core/frames.js";
import { checkedModel } from "../../core/model.js";
import { largestOffsetAdu, sparseOffset } from "../../core/sparse-offset.js";
import type { CleaningMethod, SavedPart, SavedPartPlan } from "../../protocol/api.js";
import { modelIn } from "../../protocol/cleaning-methods.js";
import { isArrayFormat, saveFormatNames } from "../../protocol/save-formats.js";

/** A part to save with everything decided that its caller left open. */
export interface ResolvedPart extends SavedPart, Pick<SavedPartPlan, "offsetFrom" | "metadata"> {
  readonly offsetAdu: number;
}

/**
 * Decides the offset of each part, and what is written about how it was recorded.
 *
 * @param metadata - of the stack, corrected by the caller
 * @throws {@link SlnetError} `bad-input` for parts that cannot be
 */
export function resolveParts(
  parts: readonly SavedPart[],
  metadata: StackMetadata,
  method: CleaningMethod,
): readonly ResolvedPart[] {
  if (parts.length === 0) throw new SlnetError("bad-input", "nothing is to be saved, expected at least one part");
  parts.forEach(checkPart);
  if (new Set(parts.map(({ part }) => part)).size < parts.length) {
    throw new SlnetError("bad-input", "a part is to be saved twice, expected each of sparse and low-rank once at most");
  }
  return parts.map((part) => {
    const offset = offsetOf(part, metadata, method);
    return { ...part, ...offset, metadata: { ...metadata, cameraOffsetAdu: writtenOffset(part, offset, metadata) } };
  });
}

/** @throws {@link SlnetError} `bad-input` for a value that cannot be */
export function correctedMetadata(stated: StackMetadata, changes: Partial<StackMetadata>): StackMetadata {
  const { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron } = stated;
  const result = { pixelSizeNm, frameIntervalSeconds, exposureSeconds, cameraOffsetAdu, aduPerElectron };
  for (const name of Object.keys(result) as (keyof StackMetadata)[]) {
    const value = changes[name];
    if (value === undefined) continue;
    const isPossible = value === null || (Number.isFinite(value) && (name === "cameraOffsetAdu" || value > 0));
    if (!isPossible) {
      const expected = name === "cameraOffsetAdu" ? "a number" : "a number above 0";
      throw new SlnetError("bad-input", `metadata: ${name} is ${String(value)}, expected ${expected} or null`);
    }
    result[name] = value;
  }
  return result;
}

function offsetOf(
  { part, type, offsetAdu }: SavedPart,
  { cameraOffsetAdu }: StackMetadata,
  method: CleaningMethod,
): Pick<ResolvedPart, "offsetAdu" | "offsetFrom"> {
  if (typeof offsetAdu === "number") return { offsetAdu, offsetFrom: "request" };
  if (part === "low-rank") return { offsetAdu: 0, offsetFrom: "default" };
  const model = modelIn(method);
  return sparseOffset({
    type,
    isSigned: method.type === "masked-mean",
    cameraOffsetAdu,
    modelOffsetAdu: model && checkedModel(model).configuration.sparseOffsetAdu,
  });
}

/** What to subtract from the pixels written: the background still has the offset of the camera in it. */
function writtenOffset(
  { part }: SavedPart,
  { offsetAdu }: Pick<ResolvedPart, "offsetAdu">,
  { cameraOffsetAdu }: StackMetadata,
): number | null {
  if (part === "sparse") return offsetAdu;
  return cameraOffsetAdu === null ? null : cameraOffsetAdu + offsetAdu;
}

function checkPart({ part, type, offsetAdu, format = "tiff", compression = "none" }: SavedPart): void {
  const refuse = (what: string, value: unknown, expected: string): never => {
    throw new SlnetError("bad-input", `${what} is ${String(value)}, expected ${expected}`);
  };
  if (part !== "sparse" && part !== "low-rank") refuse("the part to save", part, "sparse or low-rank");
  if (type !== "uint16" && type !== "float32") refuse("the sample type to save", type, "uint16 or float32");
  if (!saveFormatNames.includes(format)) refuse("the format to save", format, `one of ${saveFormatNames.join(", ")}`);
  if (!["none", "deflate"].includes(compression)) refuse("the compression", compression, "none or deflate");
  if (compression !== "none" && isArrayFormat(format)) {
    refuse("the compression", compression, `none, as ${format} is written as it is`);
  }
  if (offsetAdu !== null && (!Number.isFinite(offsetAdu) || offsetAdu < 0 || offsetAdu > largestOffsetAdu)) {
    refuse("the offset of saved frames", offsetAdu, `0 to ${largestOffsetAdu} ADU`);
  }
}
