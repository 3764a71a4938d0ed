import type { CommData } from "./host.js";
import type { Kernel, KernelMessage } from "./notebook-page.js";

export interface PlayedStack {
  /** `[frames, height, width]`. */
  readonly shape: readonly [number, number, number];
  readonly samples: Uint16Array<ArrayBuffer>;
}

/** One request of the page. */
export type Request = Readonly<Record<string, unknown>> & { readonly type: string };

/** Python as the document of the widget describes it, played by a test: it can also be slow, wrong or silent. */
export class PlayedKernel implements Kernel {
  readonly state: Record<string, unknown>;
  readonly requests: Request[] = [];
  /** Cleaned frames, by part. */
  readonly results = new Map<string, Float32Array>();
  /** Blocks that came before the last one was taken, with it: more than one is no back-pressure. */
  mostBlocksAtOnce = 0;
  /** Answers in place of the usual ones; `null`: none at all. */
  misbehave:
    | ((request: Request) => (Omit<KernelMessage, "data"> & { content: Record<string, unknown> }) | null | undefined)
    | null = null;
  readonly #stack: PlayedStack;
  #blocksNow = 0;

  constructor(stack: PlayedStack, state: Readonly<Record<string, unknown>> = {}) {
    this.#stack = stack;
    this.state = {
      shape: [...stack.shape],
      dtype: "uint16",
      name: "beads",
      revision: 0,
      metadata: {},
      configuration: {},
      model_record: "",
      answer_seconds: 60,
      ...state,
    };
  }

  async onMessage(data: CommData, buffers: readonly Buffer[]): Promise<readonly KernelMessage[]> {
    if (data.method === "update") {
      Object.assign(this.state, data.state);
      return [];
    }
    const request = data.content as Request;
    if (request["slnet"] !== "request") return [];
    this.requests.push(request);
    const other = this.misbehave?.(request);
    if (other === null) return [];
    if (other)
      return [{ data: { method: "custom", content: { id: request["id"], ...other.content } }, buffers: other.buffers }];
    const answer = { slnet: "answer", id: request["id"], ok: true };
    if (request.type === "block") {
      this.mostBlocksAtOnce = Math.max(this.mostBlocksAtOnce, ++this.#blocksNow);
      await new Promise((resolve) => setTimeout(resolve, 50));
      this.#blocksNow--;
    }
    return [{ data: { method: "custom", content: answer }, buffers: this.#act(request, buffers) }];
  }

  #act(request: Request, buffers: readonly Buffer[]): readonly Uint8Array[] {
    const [frames, height, width] = this.#stack.shape;
    const [from, to] = [Number(request["from"]), Number(request["to"])];
    if (request.type === "read") {
      const part = this.#stack.samples.slice(from * height * width, to * height * width);
      return [new Uint8Array(part.buffer)];
    }
    if (request.type === "begin") {
      this.results.clear();
      for (const part of request["parts"] as readonly string[]) {
        this.results.set(part, new Float32Array(frames * height * width));
      }
    } else {
      const row = Number(request["row"]);
      const bytes = Uint8Array.from(buffers[0]!);
      const rows = Number(request["rows"]);
      const samples = new Float32Array(bytes.buffer);
      for (let frame = from; frame < to; frame++) {
        const piece = samples.subarray((frame - from) * rows * width, (frame - from + 1) * rows * width);
        this.results.get(String(request["part"]))!.set(piece, (frame * height + row) * width);
      }
    }
    return [];
  }
}
