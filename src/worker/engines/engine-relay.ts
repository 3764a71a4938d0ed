import type { EngineName } from "../../core/configuration.js";
import { errorMessage } from "../../core/errors.js";
import type { Engine } from "./engine.js";
import type { EngineRoom } from "./start-engine.js";

/** Engines that take over, in this order. The last one needs nothing that could fail. */
const successors: readonly EngineName[] = ["wasm", "js"];

/**
 * Hands work to the next engine where one fails: a lost graphics device or a lack of memory costs one call, not the
 * job. Errors of the last engine are thrown.
 */
export class EngineRelay {
  readonly #room: EngineRoom;
  readonly #notice: (text: string) => void;
  readonly #failed = new Set<EngineName>();
  #engine: Engine;

  /** @param notice - is told, once each time, that another engine goes on */
  constructor(room: EngineRoom, first: Engine, notice: (text: string) => void) {
    this.#room = room;
    this.#engine = first;
    this.#notice = notice;
  }

  /** The one that works now. */
  get engine(): Engine {
    return this.#engine;
  }

  /** Does a piece of work, if need be again from its beginning with the next engine. */
  async run<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    while (true) {
      const engine = this.#engine;
      try {
        return await work(engine);
      } catch (error) {
        this.#failed.add(engine.name);
        const next = await this.#next();
        if (!next) throw error;
        this.#room.discard(engine);
        this.#engine = next;
        this.#notice(
          `engine ${engine.name} failed (${errorMessage(error)}); engine ${next.name} goes on with the work`,
        );
      }
    }
  }

  async #next(): Promise<Engine | null> {
    for (const name of successors) {
      if (this.#failed.has(name)) continue;
      try {
        return await this.#room.start(name);
      } catch {
        this.#failed.add(name);
      }
    }
    return null;
  }
}
