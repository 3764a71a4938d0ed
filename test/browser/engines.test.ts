import { expect } from "@open-wc/testing";

import type { EngineName } from "../../src/core/configuration.js";
import type { Engine } from "../../src/worker/engines/engine.js";
import { engineCases } from "../engines/engine-cases.js";

/** What these tests use of the bundle; its own types need a worker's library. */
interface Engines {
  readonly EngineRoom: new (assetsBaseUrl: () => string) => {
    start(name: EngineName): Promise<Engine>;
    choose(
      request: string,
      prepare: (engine: Engine) => Promise<{ run(): Promise<unknown>; end(): void }>,
    ): Promise<{
      readonly report: {
        readonly name: string;
        readonly candidates: readonly { readonly name: string; readonly reason: string }[];
      };
    }>;
  };
}

const bundle = "/build/bundles/browser/engines.js";
const { EngineRoom } = (await import(bundle)) as Engines;
const room = new EngineRoom(() => new URL("/dist/assets/", location.href).href);

const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
const hasWebGpu = ((await gpu?.requestAdapter()) ?? null) !== null;

for (const name of ["wasm", "webgpu", "tfjs-wasm", "tfjs-webgpu"] as const) {
  describe(`engine ${name} in the browser`, () => {
    for (const { title, run } of engineCases) {
      it(title, async function () {
        this.timeout(120_000);
        // A graph for every shape takes minutes to compile on a software adapter; the cases of one shape are run.
        const slow = name === "tfjs-webgpu" && /any size|1 to 16/.test(title);
        if (slow || (name.includes("webgpu") && !hasWebGpu)) this.skip();
        await run(await room.start(name), await room.start("js"), 1e-5);
      });
    }
  });
}

describe("the choice of an engine", () => {
  it("never takes a software adapter by itself, and says why", async function () {
    this.timeout(60_000);
    const { report } = await room.choose("auto", async (engine) => {
      const separator = await engine.createSeparator({
        pixels: 4096,
        type: "uint16",
        slots: 1,
        blockFrames: 1,
        sparse: { type: "float32", offsetAdu: 0 },
        lowRank: null,
      });
      const map = { frames: 1, matrix: Float64Array.of(0.5), offset: Float64Array.of(0), pedestal: 0 };
      return {
        run: () => separator.separate(map, [{ slots: [0], channel: 0 }], 0),
        end: () => separator.dispose(),
      };
    });
    expect(report.name).to.equal("wasm");
    const webgpu = report.candidates.find((candidate) => candidate.name === "webgpu");
    expect(webgpu?.reason).to.match(/software|no adapter/);
  });
});
