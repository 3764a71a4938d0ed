import { SlnetError } from "../../core/errors.js";
import type { StackReader, StackRegion } from "../../core/frames.js";
import type { RunEstimate } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
export function estimateRun(
  _r: StackReader,
  _o: Readonly<Record<string, unknown>>,
  _g: StackRegion | null,
  _room: EngineRoom,
): Promise<RunEstimate> {
  return Promise.reject(new SlnetError("unsupported", "estimates come later"));
}
