import { expect } from "@open-wc/testing";

import { isSlnetError } from "../../src/core/errors.js";
import { createSamples } from "../../src/core/frames.js";
import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createWorkerClient } from "../../src/plugin/worker-client.js";
import type { CleaningOptions, SavedPart } from "../../src/protocol/api.js";
import type { ClientStack, SlnetClient } from "../../src/protocol/client.js";

const median = { type: "median", windowFrames: 11 } as const;
const frames = 40;
const options: CleaningOptions = { from: 0, to: frames, lowRank: false, tail: "shift", engine: "js" };
const earlier = "the stack that was here before";

describe("saving in a page", () => {
  let client: SlnetClient;
  let stack: ClientStack;
  let handle: FileSystemFileHandle;

  const part = (change: Partial<SavedPart> = {}): SavedPart => ({
    part: "sparse",
    target: { type: "file-handle", handle },
    type: "uint16",
    offsetAdu: 7,
    ...change,
  });
  const bytesOf = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer());
  const textOf = async (): Promise<string> => (await handle.getFile()).text();
  const drain = async (run: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of run);
  };

  beforeEach(async () => {
    client = await createWorkerClient({
      workerFactory: () => new Worker("/dist/slnet.worker.js", { type: "module" }),
      assetsBaseUrl: "/dist/assets/",
    });
    stack = await client.openStack({ type: "simulated", options: { width: 48, height: 32, frames, seed: 3 } });
    // A file as a person chooses it, but for the question: one in the private file system behaves the same.
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("saving-test", { create: true });
    handle = await folder.getFileHandle("chosen.tif", { create: true });
    const writable = await handle.createWritable();
    await writable.write(earlier);
    await writable.close();
  });
  afterEach(async () => {
    client.dispose();
    await (await navigator.storage.getDirectory()).removeEntry("saving-test", { recursive: true });
  });

  for (const compression of ["none", "deflate"] as const) {
    it(`writes to a chosen file what it writes to a private one, and only when it is whole (${compression})`, async () => {
      const run = await stack.save(median, options, [part({ compression })]);
      for await (const { progress } of run) {
        if (progress.done < progress.total) expect(await textOf()).to.equal(earlier);
      }
      const chosen = await bytesOf(await handle.getFile());
      expect(await bytesOf(await run.file("sparse"))).to.deep.equal(chosen);
      await run.close();
      expect((await handle.getFile()).size, "closing the run leaves the file").to.equal(chosen.length);

      const target = { type: "private-file", name: "private.tif" } as const;
      const privateRun = await stack.save(median, options, [part({ target, compression })]);
      await drain(privateRun);
      expect(await bytesOf(await privateRun.file("sparse"))).to.deep.equal(chosen);
      await privateRun.close();
    });
  }

  it("writes the cleaned pixels", async () => {
    await drain(await stack.save(median, options, [part()]));
    const reader = await openTiff(createBufferSource("chosen.tif", await bytesOf(await handle.getFile())));
    expect(reader.description.shape).to.deep.equal({ frames, height: 32, width: 48, type: "uint16" });
    const cleaning = await stack.clean(median, options);
    for (const index of [0, 20, frames - 1]) {
      const found = createSamples("uint16", 32 * 48);
      await reader.readFrames(index, index + 1, found);
      const { sparse } = await cleaning.frame(index);
      expect([...found]).to.deep.equal([...sparse].map((value) => value + 7));
    }
    await cleaning.close();
  });

  it("leaves what was in a chosen file where the run is closed before its end", async () => {
    const long = await client.openStack({ type: "simulated", options: { width: 48, height: 32, frames: 5000 } });
    const run = await long.save(median, { ...options, to: 5000 }, [part()]);
    for await (const { progress } of run) {
      expect(progress.done).to.be.below(5000);
      break;
    }
    await run.close();
    expect(await textOf()).to.equal(earlier);
  });

  it("puts a whole, shorter stack into a chosen file where the run is finished early", async () => {
    const long = await client.openStack({ type: "simulated", options: { width: 48, height: 32, frames: 5000 } });
    const run = await long.save(median, { ...options, to: 5000 }, [part()]);
    let done = 0;
    for await (const { progress } of run) {
      done = progress.done;
      break;
    }
    await run.finish();
    await run.close();
    const reader = await openTiff(createBufferSource("chosen.tif", await bytesOf(await handle.getFile())));
    expect(reader.description.shape.frames).to.be.within(done, 4999);
  });

  it("says that a chosen file is in use, or gone", async () => {
    const refused = async (): Promise<unknown> =>
      stack.save(median, options, [part()]).then(
        () => null,
        (error: unknown) => error,
      );
    // @ts-expect-error The mode is younger than the types.
    const lock = await handle.createWritable({ mode: "exclusive" });
    const inUse = await refused();
    await lock.abort();
    expect(isSlnetError(inUse, "bad-input") && inUse.message).to.equal(
      "chosen.tif: cannot be written: another run or program is writing to it; close that or choose another name",
    );
    const root = await navigator.storage.getDirectory();
    await root.removeEntry("saving-test", { recursive: true });
    const gone = await refused();
    await root.getDirectoryHandle("saving-test", { create: true });
    expect(isSlnetError(gone, "bad-input") && gone.message).to.match(
      /^chosen\.tif: cannot be written: it or its folder was moved or removed; choose the file again$/,
    );
  });

  describe("going on with a chosen file", () => {
    /** Saves into the chosen file, and only about so many frames of it. */
    const saveSome = async (change: Partial<SavedPart>): Promise<number> => {
      const run = await stack.save(median, options, [part(change)]);
      let done = 0;
      for await (const { progress } of run) {
        ({ done } = progress);
        break;
      }
      await run.finish();
      await run.close();
      return done;
    };
    const put = async (bytes: BlobPart): Promise<void> => {
      const writable = await handle.createWritable();
      await writable.write(bytes as Blob);
      await writable.close();
    };

    for (const change of [{}, { compression: "deflate" }, { format: "ome-tiff", type: "float32" }] as const) {
      it(`gives the file of an unbroken run: ${JSON.stringify(change)}`, async () => {
        await drain(await stack.save(median, options, [part(change)]));
        const expected = await bytesOf(await handle.getFile());
        // As a run that an error ended leaves it, and as a disk that lost the end of the file.
        const endedEarly = await saveSome(change).then(async () => bytesOf(await handle.getFile()));
        for (const left of [endedEarly, expected.slice(0, 0.6 * expected.length)]) {
          await put(left);
          const run = await stack.save(median, options, [part(change)], { resume: true });
          expect(run.plan.resumedFrames).to.be.within(1, frames - 1);
          let first: number | null = null;
          let last = 0;
          for await (const { progress } of run) {
            first ??= progress.done;
            last = progress.done;
          }
          expect(first, "counts the frames that are kept").to.be.above(run.plan.resumedFrames);
          expect(last).to.equal(frames);
          await run.close();
          expect(await bytesOf(await handle.getFile())).to.deep.equal(expected);
        }
      });
    }

    it("begins at the beginning in a file with nothing in it", async () => {
      await drain(await stack.save(median, options, [part()]));
      const expected = await bytesOf(await handle.getFile());
      for (const left of [new Uint8Array(0), new Uint8Array(expected.length + 999)]) {
        await put(left);
        const run = await stack.save(median, options, [part()], { resume: true });
        expect(run.plan.resumedFrames).to.equal(0);
        await drain(run);
        await run.close();
        expect(await bytesOf(await handle.getFile())).to.deep.equal(expected);
      }
    });

    it("refuses a file of something else or of other options, and leaves it as it is", async () => {
      const refusal = async (change: Partial<SavedPart>): Promise<string> =>
        stack.save(median, options, [part(change)], { resume: true }).then(
          () => "it was taken",
          (error: unknown) => (isSlnetError(error, "bad-input") ? error.message : String(error)),
        );
      expect(await refusal({})).to.match(/^chosen\.tif cannot be continued: it is no TIFF/);
      expect(await textOf()).to.equal(earlier);
      await saveSome({});
      const ours = await bytesOf(await handle.getFile());
      expect(await refusal({ offsetAdu: 8 })).to.match(/it is a TIFF of another stack, model/);
      expect(await bytesOf(await handle.getFile())).to.deep.equal(ours);
    });

    it("leaves what was kept where the run that goes on is closed before its end", async () => {
      const long = await client.openStack({ type: "simulated", options: { width: 48, height: 32, frames: 5000 } });
      const whole = { ...options, to: 5000 };
      const begun = await long.save(median, whole, [part()]);
      for await (const _ of begun) break;
      await begun.finish();
      await begun.close();
      const left = await bytesOf(await handle.getFile());
      const run = await long.save(median, whole, [part()], { resume: true });
      expect(run.plan.resumedFrames).to.be.within(1, 4000);
      for await (const _ of run) break;
      await run.close();
      const found = await bytesOf(await handle.getFile());
      expect(found.length).to.equal(left.length);
      expect(found.findIndex((byte, i) => byte !== left[i])).to.equal(-1);
    });
  });

  it("refuses paths, and to go on with a private file", async () => {
    for (const [change, saving, message] of [
      [{ target: { type: "path", path: "/tmp/x.tif" } }, {}, /a page cannot write to a path/],
      [
        { target: { type: "private-file", name: "x.tif" } },
        { resume: true },
        /goes on with a file that a person chose/,
      ],
    ] as const) {
      const error = await stack.save(median, options, [part(change)], saving).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(isSlnetError(error, "unsupported") && error.message).to.match(message);
    }
    expect(await textOf()).to.equal(earlier);
  });
});
