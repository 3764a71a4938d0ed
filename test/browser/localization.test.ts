import { expect } from "@open-wc/testing";

import { createFrameLocalizer } from "../../src/core/localization/frame-localizer.js";
import { createLocalizationList, type Localizations } from "../../src/core/localization/localization.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import type { LocalizationBlock } from "../../src/protocol/localization-api.js";
import { createSlnetClient } from "../../src/plugin/client.js";

const scene = { width: 64, height: 64, frames: 60, seed: 4, emittersPerFrame: 4 };

describe("localizing in the worker of a page", () => {
  it("gives what the localizer of this thread finds, with the background that cleaning gives", async () => {
    const slnet = await createSlnetClient({ workerUrl: "/dist/slnet.worker.js", assetsBaseUrl: "/dist/assets/" });
    const stack = await slnet.open({ type: "simulated", options: scene });
    const method = { type: "median", windowFrames: 25 } as const;
    const range = { from: 0, to: scene.frames, tail: "shift", engine: "wasm" } as const;
    const run = await stack.localize(method, { ...range, localizer: { fit: "mle" } });
    const blocks: LocalizationBlock[] = [];
    for await (const block of run) blocks.push(block);
    expect(blocks.at(-1)?.progress.done).to.equal(scene.frames);

    const simulation = createSimulation(createSimulationOptions(scene));
    const localizer = createFrameLocalizer(scene.height, scene.width, run.plan.localizer);
    const list = createLocalizationList();
    const pixels = scene.height * scene.width;
    for await (const { from, to, lowRank } of slnet.median(stack, { windowFrames: 25, lowRank: true })) {
      for (let frame = from; frame < to; frame++) {
        const background = lowRank!.subarray((frame - from) * pixels, (frame - from + 1) * pixels);
        localizer.localize(frame, simulation.frame(frame), background, list);
      }
    }
    const expected = list.take();
    expect(expected.frames.length).to.be.above(150);
    for (const column of Object.keys(expected) as (keyof Localizations)[]) {
      const found = blocks.flatMap((block) => [...block.localizations[column]]);
      expect(found, column).to.deep.equal([...expected[column]]);
    }
    await stack.close();
    slnet.dispose();
  });
});
