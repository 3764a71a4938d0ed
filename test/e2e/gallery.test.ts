import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";

import { accessibilityFaults } from "./accessibility.js";
import { openDemo, type OpenDemo } from "./page.js";

const minutes = 60_000;

/** The same element many times on one page, and parts of a panel without the headings around them. */
const notOfGallery = ["landmark-unique", "heading-order"];

describe("the gallery", { timeout: 5 * minutes }, () => {
  let gallery: OpenDemo;
  before(async () => {
    gallery = await openDemo(undefined, "gallery/", { ready: "#story[aria-busy=false]" });
  });
  after(() => gallery.close());

  it("reaches every state of every element: accessible, dark and light, and 360 pixels wide with nothing cut off", async () => {
    const { page } = gallery;
    const tags = await page.locator("#elements a").allTextContents();
    for (const tag of tags) {
      await page.getByRole("link", { name: tag, exact: true }).click();
      await page.getByRole("heading", { level: 2, name: tag, exact: true }).waitFor();
      await page.locator("#story[aria-busy=false]").waitFor({ timeout: minutes });
      assert.deepEqual(await page.getByText(/^This state was not reached/).allTextContents(), [], tag);
      for (const theme of ["dark", "light"]) {
        await page.locator("header #theme").selectOption(theme);
        assert.deepEqual(await accessibilityFaults(page, notOfGallery), [], `${tag}, ${theme}`);
      }
      await page.locator("header #width").selectOption("narrow");
      const widths = await page.locator(".place").evaluateAll((places) => places.map(({ scrollWidth }) => scrollWidth));
      assert.ok(Math.max(...widths) <= 360, `${tag} takes ${Math.max(...widths)} pixels`);
      await page.locator("header #width").selectOption("usual");
    }
  });

  it("has a story for every element of the plugin", async () => {
    const folder = new URL("../../../src/plugin/", import.meta.url);
    const files = (await readdir(folder)).filter((name) => /^define-.*\.ts$/.test(name));
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")));
    const defined = texts.flatMap((text) => Array.from(text.matchAll(/"(slnet-[\w-]+)": Slnet/g), ([, tag]) => tag));
    const shown = await gallery.page.locator("#elements a").allTextContents();
    assert.deepEqual([...new Set(defined)].sort(), [...shown].sort());
  });

  it("ends the workers of an element that is left, and asks nobody else for anything", async () => {
    const { page } = gallery;
    await page.getByRole("link", { name: "slnet-toast-list" }).click();
    await page.locator("#story[aria-busy=false]").waitFor();
    const end = Date.now() + 5000;
    while (page.workers().length > 0 && Date.now() < end) await page.waitForTimeout(50);
    assert.equal(page.workers().length, 0, "workers");
    assert.deepEqual(gallery.foreignRequests, []);
    assert.deepEqual(gallery.errors, []);
  });
});
