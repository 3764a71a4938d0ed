import { expect } from "@open-wc/testing";

import { createSlnetClient } from "../../src/plugin/client.js";
import { noisyTiff } from "./session-harness.js";

const options = { workerUrl: "/dist/slnet.worker.js", assetsBaseUrl: "/dist/assets/", engine: "wasm" } as const;
const configuration = { temporalShifts: [0, 5, 10], trainFrames: "0:20", maxEpochs: 3, imageSize: 8 };

describe("looking at a stack in a page", () => {
  for (const engine of ["webgpu", "wasm", "tfjs-webgpu", "tfjs-wasm"] as const) {
    it(`traces the pixels of a line with the values that cleaning whole frames gives (${engine})`, async function () {
      this.timeout(60_000);
      if (engine.endsWith("webgpu") && !(await navigator.gpu?.requestAdapter())) this.skip();
      const slnet = await createSlnetClient(options);
      const stack = await slnet.open(await noisyTiff(40));
      const { width, height } = stack.description.shape;
      const model = await slnet.train(stack, { configuration });
      const asked = { from: 3, to: 38, tail: "shift", engine } as const;
      const positions = Array.from({ length: width }, (_, x) => [x, Math.floor(height / 2)] as const);
      const expected: number[] = [];
      const cleaning = await stack.clean({ type: "slnet", model }, { ...asked, lowRank: true });
      for await (const { from, to, lowRank } of cleaning) {
        for (let frame = 0; frame < to - from; frame++) {
          for (const [x, y] of positions) expected.push(lowRank![(frame * height + y) * width + x]!);
        }
      }
      await cleaning.close();
      const found: number[] = [];
      const run = await stack.profile({ type: "slnet", model }, { from: positions[0]!, to: positions.at(-1)! }, asked);
      for await (const { lowRank } of run) found.push(...lowRank!);
      expect(run.plan.positions).to.deep.equal(positions);
      expect(run.plan.engine?.name).to.equal(engine);
      // Where multiplication and addition are fused, pixels beside the last whole vector of a frame are rounded otherwise.
      const tolerance = 2 ** -22;
      expect(found).to.have.length(expected.length);
      const farthest = found.reduce((most, value, i) => Math.max(most, Math.abs(value / expected[i]! - 1) || 0), 0);
      expect(farthest).to.be.at.most(tolerance);
      expect(found.some((value) => value > 0)).to.equal(true);
      slnet.dispose();
    });
  }

  it("surveys a file, estimates a run and projects its frames", async () => {
    const slnet = await createSlnetClient(options);
    const stack = await slnet.open(await noisyTiff(40));
    let framesRead = 0;
    for await (const { survey } of await stack.survey(null, {})) framesRead = survey?.framesRead ?? 0;
    expect(framesRead).to.equal(40);
    const estimate = await stack.estimate({ ...configuration, engine: "wasm" }, null);
    const { engine, trainingSeconds, cleaningSeconds } = estimate;
    expect([engine, trainingSeconds! > 0, cleaningSeconds! > 0]).to.deep.equal(["wasm", true, true]);
    const asked = { from: 0, to: 40, lowRank: true, tail: "shift", engine: "wasm" } as const;
    let largest = 0;
    for await (const { projections } of await stack.project({ type: "median", windowFrames: 9 }, asked)) {
      largest = projections?.sparse?.maximum.reduce((most, value) => Math.max(most, value)) ?? largest;
    }
    expect(largest).to.be.above(150);
    slnet.dispose();
  });
});
