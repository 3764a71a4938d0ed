import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { windowOf } from "../../src/core/windows.js";
import type { HeadlessClient } from "../../src/protocol/headless-client.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const slnetCommand = join(root, "dist/cli/slnet.js");
const packageName: string = "slnet-web/client";
// The package as an application in Node gets it, by its name.
const { createSlnetClient } = (await import(packageName)) as {
  createSlnetClient(options?: { engine?: "js" | "wasm" }): Promise<HeadlessClient>;
};

const shape = { frames: 60, height: 12, width: 10, type: "uint16" } as const;
const configuration = { temporalShifts: [0, 5, 10], trainFrames: "0:20", maxEpochs: 2, imageSize: 8 };

/** Frames with a background that falls, and one molecule in every fourth frame. */
function frame(index: number): Uint16Array {
  const samples = Uint16Array.from({ length: shape.height * shape.width }, (_, pixel) => 300 - index + (pixel % 13));
  if (index % 4 === 0) samples[55] = 900;
  return samples;
}

const stack = {
  type: "frames",
  name: "made",
  shape,
  frames: { read: (index: number) => Promise.resolve(frame(index)) },
} as const;

/** Runs Node to its end, which must be a good one, and gives what it printed. */
function runNode(folder: string, ...args: string[]): string {
  const { status, stderr, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Notes the names of the calls that go to any worker, which they reach as ever, until `stop`. */
function watchCalls(): { readonly calls: readonly string[]; stop(): void } {
  const calls: string[] = [];
  const { prototype } = Worker;
  const sending = Object.getOwnPropertyDescriptor(prototype, "postMessage")!;
  const send = sending.value as Worker["postMessage"];
  prototype.postMessage = function (this: Worker, message: { readonly path?: readonly string[] }, moved) {
    calls.push(message.path?.[0] ?? "");
    send.call(this, message, moved);
  };
  return { calls, stop: () => void Object.defineProperty(prototype, "postMessage", sending) };
}

describe("slnet-web/client in Node", () => {
  let slnet: HeadlessClient;
  let model: ModelFile;
  before(async () => {
    slnet = await createSlnetClient({ engine: "wasm" });
    model = await slnet.train(stack, { configuration });
  });
  after(() => slnet.dispose());

  it("trains, and cleans to what the formula gives", async () => {
    assert.deepEqual(model.temporalShifts, [0, 5, 10]);
    const blocks = [];
    for await (const block of slnet.clean(stack, { model, lowRank: true })) blocks.push(block);
    assert.equal(blocks.at(-1)?.to, shape.frames);
    const pixels = shape.height * shape.width;
    for (const index of [0, 33, 59]) {
      const block = blocks.find(({ from, to }) => index >= from && index < to)!;
      const map = separationMap(networkOf(model), model.normalisation);
      const { frames, channel } = windowOf(index, model.temporalShifts, shape.frames);
      const expected = new Float64Array(pixels);
      separate(map, frames.map(frame), channel, expected, null);
      const found = block.sparse.subarray((index - block.from) * pixels, (index - block.from + 1) * pixels);
      for (let pixel = 0; pixel < pixels; pixel++) {
        assert.ok(Math.abs(found[pixel]! - expected[pixel]!) < 1e-2, `frame ${index}, pixel ${pixel}`);
      }
    }
  });

  it("subtracts the running median", async () => {
    const means: number[] = [];
    for await (const { sparse } of slnet.median(stack, { windowFrames: 9, from: 20, to: 30 })) {
      means.push(...sparse.filter((value) => value > 100));
    }
    // Frames 20, 24 and 28 have the molecule.
    assert.equal(means.length, 3);
  });

  it("measures a model", async () => {
    const figures = await slnet.evaluate(stack, { model });
    assert.ok(figures.windows > 0);
    assert.ok(Number.isFinite(figures.loss));
  });

  it("uses one open stack for several calls", async () => {
    const opened = await slnet.open(stack);
    for (const to of [5, 10]) {
      let frames = 0;
      for await (const block of slnet.median(opened, { windowFrames: 5, to })) frames += block.to - block.from;
      assert.equal(frames, to);
    }
    await opened.close();
  });

  it("does two things at once", async () => {
    const count = async (to: number): Promise<number> => {
      let frames = 0;
      for await (const block of slnet.clean(stack, { model, to })) frames += block.to - block.from;
      return frames;
    };
    assert.deepEqual(await Promise.all([count(60), count(31), count(7)]), [60, 31, 7]);
  });

  it("ends with the reason of its signal, and goes on with the next call", async () => {
    const stopped = new AbortController();
    const reason = new Error("enough");
    const training = slnet.train(stack, {
      configuration: { ...configuration, maxEpochs: 5000 },
      signal: stopped.signal,
      onProgress: () => stopped.abort(reason),
    });
    assert.equal(await training.catch((error: unknown) => error), reason);
    for await (const { to } of slnet.median(stack, { windowFrames: 5 })) if (to > 0) break;
    assert.ok((await slnet.evaluate(stack, { model })).windows > 0);
  });

  it("cleans again in a second loop", async () => {
    const blocks = slnet.median(stack, { windowFrames: 5 });
    for (const turn of ["first", "second"]) {
      let frames = 0;
      for await (const { from, to } of blocks) frames += to - from;
      assert.equal(frames, shape.frames, turn);
    }
  });

  it("closes every job and stack that it opened, however the work ends", async () => {
    // Before the client is made, which keeps the way to its worker.
    const { calls, stop } = watchCalls();
    const watched = await createSlnetClient({ engine: "wasm" });
    const stopped = new AbortController();
    const aborted = async (): Promise<void> => {
      for await (const { to } of watched.clean(stack, { model, signal: stopped.signal })) if (to > 0) stopped.abort();
    };
    try {
      for await (const { to } of watched.clean(stack, { model })) if (to > 0) break;
      // Where the last block is the first, the abort comes after it, and is heard all the same.
      await assert.rejects(aborted(), { name: "AbortError" });
      const failing = { ...stack, frames: { read: () => Promise.reject(new Error("the host says no")) } };
      await assert.rejects(watched.train(failing, { configuration }), {
        code: "bad-input",
        message: /the host says no/,
      });
      await watched.evaluate(stack, { model });
    } finally {
      watched.dispose();
      stop();
    }
    const count = (name: RegExp): number => calls.filter((call) => name.test(call)).length;
    assert.equal(count(/^openStack$/), 4);
    assert.equal(count(/^closeStack$/), 4);
    assert.deepEqual([count(/^openCleaning$/), count(/^openTraining$/), count(/^openEvaluation$/)], [2, 1, 1]);
    // The training failed as it was opened, and has no job to close.
    assert.equal(count(/^closeJob$/), 3, calls.join());
  });

  it("fails what is under way when its worker is lost, and starts another one for the next call", async () => {
    const workers: Worker[] = [];
    const onWorker = (worker: Worker): void => void workers.push(worker);
    process.on("worker", onWorker);
    const other = await createSlnetClient({ engine: "wasm" });
    try {
      const long = { ...configuration, maxEpochs: 5000 };
      const training = other.train(stack, { configuration: long, onProgress: () => void workers[0]!.terminate() });
      await assert.rejects(training, { name: "SlnetError", code: "worker-lost" });
      // An abort is heard while the next worker starts.
      const reason = new Error("too slow");
      const stopped = new AbortController();
      const opening = other.open(stack, { signal: stopped.signal });
      stopped.abort(reason);
      assert.equal(await opening.catch((error: unknown) => error), reason);
      assert.ok((await other.evaluate(stack, { model })).windows > 0);
      assert.equal(workers.length, 2);
    } finally {
      process.off("worker", onWorker);
      other.dispose();
    }
  });

  it("lets many clients live at once without a warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const clients = await Promise.all(Array.from({ length: 12 }, () => createSlnetClient()));
    for (const client of clients) client.dispose();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    assert.deepEqual(warnings, []);
  });

  it("says what is wrong with what it is given", async () => {
    const refusal = async (work: () => Promise<unknown>): Promise<string> => {
      try {
        await work();
        return "accepted";
      } catch (error) {
        return isSlnetError(error) ? `${error.code}: ${error.message}` : String(error);
      }
    };
    const drain = async (blocks: AsyncIterable<unknown>): Promise<void> => {
      for await (const block of blocks) assert.ok(block);
    };
    // As a caller in JavaScript may do it.
    const nothing = undefined as never;
    const method = { type: "median", windowFrames: 5 } as const;
    const refused: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
      [() => slnet.open("/nowhere/none.tif"), /^bad-input: .*none\.tif/],
      [() => slnet.open(""), /^bad-input: the stack is an empty text/],
      [
        () => slnet.open(new URL("ftp://host/stack.tif")),
        /^bad-input: ftp:.* expected an address of http, https or file/,
      ],
      [() => slnet.open(new URL("file://host/stack.tif")), /^bad-input: file:\/\/host.* names no file/],
      [() => slnet.open(new Blob(["no stack"])), /^(bad-input|unsupported): /],
      [() => slnet.train(nothing), /^bad-input: the stack is Undefined/],
      [() => slnet.train(new ArrayBuffer(8) as never), /^bad-input: the stack is ArrayBuffer/],
      [() => slnet.train(stack, { configuration: { maxEpochs: -1 } }), /^bad-input: .*maxEpochs/],
      [() => slnet.train(stack, { configuration: { maxEpochs: () => 1 } }), /^bad-input: .* expected plain data/],
      [() => drain(slnet.clean(stack, nothing)), /^bad-input: clean was given Undefined/],
      [() => drain(slnet.clean(stack, { model: nothing })), /^bad-input: model .* is not an SLNet model/],
      [() => drain(slnet.median(stack, { from: 9, to: 3 })), /^bad-input: frames 9:3 .* expected a part of 0:60/],
      [() => slnet.evaluate(stack, nothing), /^bad-input: evaluate was given Undefined/],
      [() => slnet.save(stack, nothing), /^bad-input: save was given Undefined/],
      [() => slnet.save(stack, { method, target: nothing }), /^bad-input: save was given Undefined, expected a target/],
      [
        () => slnet.save(stack, { method: { type: "slnet", model: nothing }, target: { type: "path", path: "x.tif" } }),
        /^bad-input: model .* is not an SLNet model/,
      ],
    ];
    for (const [work, pattern] of refused) assert.match(await refusal(work), pattern);
  });

  it("refuses every call once it was disposed of", async () => {
    const other = await createSlnetClient();
    other.dispose();
    await assert.rejects(other.open(stack), { code: "worker-lost" });
  });

  it("gives what the command line gives: the same file and the same figures", async () => {
    const folder = mkdtempSync(join(tmpdir(), "slnet-client-"));
    try {
      const run = (...args: string[]): string => runNode(folder, slnetCommand, ...args, "--engine", "wasm", "--json");
      const [recording, modelFile] = [join(folder, "recording.tif"), join(folder, "model.json")];
      const size = ["--frames", "80", "--width", "32", "--height", "24", "--seed", "3"];
      runNode(folder, slnetCommand, "simulate", "--output", "recording.tif", ...size);
      const trained = await slnet.train(recording, { configuration });
      writeFileSync(modelFile, JSON.stringify(trained));

      const path = join(folder, "ours.tif");
      const { clipped } = await slnet.save(recording, {
        method: { type: "slnet", model: trained },
        target: { type: "path", path },
      });
      const cleaned = JSON.parse(run("clean", recording, "--model", modelFile, "--output", "theirs.tif")) as {
        readonly clipped: number;
      };
      assert.equal(clipped, cleaned.clipped);
      assert.ok(readFileSync(path).equals(readFileSync(join(folder, "theirs.tif"))), "the two files differ");

      const { figures } = JSON.parse(run("eval", recording, "--model", modelFile)) as { readonly figures: object };
      assert.deepEqual({ ...(await slnet.evaluate(recording, { model: trained })) }, figures);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("runs as the documentation has it, and lets the process end", () => {
    const [, code] = /```js node\n(.*?)```/s.exec(readFileSync(join(root, "docs/embedding.md"), "utf8"))!;
    mkdirSync(join(root, "build"), { recursive: true });
    // Inside the package, so that its name means this package.
    const folder = mkdtempSync(join(root, "build", "embedding-"));
    try {
      writeFileSync(join(folder, "example.mjs"), code!);
      const run = (...args: string[]): string => runNode(folder, ...args);
      run(slnetCommand, "simulate", "--output", "recording.tif", "--frames", "150", "--width", "64", "--height", "64");
      run("example.mjs");
      const info = JSON.parse(run(slnetCommand, "info", "cleaned.tif", "--json")) as { frames?: number };
      assert.match(JSON.stringify(info), /"frames":150/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
