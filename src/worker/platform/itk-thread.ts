import { SlnetError } from "../../core/errors.js";
import type { ItkImage, ItkMessage, ItkOrder, ItkRequest } from "./itk-pipeline.js";

/** A thread of its own for one reading, so that the memory of the reader, which WebAssembly cannot shrink, goes with it. */
export interface ItkThread {
  /** Things a person should know about how the file is read. */
  readonly notices: readonly string[];
  /**
   * Reads the one file of this thread, which then ends. The bytes of the file are moved away.
   *
   * @param name - of the stack, for messages
   * @throws {@link SlnetError} `bad-input` where the reader gave up, `unsupported` where it took too long,
   *   `out-of-memory` where its thread broke down, `worker-lost` where the reader could not be loaded
   */
  read(request: ItkRequest, name: string, limitMs: number): Promise<ItkImage>;
  /** Ends the thread at once. What it reads is rejected with `reason`. Stopping twice is fine. */
  stop(reason: unknown): void;
}

/** The two kinds of thread behind one face. */
export interface ThreadPort {
  post(order: ItkOrder, moved: ArrayBuffer[]): void;
  onMessage(listener: (message: ItkMessage) => void): void;
  /** The thread broke down, or could not start. */
  onError(listener: (error: unknown) => void): void;
  terminate(): void;
}

/** No thread takes longer to load its script. */
const startLimitMs = 20_000;

/** Resolves once the thread runs; rejects, with the thread ended, where it does not start. */
export function threadStarted(port: ThreadPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer);
      port.terminate();
      reject(new SlnetError("worker-lost", `the thread for itk-wasm did not start: ${reason}`, { cause }));
    };
    const timer = setTimeout(() => fail(`no answer within ${startLimitMs / 1000} s`), startLimitMs);
    port.onMessage(() => {
      clearTimeout(timer);
      resolve();
    });
    port.onError((error) => fail("its script could not be loaded", error));
  });
}

/** A thread that has started, ready for its file. */
export function createItkThread(port: ThreadPort, pipelinesUrl: string): ItkThread {
  let rejectReading: ((reason: unknown) => void) | null = null;
  let stopped: { readonly reason: unknown } | null = null;
  // Before there is something to read it may break down as well.
  port.onError((cause) => (stopped ??= { reason: brokenDown("itk-wasm", cause) }));
  return {
    notices: [],

    async read(request, name, limitMs) {
      if (stopped) throw stopped.reason;
      const limit = new SlnetError(
        "unsupported",
        `${name} was not read within ${limitMs / 1000} s; convert it to TIFF, which is read as far as it is needed`,
      );
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        const message = await new Promise<ItkMessage>((resolve, reject) => {
          rejectReading = reject;
          timer = setTimeout(() => reject(limit), limitMs);
          port.onMessage(resolve);
          port.onError((cause) => reject(brokenDown(name, cause)));
          port.post({ request, pipelinesUrl }, [request.file.buffer]);
        });
        return imageOf(message, name);
      } finally {
        clearTimeout(timer);
        rejectReading = null;
        port.terminate();
      }
    },

    stop(reason) {
      stopped ??= { reason };
      port.terminate();
      rejectReading?.(reason);
    },
  };
}

function brokenDown(name: string, cause: unknown): SlnetError {
  return new SlnetError("out-of-memory", `${name}: the reader broke down, most likely for want of memory`, { cause });
}

/** @throws {@link SlnetError} `bad-input` where the reader gave up, `worker-lost` where it was not there */
export function imageOf(message: ItkMessage, name: string): ItkImage {
  if (message.type === "image") return message.image;
  const reason = message.type === "started" || message.reason === "" ? "" : `: ${message.reason}`;
  if (message.type === "not-loaded") {
    throw new SlnetError(
      "worker-lost",
      `${name} could not be read, because the reader for its format could not be loaded${reason}; ` +
        "check that the folder assets/itk is there and that the page's security policy allows data: in connect-src",
    );
  }
  throw new SlnetError("bad-input", `${name} could not be read${reason}; it may be cut off or damaged`);
}
