import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Answers each line, a message with its buffers as base64, by a line like it; `null` where there is no answer. */
const program = `
import base64, json, sys
import numpy
sys.path.insert(0, sys.argv[1])
from slnet_exchange import StackExchange
stack = None
exec(sys.argv[2])
exchange = StackExchange(stack)
print(json.dumps({"shape": exchange.shape, "dtype": exchange.dtype}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "result" in request:
        part = exchange.results[request["result"]]
        print(json.dumps([exchange.done, base64.b64encode(part.astype("<f4").tobytes()).decode()]), flush=True)
        continue
    buffers = [memoryview(base64.b64decode(buffer)) for buffer in request["buffers"]]
    answer = exchange.answer(request["content"], buffers)
    print(json.dumps(answer and [answer[0], [base64.b64encode(buffer).decode() for buffer in answer[1]]]), flush=True)
`;

/** `notebook/slnet_exchange.py` in a Python of its own. */
export class PythonExchange {
  readonly #python: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  /** One after the other, as a kernel does. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param stack - Python that sets `stack`, with `numpy` at hand */
  constructor(python: string, stack: string) {
    const folder = fileURLToPath(new URL("../../../../notebook", import.meta.url));
    this.#python = spawn(python, ["-c", program, folder, stack]);
    this.#python.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#python.stdout })[Symbol.asyncIterator]();
  }

  /** The traits that describe the stack. */
  async describe(): Promise<{ readonly shape: readonly number[]; readonly dtype: string }> {
    return JSON.parse(await this.#line()) as { shape: number[]; dtype: string };
  }

  /** The answer to a message with its buffers, `null` where it is none of the widget's. */
  async answer(
    content: unknown,
    buffers: readonly Uint8Array[],
  ): Promise<{ readonly content: Record<string, unknown>; readonly buffers: readonly Buffer[] } | null> {
    const texts = buffers.map((buffer) => Buffer.from(buffer).toString("base64"));
    const found = (await this.#ask({ content, buffers: texts })) as [Record<string, unknown>, string[]] | null;
    return found && { content: found[0], buffers: found[1].map((text) => Buffer.from(text, "base64")) };
  }

  /** Cleaned frames, and up to which they are finished. */
  async result(part: "sparse" | "low_rank"): Promise<{ readonly done: number; readonly samples: Float32Array }> {
    const [done, text] = (await this.#ask({ result: part })) as [number, string];
    return { done, samples: new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer) };
  }

  close(): void {
    this.#python.kill();
  }

  #ask(request: unknown): Promise<unknown> {
    const answer = this.#last.then(async () => {
      this.#python.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await this.#line()) as unknown;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done) throw new Error("Python ended; see above");
    return next.value;
  }
}
