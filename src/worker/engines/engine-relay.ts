import { errorMessage } from "../../core/errors.js";
import type { Engine } from "./engine.js";
import type { ChosenEngine, EngineRoom } from "./start-engine.js";

/**
 * An engine that hands its work to the next one where it fails: a lost graphics device or a lack of memory costs one
 * call, not the job. The plain JavaScript engine comes last; its errors are thrown.
 */
export function relayEngine(room: EngineRoom, { engine: first }: ChosenEngine, notice: (text: string) => void): Engine {
  let engine = first;
  const withRelay = async <T>(work: (engine: Engine) => Promise<T>): Promise<T> => {
    try {
      return await work(engine);
    } catch (error) {
      if (engine.name === "js") throw error;
      const failed = engine;
      engine = await room.start("js");
      room.discard(failed);
      notice(`engine ${failed.name} failed (${errorMessage(error)}); engine js goes on with the work`);
      return await work(engine);
    }
  };
  return {
    get name() {
      return engine.name;
    },
    get adapter() {
      return engine.adapter;
    },
    apply: (request) => withRelay((current) => current.apply(request)),
    trainStep: (network, frames, batch, options, gradient) =>
      withRelay((current) => current.trainStep(network, frames, batch, options, gradient)),
    // Engines belong to the room, which keeps them for the next job.
    dispose: () => undefined,
  };
}
