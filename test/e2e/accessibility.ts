import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import type axe from "axe-core";
import type { Page } from "playwright-core";

const axeScript = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe finds wrong with a page as it is now, one sentence each.
 *
 * @param except - rules that do not fit this page
 */
export async function accessibilityFaults(page: Page, except: readonly string[] = []): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await axeScript);
  return page.evaluate(async (rules) => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe;
    const { violations } = await run(document, {
      rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: false }])),
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help}: ${target.flat().join(" ")}`),
    );
  }, except);
}
