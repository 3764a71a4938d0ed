import { errorMessage, SlnetError } from "../../core/errors.js";
import { isRecord } from "../../core/models/record.js";
import type { FramePiece } from "./frame-pieces.js";
import type { WidgetModel } from "./widget-model.js";

/** What the page asks of Python. Each request is answered once. */
export type KernelRequest =
  /** Those rows of frames, as one buffer in the sample type of the stack, little-endian. */
  | ({ readonly type: "read" } & FramePiece)
  /** A cleaning starts, of frames `[from, to)` of a stack of `shape`: `[frames, height, width]`. */
  | {
      readonly type: "begin";
      readonly run: string;
      readonly shape: readonly [frames: number, height: number, width: number];
      readonly from: number;
      readonly to: number;
      readonly parts: readonly CleanedPart[];
    }
  /** Those rows of cleaned frames, as one buffer of float32, little-endian. */
  | ({ readonly type: "block"; readonly run: string; readonly part: CleanedPart } & FramePiece);

export type CleanedPart = "sparse" | "low_rank";

export interface KernelLinkOptions {
  /** A request that is not answered within so many milliseconds fails. */
  readonly answerLimitMs: number;
  /** Told when an answer is long in coming, and when none is any more. */
  readonly onWaiting: (waiting: boolean) => void;
  /** Told of what Python says of its own accord that went wrong, and of messages that nobody knows. */
  readonly onFault: (error: SlnetError) => void;
}

/** Python answers at once unless it computes something else; then people want to know what it is that takes so long. */
const patienceMs = 2000;

interface Pending {
  readonly settle: (answer: Record<string, unknown>, buffers: readonly ArrayBufferView[]) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Requests to Python over the custom messages of a widget. Whatever Python sends reaches every place where the widget is
 * shown, so each request has a number that no other place has.
 */
export class KernelLink {
  readonly #model: WidgetModel;
  readonly #options: KernelLinkOptions;
  readonly #name = randomName();
  readonly #pending = new Map<string, Pending>();
  readonly #late = new Set<string>();
  #requests = 0;
  #disposed = false;

  constructor(model: WidgetModel, options: KernelLinkOptions) {
    this.#model = model;
    this.#options = options;
    model.on("msg:custom", this.#onMessage);
  }

  /** A name that no other request or cleaning has, here or elsewhere. */
  nextName(): string {
    return `${this.#name}-${++this.#requests}`;
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @returns the buffers of the answer
   * @throws {@link SlnetError} `bad-input` with what Python says against it; `unsupported` where it cannot be asked, or
   *   does not answer in time
   */
  ask(request: KernelRequest, buffers: ArrayBuffer[] = [], signal?: AbortSignal): Promise<readonly ArrayBufferView[]> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#disposed) throw gone();
      const id = this.nextName();
      const { answerLimitMs } = this.#options;
      const onAbort = (): void => fail(signal?.reason);
      const end = (): void => {
        clearTimeout(patience);
        clearTimeout(limit);
        signal?.removeEventListener("abort", onAbort);
        this.#pending.delete(id);
        this.#setLate(id, false);
      };
      const fail = (error: unknown): void => {
        end();
        // An abort rejects with the reason of its signal, which may be any value.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      };
      const patience = setTimeout(() => this.#setLate(id, true), patienceMs);
      const limit = setTimeout(() => {
        const seconds = Number((answerLimitMs / 1000).toPrecision(3));
        fail(
          new SlnetError(
            "unsupported",
            `Python did not answer within ${seconds} s, expected its kernel to be idle: let the running cell end, ` +
              "or restart the kernel and run the cell of the widget again",
          ),
        );
      }, answerLimitMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, {
        fail,
        settle: (answer, given) => {
          if (answer["ok"] === true) {
            end();
            resolve(given);
          } else fail(refusal(answer["message"]));
        },
      });
      try {
        this.#model.send({ slnet: "request", id, ...request }, undefined, buffers);
      } catch (error) {
        fail(
          new SlnetError(
            "unsupported",
            `Python cannot be asked: ${errorMessage(error)}; run the cell of the widget again`,
            {
              cause: error,
            },
          ),
        );
      }
    });
  }

  /** Listens no more; what is under way is refused. */
  dispose(): void {
    this.#disposed = true;
    this.#model.off("msg:custom", this.#onMessage);
    for (const { fail } of [...this.#pending.values()]) fail(gone());
  }

  readonly #onMessage = (message: unknown, buffers: readonly ArrayBufferView[] = []): void => {
    // Others may use the same channel, anywidget itself among them.
    if (!isRecord(message) || !("slnet" in message)) return;
    const { slnet: kind, id } = message;
    if (kind === "answer" && typeof id === "string") {
      this.#pending.get(id)?.settle(message, buffers);
    } else if (kind === "fault") {
      this.#options.onFault(refusal(message["message"]));
    } else {
      this.#options.onFault(
        new SlnetError("bad-input", `Python sent a message ${shortText(kind)} that is not known, expected an answer`),
      );
    }
  };

  #setLate(id: string, late: boolean): void {
    const before = this.#late.size;
    if (late) this.#late.add(id);
    else this.#late.delete(id);
    if (before === 0 || this.#late.size === 0) {
      if (before !== this.#late.size) this.#options.onWaiting(this.#late.size > 0);
    }
  }
}

/** What Python says is one sentence where it is ours, and anything where it is an exception of somebody else's. */
function refusal(message: unknown): SlnetError {
  const text = typeof message === "string" ? message.replace(/\s+/g, " ").trim() : "";
  return new SlnetError(
    "bad-input",
    text === "" ? "Python refused without a word, expected it to say why" : shortened(text),
  );
}

function gone(): SlnetError {
  return new SlnetError("unsupported", "the widget is no longer shown here, expected it to be: run its cell again");
}

function shortText(value: unknown): string {
  return shortened(JSON.stringify(value) ?? String(value));
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** By the random numbers that pages without https have too, which `crypto.randomUUID` is not for. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
}
