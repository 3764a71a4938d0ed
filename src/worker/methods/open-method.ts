import { SlnetError } from "../../core/errors.js";
import type { StackReader } from "../../core/frames.js";
import { checkedModel } from "../../core/model.js";
import type { CleaningMethod, CleaningOptions } from "../../protocol/api.js";
import type { EngineRoom } from "../engines/start-engine.js";
import { openMedianMethod } from "./median-method.js";
import type { OutputPlans } from "../engines/engine.js";
import type { BackgroundMethod } from "./method.js";
import { openNoMethod } from "./no-method.js";
import { openRpcaMethod } from "./rpca-method.js";
import { openRunningMedianMethod } from "./running-median-method.js";
import { openSlnetMethod } from "./slnet-method.js";

/** Opens a method on a stack, after checking what came from the other thread. `null` reads the frames and leaves them. */
export async function openMethod(
  reader: StackReader,
  method: CleaningMethod | null,
  options: CleaningOptions,
  outputs: OutputPlans,
  room: EngineRoom,
): Promise<BackgroundMethod> {
  if (options.tail !== "shift" && options.tail !== "drop") {
    throw new SlnetError("bad-input", `tail is ${String(options.tail)}, expected shift or drop`);
  }
  if (method === null) return openNoMethod(reader);
  switch (method.type) {
    case "slnet":
      return openSlnetMethod(reader, checkedModel(method.model), options, outputs, room);
    case "median":
      return method.windowFrames === 0
        ? openMedianMethod(reader, outputs)
        : openRunningMedianMethod(reader, method.windowFrames, outputs);
    case "rpca":
      return openRpcaMethod(reader, method.options, outputs);
    // These are loaded when they are first asked for: a worker starts sooner without them.
    case "masked-mean": {
      const { openMaskedMeanMethod } = await import("./masked-mean-method.js");
      return openMaskedMeanMethod(reader, checkedModel(method.model), method.windowFrames, options, outputs, room);
    }
    case "minimum": {
      const { openMinimumMethod } = await import("./minimum-method.js");
      return openMinimumMethod(reader, method.options, outputs);
    }
    case "rolling-ball": {
      const { openRollingBallMethod } = await import("./rolling-ball-method.js");
      return openRollingBallMethod(reader, method.radius, outputs);
    }
    default:
      method satisfies never;
      throw new SlnetError("bad-input", `there is no cleaning method ${(method as CleaningMethod).type}`);
  }
}
