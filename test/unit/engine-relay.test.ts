import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Engine } from "../../src/worker/engines/engine.js";
import { EngineRelay } from "../../src/worker/engines/engine-relay.js";
import { createJsEngine } from "../../src/worker/engines/js-engine.js";

const root = new URL("../../../", import.meta.url);
const { EngineRoom } = (await import(
  new URL("build/bundles/node/engines.js", root).href
)) as typeof import("../../src/worker/engines/start-engine.js");

const pixels = 2;
const map = { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 };

/** Separates the frame 10, 20. */
async function work(engine: Engine): Promise<number[]> {
  const sparse = { type: "float32", offsetAdu: 0 } as const;
  const separator = await engine.createSeparator({
    pixels,
    type: "uint16",
    slots: 1,
    blockFrames: 1,
    sparse,
    lowRank: null,
  });
  separator.frames.set([10, 20]);
  separator.refresh(0, 1);
  await separator.separate(map, [{ slots: [0], channel: 0 }], 0);
  return [...(separator.outputs[0].sparse ?? [])];
}

/** The engine as it is, under another name, until its device is lost at some call. */
function losing(name: "webgpu" | "wasm", atCall: number, disposed: string[]): Engine {
  const js = createJsEngine();
  let calls = 0;
  return {
    ...js,
    name,
    createSeparator: (plan) =>
      ++calls < atCall ? js.createSeparator(plan) : Promise.reject(new Error("the device was lost")),
    dispose: () => disposed.push(name),
  };
}

describe("the hand-over between engines", () => {
  it("goes on with the next engine where one fails in the middle, and says so once", async () => {
    const disposed: string[] = [];
    const notices: string[] = [];
    const relay = new EngineRelay(new EngineRoom(() => ""), losing("webgpu", 2, disposed), (text) =>
      notices.push(text),
    );
    for (let turn = 0; turn < 3; turn++) assert.deepEqual(await relay.run(work), [5, 10]);
    assert.equal(relay.engine.name, "wasm");
    assert.deepEqual(disposed, ["webgpu"]);
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? "", /webgpu failed \(the device was lost\); engine wasm goes on/);
  });

  it("takes the plain engine where the kernels fail", async () => {
    const relay = new EngineRelay(new EngineRoom(() => ""), losing("wasm", 1, []), () => undefined);
    assert.deepEqual(await relay.run(work), [5, 10]);
    assert.equal(relay.engine.name, "js");
  });

  it("throws what the last engine throws", async () => {
    const relay = new EngineRelay(new EngineRoom(() => ""), createJsEngine(), () => undefined);
    await assert.rejects(
      relay.run(() => Promise.reject(new Error("frame 3 is missing"))),
      /frame 3 is missing/,
    );
  });
});
