import { isSlnetError, SlnetError } from "../core/errors.js";
import type { NamedFile } from "../protocol/api.js";
import type { ClientStack, StackSource } from "../protocol/client.js";
import type { SimulationRequest } from "../core/simulation.js";
import { requireFileCount, type ReadDropped } from "./dropped-files.js";
import type { ImageLayer } from "./host/contract.js";
import {
  planOf,
  requireWebAddress,
  selectionOf,
  sourceName,
  withPart,
  type OpeningRequest,
} from "./opening-request.js";
import type { SessionActions } from "./session-actions.js";
import type { ChosenPart } from "./session-state.js";
import type { StackConnection } from "./stack-connection.js";
import { planStack } from "./stack-files.js";

/** What happens to a stack that was opened, and to what still works on the one before it. */
export interface OpenedStackUser {
  /** Closes what still works on the old stack. */
  release(): Promise<void>;
  /**
   * Takes the new stack.
   *
   * @param source - where it came from
   * @param sameSource - it is another part of the file that was open
   * @param others - stacks that were given with it and stay closed
   */
  show(
    stack: ClientStack,
    opened: {
      readonly source: StackSource;
      readonly sameSource: boolean;
      readonly chosen: readonly ChosenPart[];
      readonly others: number;
    },
  ): Promise<void>;
}

/** Reading a folder of 100,000 files finds some thousand a second: nobody reads each count. */
const countIntervalMs = 200;

/** Finds the stack in what a person gave, asks for what is to be chosen, and opens it in place of the one before. */
export class SessionOpening {
  readonly #actions: SessionActions;
  readonly #connection: StackConnection;
  readonly #user: OpenedStackUser;
  #opened: OpeningRequest | null = null;
  #pending: OpeningRequest | null = null;
  /** The layer of the viewer that is the open stack. */
  #inputLayerId: string | null = null;

  constructor(actions: SessionActions, connection: StackConnection, user: OpenedStackUser) {
    this.#actions = actions;
    this.#connection = connection;
    this.#user = user;
  }

  /** The layer of the viewer that is the open stack, `null` where it came from elsewhere. */
  get inputLayerId(): string | null {
    return this.#inputLayerId;
  }

  files(files: readonly NamedFile[]): Promise<void> {
    return this.#open(async () => {
      requireFileCount(files.length);
      return { plan: planStack(files), chosen: [] };
    });
  }

  dropped(readDropped: ReadDropped): Promise<void> {
    return this.#open(async (signal) => {
      let toldAt = performance.now();
      const found = await readDropped(signal, (count) => {
        if (performance.now() - toldAt < countIntervalMs) return;
        toldAt = performance.now();
        this.#actions.update({ opening: { name: "", files: count } });
      });
      return { plan: planStack(found), chosen: [] };
    });
  }

  url(address: string): Promise<void> {
    return this.#open(async () => planOf({ type: "url", url: requireWebAddress(address) }));
  }

  sample(options: SimulationRequest): Promise<void> {
    return this.#open(async () => planOf({ type: "simulated", options }));
  }

  layer({ id, source, name }: ImageLayer): Promise<void> {
    if (!source) {
      const message = `layer ${name} does not give its pixels back, expected one that does`;
      this.#actions.fail(new SlnetError("unsupported", message));
      return Promise.resolve();
    }
    const { frames, height, width, type } = source;
    const input: StackSource = {
      type: "frames",
      name,
      shape: { frames, height, width, type },
      frames: {
        async read(index) {
          const frame = await source.read(index);
          if (frame) return frame.samples;
          throw new SlnetError(
            "bad-input",
            `frame ${index} of layer ${name} does not exist yet, expected a whole layer`,
          );
        },
      },
    };
    return this.#open(async () => planOf(input), id);
  }

  choose(index: number): Promise<void> {
    const { choice } = this.#actions.state;
    const pending = this.#pending;
    if (!choice || !pending) return Promise.resolve();
    const { of, labels } = choice;
    return this.#open(async () => ({ ...pending, chosen: [...pending.chosen, { of, labels, index }] }));
  }

  dismissChoice(): void {
    this.#pending = null;
    this.#actions.update({ choice: null });
  }

  changePart(of: ChosenPart["of"], index: number): Promise<void> {
    const request = this.#opened && withPart(this.#opened, of, index);
    return request ? this.#open(async () => request) : Promise.resolve();
  }

  /** The layer that was the stack is gone: nothing is open any more. */
  forget(): void {
    this.#inputLayerId = null;
    this.#connection.forget();
  }

  /**
   * @param find - says what to open; may read folders first
   * @param layerId - of the viewer, where that is what is opened
   */
  #open(find: (signal: AbortSignal) => Promise<OpeningRequest>, layerId: string | null = null): Promise<void> {
    this.#actions.cancel();
    this.#pending = null;
    return this.#actions.perform("opening", async (signal) => {
      this.#actions.update({ opening: { name: "", files: null }, choice: null });
      let request = await find(signal);
      try {
        let { first } = request.plan;
        this.#actions.update({ opening: { name: sourceName(first.source), files: null } });
        const selection = selectionOf(request.chosen);
        let stack = await this.#connection.open(first.source, selection, signal);
        const { framesAsFiles } = request.plan;
        if (framesAsFiles && stack.description.shape.frames === 1) {
          await stack.close();
          first = framesAsFiles;
          request = { ...request, plan: { first, framesAsFiles: null } };
          stack = await this.#connection.open(first.source, selection, signal);
        }
        if (signal.aborted) await stack.close();
        signal.throwIfAborted();
        await this.#connection.adopt(stack, first.source, selection, () => this.#user.release());
        const { source, others } = first;
        const sameSource = this.#opened?.plan.first.source === source;
        this.#opened = request;
        await this.#user.show(stack, { source, sameSource, chosen: request.chosen, others });
        this.#inputLayerId = layerId;
      } catch (error) {
        if (!isSlnetError(error, "choice-needed") || !error.choice) throw error;
        signal.throwIfAborted();
        this.#pending = request;
        this.#actions.update({ choice: { ...error.choice, name: sourceName(request.plan.first.source) } });
      }
    });
  }
}
