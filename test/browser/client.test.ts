import { expect } from "@open-wc/testing";

import { isSlnetError } from "../../src/core/errors.js";
import type { ModelFile } from "../../src/core/model.js";
import { createSlnetClient } from "../../src/plugin/client.js";
import { noisyTiff } from "./session-harness.js";

const options = { workerUrl: "/dist/slnet.worker.js", assetsBaseUrl: "/dist/assets/", engine: "wasm" } as const;
const configuration = { temporalShifts: [0, 5, 10], trainFrames: "0:20", maxEpochs: 3, imageSize: 8 };

describe("slnet-web/client in a page", () => {
  it("trains, cleans and measures a file without an element", async () => {
    const slnet = await createSlnetClient(options);
    const file = await noisyTiff(40);
    const model = await slnet.train(file, { configuration });
    expect(model.temporalShifts).to.deep.equal([0, 5, 10]);
    let bright = 0;
    let frames = 0;
    for await (const { from, to, sparse } of slnet.clean(file, { model })) {
      frames += to - from;
      bright += sparse.filter((value) => value > 150).length;
    }
    expect(frames).to.equal(40);
    // The spot is in every third of 40 frames.
    expect(bright).to.equal(14);
    expect((await slnet.evaluate(file, { model })).windows).to.be.above(0);
    slnet.dispose();
    const refusal = await slnet.open(file).catch((error: unknown) => error);
    expect(isSlnetError(refusal, "worker-lost")).to.equal(true);
  });

  it("splits each frame by the masked mean into background and a rest that keeps its sign", async () => {
    const slnet = await createSlnetClient(options);
    const file = await noisyTiff(40);
    const model = await slnet.train(file, { configuration });
    const pixels = 20 * 24;
    const spot = 5 * 20 + 5;
    let below = 0;
    for await (const { from, to, sparse, lowRank } of slnet.maskedMean(file, {
      model,
      windowFrames: 20,
      lowRank: true,
    })) {
      below += sparse.filter((value) => value < 0).length;
      for (let frame = from; frame < to; frame++) {
        if (frame % 3 !== 0) continue;
        const at = (frame - from) * pixels + spot;
        expect(sparse[at]! + lowRank![at]!, `frame ${frame}`).to.be.closeTo(900, 1e-3);
      }
    }
    // About half of the noise.
    expect(below / (40 * pixels)).to.be.within(0.3, 0.7);
    const tooShort = slnet.maskedMean(file, { model, windowFrames: 2 })[Symbol.asyncIterator]();
    const refusal = await tooShort.next().catch((error: unknown) => error);
    expect(isSlnetError(refusal, "bad-input")).to.equal(true);
    slnet.dispose();
  });

  it("starts another worker after one was lost", async () => {
    const workers: Worker[] = [];
    const slnet = await createSlnetClient({
      ...options,
      workerFactory: () => {
        const worker = new Worker("/dist/slnet.worker.js", { type: "module" });
        workers.push(worker);
        return worker;
      },
    });
    const file = await noisyTiff(40);
    const training = slnet.train(file, { configuration: { ...configuration, maxEpochs: 9000 } });
    setTimeout(() => workers[0]!.dispatchEvent(new ErrorEvent("error", { message: "gone" })), 300);
    const lost = await training.catch((error: unknown) => error);
    expect(isSlnetError(lost, "worker-lost")).to.equal(true);
    const blocks = [];
    for await (const block of slnet.median(file, { windowFrames: 5 })) blocks.push(block.to);
    expect(blocks.at(-1)).to.equal(40);
    expect(workers).to.have.length(2);
    slnet.dispose();
  });

  it("closes every job and stack that it opened, however the work ends", async () => {
    const calls: string[] = [];
    const slnet = await createSlnetClient({
      ...options,
      workerFactory: () => {
        const worker = new Worker("/dist/slnet.worker.js", { type: "module" });
        const send = worker.postMessage.bind(worker) as (message: unknown, moved: Transferable[]) => void;
        worker.postMessage = (message: { readonly path?: readonly string[] }, moved: unknown) => {
          calls.push(message.path?.[0] ?? "");
          send(message, moved as Transferable[]);
        };
        return worker;
      },
    });
    const file = await noisyTiff(40);
    const model = await slnet.train(file, { configuration });
    for await (const { to } of slnet.clean(file, { model })) if (to > 0) break;
    const stopped = new AbortController();
    const reason = new Error("enough");
    const training = slnet.train(file, {
      configuration: { ...configuration, maxEpochs: 9000 },
      signal: stopped.signal,
      onProgress: () => stopped.abort(reason),
    });
    expect(await training.catch((error: unknown) => error)).to.equal(reason);
    const refused = slnet.clean(file, { model: {} as ModelFile })[Symbol.asyncIterator]();
    const refusal = await refused.next().catch(String);
    expect(refusal).to.contain("is not an SLNet model file");
    const count = (name: string): number => calls.filter((call) => call === name).length;
    expect(count("openStack")).to.equal(4);
    expect(count("closeStack")).to.equal(4);
    // The last cleaning was refused, and has no job to close.
    expect([count("openTraining"), count("openCleaning"), count("closeJob")]).to.deep.equal([2, 2, 3]);
    slnet.dispose();
  });

  it("says where it looked for a worker that is missing", async () => {
    const refusal = await createSlnetClient({ workerUrl: "/dist/nowhere.js" }).catch((error: unknown) => error);
    expect(isSlnetError(refusal, "worker-lost")).to.equal(true);
    expect((refusal as Error).message).to.contain("/dist/nowhere.js");
  });

  it("runs as the documentation has it", async () => {
    const text = await (await fetch("/docs/embedding.md")).text();
    const [, code] = /```js page\n.*?\n\n(.*?)```/s.exec(text)!;
    const client = ((await import(builtClient)) as { createSlnetClient: typeof createSlnetClient }).createSlnetClient;
    const shown: number[] = [];
    const { constructor: AsyncFunction } = Object.getPrototypeOf(async () => undefined) as {
      readonly constructor: new (...code: string[]) => (...values: unknown[]) => Promise<void>;
    };
    // The built client finds the worker beside itself.
    await new AsyncFunction("createSlnetClient", "file", "signal", "show", code!)(
      client,
      await noisyTiff(220),
      new AbortController().signal,
      (from: number, sparse: Float32Array) => shown.push(from, sparse.length),
    );
    expect(shown[0]).to.equal(0);
    expect(shown.filter((_, index) => index % 2 === 1).reduce((sum, length) => sum + length, 0)).to.equal(
      220 * 24 * 20,
    );
  });
});

const builtClient: string = "/dist/client.js";

/** Checked by the compiler: what the documentation shows. */
export async function example(file: File, signal: AbortSignal): Promise<ModelFile> {
  const slnet = await createSlnetClient();
  const model = await slnet.train(file, { signal });
  for await (const { from, sparse } of slnet.clean(file, { model, signal })) sparse.fill(from);
  slnet.dispose();
  return model;
}
