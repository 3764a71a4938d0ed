import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { accessibilityFaults } from "./accessibility.js";
import { openPage, serve } from "./page.js";

const root = new URL("../../../", import.meta.url);
const { buildSite } = (await import(new URL("scripts/docs-site.mjs", root).href)) as { buildSite(): Promise<number> };

describe("the site of the documents", { timeout: 300_000 }, () => {
  let server: Awaited<ReturnType<typeof serve>>;

  before(async () => {
    await buildSite();
    // Each page brings a policy of its own.
    server = await serve(fileURLToPath(new URL("build/site", root)), 0, { policy: null });
  });
  after(() => server.close());

  for (const path of ["", "docs/configuration.html", "docs/method.html"]) {
    it(`is accessible, fits narrow and wide screens and asks nobody else: ${path || "overview"}`, async () => {
      for (const [width, colorScheme] of [
        [380, "dark"],
        [1360, "light"],
      ] as const) {
        const shown = { viewport: { width, height: 800 }, colorScheme };
        const opened = await openPage(server.url + path, undefined, { ready: "h1", shown });
        try {
          const { page } = opened;
          assert.deepEqual(await accessibilityFaults(page), []);
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${width} pixels`);
          await opened.screenshot(`site-${path.replaceAll(/\W/g, "-") || "index"}-${width}`);
          assert.deepEqual([opened.errors, opened.foreignRequests], [[], []]);
        } finally {
          await opened.close();
        }
      }
    });
  }

  it("has a reference that finds a name under its strict policy", async () => {
    const opened = await openPage(`${server.url}api/index.html`, undefined, { ready: "h1" });
    try {
      const { page } = opened;
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("combobox").fill("createSlnetClient");
      await page.locator("#tsd-search-results a").first().click();
      await page.getByRole("heading", { name: "createSlnetClient" }).first().waitFor();
      await page.getByRole("link", { name: "Documents" }).first().click();
      await page.getByRole("heading", { name: "slnet-web", level: 1 }).waitFor();
      assert.deepEqual([opened.errors, opened.foreignRequests], [[], []]);
    } finally {
      await opened.close();
    }
  });
});
