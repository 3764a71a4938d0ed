import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import type { Locator, Page } from "playwright-core";

import { accessibilityFaults } from "./accessibility.js";
import { requireFocus, tabTo } from "./focus.js";
import { openNotebook, type NotebookPage } from "./notebook/notebook-page.js";
import { PlayedKernel, type PlayedStack } from "./notebook/played-kernel.js";
import { screenshotFolder } from "./page.js";

const minutes = 60_000;
const root = new URL("../../../", import.meta.url);

interface DirectClient {
  clean(
    stack: unknown,
    options: unknown,
  ): AsyncIterable<{
    readonly from: number;
    readonly to: number;
    readonly sparse: Float32Array;
    readonly lowRank: Float32Array | null;
  }>;
  dispose(): void;
}
const { createSlnetClient } = (await import(new URL("dist/cli/client.js", root).href)) as {
  createSlnetClient(): Promise<DirectClient>;
};

/** A background that bleaches, and molecules that blink: the same each time. */
function recording(frames: number, height: number, width: number): PlayedStack {
  let seed = 7;
  const next = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const samples = new Uint16Array(frames * height * width);
  for (let i = 0; i < samples.length; i++) {
    const frame = Math.floor(i / (height * width));
    samples[i] = 200 + 300 * Math.exp(-frame / 200) * (0.5 + (i % width) / width) + 20 * next();
  }
  for (let spot = 0; spot < frames * 3; spot++) {
    const at = Math.floor(next() * samples.length);
    samples[at] = Math.min(65_535, samples[at]! + 400 + Math.floor(400 * next()));
  }
  return { shape: [frames, height, width], samples };
}

const settings = { engine: "wasm", maxEpochs: 6, cropSize: 32, validationCropSize: 32 };

async function shot(page: Page, name: string): Promise<void> {
  await mkdir(screenshotFolder, { recursive: true });
  await page.screenshot({ path: `${screenshotFolder}${name}.png`, fullPage: true });
}

function cell(page: Page, id: string): Locator {
  return page.locator(`#${id}`);
}

describe("the widget in a notebook", { timeout: 10 * minutes }, () => {
  const stack = recording(260, 48, 56);
  const kernel = new PlayedKernel(stack, {
    configuration: settings,
    metadata: { pixelSizeNm: 100, cameraOffsetAdu: 100 },
  });
  let notebook: NotebookPage;
  let page: Page;
  before(async () => {
    notebook = await openNotebook();
    ({ page } = notebook);
    await notebook.create("widget", kernel);
  });
  after(() => notebook.close());

  it("shows the stack that Python holds, of which it asks only for what it needs", async () => {
    await notebook.show("one", "widget");
    await cell(page, "one").getByText("260 frames of 56 × 48").waitFor();
    await cell(page, "one").getByText("1 µm").waitFor();
    await cell(page, "one").getByText("Where the frames go").waitFor();
    assert.equal(await cell(page, "one").getByRole("alert").filter({ hasText: /./ }).count(), 0);
    assert.ok(kernel.requests.every(({ type }) => type === "read"));
    await shot(page, "notebook-light");
  });

  it("takes options and metadata from Python, and gives back what is changed at the page", async () => {
    const epochs = cell(page, "one").getByLabel(/^Epochs/);
    assert.equal(await epochs.inputValue(), "6");
    assert.deepEqual(kernel.state["metadata"], { pixelSizeNm: 100, cameraOffsetAdu: 100 });
    await epochs.fill("8");
    await epochs.press("Enter");
    await until(() => (kernel.state["configuration"] as { maxEpochs?: number }).maxEpochs === 8);
    await notebook.send("widget", {
      data: { method: "update", state: { configuration: { ...settings, maxEpochs: 12 } } },
      buffers: [],
    });
    await page.waitForFunction(
      (input) => (input as HTMLInputElement | null)?.value === "12",
      await epochs.elementHandle(),
    );
  });

  it("trains, and gives the model to Python", async () => {
    await cell(page, "one").getByRole("button", { name: "Train", exact: true }).click();
    await cell(page, "one")
      .getByText(/^Trained [\d,]+ steps/)
      .first()
      .waitFor({ timeout: minutes });
    await until(() => kernel.state["model_record"] !== "");
    const model = JSON.parse(kernel.state["model_record"] as string) as { format: string; epoch: number };
    assert.equal(model.format, "slnet-web-model");
    assert.equal(model.epoch, 12);
  });

  it("cleans, and Python gets the frames of a cleaning without a notebook, one message after the other", async () => {
    await cell(page, "one").getByRole("button", { name: "Clean", exact: true }).click();
    await cell(page, "one")
      .getByText(/^Cleaned 260 frames/)
      .first()
      .waitFor({ timeout: minutes });
    const model = JSON.parse(kernel.state["model_record"] as string) as unknown;
    const expected = await cleanedDirectly(stack, model);
    const found = kernel.results.get("sparse")!;
    assert.equal(found.length, expected.length);
    // Chromium multiplies and adds in one step, by relaxed SIMD; Node 20 does not.
    const largest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    assert.ok(largest < 1e-3, `${largest} ADU apart`);
    assert.ok(found.some((value) => value > 100));
    assert.equal(kernel.mostBlocksAtOnce, 1);
    assert.ok(kernel.requests.filter(({ type }) => type === "block").length > 3, "several messages");
    await page.waitForTimeout(300);
    await shot(page, "notebook-cleaned");
  });

  it("has no accessibility faults, light or dark", async () => {
    for (const light of ["true", "false"]) {
      await page.evaluate((value) => (document.body.dataset["jpThemeLight"] = value), light);
      await page.waitForTimeout(200);
      assert.deepEqual(await accessibilityFaults(page), []);
      const background = await page
        .locator("#one slnet-stack-viewer")
        .evaluate((element) => getComputedStyle(element).backgroundColor);
      assert.equal(background, light === "true" ? "rgb(246, 247, 249)" : "rgb(22, 24, 29)");
    }
    await shot(page, "notebook-dark");
  });

  it("is light or dark as VS Code and Colab are too", async () => {
    const looks = await page.evaluate(() => {
      const viewer = document.querySelector("#one > div > div")!.shadowRoot!.querySelector("slnet-stack-viewer")!;
      const { body, documentElement: root } = document;
      const look = async (change: () => void): Promise<string | null> => {
        change();
        await new Promise((resolve) => setTimeout(resolve, 20));
        return viewer.getAttribute("theme");
      };
      return (async () => [
        await look(() => delete body.dataset["jpThemeLight"]),
        await look(() => (body.className = "vscode-dark")),
        await look(() => (body.className = "vscode-high-contrast-light vscode-high-contrast")),
        await look(() => (body.className = "")),
        await look(() => root.setAttribute("theme", "dark")),
        await look(() => root.removeAttribute("theme")),
        await look(() => (body.dataset["jpThemeLight"] = "true")),
      ])();
    });
    assert.deepEqual(looks, ["auto", "dark", "light", "auto", "dark", "auto", "light"]);
  });

  it("is operated with the keyboard, whose keys the notebook does not see", async () => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      document.addEventListener("keydown", ({ key }) => seen.push(key));
    });
    await page.getByRole("button", { name: "Cell above" }).focus();
    await tabTo(page, "div", /^Image\. Arrow keys/);
    await page.keyboard.press("End");
    assert.equal(await cell(page, "one").getByLabel("Frame number").inputValue(), "259");
    await requireFocus(page, "after a key of the viewer");
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    assert.ok(!seen.includes("End"), "the notebook saw the key");
    const suppressed = await page
      .locator("#one [data-lm-suppress-shortcuts]")
      .first()
      .getAttribute("data-lm-suppress-shortcuts");
    assert.equal(suppressed, "true");
  });

  it("has its parts below each other in a narrow cell", async () => {
    await page.setViewportSize({ width: 720, height: 900 });
    const heights = await page.locator("#one slnet-stack-viewer").evaluate((viewer) => {
      const layout = viewer.shadowRoot!.querySelector(".layout")!;
      return [viewer.getBoundingClientRect().height, layout.getBoundingClientRect().height];
    });
    assert.equal(heights[0], heights[1], "nothing is cut off");
    assert.ok((await cell(page, "one").boundingBox())!.height < 900, "the cell is no longer than the screen");
    assert.deepEqual(await accessibilityFaults(page), []);
    await shot(page, "notebook-narrow");
    await page.setViewportSize({ width: 1360, height: 860 });
  });

  it("is shown twice, each with a worker of its own, and both have the model", async () => {
    await notebook.show("two", "widget");
    await cell(page, "two").getByText("260 frames of 56 × 48").waitFor();
    assert.equal(page.workers().length, 2);
    await cell(page, "two").getByRole("button", { name: "Clean", exact: true }).click();
    await cell(page, "two")
      .getByText(/^Cleaned 260 frames/)
      .first()
      .waitFor({ timeout: minutes });
  });

  it("opens another stack when Python sets one", async () => {
    kernel.requests.length = 0;
    await notebook.send("widget", {
      data: { method: "update", state: { shape: [40, 48, 56], revision: 1 } },
      buffers: [],
    });
    for (const id of ["one", "two"]) await cell(page, id).getByText("40 frames of 56 × 48").waitFor();
    assert.ok(kernel.requests.every(({ to }) => Number(to) <= 40));
  });

  it("stays whole when one of two views goes, and leaves nothing when the last one does", async () => {
    await notebook.remove("one");
    await until(() => page.workers().length === 1);
    await cell(page, "two").getByText("40 frames of 56 × 48").waitFor();
    await notebook.remove("two");
    await until(() => page.workers().length === 0);
    assert.equal(await page.locator("slnet-panel").count(), 0);
  });

  it("asks nothing of other origins and logs no error", () => {
    assert.deepEqual(notebook.foreignRequests, []);
    assert.deepEqual(notebook.errors, []);
  });
});

describe("a widget whose Python is wrong or silent", { timeout: 5 * minutes }, () => {
  const stack = recording(30, 16, 16);
  let notebook: NotebookPage;
  let page: Page;
  let count = 0;
  before(async () => {
    notebook = await openNotebook();
    ({ page } = notebook);
  });
  after(() => notebook.close());

  async function shown(kernel: PlayedKernel): Promise<Locator> {
    const id = `cell-${++count}`;
    await notebook.create(id, kernel);
    await notebook.show(id, id);
    return cell(page, id);
  }

  const wrongTraits = [
    ["a dtype", { dtype: "float64" }, 'the dtype of the stack is "float64", expected "uint8", "uint16" or "float32"'],
    [
      "a negative size",
      { shape: [30, -16, 16] },
      "the shape of the stack is [30,-16,16], expected [frames, height, width]",
    ],
    ["two axes", { shape: [30, 16] }, "the shape of the stack is [30,16], expected [frames, height, width]"],
    ["a huge size", { shape: [2e9, 2e9, 16] }, "the shape of the stack is [2000000000,2000000000,16], expected"],
    [
      "huge frames",
      { shape: [2, 100_000, 100_000] },
      "frames of 100000 × 100000 pixels (20000 MB), expected at most 268 MB",
    ],
    ["no record", { configuration: [1] }, "the trait configuration is [1], expected values by name"],
    ["a model that is none", { model_record: "{}" }, "is not an SLNet model file"],
  ] as const;
  for (const [what, state, sentence] of wrongTraits) {
    it(`says what is wrong with ${what} in the traits`, async () => {
      const found = await shown(new PlayedKernel(stack, state));
      await found.getByRole("alert").filter({ hasText: sentence }).waitFor();
    });
  }

  it("says which option is wrong, until it is right", async () => {
    const found = await shown(new PlayedKernel(stack, { configuration: { speed: 3 } }));
    const fault = found
      .getByRole("alert")
      .filter({ hasText: 'the trait configuration is wrong: there is no option "speed"' });
    await fault.waitFor();
    const update = { method: "update", state: { configuration: { maxEpochs: 3 } } } as const;
    await notebook.send(`cell-${count}`, { data: update, buffers: [] });
    await fault.waitFor({ state: "detached" });
  });

  it("says what Python has against a request, in Python's words", async () => {
    const kernel = new PlayedKernel(stack);
    const found = await shown(kernel);
    await found.getByText("30 frames of 16 × 16").waitFor();
    kernel.misbehave = ({ type }) =>
      type === "begin"
        ? { content: { slnet: "answer", ok: false, message: "Python: MemoryError: no room for\n2 GB" }, buffers: [] }
        : undefined;
    await found.locator("select", { hasText: "Running median" }).first().selectOption({ label: "Running median" });
    await found.getByRole("button", { name: "Clean", exact: true }).click();
    await found.getByText("Python: MemoryError: no room for 2 GB").first().waitFor();
  });

  it("says that a block is of the wrong length", async () => {
    const kernel = new PlayedKernel(stack);
    kernel.misbehave = ({ type }) =>
      type === "read" ? { content: { slnet: "answer", ok: true }, buffers: [new Uint8Array(10)] } : undefined;
    const found = await shown(kernel);
    await found.getByText("30 frames of 16 × 16").waitFor();
    await found.locator("select", { hasText: "Running median" }).first().selectOption({ label: "Running median" });
    await found.getByRole("button", { name: "Clean", exact: true }).click();
    await found
      .getByText(
        /Python gave 10 bytes in 1 buffers for frames 0 to 29, expected 15360 bytes in one: 16 rows of 16 pixels/,
      )
      .first()
      .waitFor();
  });

  it("says that a message is not known, and does not mind those of others", async () => {
    const found = await shown(new PlayedKernel(stack));
    const id = `cell-${count}`;
    await found.getByText("30 frames of 16 × 16").waitFor();
    await notebook.send(id, {
      data: { method: "custom", content: { kind: "anywidget-command-response" } },
      buffers: [],
    });
    await notebook.send(id, {
      data: { method: "custom", content: { slnet: "answer", id: "of another view" } },
      buffers: [],
    });
    await page.waitForTimeout(100);
    assert.equal(await found.getByRole("alert").filter({ hasText: /./ }).count(), 0);
    await notebook.send(id, { data: { method: "custom", content: { slnet: "explode" } }, buffers: [] });
    await found.getByRole("alert").filter({ hasText: 'Python sent a message "explode" that is not known' }).waitFor();
    await notebook.send(id, {
      data: { method: "custom", content: { slnet: "fault", message: "Python: ValueError: 3" } },
      buffers: [],
    });
    await found.getByRole("alert").filter({ hasText: "Python: ValueError: 3" }).waitFor();
  });

  it("says that Python is waited for, and then that it does not answer", async () => {
    const kernel = new PlayedKernel(stack, { answer_seconds: 4 });
    kernel.misbehave = ({ type }) => (type === "read" ? null : undefined);
    const found = await shown(kernel);
    await found.getByText("30 frames of 16 × 16").waitFor();
    await found.locator("select", { hasText: "Running median" }).first().selectOption({ label: "Running median" });
    await found.getByRole("button", { name: "Clean", exact: true }).click();
    await found.getByText("Waiting for Python, whose kernel is busy or gone.").waitFor();
    await found
      .getByText(/Python did not answer within 4 s, expected its kernel to be idle/)
      .first()
      .waitFor();
    await found.getByText("Waiting for Python").waitFor({ state: "detached" });
    kernel.misbehave = null;
    await cleanAll(found);
  });

  it("is cancelled while Python takes its time, and cleans again afterwards", async () => {
    const kernel = new PlayedKernel(stack);
    const found = await shown(kernel);
    await found.getByText("30 frames of 16 × 16").waitFor();
    kernel.misbehave = ({ type }) => (type === "block" ? null : undefined);
    await found.locator("select", { hasText: "Running median" }).first().selectOption({ label: "Running median" });
    await found.getByRole("button", { name: "Clean", exact: true }).click();
    await until(() => kernel.requests.some(({ type }) => type === "block"));
    await found.getByRole("button", { name: "Cancel", exact: true }).click();
    await found.getByText("Cleaning was stopped").first().waitFor();
    assert.equal(
      kernel.requests.filter(({ type }) => type === "block").length,
      1,
      "none leaves before the first is taken",
    );
    kernel.misbehave = null;
    await cleanAll(found);
  });

  it("ends its worker when Python closes the widget", async () => {
    const before = page.workers().length;
    await notebook.destroy(`cell-${count}`);
    await until(() => page.workers().length === before - 1);
    assert.equal(await cell(page, `cell-${count}`).locator("slnet-panel").count(), 0);
  });

  it("has had several cells at once, and logged no error", () => {
    assert.ok(page.workers().length > 3);
    assert.deepEqual(notebook.errors, []);
  });
});

/** Sparse frames of the whole stack. */
async function cleanedDirectly(
  { shape: [frames, height, width], samples }: PlayedStack,
  model: unknown,
): Promise<Float32Array> {
  const client = await createSlnetClient();
  try {
    const pixels = height * width;
    const source = {
      type: "frames",
      name: "beads",
      shape: { frames, height, width, type: "uint16" },
      frames: { read: async (index: number) => samples.slice(index * pixels, (index + 1) * pixels) },
    };
    const all = new Float32Array(samples.length);
    for await (const { from, sparse } of client.clean(source, { model, engine: "wasm" }))
      all.set(sparse, from * pixels);
    return all;
  } finally {
    client.dispose();
  }
}

async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    assert.ok(Date.now() < end, `${condition.toString()} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Cleans the thirty frames of the stack, and waits until that is done. */
async function cleanAll(found: Locator): Promise<void> {
  await found.getByRole("button", { name: "Clean", exact: true }).click();
  await found
    .getByText(/^Cleaned 30 frames/)
    .first()
    .waitFor();
}
