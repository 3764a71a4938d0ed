import { expect } from "@open-wc/testing";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import type { NamedFile } from "../../src/protocol/api.js";
import { StackQueue, type QueueItemState } from "../../src/plugin/queue.js";
import { splitStacks } from "../../src/plugin/stack-files.js";
import { noisyTiff, SessionHarness } from "./session-harness.js";
import { severalStacks } from "./several-stacks.js";

describe("a queue of stacks", () => {
  let harness: SessionHarness;
  let queue: StackQueue;
  beforeEach(() => {
    harness = new SessionHarness();
    queue = new StackQueue(harness.session);
  });
  afterEach(() => {
    queue.dispose();
    harness.session.dispose();
  });

  const named = (file: File): NamedFile => ({ path: file.name, file });
  const stack = async (name: string, frames = 40): Promise<NamedFile> => named(await noisyTiff(frames, name));
  const broken = async (name: string): Promise<NamedFile> =>
    named(new File([(await noisyTiff(40)).slice(0, 3000)], name));
  const states = (): readonly string[] => queue.items.map(({ state }) => state);

  it("cleans each with the model at hand and goes on behind a broken one", async () => {
    await harness.openSmall();
    await harness.session.train();
    queue.add([await stack("noisy.tif")]);
    queue.add([await broken("b.tif"), await stack("c.tif", 30)]);
    const seen = new Set<string>();
    queue.subscribe(() => states().forEach((state) => seen.add(state)));
    await queue.start();
    expect(states()).to.deep.equal(["done", "failed", "done"]);
    expect(queue.items[1]!.error).to.match(/b\.tif/);
    expect([...seen])
      .to.include.members(["opening", "saving"])
      .and.not.include("training");
    expect(harness.delivered.map(({ name }) => name)).to.deep.equal(["noisy_sparse.tif", "c_sparse.tif"]);
    expect(queue.items[2]!.saved).to.include({ name: "c_sparse.tif", frames: 30 });
    // Just what the session itself makes of the same stack with the same model.
    const byQueue = await hashOf(harness.delivered[0]!.file);
    await harness.session.save();
    expect(byQueue).to.equal(await hashOf(harness.delivered.at(-1)!.file));
  });

  it("trains on the first that can be read where there is no model, and takes that for all", async () => {
    queue.add([await broken("a.tif"), await stack("b.tif"), await stack("c.tif")]);
    const trained: string[] = [];
    queue.subscribe(() => {
      for (const { name, state } of queue.items)
        if (state === "training" && trained.at(-1) !== name) trained.push(name);
    });
    await queue.start();
    expect(states()).to.deep.equal(["failed", "done", "done"]);
    expect(trained).to.deep.equal(["b.tif"]);
    expect(harness.state.model, "the session keeps its own").to.equal(null);
  });

  it("trains on each of them where each has a model of its own", async () => {
    await harness.openSmall();
    await harness.session.train();
    queue.configure({ model: "own", save: { type: "float32" } });
    queue.add([await stack("a.tif"), await stack("b.tif", 36)]);
    await queue.start();
    expect(states()).to.deep.equal(["done", "done"]);
    const other = new SessionHarness();
    await other.session.openFile(await noisyTiff(36, "b.tif"));
    await other.session.train();
    await other.session.save({ type: "float32" });
    expect(await hashOf(harness.delivered[1]!.file)).to.equal(await hashOf(other.delivered[0]!.file));
    other.session.dispose();
  });

  it("writes into a folder, overwrites nothing there and leaves nothing of what failed", async () => {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(`queue-${Date.now()}`, { create: true });
    await directory.getFileHandle("a_sparse.tif", { create: true });
    queue.configure({ directory, save: { cleaning: { method: "median", medianWindowFrames: 7 } } });
    queue.add([await stack("a.tif"), await broken("b.tif")]);
    await queue.start();
    expect(queue.items[0]!.error).to.equal(null);
    expect(states()).to.deep.equal(["done", "failed"]);
    const names: string[] = [];
    for await (const name of (directory as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    expect(names.sort()).to.deep.equal(["a_sparse (2).tif", "a_sparse.tif"]);
    const file = await (await directory.getFileHandle("a_sparse (2).tif")).getFile();
    const reader = await openTiff(createBufferSource(file.name, new Uint8Array(await file.arrayBuffer())));
    expect(reader.description.shape).to.deep.equal({ frames: 40, height: 24, width: 20, type: "uint16" });
    expect(harness.delivered).to.have.length(0);
  });

  it("keeps what is finished when it is cancelled, and goes on with the others", async () => {
    queue.configure({ model: "own" });
    queue.add([await stack("a.tif"), await stack("b.tif"), await stack("c.tif")]);
    const cancelled = new Promise<void>((resolve) => {
      const off = queue.subscribe(() => {
        if (queue.items[1]!.state !== "training") return;
        off();
        queue.cancel();
        resolve();
      });
    });
    const running = queue.start();
    await cancelled;
    await running;
    expect(states()).to.deep.equal(["done", "cancelled", "waiting"]);
    expect(harness.delivered).to.have.length(1);
    expect(queue.isRunning).to.equal(false);
    await queue.start();
    expect(states()).to.deep.equal(["done", "done", "done"]);
    expect(harness.delivered.map(({ name }) => name)).to.deep.equal(["a_sparse.tif", "b_sparse.tif", "c_sparse.tif"]);
  });

  /** Starts the queue, and waits until its first stack is in that state. */
  async function startUntil(state: QueueItemState): Promise<{ readonly ended: Promise<void> }> {
    const ended = queue.start();
    await new Promise<void>((resolve) => {
      const off = queue.subscribe(() => {
        if (queue.items[0]!.state !== state) return;
        off();
        resolve();
      });
    });
    return { ended };
  }

  it("halts the stack under way where it is paused, and goes on as if nothing had been", async () => {
    const other = new SessionHarness();
    await other.session.openFile(await noisyTiff(40, "a.tif"));
    await other.session.train();
    await other.session.save();
    queue.configure({ model: "own" });
    queue.add([await stack("a.tif"), await stack("b.tif", 30)]);
    const { ended } = await startUntil("training");
    queue.pause();
    expect([queue.isPaused, queue.isRunning]).to.deep.equal([true, true]);
    // What was asked for before the pause may still come.
    await pause(300);
    const { progress } = queue.items[0]!;
    await pause(400);
    expect(queue.items[0]).to.include({ state: "training", progress });
    queue.resume();
    await ended;
    expect(states()).to.deep.equal(["done", "done"]);
    expect(queue.isPaused).to.equal(false);
    expect(await hashOf(harness.delivered[0]!.file)).to.equal(await hashOf(other.delivered[0]!.file));
    other.session.dispose();
  });

  it("begins no step while it is paused, and can be cancelled then", async () => {
    queue.configure({ save: { cleaning: { method: "median", medianWindowFrames: 7 } } });
    queue.add([await stack("a.tif"), await stack("b.tif")]);
    const seen: string[] = [];
    queue.subscribe(() => seen.push(queue.items[0]!.state));
    const { ended } = await startUntil("opening");
    queue.pause();
    await pause(500);
    expect(harness.delivered).to.have.length(0);
    expect(queue.items[0]!.progress).to.equal(null);
    queue.cancel();
    await ended;
    expect(states()).to.deep.equal(["cancelled", "waiting"]);
    expect(queue.isPaused, "the next start is not paused").to.equal(false);
    await queue.start();
    expect(states()).to.deep.equal(["done", "done"]);
  });

  it("cleans as the frames were that the session shows, whatever the method", async () => {
    await harness.openSmall();
    await harness.session.train();
    queue.configure({ save: { type: "float32" } });
    for (const cleaning of [
      { method: "median", medianWindowFrames: 7 },
      { method: "masked-mean", maskWindowFrames: 12, tail: "drop" },
      { method: "rpca", rpca: { groupFrames: 20, iterations: 5 } },
    ] as const) {
      await harness.session.clean(cleaning);
      await harness.session.save({ type: "float32" });
      const expected = await hashOf(harness.delivered.at(-1)!.file);
      queue.add([await stack("noisy.tif")]);
      await queue.start();
      expect(queue.items.at(-1)).to.include({ state: "done", error: null });
      expect(await hashOf(harness.delivered.at(-1)!.file), cleaning.method).to.equal(expected);
    }
  });

  it("cleans by the method that is chosen for it, with the model of all", async () => {
    await harness.openSmall();
    await harness.session.train();
    await harness.session.clean({ method: "median", medianWindowFrames: 7 });
    const cleaning = { method: "masked-mean", maskWindowFrames: 20 } as const;
    queue.configure({ save: { cleaning } });
    queue.add([await stack("noisy.tif")]);
    await queue.start();
    await harness.session.save({ cleaning });
    const [byQueue, bySession] = harness.delivered.map(({ file }) => hashOf(file));
    expect(await byQueue).to.equal(await bySession);
    expect(queue.items[0]!.saved!.offsetAdu, "its noise goes below 0").to.equal(100);
  });

  it("trains on the part that the session has, and passes over a stack that has no such part", async () => {
    await harness.openSmall();
    const region = { x: 2, y: 3, width: 16, height: 16, from: 4, to: 36 };
    expect(harness.session.chooseRegion(region)).to.equal(true);
    queue.configure({ save: { type: "float32" } });
    queue.add([await stack("a.tif", 30), await stack("noisy.tif"), await stack("z.tif", 30)]);
    await queue.start();
    expect(states()).to.deep.equal(["failed", "done", "done"]);
    expect(queue.items[0]!.error).to.equal(
      "a.tif: the region is 16×16 pixels from column 2 and row 3 on, frames 4:36; " +
        "expected a part of 20×24 pixels, frames 0:30",
    );
    await harness.session.train();
    await harness.session.save({ type: "float32" });
    expect(harness.state.model!.region).to.deep.equal(region);
    const [byQueue, , bySession] = harness.delivered.map(({ file }) => hashOf(file));
    expect(await byQueue).to.equal(await bySession);
    // The region is not for cleaning: whole frames come out, and all of them.
    expect(queue.items[2]!.saved).to.include({ frames: 30, pixels: 30 * 24 * 20 });
  });

  it("writes what a person says of all stacks, where a stack does not say it itself", async () => {
    queue.configure({
      save: { cleaning: { method: "median", medianWindowFrames: 7 } },
      metadata: { pixelSizeNm: 65, frameIntervalSeconds: 0.02, cameraOffsetAdu: 90 },
    });
    // This one states 100 nm.
    queue.add([await stack("a.tif"), named(await noisyTiff(40, "b.tif", null))]);
    await queue.start();
    expect(queue.items.map(({ error }) => error)).to.deep.equal([null, null]);
    const written = await Promise.all(
      harness.delivered.map(async ({ name, file }) => {
        const { description } = await openTiff(createBufferSource(name, new Uint8Array(await file.arrayBuffer())));
        return [description.pixelSizeNm, description.frameIntervalSeconds, description.cameraOffsetAdu];
      }),
    );
    expect(written).to.deep.equal([
      [100, 0.02, 90],
      [65, 0.02, 90],
    ]);
    expect(() => queue.configure({ metadata: { pixelSizeNm: -1 } })).to.throw(/Pixel size is -1 nm/);
  });

  it("can be put in another order and gives back what was removed, where it was", async () => {
    queue.add([await stack("a.tif"), await stack("b.tif"), await stack("c.tif")]);
    const names = (): string => queue.items.map(({ name }) => name[0]).join("");
    const [, second] = queue.items;
    queue.move(second!.id, -1);
    expect(names()).to.equal("bac");
    queue.move(second!.id, 9);
    expect(names()).to.equal("acb");
    queue.move(second!.id, -1);
    queue.remove(second!.id);
    expect(names()).to.equal("ac");
    await queue.undo.undo();
    expect(names()).to.equal("abc");
  });

  it("says of a file with several stacks that it has to be opened alone", async () => {
    queue.configure({ save: { cleaning: { method: "median" } } });
    queue.add([named(severalStacks("several.ome.tif", [{ name: "one", slices: 1, times: 4 }])), await stack("z.tif")]);
    await queue.start();
    expect(states()).to.deep.equal(["failed", "done"]);
    expect(queue.items[0]!.error).to.contain("several.ome.tif holds 3 of channel, expected one");
  });

  it("takes files that belong together as one stack", async () => {
    const { file } = await stack("x.tif");
    const stacks = splitStacks([
      { path: "day/b.raw", file },
      { path: "day/b.yaml", file },
      { path: "day/a10.tif", file },
      { path: "day/a2.tif", file },
      { path: "day/.hidden.tif", file },
      { path: "day/set_MMStack_Pos0.ome.tif", file },
      { path: "day/set_MMStack_Pos0_1.ome.tif", file },
      { path: "day/c.zarr/.zgroup", file },
      { path: "day/c.zarr/0/0.0", file },
    ]);
    expect(stacks.map(({ name, files }) => `${name}: ${files.map(({ path }) => path).join(" ")}`)).to.deep.equal([
      "a2.tif: day/a2.tif day/b.yaml",
      "a10.tif: day/a10.tif day/b.yaml",
      "b.raw: day/b.raw day/b.yaml",
      "c.zarr: day/c.zarr/.zgroup day/c.zarr/0/0.0",
      "set_MMStack_Pos0.ome.tif: day/set_MMStack_Pos0.ome.tif day/b.yaml day/set_MMStack_Pos0_1.ome.tif",
    ]);
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function hashOf(file: Blob): Promise<string> {
  return String(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
}
