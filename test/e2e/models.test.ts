import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { parseModelFile, type ModelFile } from "../../src/core/model.js";
import { openDemo, type OpenDemo } from "./page.js";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../../dist/cli/slnet.js", import.meta.url));

describe("models and runs of the command line on the page", () => {
  let demo: OpenDemo;
  let folder: string;
  let model: ModelFile;

  const slnet = (...args: readonly string[]) => run(process.execPath, [program, ...args], { cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "slnet-models-"));
    await slnet("simulate", "-o", "stack.tif", "--frames", "60", "--width", "48", "--height", "40", "--seed", "3");
    const options = ["--temporal-shifts", "0,4,9", "--max-epochs", "3", "--train-frames", "0:60", "--engine", "js"];
    await slnet("train", "stack.tif", "-o", "model.json", ...options, "--archive", "run.zip");
    model = parseModelFile(await readFile(join(folder, "model.json"), "utf8"), "model.json");
    await slnet("model", "model.json", "-o", "theirs.bioimage.zip");
    await rename(join(folder, "theirs.bioimage.zip"), join(folder, "theirs.zip"));
    await slnet("clean", "stack.tif", "--model", "model.json", "-o", "cleaned.npz");
    demo = await openDemo();
  });
  after(async () => {
    await demo.close();
    await rm(folder, { recursive: true });
  });

  const drop = (name: string): Promise<void> => demo.drop([join(folder, name)]);

  async function savedModel(): Promise<ModelFile> {
    const [download] = await Promise.all([
      demo.page.waitForEvent("download"),
      demo.page.getByRole("button", { name: "Save model", exact: true }).click(),
    ]);
    return parseModelFile(await readFile(await download.path(), "utf8"), "model");
  }

  it("shows how well a package of the BioImage Model Zoo reproduces its test images, and takes its model", async () => {
    await drop("stack.tif");
    await demo.page.getByText("60 frames of 48 × 40").waitFor();
    await drop("theirs.zip");
    for (const weights of ["tensorflow_js", "onnx", "pytorch_state_dict"]) {
      const text = new RegExp(`^Test images, ${weights}: reproduced, largest difference \\d`);
      await demo.page.getByText(text).first().waitFor();
    }
    await demo.screenshot("model-package");
    assert.deepEqual(await savedModel(), model);
  });

  it("saves the model as another kind of file that the command line reads", async () => {
    await demo.page.getByLabel("Save the model as").selectOption({ label: "NumPy (.npz)" });
    const [download] = await Promise.all([
      demo.page.waitForEvent("download"),
      demo.page.getByRole("button", { name: "Save model", exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "stack.slnet.npz");
    await download.saveAs(join(folder, "page.npz"));
    await slnet("model", "page.npz", "-o", "page.json");
    assert.equal(await readFile(join(folder, "page.json"), "utf8"), await readFile(join(folder, "model.json"), "utf8"));
    await demo.page.getByLabel("Save the model as").selectOption({ label: "SLNet (.json)" });
  });

  it("takes options, model and record out of the archive of a run, and repeats it", async () => {
    const { page } = demo;
    await page.reload();
    await page.locator("role=button[name='Sample stack']").waitFor();
    await drop("stack.tif");
    await page.getByText("60 frames of 48 × 40").waitFor();
    await drop("run.zip");
    await page.getByText("The run of run.zip is in the history, and its options and its model are in place.").waitFor();
    assert.deepEqual(await savedModel(), model);
    const row = page.locator("slnet-run-history li").first();
    await row.locator("summary").click();
    await demo.screenshot("run-archive");
    await row.getByRole("button", { name: "Repeat this run" }).click();
    await page
      .getByText(/^Trained \d+ steps/)
      .first()
      .waitFor();
    const { weights } = await savedModel();
    // The browser and Node differ in the last bit of a power.
    weights.conv1.forEach((weight, i) => assert.ok(Math.abs(weight - model.weights.conv1[i]!) < 1e-12, `weight ${i}`));
    const trained = page.locator("slnet-run-history li").first();
    if (!(await trained.getByRole("button", { name: "Save archive" }).isVisible())) {
      await trained.locator("summary").click();
    }
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      trained.getByRole("button", { name: "Save archive" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "stack.train.run.zip");
    await download.saveAs(join(folder, "page.zip"));
    const { stdout } = await slnet("model", "page.zip", "--json");
    assert.deepEqual((JSON.parse(stdout) as ModelFile).weights, weights);
  });

  it("opens a stack that was saved for NumPy", async () => {
    await drop("cleaned.npz");
    await demo.page.getByText("cleaned.npz").first().waitFor();
    await demo.page.getByText("60 frames of 48 × 40").waitFor();
    assert.deepEqual(demo.errors, []);
    assert.deepEqual(demo.foreignRequests, []);
  });
});
