import assert from "node:assert/strict";
import { mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";

import type { CDPSession, Page } from "playwright-core";

import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { createRandom } from "../../src/core/random.js";
import type { SlnetSession } from "../../src/plugin/session.js";
import { openDemo, type OpenDemo } from "./page.js";

const side = 256;
const frames = 600;
const frameBytes = 2 * side * side;

/** What the page has for this test: the session behind the panel. */
interface Tested {
  session: SlnetSession;
  chosen: FileSystemFileHandle;
}

async function recording(): Promise<Uint8Array> {
  const random = createRandom(3, "recording");
  const noise = Uint16Array.from({ length: side * side }, () => 200 + random.integer(40));
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { height: side, width: side, type: "uint16", frames });
  for (let index = 0; index < frames; index++) {
    const frame = noise.slice();
    frame[index] = 900;
    await writer.write(frame);
  }
  await writer.finish();
  return sink.bytes();
}

describe("faults while the page saves", () => {
  let folder: string;
  let path: string;
  let bytes: Uint8Array;
  let demo: OpenDemo;
  let devtools: CDPSession;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-faults-"));
    bytes = await recording();
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    path = join(folder, "recording.tif");
    await writeFile(path, bytes);
    demo = await openDemo(undefined, "", { profile: await mkdtemp(join(folder, "profile-")) });
    devtools = await demo.page.context().newCDPSession(demo.page);
    await openRecording();
  });
  afterEach(async () => {
    await demo.close();
    await rm(path, { force: true });
  });

  /** Opens the file on disk and cleans it, so that there is something to save. */
  async function openRecording(): Promise<void> {
    const { page } = demo;
    await page.getByLabel("Stack file").setInputFiles(path);
    await page.getByText(`${frames} frames of ${side} × ${side}`).waitFor();
    await prepare(page);
    assert.equal(await errorMessage(), null);
  }

  async function prepare(page: Page): Promise<void> {
    await page.evaluate(async (earlier) => {
      const found = (root: ParentNode): { session: SlnetSession } | null => {
        const panel = root.querySelector("slnet-panel");
        if (panel) return panel as unknown as { session: SlnetSession };
        for (const { shadowRoot } of root.querySelectorAll("*")) {
          const inside = shadowRoot && found(shadowRoot);
          if (inside) return inside;
        }
        return null;
      };
      const tested = globalThis as unknown as Tested;
      tested.session = found(document)!.session;
      // A file as a person chooses it, but for the question: one in the private file system behaves the same.
      const root = await navigator.storage.getDirectory();
      tested.chosen = await root.getFileHandle("chosen.tif", { create: true });
      const writable = await tested.chosen.createWritable();
      await writable.write(earlier);
      await writable.close();
      await tested.session.clean({ method: "median", medianWindowFrames: 401 });
    }, "before");
  }

  const errorMessage = (): Promise<string | null> =>
    demo.page.evaluate(() => (globalThis as unknown as Tested).session.state.error?.message ?? null);
  const chosenText = (): Promise<string> =>
    demo.page.evaluate(async () => (await (globalThis as unknown as Tested).chosen.getFile()).text());
  const privateFiles = (): Promise<string[]> =>
    demo.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const names: string[] = [];
      const own = await root.getDirectoryHandle("slnet-web").catch(() => null);
      if (own) for await (const [name] of own.entries()) names.push(name);
      return names;
    });

  /** Saves to the end, to a download or the chosen file. Returns the error's message, `null` where there was none. */
  async function save(
    to: "download" | "chosen",
    resume = false,
    compression: "none" | "deflate" = "none",
  ): Promise<string | null> {
    await demo.page.evaluate(
      async ([target, goOn, compression]) => {
        const { session, chosen } = globalThis as unknown as Tested;
        await session.save(target === "chosen" ? { handle: chosen, resume: goOn, compression } : { compression });
      },
      [to, resume, compression] as const,
    );
    return errorMessage();
  }

  /** Begins to save and waits for a tenth of the frames to be written. */
  async function beginSaving(to: "download" | "chosen"): Promise<void> {
    await demo.page.evaluate(async (target) => {
      const { session, chosen } = globalThis as unknown as Tested;
      // Deflated, which takes so long that there is a middle.
      const compression = "deflate";
      void session.save(target === "chosen" ? { handle: chosen, compression } : { compression });
      await new Promise<void>((resolve) => {
        const off = session.subscribe(({ progress }) => {
          if (!progress || progress.done < progress.total / 10) return;
          off();
          resolve();
        });
      });
    }, to);
    assert.equal(await demo.page.evaluate(() => (globalThis as unknown as Tested).session.state.activity), "saving");
  }

  async function limitQuota(quotaSize?: number): Promise<void> {
    const { origin } = new URL(demo.page.url());
    await devtools.send("Storage.overrideQuotaForOrigin", quotaSize === undefined ? { origin } : { origin, quotaSize });
  }

  async function requireFrames(file: Uint8Array, count: number): Promise<void> {
    const reader = await openTiff(createBufferSource("saved.tif", file));
    assert.deepEqual(reader.description.shape, { frames: count, height: side, width: side, type: "uint16" });
    const found = new Uint16Array(side * side);
    await reader.readFrames(count - 1, count, found);
    assert.ok(found[count - 1]! > 600, `the spot of frame ${count - 1} is there: ${found[count - 1]}`);
  }

  it("hands over the frames before the storage was full, and names the first that is missing", async () => {
    await limitQuota(30e6);
    const downloading = demo.page.waitForEvent("download");
    const message = await save("download");
    const [, missing, kept] =
      /^frame (\d+) could not be written: .*the browser's storage took .*; the (\d+) frames before frame \d+ are saved$/.exec(
        message ?? "",
      ) ?? assert.fail(String(message));
    assert.equal(missing, kept);
    assert.ok(Number(kept) * frameBytes < 31e6 && Number(kept) > 50, message ?? "");
    await requireFrames(await readFile(await (await downloading).path()), Number(kept));
    await limitQuota();
    assert.equal(await save("download"), null, "the next saving works");
    assert.equal((await privateFiles()).length, 1, "and removes the file of the one before");
  });

  it("leaves a chosen file as it was where the storage is full", async () => {
    await limitQuota(30e6);
    assert.match(
      (await save("chosen")) ?? "",
      /^frame \d+ could not be written: chosen\.tif: .*the disk is full.*; nothing is saved$/,
    );
    assert.equal(await chosenText(), "before");
    await limitQuota();
    assert.equal(await save("chosen"), null, "the next saving works");
  });

  for (const [what, change] of [
    ["is cut off", () => truncate(path, 300 * frameBytes)],
    ["is written over", () => writeFile(path, bytes.toReversed())],
    ["is taken away", () => rename(path, join(folder, "elsewhere.tif"))],
  ] as const) {
    it(`keeps the frames before the one that cannot be read where the recording ${what}, and goes on later`, async () => {
      await beginSaving("chosen");
      await change();
      await demo.page.waitForFunction(() => (globalThis as unknown as Tested).session.state.activity === "idle");
      const message = await errorMessage();
      const [, kept] =
        /^recording\.tif (?:can no longer be read|changed while it was read).*; the (\d+) frames before frame \1 are saved$/.exec(
          message ?? "",
        ) ?? assert.fail(String(message));
      const [download] = await Promise.all([
        demo.page.waitForEvent("download"),
        demo.page.evaluate(async () => {
          const link = document.createElement("a");
          link.href = URL.createObjectURL(await (globalThis as unknown as Tested).chosen.getFile());
          link.download = "chosen.tif";
          link.click();
        }),
      ]);
      await requireFrames(await readFile(await download.path()), Number(kept));

      await writeFile(path, bytes);
      await demo.page.getByLabel("Stack file").setInputFiles(path);
      await demo.page.waitForFunction(() => {
        const { activity, result } = (globalThis as unknown as Tested).session.state;
        return activity === "idle" && result === null;
      });
      await demo.page.evaluate(() =>
        (globalThis as unknown as Tested).session.clean({ method: "median", medianWindowFrames: 401 }),
      );
      assert.equal(await save("chosen", true, "deflate"), null, "the next job works");
      const { notices, saved } = await demo.page.evaluate(() => (globalThis as unknown as Tested).session.state);
      assert.ok(notices.includes(`${kept} frames of an earlier saving were kept.`), notices.join());
      assert.equal(saved?.frames, frames);
    });
  }

  it("leaves a chosen file as it was, and a private one to be removed, where the tab is closed in the middle", async () => {
    for (const to of ["chosen", "download"] as const) {
      await beginSaving(to);
      // As closing the tab: the page and its worker are gone at once.
      await demo.page.reload();
      await openStorage();
      assert.equal(await chosenText(), "before");
      if (to === "chosen") await openRecording();
    }
    const [left, ...others] = await privateFiles();
    assert.ok(left !== undefined && others.length === 0, "nothing but what the closed tab left");
    await openRecording();
    assert.equal(await save("download"), null);
    const [own, ...more] = await privateFiles();
    assert.ok(own !== left && more.length === 0, "the next saving removes it");
  });

  it("does not remove the private file of another tab that is saving", async () => {
    await beginSaving("download");
    const [theirs] = await privateFiles();
    const other = await demo.page.context().newPage();
    await other.goto(demo.page.url());
    await other.getByLabel("Stack file").setInputFiles(path);
    await other.getByText(`${frames} frames of ${side} × ${side}`).waitFor();
    const first = demo.page;
    await prepare(other);
    await other.evaluate(() => (globalThis as unknown as Tested).session.save({}));
    assert.ok((await privateFiles()).includes(theirs!));
    await first.waitForFunction(() => (globalThis as unknown as Tested).session.state.activity === "idle");
    assert.equal(await errorMessage(), null);
  });

  async function openStorage(): Promise<void> {
    await demo.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      (globalThis as unknown as Tested).chosen = await root.getFileHandle("chosen.tif");
    });
  }

  it("leaves no file, and a chosen one as it was, where saving is cancelled", async () => {
    for (const to of ["chosen", "download"] as const) {
      await beginSaving(to);
      await demo.page.evaluate(() => (globalThis as unknown as Tested).session.cancel());
      await demo.page.waitForFunction(async () => {
        const own = await (await navigator.storage.getDirectory()).getDirectoryHandle("slnet-web").catch(() => null);
        if (own) for await (const _ of own.keys()) return false;
        return true;
      });
      assert.equal(await chosenText(), "before");
    }
    assert.equal(await save("chosen"), null, "the next saving works");
  });
});
