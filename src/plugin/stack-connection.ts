import { SlnetError } from "../core/errors.js";
import type { StackSelection } from "../core/frames.js";
import { abortable } from "../protocol/abortable.js";
import type { ClientStack, SlnetClient, StackSource } from "../protocol/client.js";
import { createWorkerClient, type WorkerOptions } from "./worker-client.js";

/**
 * The worker and the stack that it has open. The worker is started when first needed; after it was lost, the next
 * call starts another one and opens the stack again from where it came.
 */
export class StackConnection {
  readonly #options: WorkerOptions;
  readonly #onLost: (error: SlnetError) => void;
  #starting: Promise<SlnetClient> | null = null;
  #input: StackSource | null = null;
  #selection: StackSelection = {};
  #stack: ClientStack | null = null;
  #disposed = false;

  /** @param onLost - called when a worker that had started is lost */
  constructor(options: WorkerOptions, onLost: (error: SlnetError) => void) {
    this.#options = options;
    this.#onLost = onLost;
  }

  /** The stack that is open now, `null` without one or after the worker was lost. */
  get stack(): ClientStack | null {
    return this.#stack;
  }

  /** Whether reading a frame of it may fetch something: from an address, or by a viewer that itself reads from one. */
  get mayFetch(): boolean {
    return this.#input?.type === "url" || this.#input?.type === "frames";
  }

  /** Where the open stack came from and which part of it, `null` without one. */
  get input(): { readonly source: StackSource; readonly selection: StackSelection } | null {
    return this.#input && { source: this.#input, selection: this.#selection };
  }

  /** Opens another stack beside the one that is open, for {@link StackConnection.adopt} or to be closed again. */
  async open(input: StackSource, selection: StackSelection, signal: AbortSignal): Promise<ClientStack> {
    const client = await this.#client(signal);
    return client.openStack(input, { signal, selection });
  }

  /**
   * Takes a stack in place of the one that was open.
   *
   * @param input - where it came from, with `selection`
   * @param release - closes what still works on the old stack
   */
  async adopt(
    stack: ClientStack,
    input: StackSource,
    selection: StackSelection,
    release: () => Promise<void>,
  ): Promise<void> {
    const old = this.#stack;
    await release();
    await old?.close();
    this.#input = input;
    this.#selection = selection;
    this.#stack = stack;
  }

  /**
   * The open stack, opened again if the worker was lost.
   *
   * @throws {@link SlnetError} `bad-input` without a stack
   */
  async ready(signal: AbortSignal): Promise<ClientStack> {
    if (this.#stack) return this.#stack;
    if (!this.#input)
      throw new SlnetError("bad-input", "no stack is open, expected one: open a file or the sample first");
    const client = await this.#client(signal);
    this.#stack = await client.openStack(this.#input, { signal, selection: this.#selection });
    return this.#stack;
  }

  /** Closes the stack; there is nothing to open again. */
  forget(): void {
    const stack = this.#stack;
    this.#stack = null;
    this.#input = null;
    // Its worker may be busy with it, or gone: nobody waits.
    void stack?.close().catch(() => undefined);
  }

  dispose(): void {
    this.#disposed = true;
    this.#stack = null;
    void this.#starting?.then(
      (client) => client.dispose(),
      () => undefined,
    );
    this.#starting = null;
  }

  #client(signal: AbortSignal): Promise<SlnetClient> {
    this.#starting ??= this.#start();
    return abortable(this.#starting, signal);
  }

  async #start(): Promise<SlnetClient> {
    try {
      const client = await createWorkerClient(this.#options);
      client.onLost((error) => {
        this.#starting = null;
        this.#stack = null;
        if (!this.#disposed) this.#onLost(error);
      });
      return client;
    } catch (error) {
      this.#starting = null;
      throw error;
    }
  }
}

/** Why a frame that only the worker could give cannot be had. */
export function lostFrame(index: number): SlnetError {
  return new SlnetError(
    "worker-lost",
    `frame ${index} is not in memory and the worker is gone; start an action to get a new one`,
  );
}
