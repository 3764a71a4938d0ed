import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { createGradient } from "../../src/core/loss.js";
import { createNetwork, networkParameters } from "../../src/core/network.js";
import { createRandom } from "../../src/core/random.js";
import type { SeparatorPlan, TrainingFrames } from "../../src/worker/engines/engine.js";
import { separatorBytes, trainerBytes } from "../../src/worker/engines/engine-memory.js";

const { EngineRoom } = (await import(
  new URL("../../bundles/node/engines.js", import.meta.url).href
)) as typeof import("../../src/worker/engines/start-engine.js");

interface KernelMemory {
  readonly buffer: ArrayBuffer;
}
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: { Memory: new (pages: object) => KernelMemory };
};

/** WebAssembly memory comes in pages, of which some are for the kernels themselves. */
const roundedBytes = 4 * 65_536;

describe("the memory that an estimate states", () => {
  const room = new EngineRoom(() => "");
  const { Memory } = wasm;
  after(() => void (wasm.Memory = Memory));

  const plan: SeparatorPlan = {
    pixels: 200 * 150,
    type: "uint16",
    slots: 37,
    blockFrames: 21,
    sparse: { type: "float32", offsetAdu: 0 },
    lowRank: null,
  };
  for (const [what, changed] of [
    ["sparse frames", plan],
    ["both parts", { ...plan, lowRank: { type: "uint16", offsetAdu: 5 } }],
    ["8-bit frames", { ...plan, type: "uint8", sparse: { type: "uint16", offsetAdu: 0 } }],
  ] as const) {
    it(`for cleaning is what the kernels' memory has (${what})`, async () => {
      const separator = await (await room.start("wasm")).createSeparator(changed);
      const taken = separator.frames.buffer.byteLength;
      const stated = separatorBytes(changed);
      assert.ok(taken >= stated && taken <= stated + roundedBytes, `${taken} bytes are taken, ${stated} were stated`);
      separator.dispose();
    });

    it(`for cleaning is what JavaScript allocates (${what})`, async () => {
      const separator = await (await room.start("js")).createSeparator(changed);
      const outputs = separator.outputs.flatMap(({ sparse, lowRank }) => [sparse, lowRank]);
      const taken = [separator.frames, ...outputs].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
      assert.equal(taken, separatorBytes(changed));
    });
  }

  it("for training is the frames, and a memory with their copy and the crops", async () => {
    const engine = await room.start("wasm");
    const shape = { frames: 30, height: 100, width: 120, type: "uint16" } as const;
    const frames: TrainingFrames = {
      samples: Uint16Array.from({ length: 30 * 100 * 120 }, (_, i) => 100 + (i % 57)),
      shape,
      normalisation: { type: 2, offsetAdu: 0, maximum: 157, mean: 128, standardDeviation: 16 },
    };
    const options = { sparsityWeight: 0.1, singularValueThreshold: 0.01, rank: 3 };
    const network = createNetwork(3, { useBias: false, weightMultiplier: 0.01 }, createRandom(1, "weights"));
    const windows = Array.from({ length: 8 }, (_, i) => [i, i + 10, i + 20]);
    let taken = 0;
    wasm.Memory = class extends Memory {
      constructor(pages: object) {
        super(pages);
        taken += this.buffer.byteLength;
      }
    };
    await engine.trainStep(
      network,
      frames,
      { windows, top: 3, left: 4, side: 64 },
      options,
      createGradient(networkParameters(network)),
    );
    const size = { framesBytes: frames.samples.byteLength, n: 3, batchSize: 8, cropPixels: 64 * 64 };
    const stated = trainerBytes("wasm", size) - size.framesBytes;
    assert.ok(taken >= stated && taken <= stated + roundedBytes, `${taken} bytes are taken, ${stated} were stated`);
    engine.release();
  });
});
