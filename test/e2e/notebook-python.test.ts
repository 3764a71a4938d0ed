import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { StackShape } from "../../src/core/frames.js";
import type { CleanedBlock } from "../../src/protocol/api.js";
import { CleanedSender } from "../../src/plugin/notebook/cleaned-sender.js";
import { KernelFrames } from "../../src/plugin/notebook/kernel-frames.js";
import { KernelLink, type KernelRequest } from "../../src/plugin/notebook/kernel-link.js";
import { stackTraits } from "../../src/plugin/notebook/stack-traits.js";
import type { WidgetModel } from "../../src/plugin/notebook/widget-model.js";
import type { CommData } from "./notebook/host.js";
import { openNotebook, type Kernel, type KernelMessage } from "./notebook/notebook-page.js";
import { PythonExchange } from "./notebook/python-exchange.js";

const minutes = 60_000;
const { pythonWith } = (await import(new URL("../unit/python.js", import.meta.url).href)) as {
  pythonWith(...modules: readonly string[]): string | undefined;
};
const python = pythonWith("numpy");
const skip = python === undefined ? "NumPy for Python is not installed (Debian: python3-numpy)" : false;

type Listener = Parameters<WidgetModel["on"]>[1];

/** The model of a widget whose messages go straight to Python. */
class DirectModel implements WidgetModel {
  readonly requests: KernelRequest[] = [];
  readonly #exchange: PythonExchange;
  readonly #traits: Readonly<Record<string, unknown>>;
  readonly #listeners = new Set<Listener>();

  constructor(exchange: PythonExchange, traits: Readonly<Record<string, unknown>>) {
    this.#exchange = exchange;
    this.#traits = traits;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  get(name: string): unknown {
    return this.#traits[name];
  }

  set(): void {
    // No trait is set here.
  }

  save_changes(): void {
    // Nor sent.
  }

  on(_event: string, callback: Listener): void {
    this.#listeners.add(callback);
  }

  off(_event: string, callback: Listener): void {
    this.#listeners.delete(callback);
  }

  send(content: unknown, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    this.requests.push(content as KernelRequest);
    const sent = buffers.map((buffer) => new Uint8Array(buffer.slice()));
    void this.#exchange.answer(content, sent).then((answer) => {
      for (const listener of this.#listeners) if (answer) listener(answer.content, answer.buffers);
    });
  }
}

interface Session {
  readonly exchange: PythonExchange;
  readonly model: DirectModel;
  readonly link: KernelLink;
  readonly shape: StackShape;
}

/** @param stack - Python that sets `stack` */
async function withPython(stack: string, use: (session: Session) => Promise<void>): Promise<void> {
  const exchange = new PythonExchange(python!, stack);
  try {
    const model = new DirectModel(exchange, await exchange.describe());
    const faults: string[] = [];
    const link = new KernelLink(model, {
      answerLimitMs: minutes,
      onWaiting: () => undefined,
      onFault: ({ message }) => faults.push(message),
    });
    await use({ exchange, model, link, shape: stackTraits(model).shape });
    link.dispose();
    assert.equal(model.listenerCount, 0);
    await assert.rejects(link.ask({ type: "read", from: 0, to: 1, row: 0, rows: 1 }), /no longer shown here/);
    assert.deepEqual(faults, []);
  } finally {
    exchange.close();
  }
}

function block(from: number, to: number, sparse: Float32Array<ArrayBuffer>, lowRank: Float32Array<ArrayBuffer> | null) {
  return { from, to, sparse, lowRank } as unknown as CleanedBlock;
}

const { signal } = new AbortController();

describe("frames between the page and Python", { skip, timeout: 3 * minutes }, () => {
  const stacks = [
    [
      "uint16, big-endian",
      "(numpy.arange(210) * 311 % 65536).astype('>u2')",
      "uint16",
      (i: number) => (i * 311) % 65_536,
    ],
    ["uint8 that is not contiguous", "numpy.repeat(numpy.arange(210), 2).astype('u1')[::2]", "uint8", (i: number) => i],
    ["int16", "(numpy.arange(210) - 100).astype('i2')", "float32", (i: number) => i - 100],
    ["float16", "(numpy.arange(210) / 4).astype('f2')", "float32", (i: number) => i / 4],
    ["bool", "numpy.arange(210) % 3 == 0", "uint8", (i: number) => Number(i % 3 === 0)],
  ] as const;
  for (const [what, values, type, valueAt] of stacks) {
    it(`are what they are in Python: ${what}`, () =>
      withPython(`stack = (${values}).reshape(7, 5, 6)`, async ({ link, shape, model }) => {
        assert.deepEqual(shape, { frames: 7, height: 5, width: 6, type });
        const frames = new KernelFrames(link, shape);
        for (const index of [6, 0, 3]) {
          const { samples } = (await frames.read(index))!;
          assert.deepEqual(
            [...samples],
            Array.from({ length: 30 }, (_, pixel) => valueAt(index * 30 + pixel)),
          );
        }
        assert.equal(model.requests.length, 1);
      }));
  }

  it("are asked for by the block, kept as long as the memory lasts, and not asked for when nobody wants them", () =>
    withPython("stack = numpy.zeros((200, 1024, 512), 'uint16')", async ({ link, shape, model }) => {
      const frames = new KernelFrames(link, shape);
      await Promise.all([0, 1, 2, 3].map((index) => frames.read(index)));
      assert.deepEqual(
        model.requests.map((request) => request.type === "read" && [request.from, request.to]),
        [[0, 4]],
      );
      // 16 blocks of 4 MiB are 64.
      for (let index = 4; index < 68; index += 4) await frames.read(index);
      assert.equal(model.requests.length, 17);
      await frames.read(4);
      assert.equal(model.requests.length, 17);
      await frames.read(0);
      assert.equal(model.requests.length, 18);
      const scrub = new AbortController();
      const reads = [100, 120, 140, 160].map((index) => frames.read(index, scrub.signal));
      setTimeout(() => scrub.abort());
      await Promise.all(reads.map((read) => assert.rejects(read, { name: "AbortError" })));
      assert.equal(model.requests.length, 20, "two were under way");
      assert.equal((await frames.read(160))!.samples.length, 1024 * 512);
    }));

  it("are read row by row where one is larger than a message", () =>
    withPython(
      "stack = (numpy.arange(2 * 1200 * 2100) % 65521).astype('uint16').reshape(2, 1200, 2100)",
      async ({ link, shape, model }) => {
        const { samples } = (await new KernelFrames(link, shape).read(1))!;
        const pixels = 1200 * 2100;
        assert.deepEqual(
          samples,
          Uint16Array.from({ length: pixels }, (_, i) => (pixels + i) % 65_521),
        );
        assert.deepEqual(
          model.requests.map((request) => request.type === "read" && request.rows),
          [998, 202],
        );
      },
    ));

  it("come back cleaned, larger ones than a message row by row", () =>
    withPython("stack = numpy.zeros((5, 1200, 1000), 'float32')", async ({ exchange, link, shape, model }) => {
      const sender = new CleanedSender(link, () => true);
      const pixels = 1200 * 1000;
      const sparse = Float32Array.from({ length: 2 * pixels }, (_, i) => i % 9973);
      const lowRank = sparse.map((value) => -value);
      await sender.begin({ shape, from: 0, to: 5, lowRank: true }, signal);
      await sender.take(block(1, 3, sparse, lowRank), signal);
      assert.ok(
        model.requests.slice(1).every((request) => request.type === "block" && request.to - request.from === 1),
      );
      assert.equal(model.requests.length, 1 + 2 * 2 * 2);
      const found = await exchange.result("sparse");
      assert.equal(found.done, 3);
      assert.deepEqual(found.samples.subarray(pixels, 3 * pixels), sparse);
      assert.ok(found.samples.subarray(0, pixels).every((value) => value === 0));
      assert.deepEqual((await exchange.result("low_rank")).samples.subarray(pixels, 3 * pixels), lowRank);
    }));

  it("of a stack that is not Python's stay in the page", () =>
    withPython("stack = numpy.zeros((5, 4, 3), 'float32')", async ({ link, shape, model }) => {
      const sender = new CleanedSender(link, () => false);
      await sender.begin({ shape, from: 0, to: 5, lowRank: false }, signal);
      await sender.take(block(0, 1, new Float32Array(12), null), signal);
      assert.deepEqual(model.requests, []);
    }));

  it("are refused in one sentence where a request is wrong", () =>
    withPython("stack = numpy.zeros((5, 4, 3), 'uint8')", async ({ link }) => {
      const all = { row: 0, rows: 4 } as const;
      const piece = { type: "block", part: "sparse", from: 0, to: 1, row: 0, rows: 4 } as const;
      const begin = { type: "begin", run: "a", shape: [5, 4, 3], from: 0, to: 5, parts: ["sparse"] } as const;
      const refused = async (request: unknown, sentence: RegExp, bytes: number[] = []): Promise<void> => {
        const buffers = bytes.map((length) => new ArrayBuffer(length));
        await assert.rejects(link.ask(request as KernelRequest, buffers), { code: "bad-input", message: sentence });
      };
      await refused(
        { type: "read", from: -1, to: 2, ...all },
        /^Python: the page names frames from -1 up to 2, expected some of 5$/,
      );
      await refused({ type: "read", from: 0, to: 1e12, ...all }, /expected some of 5/);
      await refused({ type: "explode" }, /^Python: the page asked for 'explode', expected read, begin or block$/);
      await refused({ ...piece, run: "a" }, /another cleaning was started elsewhere/, [48]);
      await refused({ ...begin, shape: [5, 4, 4] }, /the page cleans a stack of \[5, 4, 4\], expected \[5, 4, 3\]/);
      await refused({ ...begin, parts: ["noise"] }, /the page gives \['noise'\], expected some of sparse, low_rank/);
      await link.ask(begin);
      await refused({ ...piece, run: "b" }, /another cleaning was started elsewhere/, [48]);
      await refused({ ...piece, run: "a" }, /the page gave 47 bytes for frames 0 to 0, expected 48/, [47]);
      await refused({ ...piece, run: "a" }, /the page gave 0 bytes/, [48, 48]);
      await refused({ ...piece, run: "a", rows: 5 }, /the page names 5 rows from row 0 on, expected some of 4/, [60]);
      await refused({ ...piece, run: "a", part: "low_rank" }, /the page gives 'low_rank', expected sparse/, [48]);
    }));

  it("are refused with what an array of the user's raises", () =>
    withPython(
      "class Broken:\n  shape = (5, 4, 3)\n  dtype = numpy.dtype('uint8')\n" +
        "  def __getitem__(self, part): raise OSError('the disk\\nis gone')\nstack = Broken()",
      async ({ link, shape }) => {
        const message = "Python: OSError: the disk is gone";
        await assert.rejects(new KernelFrames(link, shape).read(0), { message });
      },
    ));
});

describe("the widget over Python itself", { skip, timeout: 3 * minutes }, () => {
  it("cleans an array of NumPy, and gives back arrays of NumPy", async () => {
    const exchange = new PythonExchange(
      python!,
      "stack = numpy.full((150, 40, 50), 500, 'uint16'); stack[80, 5, 7] = 1500",
    );
    const notebook = await openNotebook();
    try {
      await notebook.create("widget", new PythonKernel(exchange, await exchange.describe()));
      await notebook.show("cell", "widget");
      const cell = notebook.page.locator("#cell");
      await cell.getByText("150 frames of 50 × 40").waitFor();
      await cell.locator("select", { hasText: "Running median" }).first().selectOption({ label: "Running median" });
      await cell.getByLabel("Also show the background").first().check();
      await cell.getByRole("button", { name: "Clean", exact: true }).click();
      await cell
        .getByText(/^Cleaned 150 frames/)
        .first()
        .waitFor();
      const { done, samples } = await exchange.result("sparse");
      assert.equal(done, 150);
      const spot = (80 * 40 + 5) * 50 + 7;
      assert.equal(samples[spot], 1000);
      assert.ok(samples.every((value, i) => value === 0 || i === spot));
      assert.ok((await exchange.result("low_rank")).samples.every((value) => value === 500));
      assert.deepEqual(notebook.errors, []);
    } finally {
      await notebook.close();
      exchange.close();
    }
  });
});

class PythonKernel implements Kernel {
  readonly state: Readonly<Record<string, unknown>>;
  readonly #exchange: PythonExchange;

  constructor(exchange: PythonExchange, traits: Readonly<Record<string, unknown>>) {
    this.#exchange = exchange;
    this.state = { name: "flat", metadata: {}, configuration: {}, model_record: "", revision: 0, ...traits };
  }

  async onMessage(data: CommData, buffers: readonly Buffer[]): Promise<readonly KernelMessage[]> {
    const answer = data.method === "custom" ? await this.#exchange.answer(data.content, buffers) : null;
    return answer ? [{ data: { method: "custom", content: answer.content }, buffers: answer.buffers }] : [];
  }
}
