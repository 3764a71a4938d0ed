import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { createThunderstormReader } from "../../src/core/localization/thunderstorm-table.js";
import { createSimulation, createSimulationOptions, simulationMetadata } from "../../src/core/simulation.js";
import { simulationScenes } from "../../src/core/simulation-scenes.js";
import { openDemo, type OpenDemo } from "./page.js";
import { writeRecording } from "./recording.js";
import { downloadedBy } from "./saved-stack.js";

const minutes = 60_000;

const options = createSimulationOptions({ ...simulationScenes.standard.request, width: 192, height: 192, seed: 7 });

/** The steps of docs/walk-through.md, in its order, with its pictures. */
describe("the walk-through", { timeout: 5 * minutes }, () => {
  let demo: OpenDemo;
  let folder: string;
  let recording: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-walk-"));
    recording = join(folder, "filaments.tif");
    await writeRecording(recording, createSimulation(options), simulationMetadata(options));
    demo = await openDemo(undefined, "", { shown: { viewport: { width: 1280, height: 800 } } });
  });

  after(async () => {
    await demo.close();
    await rm(folder, { recursive: true });
  });

  const press = (name: string): Promise<void> => demo.page.getByRole("button", { name, exact: true }).click();

  /** Scrolls the panel so that a heading is at its top. */
  const show = (heading: string): Promise<void> =>
    demo.page
      .getByRole("heading", { name: heading })
      .first()
      .evaluate((element) => element.scrollIntoView({ block: "start" }));

  it("opens a dropped file", async () => {
    await demo.drop([recording]);
    await demo.page.getByText("600 frames of 192 × 192").waitFor({ timeout: minutes });
    await demo.page.getByRole("slider", { name: /frame/i }).first().fill("120");
    // A look at the stack follows the opening.
    await demo.page
      .getByText(/molecules stay on/i)
      .first()
      .waitFor({ timeout: minutes });
    await demo.screenshot("walk-opened");
  });

  it("trains on it", async () => {
    await press("Train");
    await demo.page
      .getByText(/steps\/s/)
      .first()
      .waitFor({ timeout: minutes });
    await demo.page
      .getByText(/^Trained [\d,]+ steps/)
      .first()
      .waitFor({ timeout: 3 * minutes });
    await show("Train");
    await demo.screenshot("walk-trained");
  });

  it("cleans it, and shows before and after beside each other", async () => {
    await press("Clean");
    await demo.page
      .getByText(/^Cleaned 600 frames/)
      .first()
      .waitFor({ timeout: minutes });
    await demo.page.getByText("Side by side", { exact: true }).click();
    await show("Clean");
    await demo.screenshot("walk-cleaned");
  });

  it("shows a pixel over time where a person clicks, and a line as a kymograph", async () => {
    const { page } = demo;
    await page.getByText("One", { exact: true }).click();
    const box = (await page.locator("slnet-stack-viewer canvas").first().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(x - 23, y + 20);
    await page
      .getByText(/^Pixel x \d+, y \d+/)
      .first()
      .waitFor({ timeout: minutes });
    await press("Draw line");
    await page.mouse.move(x - 60, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 30, { steps: 4 });
    await page.mouse.up();
    await page
      .getByText(/^Line from/)
      .first()
      .waitFor({ timeout: minutes });
    await page.locator("slnet-inspector progress").waitFor({ state: "detached", timeout: minutes });
    await show("Inspect");
    await demo.screenshot("walk-inspected");
  });

  it("cleans again, in the way that keeps the photons", async () => {
    const { page } = demo;
    await press("For photometry: masked mean (recommended)");
    await press("Clean");
    await page
      .getByText(/the background is the mean of 100 frames/i)
      .first()
      .waitFor({ timeout: minutes });
    await page.getByText("Ready", { exact: true }).first().waitFor({ timeout: minutes });
    await show("Clean");
    await demo.screenshot("walk-photons");
  });

  it("localizes the molecules before and after, and hands their tables over", async () => {
    const { page } = demo;
    await press("Localize");
    await page.getByText(/^Both images are layers now/).waitFor({ timeout: 2 * minutes });
    await page.getByText("Side by side", { exact: true }).click();
    await show("Super-resolution");
    await demo.screenshot("walk-super-resolution");
    const { name, bytes } = await downloadedBy(demo, () => press("Save table, cleaned"));
    assert.equal(name, "filaments_cleaned_localizations.csv");
    const reader = createThunderstormReader(options.pixelSizeNm);
    reader.push(bytes.toString("utf8"));
    assert.ok(reader.finish().frames.length > 2000);
  });

  it("saves the cleaned stack", async () => {
    const saved = await downloadedBy(demo, () => press("Save TIFF"));
    assert.equal(saved.name, "filaments_sparse.tif");
    assert.ok(saved.bytes.length > 2 * 600 * 192 * 192);
    await show("Save");
    await demo.screenshot("walk-saved");
  });

  it("lists what was done, and cleans another stack from the queue", async () => {
    const { page } = demo;
    const runs = page.locator("slnet-run-history");
    for (const action of ["Training", "Cleaning", "Saving"]) await runs.getByText(new RegExp(action)).first().waitFor();
    await page.getByLabel("Stacks for the queue").setInputFiles([recording]);
    const done = await downloadedBy(demo, () => press("Start"));
    assert.equal(done.name, "filaments_sparse.tif");
    await page.locator("slnet-queue").getByText("done").first().waitFor({ timeout: minutes });
    await show("Runs");
    await demo.screenshot("walk-runs");
  });

  it("asks nothing of others, and logs no error", () => {
    assert.deepEqual(demo.foreignRequests, []);
    assert.deepEqual(demo.errors, []);
  });
});
