import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { isSlnetError } from "../../src/core/errors.js";
import { networkOf, type ModelFile } from "../../src/core/model.js";
import { separate, separationMap } from "../../src/core/separation.js";
import { windowOf } from "../../src/core/windows.js";
import type { HeadlessClient } from "../../src/protocol/headless-client.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
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

  it("says what is wrong with what it is given", async () => {
    const refusal = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => "accepted",
        (error: unknown) => (isSlnetError(error) ? `${error.code}: ${error.message}` : String(error)),
      );
    assert.match(await refusal(slnet.open("/nowhere/none.tif")), /^bad-input: .*none\.tif/);
    assert.match(await refusal(slnet.train(stack, { configuration: { maxEpochs: -1 } })), /^bad-input: .*maxEpochs/);
    assert.match(await refusal(slnet.open(new Blob(["no stack"]))), /^(bad-input|unsupported): /);
  });

  it("refuses every call once it was disposed of", async () => {
    const other = await createSlnetClient();
    other.dispose();
    await assert.rejects(other.open(stack), { code: "worker-lost" });
  });

  it("runs as the documentation has it, and lets the process end", () => {
    const [, code] = /```js node\n(.*?)```/s.exec(readFileSync(join(root, "docs/embedding.md"), "utf8"))!;
    mkdirSync(join(root, "build"), { recursive: true });
    // Inside the package, so that its name means this package.
    const folder = mkdtempSync(join(root, "build", "embedding-"));
    try {
      writeFileSync(join(folder, "example.mjs"), code!);
      const slnetCommand = join(root, "dist/cli/slnet.js");
      const run = (...args: string[]): string => {
        const { status, stderr, stdout } = spawnSync(process.execPath, args, {
          cwd: folder,
          encoding: "utf8",
          timeout: 60_000,
        });
        assert.equal(status, 0, stderr);
        return stdout;
      };
      run(slnetCommand, "simulate", "--output", "recording.tif", "--frames", "150", "--width", "64", "--height", "64");
      run("example.mjs");
      const info = JSON.parse(run(slnetCommand, "info", "cleaned.tif", "--json")) as { frames?: number };
      assert.match(JSON.stringify(info), /"frames":150/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
