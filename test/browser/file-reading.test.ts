import { expect } from "@open-wc/testing";

import { createMemorySink } from "../../src/core/io/buffer-source.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { createRandom } from "../../src/core/random.js";
import { createWorkerClient } from "../../src/plugin/worker-client.js";
import type { ClientStack, SlnetClient } from "../../src/protocol/client.js";

const side = 256;
const frames = 120;
const pixels = side * side;

describe("reading a file in a page", () => {
  let client: SlnetClient;
  let stack: ClientStack;
  const frameAt = (index: number): Uint16Array =>
    Uint16Array.from({ length: pixels }, (_, i) => (7 * i + 31 * index) % 65536);
  const requireFrame = async (index: number): Promise<void> => {
    const found = (await stack.readFrame(index)) as Uint16Array;
    const expected = frameAt(index);
    expect(found.length).to.equal(pixels);
    expect(
      found.findIndex((value, i) => value !== expected[i]),
      `first wrong pixel of frame ${index}`,
    ).to.equal(-1);
  };

  before(async () => {
    client = await createWorkerClient({
      workerFactory: () => new Worker("/dist/slnet.worker.js", { type: "module" }),
      assetsBaseUrl: "/dist/assets/",
    });
    const sink = createMemorySink();
    const writer = createTiffWriter(sink, { height: side, width: side, frames, type: "uint16" });
    for (let index = 0; index < frames; index++) await writer.write(frameAt(index));
    await writer.finish();
    stack = await client.openStack({ type: "file", file: new File([sink.bytes()], "long.tif"), name: "long.tif" });
  });
  after(() => client.dispose());

  it("gives every frame in order, over the end of one stream and of the file", async () => {
    for (let index = 0; index < frames; index++) await requireFrame(index);
  });

  it("gives frames in any order, many at a time", async () => {
    const random = createRandom(5, "order");
    for (let round = 0; round < 40; round++) {
      const indices = Array.from({ length: 8 }, () => random.integer(frames));
      await Promise.all(indices.map(requireFrame));
    }
  });

  it("cleans while frames are looked at, as it cleans alone", async () => {
    const options = { from: 0, to: frames, lowRank: false, tail: "shift", engine: "js" } as const;
    const sums = async (alongside: () => Promise<void>): Promise<number[]> => {
      const run = await stack.clean({ type: "median", windowFrames: 5 }, options);
      const found: number[] = [];
      for await (const { sparse } of run) {
        found.push(sparse.reduce((sum, value) => sum + value, 0));
        await alongside();
      }
      await run.close();
      return [found.reduce((sum, value) => sum + value, 0)];
    };
    const alone = await sums(() => Promise.resolve());
    let next = 0;
    expect(await sums(() => requireFrame((next += 37) % frames))).to.deep.equal(alone);
  });
});
