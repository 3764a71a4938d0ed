import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Page } from "playwright-core";

import type { SlnetStackViewer } from "../../src/plugin/index.js";
import { accessibilityFaults } from "./accessibility.js";
import { openDemo, type OpenDemo } from "./page.js";

const minutes = 60_000;

async function openSample({ page }: OpenDemo): Promise<void> {
  await page.getByRole("button", { name: "Sample stack", exact: true }).click();
  await page.getByText("400 frames of 192 × 192").waitFor({ timeout: minutes });
}

async function using(demo: OpenDemo, test: (demo: OpenDemo) => Promise<void>): Promise<void> {
  try {
    await test(demo);
    assert.deepEqual(demo.errors, []);
    assert.deepEqual(demo.foreignRequests, []);
  } finally {
    await demo.close();
  }
}

/** The colours in which the panel is drawn, as the browser computes them. */
function colours(page: Page): Promise<{ page: string; panel: string; text: string }> {
  return page.evaluate(() => {
    const panel = getComputedStyle(document.querySelector("slnet-panel")!);
    return {
      page: getComputedStyle(document.body).backgroundColor,
      panel: panel.backgroundColor,
      text: panel.color,
    };
  });
}

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

describe("the comfort of the page", { timeout: 5 * minutes }, () => {
  it("keeps the theme that was chosen, on its other pages too, and takes nothing else from the storage", async () => {
    await using(await openDemo(), async ({ page }) => {
      const dark = await colours(page);
      const seen = new Set([JSON.stringify(dark)]);
      for (const theme of ["light", "contrast"]) {
        await page.getByLabel("Theme").selectOption(theme);
        const chosen = await colours(page);
        assert.ok(!seen.has(JSON.stringify(chosen)), `${theme} looks like another theme`);
        seen.add(JSON.stringify(chosen));
        await page.reload();
        await page.getByRole("button", { name: "Sample stack" }).waitFor();
        assert.deepEqual(await colours(page), chosen, `${theme} after a reload`);
        assert.equal(await page.getByLabel("Theme").inputValue(), theme);
      }
      await page.getByRole("link", { name: "Other viewers" }).click();
      await page.getByRole("heading", { name: "slnet-web in other viewers" }).waitFor();
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(0, 0, 0)");
      await page.evaluate(() => localStorage.setItem("slnet-web theme", '"><script>'));
      await page.goBack();
      await page.reload();
      await page.getByRole("button", { name: "Sample stack" }).waitFor();
      assert.deepEqual(await colours(page), dark);
    });
  });

  it("follows the system where that is chosen", async () => {
    await using(await openDemo(), async ({ page }) => {
      const dark = await colours(page);
      await page.getByLabel("Theme").selectOption("light");
      const light = await colours(page);
      await page.getByLabel("Theme").selectOption("system");
      for (const [colorScheme, expected] of [
        ["dark", dark],
        ["light", light],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await colours(page), expected, colorScheme);
      }
    });
  });

  it("is accessible in every theme, with a stack open", async () => {
    await using(await openDemo(), async (demo) => {
      await openSample(demo);
      for (const theme of ["dark", "light", "contrast"]) {
        await demo.page.getByLabel("Theme").selectOption(theme);
        assert.deepEqual(await accessibilityFaults(demo.page), [], theme);
        await demo.screenshot(`theme-${theme}`);
      }
    });
  });

  it("keeps its controls in the colours that the system forces, and its lines where more contrast is wanted", async () => {
    await using(await openDemo(undefined, "", { shown: { forcedColors: "active" } }), async (demo) => {
      await openSample(demo);
      const { page } = demo;
      const button = page.getByRole("button", { name: "Train", exact: true });
      assert.notEqual(
        await button.evaluate((element) => getComputedStyle(element).borderTopColor),
        await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
      );
      await demo.screenshot("forced-colors");
    });
    await using(await openDemo(undefined, "", { shown: { contrast: "more" } }), async (demo) => {
      await openSample(demo);
      assert.deepEqual(await accessibilityFaults(demo.page), []);
      const [muted, text] = await demo.page
        .locator("header p")
        .evaluate((element) => [getComputedStyle(element).color, getComputedStyle(document.body).color]);
      assert.equal(muted, text);
      await demo.screenshot("more-contrast");
    });
  });

  it("fits 360 pixels, with everything in reach", async () => {
    await using(await openDemo(undefined, "", { shown: { viewport: { width: 360, height: 780 } } }), async (demo) => {
      await openSample(demo);
      assert.ok((await overflow(demo.page)) <= 0, `the page is ${await overflow(demo.page)} px too wide`);
      const save = demo.page.getByRole("button", { name: "Save TIFF", exact: true });
      await save.scrollIntoViewIfNeeded();
      const box = (await save.boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= 360, `Save TIFF lies at ${box.x} to ${box.x + box.width}`);
      await demo.page.evaluate(() => scrollTo(0, 0));
      await demo.screenshot("narrow", { fullPage: true });
    });
  });

  it("grows with a 4K screen: readable text, sharp pixels, the pixel under the pointer", async () => {
    await using(await openDemo(undefined, "", { shown: { viewport: { width: 3840, height: 2160 } } }), async (demo) => {
      await openSample(demo);
      const { page } = demo;
      const heading = page.getByRole("heading", { name: "Stack", exact: true });
      const { height } = (await heading.boundingBox())!;
      assert.ok(height >= 26, `a heading is ${height} px high`);
      assert.ok((await overflow(page)) <= 0);
      assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight));
      const stage = await page.evaluate(() => {
        const canvas = document
          .querySelector<SlnetStackViewer>("slnet-stack-viewer")!
          .shadowRoot!.querySelector("canvas")!;
        const box = canvas.getBoundingClientRect();
        return { left: box.left, top: box.top, shown: [box.width, box.height], drawn: [canvas.width, canvas.height] };
      });
      for (const axis of [0, 1]) {
        const [shown, drawn] = [stage.shown[axis]!, stage.drawn[axis]!];
        assert.ok(Math.abs(shown - drawn) <= 1, `drawn with ${drawn} pixels, shown with ${shown}`);
      }
      // The centre of the picture is the corner of its middle pixels.
      await page.mouse.move(stage.left + stage.shown[0]! / 2 + 4, stage.top + stage.shown[1]! / 2 + 4);
      await page.getByText(/x 96, y 96/).waitFor();
      await demo.screenshot("4k");
    });
  });
});
