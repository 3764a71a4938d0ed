import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { SlnetRegistration } from "../../src/plugin/index.js";
import { openDemo, type OpenDemo } from "./page.js";

const minutes = 60_000;

/** The pages of `demo/viewers/`. */
const names = ["canvas", "openseadragon", "niivue", "niivue-next", "viv", "react"];

/** The registration that each page leaves for the console, as seen inside the page. */
type Page = typeof globalThis & { readonly slnet: SlnetRegistration };

async function press({ page }: OpenDemo, button: string): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
}

async function finished({ page }: OpenDemo): Promise<void> {
  await page.waitForFunction(() => (globalThis as unknown as Page).slnet.session.state.activity === "idle", undefined, {
    timeout: minutes,
  });
}

for (const name of names) {
  describe(`the ${name} page`, { timeout: 5 * minutes }, () => {
    let demo: OpenDemo;

    before(async () => {
      demo = await openDemo(undefined, `viewers/${name}.html`);
    });
    after(() => demo.close());

    it("shows the sample stack in its viewer", async () => {
      await press(demo, "Sample stack");
      await demo.page.waitForFunction(() => (globalThis as unknown as Page).slnet.session.state.stack !== null);
      await finished(demo);
      await demo.page.waitForTimeout(500);
      await demo.screenshot(`viewer-${name}-raw`);
      assert.ok((await greyLevels(demo)) > 20, "the picture has some grey levels");
    });

    it("trains, and shows cleaned frames", async () => {
      await press(demo, "Train");
      await finished(demo);
      await press(demo, "Clean");
      await finished(demo);
      const { error, done, to } = await demo.page.evaluate(() => {
        const { state } = (globalThis as unknown as Page).slnet.session;
        return { error: state.error, done: state.result?.done, to: state.result?.to };
      });
      assert.equal(error, null);
      assert.ok(done !== undefined && done === to, `${done} of ${to} frames`);
      await demo.page.waitForTimeout(500);
      await demo.screenshot(`viewer-${name}-cleaned`);
      assert.ok((await greyLevels(demo)) > 5, "the picture has some grey levels");
    });

    it("leaves without a trace", async () => {
      await demo.page.evaluate(() => (globalThis as unknown as Page).slnet.dispose());
      await demo.page.waitForFunction(() => document.querySelector("slnet-panel") === null);
      const end = Date.now() + 5000;
      while (demo.page.workers().length > 0 && Date.now() < end) await demo.page.waitForTimeout(50);
      assert.equal(demo.page.workers().length, 0, "workers");
    });

    it("asks nothing of other origins and logs no error", () => {
      assert.deepEqual(demo.foreignRequests, []);
      assert.deepEqual(demo.errors, []);
    });
  });
}

/** Number of different grey levels in a screenshot of the viewer, which sees WebGL too. */
async function greyLevels({ page }: OpenDemo): Promise<number> {
  const png = await page.locator("#viewer").screenshot();
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const levels = new Set<number>();
    for (let i = 0; i < data.length; i += 4) levels.add(data[i]!);
    return levels.size;
  }, png.toString("base64"));
}
