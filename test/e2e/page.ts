import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium, type Browser, type Page } from "playwright-core";

const root = new URL("../../../", import.meta.url);

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/** What a test server sends with its files, see `scripts/serve.mjs`. */
export interface ServeOptions {
  readonly isolated?: boolean;
  readonly shared?: boolean;
  readonly policy?: string | null;
}

export const { serve } = (await import(new URL("scripts/serve.mjs", root).href)) as {
  serve(folder: string, port: number, options?: ServeOptions): Promise<Served>;
};
const { findChromium, chromiumArguments } = (await import(new URL("scripts/find-chromium.mjs", root).href)) as {
  findChromium(options: { install: boolean }): string;
  chromiumArguments(): string[];
};

/** Screenshots of every state, to be looked at. */
export const screenshotFolder = fileURLToPath(new URL("test-output/screenshots/", root));

export interface OpenDemo {
  readonly page: Page;
  /** Addresses that were asked for outside the page's own origin. */
  readonly foreignRequests: readonly string[];
  /** Errors that the page logged or did not catch. */
  readonly errors: readonly string[];
  /** Lengths in milliseconds of the main-thread tasks over 50 ms since the last call. */
  longTasks(): Promise<number[]>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The built demo in Chromium, as a new visitor sees it.
 *
 * @param prepare - called before the page is loaded
 * @param path - another page of the demo, such as `viewers/canvas.html`
 */
export async function openDemo(
  prepare?: (page: Page) => Promise<unknown>,
  path = "",
  options: ServeOptions = {},
): Promise<OpenDemo> {
  const server = await serve(fileURLToPath(new URL("dist/demo", root)), 0, options);
  const demo = await openPage(server.url + path, prepare);
  return {
    ...demo,
    async close() {
      await demo.close();
      await server.close();
    },
  };
}

/**
 * A page with the plugin in it, in Chromium, once its panel is there.
 *
 * @param prepare - called before the page is loaded
 */
export async function openPage(url: string, prepare?: (page: Page) => Promise<unknown>): Promise<OpenDemo> {
  const browser: Browser = await chromium.launch({
    executablePath: findChromium({ install: false }),
    args: chromiumArguments(),
  });
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 }, reducedMotion: "reduce" });
  page.setDefaultTimeout(15_000);
  const foreignRequests: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(url).origin && protocol !== "blob:" && protocol !== "data:") {
      foreignRequests.push(request.url());
    }
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.addInitScript(() => {
    const tasks: number[] = [];
    (globalThis as unknown as { longTasks: number[] }).longTasks = tasks;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: "longtask" });
  });
  await prepare?.(page);
  await page.goto(url);
  try {
    await page.getByRole("button", { name: "Sample stack" }).waitFor();
  } catch (error) {
    await browser.close();
    throw new Error([`${url} shows no panel`, ...errors].join("; "), { cause: error });
  }
  return {
    page,
    foreignRequests,
    errors,
    longTasks: () =>
      page.evaluate(() => {
        const { longTasks } = globalThis as unknown as { longTasks: number[] };
        return longTasks.splice(0);
      }),
    async screenshot(name) {
      await mkdir(screenshotFolder, { recursive: true });
      await page.screenshot({ path: `${screenshotFolder}${name}.png` });
    },
    close: () => browser.close(),
  };
}

/** A file as Playwright puts it into a file input. */
export function filePayload(name: string, bytes: Uint8Array): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
}
