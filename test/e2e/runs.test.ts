import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { createBufferSource, createMemorySink } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { createTiffWriter } from "../../src/core/io/tiff-writer.js";
import { createRandom } from "../../src/core/random.js";
import { filePayload, openDemo, type OpenDemo } from "./page.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
/** A shell would take it apart. */
const stackName = "it's $HOME & 5%.tif";
const savedName = "it's $HOME & 5%_sparse.tif";
const modelName = "it's $HOME & 5%.slnet.json";

type Weights = Readonly<Record<string, readonly number[] | null>>;

/** Pixels and metadata of a TIFF. Its text also tells the model apart, in its last bits. */
async function decoded(bytes: Uint8Array): Promise<unknown> {
  const reader = await openTiff(createBufferSource("saved.tif", bytes));
  const { description } = reader;
  const { frames, height, width } = description.shape;
  const pixels = new Uint16Array(frames * height * width);
  await reader.readFrames(0, frames, pixels);
  const { pixelSizeNm, cameraOffsetAdu, shape } = description;
  assert.ok(
    pixels.some((value) => value > 100),
    "something is left of the spots",
  );
  return { pixels, pixelSizeNm, cameraOffsetAdu, shape };
}

async function stackBytes(): Promise<Uint8Array> {
  const [frames, side] = [60, 24];
  const random = createRandom(5, "stack");
  const sink = createMemorySink();
  const writer = createTiffWriter(sink, { height: side, width: side, type: "uint16", frames });
  const pixels = Uint16Array.from({ length: frames * side * side }, () => 200 + random.integer(50));
  for (let frame = 0; frame < frames; frame += 4) pixels[frame * side * side + 100] = 900;
  await writer.write(pixels);
  await writer.finish();
  return sink.bytes();
}

describe("a run of the demo, done again elsewhere", () => {
  let demo: OpenDemo;
  let folder: string;
  let stack: Uint8Array;
  /** The newest file that was downloaded. */
  let saved: { readonly name: string; readonly bytes: Buffer };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-runs-"));
    stack = await stackBytes();
    demo = await openDemo((page) => page.context().grantPermissions(["clipboard-read", "clipboard-write"]));
    const { page } = demo;
    await page.getByLabel("Stack file").setInputFiles(filePayload(stackName, stack));
    await page.getByText("60 frames of 24 × 24").waitFor();
    await page.getByText("All options").click();
    for (const [label, value] of [
      ["Temporal shifts", "0, 4, 9"],
      ["Epochs", "3"],
      ["Seed", "11"],
      ["Learning rate", "0.002"],
    ] as const) {
      const field = page.getByLabel(label, { exact: false }).first();
      await field.fill(value);
      await field.press("Tab");
    }
    await page.getByLabel("Shuffle", { exact: false }).first().uncheck();
    await page.getByLabel("Engine", { exact: false }).first().selectOption({ label: "JavaScript, 64 bit" });
    await page.getByLabel("Pixel size").first().fill("107.5");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page
      .getByText(/Trained \d+ steps/)
      .first()
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save TIFF", exact: true }).click(),
    ]);
    saved = { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    await page
      .getByText(/Saved 60 frames/)
      .first()
      .waitFor();
  });
  after(async () => {
    await demo.close();
    await rm(folder, { recursive: true });
  });

  async function copied(button: string): Promise<string> {
    const { page } = demo;
    const row = page.locator("slnet-run-history li").first();
    if (!(await row.getByRole("button", { name: button }).isVisible())) await row.locator("summary").click();
    await row.getByRole("button", { name: button }).click();
    await page.getByText("Copied.").first().waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  }

  /** A folder with just the stack, in which `slnet` and `slnet-web` are found. */
  async function emptyPlace(name: string): Promise<{ readonly cwd: string; readonly env: NodeJS.ProcessEnv }> {
    const cwd = join(folder, name);
    const bin = join(folder, `${name}-bin`);
    await mkdir(bin, { recursive: true });
    await mkdir(join(cwd, "node_modules"), { recursive: true });
    await symlink(root, join(cwd, "node_modules", "slnet-web"));
    await writeFile(join(bin, "slnet"), `#!/bin/sh\nexec "${process.execPath}" "${root}dist/cli/slnet.js" "$@"\n`);
    await chmod(join(bin, "slnet"), 0o755);
    await writeFile(join(cwd, stackName), stack);
    return { cwd, env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` } };
  }

  it("gives the same file from the command line that was copied", async () => {
    const line = await copied("Copy as command line");
    assert.match(line, /^slnet train .* && \\\n {2}slnet clean /);
    for (const part of [
      "--temporal-shifts 0,4,9",
      "--max-epochs 3",
      "--seed 11",
      "--no-shuffle-dataset",
      "--pixel-size",
    ]) {
      assert.ok(line.includes(part), `${part} in ${line}`);
    }
    assert.ok(!line.includes("--batch-size"), "no default is named");
    const { cwd, env } = await emptyPlace("line");
    await run("/bin/sh", ["-c", line], { cwd, env });
    assert.equal(saved.name, savedName);
    assert.deepEqual(await decoded(await readFile(join(cwd, savedName))), await decoded(saved.bytes));
  });

  it("gives the same file from the code that was copied", async () => {
    const code = await copied("Copy as code");
    const { cwd, env } = await emptyPlace("code");
    await writeFile(join(cwd, "run.mjs"), code);
    await run(process.execPath, ["run.mjs"], { cwd, env });
    assert.deepEqual(await decoded(await readFile(join(cwd, savedName))), await decoded(saved.bytes));
  });

  it("gives the same model from the line and the code of the training alone", async () => {
    const { page } = demo;
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save model", exact: true }).click(),
    ]);
    const { weights } = JSON.parse(await readFile(await download.path(), "utf8")) as { weights: Weights };
    const row = page.locator("slnet-run-history li").last();
    await row.locator("summary").click();
    for (const [name, button, program] of [
      ["train-line", "Copy as command line", (text: string) => ["/bin/sh", ["-c", text], undefined] as const],
      ["train-code", "Copy as code", (text: string) => [process.execPath, ["run.mjs"], text] as const],
    ] as const) {
      await row.getByRole("button", { name: button }).click();
      // The text is in the clipboard once it is another one.
      await page.waitForTimeout(200);
      const [command, args, module] = program(await page.evaluate(() => navigator.clipboard.readText()));
      const { cwd, env } = await emptyPlace(name);
      if (module !== undefined) await writeFile(join(cwd, "run.mjs"), module);
      await run(command, args, { cwd, env });
      const made = JSON.parse(await readFile(join(cwd, modelName), "utf8")) as { weights: Weights };
      // The browser and Node differ in the last bit of a power: the engine is the one of 64 bits.
      const expected = Object.values(weights).flatMap((values) => values ?? []);
      const found = Object.values(made.weights).flatMap((values) => values ?? []);
      assert.equal(found.length, expected.length);
      found.forEach((weight, index) => assert.ok(Math.abs(weight - expected[index]!) < 1e-12, `${name}: ${index}`));
    }
  });

  it("keeps the runs for the next visit", async () => {
    const { page } = demo;
    await demo.screenshot("runs-dark");
    await page.reload();
    await page.locator("slnet-run-history li").nth(1).waitFor();
    await page
      .locator("slnet-run-history")
      .getByText(/earlier/)
      .first()
      .waitFor();
    await page.setViewportSize({ width: 360, height: 1500 });
    await page.getByLabel("Theme").selectOption("light");
    const runs = page.locator("slnet-run-history");
    for (const index of [0, 1]) await runs.getByRole("checkbox").nth(index).check();
    await runs.getByRole("button", { name: "Compare" }).click();
    await runs.getByRole("table").waitFor();
    // The model and the options of the first page, for the queue of this one.
    await runs.locator("li").first().locator("summary").click();
    await runs.getByRole("button", { name: "Take options and model" }).first().click();
    await runs.getByText("Options and model are those of").waitFor();
    const queue = page.locator("slnet-queue");
    await queue
      .getByLabel("Stacks for the queue")
      .setInputFiles([
        filePayload("a rather long name of a recording of cells.tif", stack),
        filePayload("broken.tif", Buffer.from("no stack")),
      ]);
    await queue.getByRole("button", { name: "Start" }).click();
    await queue.getByText("1 of 2 done, 1 failed.").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    await runs.scrollIntoViewIfNeeded();
    await demo.screenshot("runs-light-narrow");
    await queue.scrollIntoViewIfNeeded();
    await demo.screenshot("queue-light-narrow");
    assert.deepEqual(demo.errors, []);
    assert.deepEqual(demo.foreignRequests, []);
  });
});

describe("the notification at the end of a run", () => {
  it("is shown once it is asked for, without a sound, and only while the page is hidden", async () => {
    const demo = await openDemo(async (page) => {
      await page.context().grantPermissions(["notifications"]);
      // The browser of the tests has no desktop to show one on, and its page is never hidden.
      await page.addInitScript(() => {
        const told: unknown[] = [];
        Object.assign(globalThis, { told, away: false });
        Object.defineProperty(document, "hidden", { get: () => (globalThis as unknown as { away: boolean }).away });
        globalThis.Notification = class extends Notification {
          constructor(title: string, options: NotificationOptions = {}) {
            super(title, options);
            told.push([title, options.body, options.silent]);
          }
        };
      });
    });
    try {
      const { page } = demo;
      const told = (): Promise<unknown[]> => page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
      const away = (hidden: boolean): Promise<void> =>
        page.evaluate((value) => void Object.assign(globalThis, { away: value }), hidden);
      let runs = 0;
      const clean = async (): Promise<void> => {
        await page.getByRole("button", { name: "Clean", exact: true }).click();
        await page.locator("slnet-run-history li").nth(runs++).waitFor();
      };
      await page.getByLabel("Stack file").setInputFiles(filePayload("cells.tif", await stackBytes()));
      await page.getByText("60 frames of 24 × 24").waitFor();
      await page
        .getByRole("combobox", { name: /^Method/ })
        .first()
        .selectOption("median");
      await away(true);
      await clean();
      assert.deepEqual(await told(), [], "nobody asked for it");
      await page.getByLabel("Tell me when a run ends").check();
      await away(false);
      await clean();
      assert.deepEqual(await told(), [], "the person looks at the page");
      await away(true);
      await clean();
      const [only, ...others] = (await told()) as [string, string, boolean][];
      assert.equal(others.length, 0);
      assert.equal(only?.[0], "cells.tif");
      assert.match(only[1], /^Cleaned 60 frames in /);
      assert.equal(only[2], true);
    } finally {
      await demo.close();
    }
  });
});
