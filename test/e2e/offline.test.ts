import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { requireCleanedSample } from "./cleaning.js";
import { openPage, serve, type OpenDemo } from "./page.js";

const minutes = 60_000;

/** A copy of the built demo on a server of its own, which can be changed and stopped. */
class ChangingDemo {
  private constructor(
    readonly folder: string,
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async use(test: (demo: ChangingDemo) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "slnet-offline-"));
    await cp(fileURLToPath(new URL("../../../dist/demo", import.meta.url)), folder, { recursive: true });
    const server = await serve(folder, 0);
    let running = true;
    const stop = async (): Promise<void> => {
      if (running) await server.close();
      running = false;
    };
    try {
      await test(new ChangingDemo(folder, server.url, stop));
    } finally {
      await stop();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Gives the page a bright green header, and the service worker's list another version and hash of its style sheet. */
  async publish({ withList }: { readonly withList: boolean }): Promise<void> {
    const styles =
      (await readFile(join(this.folder, "demo.css"), "utf8")) + "\nheader { background: rgb(0, 255, 0); }\n";
    await writeFile(join(this.folder, "demo.css"), styles);
    const script = join(this.folder, "service-worker.js");
    const old = await readFile(script, "utf8");
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(styles));
    const hash = withList ? Buffer.from(digest).toString("base64") : "A".repeat(43) + "=";
    const renewed = old.replace(/"demo\.css":"[^"]+"/, `"demo.css":"${hash}"`).replace(/[0-9a-f]{64}/, "f".repeat(64));
    assert.notEqual(renewed, old);
    await writeFile(script, renewed);
  }

  /** The page with all its files kept. */
  async openKept(): Promise<OpenDemo> {
    const opened = await openPage(this.url, undefined, { serviceWorker: true });
    await opened.page.getByText("Works offline").waitFor({ timeout: minutes });
    return opened;
  }
}

function headerColour({ page }: OpenDemo): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.querySelector("header")!).backgroundColor);
}

const green = "rgb(0, 255, 0)";

describe("the page without a network", { timeout: 10 * minutes }, () => {
  it("trains, cleans and saves once it was there, with its server gone", () =>
    ChangingDemo.use(async (demo) => {
      const opened = await demo.openKept();
      try {
        await demo.stop();
        await opened.page.context().setOffline(true);
        await opened.page.reload();
        await requireCleanedSample(opened);
        assert.deepEqual(opened.errors, []);
        assert.deepEqual(opened.foreignRequests, []);
      } finally {
        await opened.close();
      }
    }));

  it("keeps its own files only", () =>
    ChangingDemo.use(async (demo) => {
      await cp(join(demo.folder, "icon.svg"), join(demo.folder, "other.svg"));
      const opened = await demo.openKept();
      try {
        const kept = await opened.page.evaluate(async () => {
          await fetch("other.svg");
          await fetch("viewers/index.html");
          const names = await caches.keys();
          const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return requests.flat().map(({ url }) => url);
        });
        assert.ok(kept.includes(`${demo.url}index.html`));
        assert.ok(kept.includes(`${demo.url}viewers/index.html`), "a page that was visited is kept");
        assert.ok(!kept.includes(`${demo.url}viewers/viv.html`), "a page that was not visited is not");
        assert.ok(!kept.includes(`${demo.url}other.svg`));
      } finally {
        await opened.close();
      }
    }));

  it("offers a new version and takes it when asked, not by itself", () =>
    ChangingDemo.use(async (demo) => {
      const opened = await demo.openKept();
      const { page } = opened;
      try {
        await demo.publish({ withList: true });
        await page.reload();
        const reload = page.getByRole("button", { name: "Reload", exact: true });
        await reload.waitFor({ timeout: minutes });
        assert.notEqual(await headerColour(opened), green, "the page that is open is still the old one");
        await Promise.all([page.waitForEvent("load"), reload.click()]);
        await page.getByRole("button", { name: "Sample stack" }).waitFor();
        assert.equal(await headerColour(opened), green);
        assert.equal(await page.evaluate(async () => (await caches.keys()).length), 1, "the old files are gone");
        assert.deepEqual(opened.errors, []);
      } finally {
        await opened.close();
      }
    }));

  it("stays with the old version while the server has a mixture of two", () =>
    ChangingDemo.use(async (demo) => {
      const opened = await demo.openKept();
      const { page } = opened;
      try {
        await demo.publish({ withList: false });
        const outcome = await page.evaluate(async () => {
          const registration = (await navigator.serviceWorker.getRegistration())!;
          await registration.update();
          const { installing } = registration;
          await new Promise<void>((resolve) => {
            installing!.addEventListener("statechange", () => {
              if (installing!.state !== "installing") resolve();
            });
          });
          return installing!.state;
        });
        assert.equal(outcome, "redundant");
        await page.reload();
        await page.getByRole("button", { name: "Sample stack" }).waitFor();
        assert.notEqual(await headerColour(opened), green);
        assert.ok(await page.locator("#update").isHidden());
      } finally {
        await opened.close();
      }
    }));
});
