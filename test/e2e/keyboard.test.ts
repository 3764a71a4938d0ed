import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createBufferSource } from "../../src/core/io/buffer-source.js";
import { openTiff } from "../../src/core/io/tiff-reader.js";
import { requireFocus, tabTo } from "./focus.js";
import { openDemo } from "./page.js";
import { downloadedBy } from "./saved-stack.js";

const minutes = 60_000;

describe("the page with the keyboard alone", { timeout: 5 * minutes }, () => {
  it("takes the sample from opening to a saved file, with the focus in sight all the way", async () => {
    const demo = await openDemo();
    const { page } = demo;
    const { keyboard } = page;
    try {
      await tabTo(page, "button", "Sample stack");
      await keyboard.press("Enter");
      await page.getByText("400 frames of 192 × 192").waitFor({ timeout: minutes });
      await requireFocus(page, "after opening");

      await tabTo(page, "input", /^Epochs/);
      await keyboard.press("Control+a");
      await keyboard.type("30");
      await tabTo(page, "button", "Train");
      await keyboard.press("Enter");
      await page
        .getByText(/^Trained [\d,]+ steps/)
        .first()
        .waitFor({ timeout: minutes });
      await requireFocus(page, "after training");

      await tabTo(page, "button", "Clean");
      await keyboard.press("Enter");
      await page
        .getByText(/^Cleaned 400 frames/)
        .first()
        .waitFor({ timeout: minutes });
      await requireFocus(page, "after cleaning");

      await tabTo(page, "button", "Save TIFF");
      const saved = await downloadedBy(demo, () => keyboard.press("Enter"));
      await requireFocus(page, "after saving");
      const { shape } = (await openTiff(createBufferSource(saved.name, saved.bytes))).description;
      assert.deepEqual([shape.frames, shape.height, shape.width], [400, 192, 192]);
      assert.deepEqual(demo.errors, []);
    } finally {
      await demo.close();
    }
  });

  it("looks at the result: frames, zoom and swipe", async () => {
    const demo = await openDemo();
    const { page } = demo;
    const { keyboard } = page;
    try {
      await tabTo(page, "button", "Sample stack");
      await keyboard.press("Enter");
      await page.getByText("400 frames of 192 × 192").waitFor({ timeout: minutes });
      await tabTo(page, "select", /^Method/);
      await keyboard.type("Running");
      await tabTo(page, "button", "Clean");
      await keyboard.press("Enter");
      await page
        .getByText(/^Cleaned 400 frames/)
        .first()
        .waitFor({ timeout: minutes });

      await tabTo(page, "div", /^Image\. Arrow keys/);
      await keyboard.press("End");
      await keyboard.press("ArrowLeft");
      assert.equal(await page.getByLabel("Frame number").inputValue(), "398");
      const picture = page.getByRole("img", { name: /frame 398/ }).first();
      await keyboard.press("+");
      assert.match((await picture.getAttribute("aria-label"))!, /zoom \d+ %/);
      await keyboard.press("0");
      assert.match((await picture.getAttribute("aria-label"))!, /whole image in view/);

      await tabTo(page, "input", "One");
      await keyboard.press("ArrowRight");
      await keyboard.press("ArrowRight");
      await tabTo(page, "div", "Divider");
      const divider = page.getByRole("slider", { name: "Divider" });
      const before = Number(await divider.getAttribute("aria-valuenow"));
      await keyboard.press("ArrowRight");
      assert.ok(Number(await divider.getAttribute("aria-valuenow")) > before);
      assert.deepEqual(demo.errors, []);
    } finally {
      await demo.close();
    }
  });
});
