import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { relayEngine } from "../../src/worker/engines/engine-relay.js";
import { createJsEngine } from "../../src/worker/engines/js-engine.js";
import { EngineRoom } from "../../src/worker/engines/start-engine.js";

const request = {
  map: { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 },
  windows: [[Uint16Array.of(10, 20)]],
  channels: [0],
  lowRank: null,
};

describe("the hand-over between engines", () => {
  it("goes on with the js engine where one fails in the middle, and says so once", async () => {
    let calls = 0;
    let disposed = false;
    const js = createJsEngine();
    // The engine as it is, until its device is lost at the second call.
    const failing = {
      ...js,
      name: "tfjs-webgpu" as const,
      apply: (given: Parameters<typeof js.apply>[0]) =>
        ++calls < 2 ? js.apply(given) : Promise.reject(new Error("the device was lost")),
      dispose: () => (disposed = true),
    };
    const report = { name: failing.name, adapter: failing.adapter, reason: "chosen by hand", candidates: [] };
    const notices: string[] = [];
    const engine = relayEngine(new EngineRoom(() => ""), { engine: failing, report }, (text) => notices.push(text));
    for (let turn = 0; turn < 3; turn++) {
      const sparse = new Float32Array(2);
      await engine.apply({ ...request, sparse });
      assert.deepEqual([...sparse], [5, 10]);
    }
    assert.equal(engine.name, "js");
    assert.ok(disposed);
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? "", /tfjs-webgpu failed \(the device was lost\); engine js goes on/);
  });
});
