import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { parseModelFile } from "../../src/core/model.js";
import { createSimulation, createSimulationOptions } from "../../src/core/simulation.js";
import { openDemo, type OpenDemo } from "./page.js";
import { writeRecording } from "./recording.js";
import { differenceFromOracle, downloadedBy } from "./saved-stack.js";

const minutes = 60_000;

/** Presses what a person sees and points at, where they see it. */
async function click({ page }: OpenDemo, role: "button" | "radio", name: string): Promise<void> {
  const found = page.getByRole(role, { name, exact: true });
  // A radio button of a bar is drawn by its label.
  const seen = role === "radio" ? page.getByText(name, { exact: true }) : found;
  await seen.first().scrollIntoViewIfNeeded();
  const box = (await seen.first().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
  await page.mouse.down();
  await page.mouse.up();
}

async function stageCentre({ page }: OpenDemo): Promise<{ x: number; y: number }> {
  const box = (await page.locator("slnet-stack-viewer canvas").first().boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

describe("the page with the pointer alone", { timeout: 5 * minutes }, () => {
  it("takes a dropped TIFF to a saved one, and looks at it on the way", async () => {
    const folder = await mkdtemp(join(tmpdir(), "slnet-pointer-"));
    const simulation = createSimulation(createSimulationOptions({ frames: 240, width: 128, height: 112, seed: 5 }));
    const path = join(folder, "cells.tif");
    await writeRecording(path, simulation);
    const demo = await openDemo();
    const { page } = demo;
    const { mouse } = page;
    try {
      await demo.drop([path]);
      await page.getByText("240 frames of 128 × 112").waitFor({ timeout: minutes });
      const readout = page.locator("slnet-stack-viewer .readout");
      const picture = page.getByRole("img", { name: /cells/ }).first();

      const { x, y } = await stageCentre(demo);
      await mouse.move(x + 2, y + 2);
      await page.waitForFunction(
        (text) => document.querySelector("slnet-stack-viewer")!.shadowRoot!.textContent.includes(text),
        "x 64, y 56",
      );
      await mouse.wheel(0, -400);
      await page
        .getByRole("img", { name: /zoom \d+ %/ })
        .first()
        .waitFor();
      assert.match((await readout.textContent())!, /x 64, y 56/, "zoomed about the pointer");
      await mouse.down();
      await mouse.move(x - 118, y + 62, { steps: 5 });
      await mouse.up();
      assert.match((await readout.textContent())!, /x 64, y 56/, "the picture follows the pointer");
      await demo.screenshot("pointer-zoomed");
      await mouse.dblclick(x, y);
      await page
        .getByRole("img", { name: /whole image in view/ })
        .first()
        .waitFor();
      assert.ok(picture);

      await click(demo, "button", "Train");
      await page
        .getByText(/^Trained [\d,]+ steps/)
        .first()
        .waitFor({ timeout: 3 * minutes });
      await click(demo, "button", "Clean");
      await page
        .getByText(/^Cleaned 240 frames/)
        .first()
        .waitFor({ timeout: minutes });

      await click(demo, "radio", "Swipe");
      const divider = page.getByRole("slider", { name: "Divider" });
      const handle = (await divider.boundingBox())!;
      await mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
      await mouse.down();
      await mouse.move(handle.x + handle.width / 2 - 150, handle.y + handle.height / 2, { steps: 5 });
      await mouse.up();
      assert.ok(Number(await divider.getAttribute("aria-valuenow")) < 40);
      await demo.screenshot("pointer-swipe");
      await click(demo, "radio", "One");

      const model = parseModelFile(
        (await downloadedBy(demo, () => click(demo, "button", "Save model"))).bytes.toString("utf8"),
        "model",
      );
      const saved = await downloadedBy(demo, () => click(demo, "button", "Save TIFF"));
      const difference = await differenceFromOracle(
        saved.bytes,
        model,
        (index) => simulation.frame(index),
        [0, 100, 239],
        0,
      );
      // Rounded to whole counts, on what a float32 engine computed.
      assert.ok(difference <= 0.501, `off by ${difference} ADU`);
      assert.deepEqual(demo.errors, []);
      assert.deepEqual(demo.foreignRequests, []);
    } finally {
      await demo.close();
      await rm(folder, { recursive: true });
    }
  });
});
