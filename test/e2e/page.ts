import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium, type BrowserContextOptions, type Page } from "playwright-core";

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

/** Screenshots of every state, to be looked at; `npm run screenshots` has those of the documents put where they belong. */
export const screenshotFolder =
  process.env["SLNET_SCREENSHOTS"] ?? fileURLToPath(new URL("test-output/screenshots/", root));

/** A page that is open in a browser of its own. */
export interface PlainPage {
  readonly page: Page;
  /** Addresses that were asked for outside the page's own origin. */
  readonly foreignRequests: readonly string[];
  /** Errors that the page logged or did not catch. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface OpenDemo extends PlainPage {
  /** Lengths in milliseconds of the main-thread tasks over 50 ms since the last call. */
  longTasks(): Promise<number[]>;
  /** Drops files or folders of this machine on the page, as a person does from a file manager. */
  drop(files: readonly string[]): Promise<void>;
  screenshot(name: string, options?: { readonly fullPage?: boolean }): Promise<void>;
}

interface BrowserOptions {
  /** An empty folder for a browser that stores on disk; without it, as in a private window, in memory. */
  readonly profile?: string;
  /** Let the page install its service worker, which fetches the whole demo; default false. */
  readonly serviceWorker?: boolean;
  /** What is there once the page is; default: the button for the sample stack. */
  readonly ready?: string;
  /** How the browser shows pages, as a person has set it. */
  readonly shown?: BrowserContextOptions;
}

/** A page in Chromium. */
async function openAddress(
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
  { profile, serviceWorker = false, shown: wanted = {} }: BrowserOptions = {},
): Promise<PlainPage> {
  const started = { executablePath: findChromium({ install: false }), args: chromiumArguments() };
  const shown = {
    viewport: { width: 1360, height: 860 },
    reducedMotion: "reduce",
    ...wanted,
  } as const;
  const context =
    profile === undefined
      ? await (await chromium.launch(started)).newContext(shown)
      : await chromium.launchPersistentContext(profile, { ...started, ...shown });
  const browser = context.browser();
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  // As in a browser that has none.
  if (!serviceWorker) await page.addInitScript("delete Navigator.prototype.serviceWorker");
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
    if (message.type() === "error") errors.push(`${message.text()} ${message.location().url}`.trimEnd());
  });
  await prepare?.(page);
  await page.goto(url);
  return {
    page,
    foreignRequests,
    errors,
    async close() {
      await context.close();
      await browser?.close();
    },
  };
}

/** The same, with its server. */
function withServer<T extends PlainPage>(opened: T, server: Served): T {
  return {
    ...opened,
    async close() {
      await opened.close();
      await server.close();
    },
  };
}

/** A folder, served as the demo is, in Chromium. */
export async function openPlainPage(folder: string, options: ServeOptions = {}): Promise<PlainPage> {
  const server = await serve(folder, 0, options);
  return withServer(await openAddress(server.url), server);
}

/**
 * A page with the plugin in it, in Chromium, once its panel is there.
 *
 * @param prepare - called before the page is loaded
 */
export async function openPage(
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
  options: BrowserOptions = {},
): Promise<OpenDemo> {
  const watchTasks = async (page: Page): Promise<void> => {
    await page.addInitScript(() => {
      const tasks: number[] = [];
      (globalThis as unknown as { longTasks: number[] }).longTasks = tasks;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) tasks.push(entry.duration);
      }).observe({ type: "longtask" });
    });
    await prepare?.(page);
  };
  const plain = await openAddress(url, watchTasks, options);
  const { page, errors } = plain;
  try {
    await page.locator(options.ready ?? "role=button[name='Sample stack']").waitFor();
  } catch (error) {
    await plain.close();
    throw new Error([`${url} is not ready`, ...errors].join("; "), { cause: error });
  }
  return {
    ...plain,
    longTasks: () =>
      page.evaluate(() => {
        const { longTasks } = globalThis as unknown as { longTasks: number[] };
        return longTasks.splice(0);
      }),
    async drop(files) {
      const session = await page.context().newCDPSession(page);
      const data = { items: [], files: [...files], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const) {
        await session.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
      }
      await session.detach();
    },
    async screenshot(name, shot = {}) {
      await mkdir(screenshotFolder, { recursive: true });
      await page.screenshot({ path: `${screenshotFolder}${name}.png`, ...shot });
    },
  };
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
  options: ServeOptions & BrowserOptions = {},
): Promise<OpenDemo> {
  const server = await serve(fileURLToPath(new URL("dist/demo", root)), 0, options);
  return withServer(await openPage(server.url + path, prepare, options), server);
}

/** A file as Playwright puts it into a file input. */
export function filePayload(name: string, bytes: Uint8Array): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
}
