import { readFile, writeFile } from "node:fs/promises";

/**
 * The most memory that a renderer process of the browser had resident: page and worker share one, and it is the largest.
 *
 * @param {Browser} browser
 */
export async function createRendererMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const renderers = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  };
  return {
    /** Linux forgets the peak so far. */
    async reset() {
      for (const id of await renderers()) await writeFile(`/proc/${id}/clear_refs`, "5").catch(() => undefined);
    },
    /** Bytes since the last reset, or `null` where the system does not say. */
    async peakBytes() {
      const peaks = await Promise.all(
        (await renderers()).map(async (id) => {
          const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
          return 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0);
        }),
      );
      return Math.max(...peaks) || null;
    },
  };
}
