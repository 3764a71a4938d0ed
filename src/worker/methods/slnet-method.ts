import type { StackReader } from "../../core/frames.js";
import type { ModelFile } from "../../core/model.js";
import type { CleaningOptions } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import type { OutputPlans } from "../engines/engine.js";
import type { BackgroundMethod } from "./method.js";
import { openSlnetWindows } from "./slnet-windows.js";

/**
 * SLNet with trained weights. While frames are asked for in order, those of the next block are read meanwhile.
 *
 * @throws {@link SlnetError} `bad-input` where the stack is shorter than the shifts need
 */
export async function openSlnetMethod(
  reader: StackReader,
  model: ModelFile,
  { tail, engine: request }: Pick<CleaningOptions, "tail" | "engine">,
  outputs: OutputPlans,
  room: EngineRoom,
): Promise<BackgroundMethod> {
  const windows = await openSlnetWindows(reader, model, request, outputs, room);
  const { startCount, blockFrames, engine, notices } = windows;
  return {
    from: 0,
    to: tail === "drop" ? startCount : reader.description.shape.frames,
    blockFrames,
    engine,
    notices,
    // Single frames are asked for by somebody who looks around.
    clean: (from, to, signal) => windows.separate(from, to, to - from > 1 ? 2 * to - from : to, signal),
    close: () => windows.close(),
  };
}
